"""Which partner may see which record."""

from django.db import connection

from accounts.actors import SYSTEM_ACTOR, Actor
from accounts.models import Partner
from customers.actions.timeline import lock_customer, tell_desktops, write_entry
from customers.events import CustomerChanged
from customers.models import RecordShare
from foundation import clock
from foundation.errors import NotVisible
from foundation.events import emit

# On the way of every caller to a queue; as text, because the ORM takes longer to write it than to run it.
_IN_FORCE = """
SELECT DISTINCT ON (c.partner_id) c.partner_id, c.queues, c.products
FROM accounts_contract c JOIN accounts_partner p ON p.id = c.partner_id AND p.is_active
WHERE c.effective_from <= %(now)s AND (c.ended_at IS NULL OR c.ended_at > %(now)s)
ORDER BY c.partner_id, c.version DESC
"""


def share_record(
    customer_id: int, *, partner_id: int, reason: str, actor: Actor = SYSTEM_ACTOR
) -> RecordShare:
    """Let a partner see this record, within its contract. Once shared, it stays shared until ended.

    NotVisible when customer or partner does not exist.
    """
    known = RecordShare.objects.filter(customer_id=customer_id, partner_id=partner_id, ended_at=None).first()
    if known is not None:
        return known
    partner = Partner.objects.filter(id=partner_id).first()
    if partner is None:
        raise NotVisible("partner")
    customer = lock_customer(customer_id)
    share, created = RecordShare.objects.get_or_create(
        customer_id=customer_id,
        partner_id=partner_id,
        ended_at=None,
        defaults={"reason": reason[:80], "started_at": clock.now()},
    )
    if created:
        title = f"Record shared with {partner.name}: {reason}"
        write_entry(customer_id, kind="partner", title=title, actor=actor, partner_id=partner_id)
        emit(
            CustomerChanged(customer_id=customer_id, fields=["shares"], version=customer.version),
            actor=actor.as_json(),
        )
        tell_desktops(customer_id, "customer")
    return share


def end_share(customer_id: int, *, partner_id: int, actor: Actor) -> bool:
    """Take the record from the partner's sight. False when it was not shared."""
    ended = RecordShare.objects.filter(customer_id=customer_id, partner_id=partner_id, ended_at=None).update(
        ended_at=clock.now()
    )
    if not ended:
        return False
    customer = lock_customer(customer_id)
    write_entry(
        customer_id,
        kind="partner",
        title="Record no longer shared",
        actor=actor,
        partner_id=partner_id,
        for_partners=False,
    )
    emit(
        CustomerChanged(customer_id=customer_id, fields=["shares"], version=customer.version),
        actor=actor.as_json(),
    )
    tell_desktops(customer_id, "customer")
    return True


def end_shares_of_partner(partner_id: int) -> int:
    """End every share of a partner whose contract is over. Returns how many."""
    return RecordShare.objects.filter(partner_id=partner_id, ended_at=None).update(ended_at=clock.now())


def share_with_partners_of(customer_id: int | None, *, queue_slug: str = "", product_code: str = "") -> None:
    """Share the record with the partners whose contract in force names this queue or product."""
    if customer_id is None:
        return
    for partner_id in partners_serving(queue_slug=queue_slug, product_code=product_code):
        reason = f"product {product_code}" if product_code else f"routed call: {queue_slug}"
        share_record(customer_id, partner_id=partner_id, reason=reason)


def partners_serving(*, queue_slug: str = "", product_code: str = "") -> list[int]:
    """The partners whose newest contract in force names this queue or product."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_FORCE, {"now": clock.now()})
        in_force = cursor.fetchall()
    return [
        partner_id
        for partner_id, queues, products in in_force
        if (queue_slug and queue_slug in queues) or (product_code and product_code in products)
    ]
