"""Recognising a customer, once and never twice."""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import F

from accounts.actors import Actor
from customers import rules
from customers.actions.timeline import lock_customer, tell_desktops
from customers.events import CustomerChanged, CustomerCreated
from customers.models import Confidence, Customer, Identity
from customers.queries import home_country
from customers.search.entries import index_customers
from foundation import rows
from foundation.errors import Refusal
from foundation.events import emit
from foundation.phones import format_phone, is_withheld
from foundation.tenancy import current_organization_id

# The organisation is named for the index; the wall around the table would see to it as well.
_MATCH = """
customers_identity a JOIN customers_customer b ON b.id = a.customer_id
WHERE a.organization_id = %s AND a.kind = %s AND a.value = %s ORDER BY a.customer_id
"""


@dataclass(frozen=True)
class FoundCaller:
    """Who a number belongs to: one customer, or the candidates when that cannot be told."""

    customer: Customer | None
    confidence: str
    candidates: tuple[Customer, ...] = ()
    created: bool = False


def find_or_create_by_phone(e164: str, *, actor: Actor) -> FoundCaller:
    """Who calls from this number: the one customer it identifies, several candidates, or a new record.

    A withheld or unreadable number finds nobody and creates nobody. A number that was only guessed to be
    somebody's offers that person as a candidate. Concurrent first contacts make one record.
    """
    value = None if is_withheld(e164) else rules.normalize_identity("phone", e164, country_code="")
    if value is None:
        return FoundCaller(None, Confidence.GUESSED)
    found = _match(value)
    if found is None:
        lock_identity(Identity.Kind.PHONE, value)
        found = _match(value)
    return found or _create_unnamed(value, actor=actor)


def _match(e164: str) -> FoundCaller | None:
    matches = rows.pairs(Identity, Customer, _MATCH, [current_organization_id(), Identity.Kind.PHONE, e164])
    by_id = {customer.id: customer for _, customer in matches if customer is not None}
    if not by_id:
        return None
    sure = [identity for identity, _ in matches if identity.confidence != Confidence.GUESSED]
    if len(by_id) == 1 and sure:
        return FoundCaller(by_id[sure[0].customer_id], sure[0].confidence)
    return FoundCaller(None, Confidence.GUESSED, tuple(by_id.values()))


def _create_unnamed(e164: str, *, actor: Actor) -> FoundCaller:
    country_code = home_country()
    customer = Customer.objects.create(display_name=format_phone(e164, country_code=country_code))
    Identity.objects.create(
        customer=customer,
        kind=Identity.Kind.PHONE,
        value=e164,
        confidence=Confidence.CLAIMED,
        hand=actor.hand,
    )
    index_customers([customer.id])
    emit(CustomerCreated(customer_id=customer.id), actor=actor.as_json())
    return FoundCaller(customer, Confidence.CLAIMED, created=True)


def lock_identity(kind: str, value: str) -> None:
    """Hold this identity against concurrent first contacts until the transaction ends."""
    organization_id = current_organization_id()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0)),"
            " pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"identities:{organization_id}", f"identity:{organization_id}:{kind}:{value}"],
        )


def lock_all_identities() -> None:
    """Hold every identity of the organisation until the transaction ends: for writing many at once.

    Whoever holds this must wait for no customer's row (NOWAIT, and try again later): those who hold such
    a row may be waiting here.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"identities:{current_organization_id()}"],
        )


def add_identity(
    customer_id: int,
    *,
    kind: str,
    value: str,
    actor: Actor,
    confidence: str = Confidence.CLAIMED,
    partner_id: int | None = None,
) -> Identity:
    """Another way to recognise the customer; a known one becomes verified when it now is.

    Refusal `bad_identity` when the value is no number, mail or reference.
    """
    identity = write_identity(
        customer_id, kind=kind, value=value, actor=actor, confidence=confidence, partner_id=partner_id
    )
    index_customers([customer_id])
    return identity


def write_identity(
    customer_id: int,
    *,
    kind: str,
    value: str,
    actor: Actor,
    confidence: str = Confidence.CLAIMED,
    partner_id: int | None = None,
) -> Identity:
    """`add_identity` for actions that write several and see to the search themselves."""
    normal = rules.normalize_identity(kind, value, country_code=home_country())
    if normal is None:
        noun = Identity.Kind(kind).label.lower()
        raise Refusal("bad_identity", f"“{value[:60]}” is not a usable {noun}.", field=kind)
    lock_identity(kind, normal)
    customer = lock_customer(customer_id)
    same: dict[str, Any] = {
        "customer_id": customer_id,
        "kind": kind,
        "value": normal,
        "partner_id": partner_id,
    }
    identity, created = Identity.objects.get_or_create(
        **same, defaults={"confidence": confidence, "hand": actor.hand}
    )
    raised = confidence == Confidence.VERIFIED and identity.confidence != Confidence.VERIFIED
    if raised:
        identity.confidence = confidence
        identity.hand = actor.hand
        identity.save(update_fields=["confidence", "hand"])
    if created or raised:
        _announce(customer, kind, actor)
    return identity


def remove_identity(customer_id: int, *, identity_id: int, actor: Actor) -> bool:
    """The number or mail is not this customer's. False when it already was not."""
    customer = lock_customer(customer_id)
    identity = Identity.objects.filter(id=identity_id, customer_id=customer_id).first()
    if identity is None:
        return False
    identity.delete()
    index_customers([customer_id])
    _announce(customer, identity.kind, actor)
    return True


def _announce(customer: Customer, kind: str, actor: Actor) -> None:
    Customer.objects.filter(id=customer.id).update(version=F("version") + 1)
    emit(
        CustomerChanged(customer_id=customer.id, fields=[kind], version=customer.version + 1),
        actor=actor.as_json(),
    )
    tell_desktops(customer.id, "customer")


def hand_over_bare_record(customer_id: int, *, to: Customer, actor: Actor) -> None:
    """Give the number of a caller we did not know to the customer it turned out to be.

    Only from a record that has no name and nothing else on it; that record is then removed, so that the
    next call from the number finds one customer, not two.
    """
    bare = lock_customer(customer_id)
    if not rules.looks_like_phone(bare.display_name) or bare.given_name or bare.family_name:
        return
    if _refers_to(bare):
        return
    numbers = list(bare.identities.values_list("kind", "value"))
    bare.delete()
    for kind, value in numbers:
        add_identity(to.id, kind=kind, value=value, actor=actor)


def _refers_to(customer: Customer) -> bool:
    """Whether any row of any package still stands on this record, apart from its numbers and lines."""
    passing = {"identities", "timeline", "shares", "reads", "search_entry"}
    return any(
        relation.related_model._base_manager.filter(**{relation.field.name: customer}).exists()
        for relation in Customer._meta.related_objects
        if relation.related_name not in passing
    )
