"""What other systems call a subscription or order, and the history of each."""

from typing import Any

from accounts.actors import Actor
from customers.actions.timeline import refuse_card_number
from customers.models import FulfilmentChange, Order, OutsideReference, Subscription
from customers.search.entries import index_customers
from foundation import clock
from foundation.errors import Refusal


def add_reference(
    *,
    system: str,
    value: str,
    actor: Actor,
    subscription: Subscription | None = None,
    order: Order | None = None,
    partner_id: int | None = None,
) -> OutsideReference:
    """What a system calls a subscription or an order; a new name takes the place of its old one.

    `partner_id` says whose system it is, where that is not the actor's. Refusal `missing`, `card_number`,
    `taken` (another company's system).
    """
    system, value = " ".join(system.split())[:40], value.strip()[:80]
    if not system or not value:
        raise Refusal("missing", "Say which system it is, and what it calls it.", field="value")
    refuse_card_number(value, field="value")
    of: dict[str, Any] = {"subscription": subscription, "order": order}
    known = OutsideReference.objects.filter(system=system, **of).first()
    if known is None:
        known = OutsideReference(
            system=system, partner_id=partner_id or actor.partner_id, created_at=clock.now(), **of
        )
    if actor.partner_id is not None and known.partner_id != actor.partner_id:
        raise Refusal("taken", f"“{system}” is the name of another company's system.", field="system")
    known.value = value
    known.save()
    if order is not None:
        index_customers([order.customer_id])
    return known


def note_fulfilment(
    what: str,
    *,
    actor: Actor,
    product_name: str,
    state: str,
    fulfilled_by_id: int | None,
    reference: str = "",
    subscription: Subscription | None = None,
    order: Order | None = None,
) -> FulfilmentChange:
    """Write one step of the history of a subscription or order."""
    return FulfilmentChange.objects.create(
        subscription=subscription,
        order=order,
        what=what[:120],
        product_name=product_name,
        state=state,
        fulfilled_by_id=fulfilled_by_id,
        reference=reference,
        hand=actor.hand,
        author=actor.name[:120],
        member_id=actor.member_id,
        partner_id=actor.partner_id,
        at=clock.now(),
    )
