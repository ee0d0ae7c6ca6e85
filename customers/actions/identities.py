"""Recognising a customer, once and never twice."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import F

from accounts.actors import Actor
from customers import rules
from customers.actions.timeline import lock_customer, tell_desktops
from customers.events import CustomerChanged, CustomerCreated
from customers.identity_rules import NoIdentity, ReadIdentity, read_identity
from customers.merge_errors import MergedAway
from customers.models import Confidence, Customer, Identity, SharedIdentity
from customers.queries import home_country
from customers.search.entries import index_customers
from foundation import clock, rows
from foundation.errors import NotVisible, Refusal
from foundation.events import emit
from foundation.phones import format_phone, is_withheld
from foundation.tenancy import current_organization_id

Kind = Identity.Kind
# Whoever writes by WhatsApp from a number is whoever calls from it.
_ONE_NUMBER = (Kind.PHONE, Kind.WHATSAPP)
_SURENESS = {Confidence.GUESSED: 0, Confidence.CLAIMED: 1, Confidence.VERIFIED: 2}
# The organisation is named for the index; the wall around the table would see to it as well.
_MATCH = """
customers_identity a JOIN customers_customer b ON b.id = a.customer_id
WHERE a.organization_id = %s AND a.kind = ANY (%s) AND a.value = %s AND b.merged_into_id IS NULL
ORDER BY a.customer_id, a.id
"""
_SHARED = """
SELECT EXISTS (SELECT FROM customers_sharedidentity
WHERE organization_id = %s AND kind = ANY (%s) AND value = %s)
"""


@dataclass(frozen=True)
class FoundCaller:
    """Who a number belongs to: one customer, or the candidates when that cannot be told."""

    customer: Customer | None
    confidence: str
    candidates: tuple[Customer, ...] = ()
    created: bool = False


NOBODY = FoundCaller(None, Confidence.GUESSED)


def find_or_create_by_phone(e164: str, *, actor: Actor, attested: bool = True) -> FoundCaller:
    """Who calls from this number: the one customer it identifies, several candidates, or a new record.

    A withheld or unreadable number finds nobody and creates nobody; so does one that many share, of which the
    known owners are candidates. A number that was only guessed to be somebody's offers that person as a
    candidate. `attested` is whether the carriers vouch for the number: where they do not, whom it finds is
    guessed. Concurrent first contacts make one record.
    """
    value = None if is_withheld(e164) else rules.normalize_identity(Kind.PHONE, e164, country_code="")
    if value is None:
        return NOBODY
    found = _match(Kind.PHONE, value)
    if found is None:
        lock_identity(Kind.PHONE, value)
        found = _match(Kind.PHONE, value)
    found = found or _create(
        [(Kind.PHONE, ReadIdentity(value))],
        display_name="",
        actor=actor,
        confidence=Confidence.CLAIMED,
        source="caller id",
    )
    if attested or found.customer is None:
        return found
    return FoundCaller(found.customer, Confidence.GUESSED, found.candidates, found.created)


def find_or_create_customer(
    identities: Iterable[tuple[str, str]],
    *,
    actor: Actor,
    display_name: str = "",
    confidence: str = Confidence.CLAIMED,
    source: str = "",
) -> FoundCaller:
    """Who writes with these identities, (kind, value) each: the one customer they lead to, candidates when
    they lead to several or to nobody for sure, or a new record with all of them.

    `confidence` is what the channel proves of them. Refusal `bad_identity` names the kind. Concurrent first
    contacts over any channels that share an identity make one record.
    """
    home = home_country()
    given = [(kind, _read(kind, value, home)) for kind, value in identities]
    if not given:
        return NOBODY
    for key in sorted({(_lock_kind(kind), one.value) for kind, one in given}):
        lock_identity(*key)
    matches = [found for kind, one in given if (found := _match(kind, one.value)) is not None]
    sure = {found.customer.pk: found for found in matches if found.customer is not None}
    if not matches:
        return _create(given, display_name=display_name, actor=actor, confidence=confidence, source=source)
    if len(sure) != 1:
        people = {one.pk: one for found in matches for one in (found.customer, *found.candidates) if one}
        return FoundCaller(None, Confidence.GUESSED, tuple(people.values()))
    (found,) = sure.values()
    assert found.customer is not None
    for kind, one in given:
        if not _is_shared(kind, one.value):
            text = _spelled(one)
            add_identity(
                found.customer.pk, kind=kind, value=text, actor=actor, confidence=confidence, source=source
            )
    _name(found.customer, display_name, actor)
    return FoundCaller(found.customer, _surer(found.confidence, confidence))


def _match(kind: str, value: str) -> FoundCaller | None:
    """The owner of an identity, or the candidates; None when nobody has it and it may be somebody's."""
    wanted = [current_organization_id(), list(_kinds_like(kind)), value]
    matches = rows.pairs(Identity, Customer, _MATCH, wanted)
    by_id = {customer.id: customer for _, customer in matches if customer is not None}
    shared = _is_shared(kind, value)
    if not by_id:
        return NOBODY if shared else None
    # Behind a switchboard's number sits more than the one whose extension we know.
    sure = [one for one, _ in matches if one.confidence != Confidence.GUESSED and not one.extension]
    if not shared and sure and len(by_id) == 1:
        best = max(sure, key=lambda one: _SURENESS[Confidence(one.confidence)])
        return FoundCaller(by_id[best.customer_id], best.confidence)
    return FoundCaller(None, Confidence.GUESSED, tuple(by_id.values()))


def _create(
    given: list[tuple[str, ReadIdentity]], *, display_name: str, actor: Actor, confidence: str, source: str
) -> FoundCaller:
    name = " ".join(display_name.split())[:200]
    customer = Customer.objects.create(display_name=name or _name_for(*given[0]))
    now = clock.now()
    Identity.objects.bulk_create(
        [
            Identity(
                customer=customer,
                kind=kind,
                value=one.value,
                extension=one.extension,
                confidence=confidence,
                hand=actor.hand,
                source=source[:80],
                confirmed_at=now,
            )
            for kind, one in dict.fromkeys(given)
        ]
    )
    index_customers([customer.id])
    emit(CustomerCreated(customer_id=customer.id), actor=actor.as_json())
    return FoundCaller(customer, confidence, created=True)


def _name_for(kind: str, one: ReadIdentity) -> str:
    if kind in _ONE_NUMBER:
        return format_phone(one.value, country_code=home_country())
    return one.value[:200] if kind == Kind.EMAIL else f"{Kind(kind).label} {one.value[:12]}"


def _name(customer: Customer, display_name: str, actor: Actor) -> None:
    """A caller we knew by number only says their name."""
    name = " ".join(display_name.split())[:200]
    if not name or not rules.looks_like_phone(customer.display_name):
        return
    version = customer.version
    customer.refresh_from_db()
    Customer.objects.filter(id=customer.pk).update(
        display_name=name, version=F("version") + 1, updated_at=clock.now()
    )
    customer.refresh_from_db()
    index_customers([customer.pk])
    emit(
        CustomerChanged(customer_id=customer.pk, fields=["display_name"], version=version + 1),
        actor=actor.as_json(),
    )
    tell_desktops(customer.pk, "customer")


def _kinds_like(kind: str) -> tuple[str, ...]:
    return _ONE_NUMBER if kind in _ONE_NUMBER else (kind,)


def _lock_kind(kind: str) -> str:
    return Kind.PHONE if kind in _ONE_NUMBER else kind


def _is_shared(kind: str, value: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_SHARED, [current_organization_id(), list(_kinds_like(kind)), value])
        return bool(cursor.fetchone()[0])


def _spelled(one: ReadIdentity) -> str:
    return f"{one.value};ext={one.extension}" if one.extension else one.value


def _surer(one: str, other: str) -> str:
    return max(one, other, key=lambda each: _SURENESS[Confidence(each)])


def _read(kind: str, value: str, country_code: str) -> ReadIdentity:
    try:
        return read_identity(kind, value, country_code=country_code)
    except NoIdentity as error:
        noun = Kind(kind).label.lower() if kind in Kind.values else "identity"
        raise Refusal(
            "bad_identity", f"“{value[:60]}” is not a usable {noun}. {error}", field=kind[:30]
        ) from error


def lock_identity(kind: str, value: str) -> None:
    """Hold this identity against concurrent first contacts until the transaction ends."""
    organization_id = current_organization_id()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0)),"
            " pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"identities:{organization_id}", f"identity:{organization_id}:{_lock_kind(kind)}:{value}"],
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
    source: str = "",
) -> Identity:
    """Another way to recognise the customer; a known one becomes as sure as it now is, never less.

    `source` is where it was learned. Refusal `bad_identity` names the kind when the value is no number, mail
    or reference; NotVisible, MergedAway.
    """
    identity = write_identity(
        customer_id,
        kind=kind,
        value=value,
        actor=actor,
        confidence=confidence,
        partner_id=partner_id,
        source=source,
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
    source: str = "",
) -> Identity:
    """`add_identity` for actions that write several and see to the search themselves."""
    read = _read(kind, value, home_country())
    lock_identity(kind, read.value)
    customer = lock_customer(customer_id)
    same: dict[str, Any] = {
        "customer_id": customer_id,
        "kind": kind,
        "value": read.value,
        "partner_id": partner_id,
    }
    identity, created = Identity.objects.get_or_create(
        **same,
        defaults={
            "confidence": confidence,
            "hand": actor.hand,
            "extension": read.extension,
            "source": source[:80],
            "confirmed_at": clock.now(),
        },
    )
    raised = not created and _surer(identity.confidence, confidence) != identity.confidence
    if raised:
        _set_confidence(identity, confidence, actor, source)
    if created or raised:
        _announce(customer, kind, actor)
    return identity


def verify_identity(customer_id: int, *, identity_id: int, actor: Actor, source: str = "desk") -> bool:
    """The customer has proved that it is theirs. False when that was known. NotVisible."""
    customer = lock_customer(customer_id)
    identity = Identity.objects.filter(id=identity_id, customer_id=customer_id).first()
    if identity is None:
        raise NotVisible("identity")
    if identity.confidence == Confidence.VERIFIED:
        return False
    _set_confidence(identity, Confidence.VERIFIED, actor, source)
    _announce(customer, identity.kind, actor)
    return True


def _set_confidence(identity: Identity, confidence: str, actor: Actor, source: str) -> None:
    identity.confidence = confidence
    identity.hand = actor.hand
    identity.source = source[:80] or identity.source
    identity.confirmed_at = clock.now()
    identity.save(update_fields=["confidence", "hand", "source", "confirmed_at"])


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


def mark_shared(kind: str, value: str, *, actor: Actor, note: str = "") -> SharedIdentity:
    """Many use this number or address: from now on it offers its owners as candidates and identifies nobody.

    Refusal `bad_identity`.
    """
    read = _read(kind, value, home_country())
    lock_identity(kind, read.value)
    shared, created = SharedIdentity.objects.get_or_create(
        kind=_lock_kind(kind),
        value=read.value,
        defaults={"note": note.strip()[:120], "hand": actor.hand, "author": actor.name[:120]},
    )
    if created:
        _tell_owners(kind, read.value)
    return shared


def unmark_shared(kind: str, value: str) -> bool:
    """One person's after all. False when it was not marked."""
    lock_identity(kind, value)
    deleted, _ = SharedIdentity.objects.filter(kind=_lock_kind(kind), value=value).delete()
    if deleted:
        _tell_owners(kind, value)
    return bool(deleted)


def _tell_owners(kind: str, value: str) -> None:
    owners = Identity.objects.filter(kind__in=_kinds_like(kind), value=value)
    for customer_id in sorted(set(owners.values_list("customer_id", flat=True))):
        tell_desktops(customer_id, "customer")


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
    try:
        bare = lock_customer(customer_id)
    except MergedAway:
        return
    if not rules.looks_like_phone(bare.display_name) or bare.given_name or bare.family_name:
        return
    if _refers_to(bare):
        return
    numbers = list(bare.identities.values_list("kind", "value"))
    bare.delete()
    for kind, value in numbers:
        add_identity(to.id, kind=kind, value=value, actor=actor, source="caller id")


def _refers_to(customer: Customer) -> bool:
    """Whether any row of any package still stands on this record, apart from its numbers and lines."""
    passing = {"identities", "timeline", "shares", "reads", "search_entry"}
    return any(
        relation.related_model._base_manager.filter(**{relation.field.name: customer}).exists()
        for relation in Customer._meta.related_objects
        if relation.related_name not in passing
        and getattr(relation.related_model, "when_merged", "") != "derived"
    )
