"""What the record says."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import get_language_info

from accounts.access import Viewer, scopes_of_partners
from accounts.actors import Hand
from accounts.models import Organization, Partner
from customers import rules
from customers.access import (
    access_customer,
    may_read,
    readable_facts,
    shown,
    visible_customers,
    visible_subscriptions,
)
from customers.models import Confidence, Customer, Fact, FactKey, Identity, Product, SharedIdentity
from foundation import clock, rows
from foundation.phones import format_phone
from foundation.tenancy import current_organization_id

MOST_CANDIDATES = 8
_OF_KEY = "WHERE customer_id = %s AND key_id = (SELECT id FROM customers_factkey WHERE key = %s)"
# Questions that an identity answers.
_IDENTITY_ANSWERS = {
    "subscriber_number": Identity.Kind.SUBSCRIBER_NUMBER,
    "callback_number": Identity.Kind.PHONE,
    "phone": Identity.Kind.PHONE,
    "email": Identity.Kind.EMAIL,
}


@dataclass(frozen=True)
class KnownFact:
    """What is known about one question, and where it comes from. `text` is the value as people read it.

    `fact_id` is None for what nobody had to ask because the record says it (`known_answers`).
    """

    fact_id: int | None
    key: str
    label: str
    question: str
    value: Any
    text: str
    confidence: str
    hand: str
    author: str
    partner_name: str
    at: datetime
    source: str
    value_type: str = FactKey.ValueType.TEXT
    choices: tuple[str, ...] = ()
    sensitivity: str = FactKey.Sensitivity.INTERNAL
    interaction_id: int | None = None
    expires_at: datetime | None = None
    answers: int = 1


@dataclass(frozen=True)
class KnownIdentity:
    """A number, mail or reference as this viewer may see it."""

    id: int
    kind: str
    label: str
    value: str
    confidence: str
    hand: str
    masked: bool
    at: datetime
    extension: str = ""
    source: str = ""
    is_shared: bool = False


@dataclass(frozen=True)
class KnownSubscription:
    """A subscription and who delivers it (empty: in-house)."""

    id: int
    product_code: str
    product_name: str
    state: str
    state_label: str
    partner_id: int | None
    partner_name: str
    reference: str
    started_on: date | None
    renews_on: date | None


@dataclass(frozen=True)
class OfferedProduct:
    """What a customer may take, and who would deliver it (empty: in-house)."""

    code: str
    name: str
    partner_name: str


@dataclass(frozen=True)
class RecordView:
    """Who this is and what is known, as this viewer may see it; None is not theirs to see."""

    customer_id: int
    version: int
    display_name: str
    company_name: str | None
    language: str | None
    region: str | None
    postal_address: str | None
    customer_since: date | None
    created_at: datetime
    identities: list[KnownIdentity] = field(default_factory=list)
    subscriptions: list[KnownSubscription] = field(default_factory=list)
    facts: list[KnownFact] = field(default_factory=list)


def home_country() -> str:
    """The country in which this organisation reads numbers without a plus (ISO 3166)."""
    return Organization.objects.values_list("country_code", flat=True).get(id=current_organization_id())


def home_zone() -> ZoneInfo:
    """The time zone of this organisation."""
    return ZoneInfo(
        Organization.objects.values_list("time_zone", flat=True).get(id=current_organization_id())
    )


def current_facts(customer_id: int, keys: Iterable[str] | None = None) -> list[KnownFact]:
    """What is known, one per question, in the order of the desk. `keys` limits it."""
    rows = Fact.objects.filter(customer_id=customer_id).select_related("key", "member", "partner")
    if keys is not None:
        rows = rows.filter(key__key__in=list(keys))
    by_key: dict[int, list[Fact]] = defaultdict(list)
    for fact in rows:
        by_key[fact.key_id].append(fact)
    now = clock.now()
    chosen = (
        rules.choose_current(facts, now, precedence=facts[0].key.precedence) for facts in by_key.values()
    )
    known = [fact for fact in chosen if fact is not None]
    known.sort(key=lambda fact: (fact.key.position, fact.key.key))
    return [replace(_known(fact), answers=len(by_key[fact.key_id])) for fact in known]


def current_value(customer_id: int, key: str) -> Any:
    """The answer that counts for one question; None when nobody gave one."""
    facts = rows.every(Fact, _OF_KEY, [customer_id, key])
    precedence = facts[0].key.precedence if len(facts) > 1 else FactKey.Precedence.USUAL
    chosen = rules.choose_current(facts, clock.now(), precedence=precedence)
    return chosen.value if chosen else None


def current_values(customer_ids: Iterable[int], keys: Collection[str]) -> dict[int, dict[str, Any]]:
    """By customer, the answers that count to these questions: one statement for thousands of customers."""
    facts = Fact.objects.filter(customer_id__in=list(customer_ids), key__key__in=list(keys))
    given: dict[tuple[int, str], list[Fact]] = defaultdict(list)
    for fact in facts.select_related("key"):
        given[fact.customer_id, fact.key.key].append(fact)
    now = clock.now()
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    for (customer_id, key), several in given.items():
        chosen = rules.choose_current(several, now, precedence=several[0].key.precedence)
        if chosen is not None:
            found[customer_id][key] = chosen.value
    return found


def questions(viewer: Viewer) -> list[FactKey]:
    """The questions this viewer may ask or read, in the order of the desk; retired ones are not asked."""
    keys = FactKey.objects.filter(retired_at=None).order_by("position", "key")
    readable = readable_facts(viewer)
    return list(keys if readable is None else keys.filter(key__in=readable))


def _known(fact: Fact) -> KnownFact:
    author = fact.member.display_name if fact.member else ""
    return KnownFact(
        fact_id=fact.id,
        key=fact.key.key,
        label=fact.key.label,
        question=fact.key.question,
        value=fact.value,
        text=rules.spell_value(fact.value),
        confidence=fact.confidence,
        hand=fact.hand,
        author=author,
        partner_name=fact.partner.name if fact.partner else "",
        at=fact.recorded_at,
        source=fact.source,
        value_type=fact.key.value_type,
        choices=tuple(fact.key.choices),
        sensitivity=fact.key.sensitivity,
        interaction_id=fact.interaction_id,
        expires_at=fact.expires_at,
    )


def known_answers(view: RecordView, keys: Iterable[FactKey]) -> dict[str, KnownFact]:
    """By key, the questions whose answer the record has: as a fact, or as a number, mail or language of the
    customer's. Nobody need be asked what stands there already.
    """
    answers = {fact.key: fact for fact in view.facts}
    for key in keys:
        if key.key not in answers and (found := _from_record(view, key)) is not None:
            answers[key.key] = found
    return answers


def _from_record(view: RecordView, key: FactKey) -> KnownFact | None:
    kind = _IDENTITY_ANSWERS.get(key.key)
    sure = [one for one in view.identities if one.kind == kind and one.confidence != Confidence.GUESSED]
    if sure:
        best = max(sure, key=lambda one: (one.confidence == Confidence.VERIFIED, one.at))
        return _stated(key, best.value, confidence=best.confidence, hand=best.hand, at=best.at)
    if key.key == "language" and view.language:
        name = language_name(view.language)
        return _stated(key, name, confidence=Confidence.CLAIMED, hand=Hand.SYSTEM, at=view.created_at)
    return None


def _stated(key: FactKey, text: str, *, confidence: str, hand: str, at: datetime) -> KnownFact:
    return KnownFact(
        fact_id=None,
        key=key.key,
        label=key.label,
        question=key.question,
        value=text,
        text=text,
        confidence=confidence,
        hand=hand,
        author="",
        partner_name="",
        at=at,
        source="record",
        value_type=key.value_type,
        choices=tuple(key.choices),
        sensitivity=key.sensitivity,
    )


def language_name(code: str) -> str:
    """The language in English, or its code when unknown."""
    try:
        return str(get_language_info(code)["name"])
    except KeyError:
        return code


def callers_of(viewer: Viewer, e164: str) -> list[Customer]:
    """The visible customers this number may be, sure or guessed, by name; several share a line at times."""
    if not e164.startswith("+"):
        return []
    found = visible_customers(viewer).filter(identities__kind=Identity.Kind.PHONE, identities__value=e164)
    return list(found.distinct().order_by("display_name", "id")[:MOST_CANDIDATES])


def customer_by_identity(kind: str, value: str, *, country_code: str = "") -> Customer | None:
    """The one customer this identity recognises; None when nobody, several, or it was only guessed."""
    normal = rules.normalize_identity(kind, value, country_code=country_code)
    if normal is None:
        return None
    found = Customer.objects.filter(
        identities__kind=kind,
        identities__value=normal,
        identities__confidence__in=["verified", "claimed"],
        merged_into=None,
    ).distinct()[:2]
    return found[0] if len(found) == 1 else None


def record_view(viewer: Viewer, customer_id: int, *, country_code: str = "") -> RecordView:
    """The record as this viewer may see it; `country_code` is the organisation's where it is known already.
    NotVisible.
    """
    customer = access_customer(viewer, customer_id)
    name = shown(viewer, "display_name", customer.display_name)
    return RecordView(
        customer_id=customer.id,
        version=customer.version,
        display_name=name or f"Customer {customer.id}",
        company_name=shown(viewer, "company_name", customer.company_name),
        language=shown(viewer, "language", customer.language),
        region=shown(viewer, "region", customer.region),
        postal_address=shown(viewer, "postal_address", customer.postal_address),
        customer_since=customer.customer_since if may_read(viewer, "customer_since") else None,
        created_at=customer.created_at,
        identities=_identities(viewer, customer, country_code or home_country()),
        subscriptions=_subscriptions(viewer, customer_id),
        facts=current_facts(customer_id, readable_facts(viewer)),
    )


def offered_products(viewer: Viewer) -> list[OfferedProduct]:
    """The products this viewer may have a subscription switched to, by name."""
    products = Product.objects.order_by("name")
    if viewer.scope is not None:
        products = products.filter(code__in=viewer.scope.products)
    names = {partner.id: partner.name for partner in Partner.objects.filter(is_active=True).order_by("id")}
    scopes = scopes_of_partners(names)

    def deliverer(code: str) -> str:
        return next((names[one] for one, scope in scopes.items() if code in scope.products), "")

    return [OfferedProduct(row.code, row.name, deliverer(row.code)) for row in products]


def _identities(viewer: Viewer, customer: Customer, home: str) -> list[KnownIdentity]:
    rows = customer.identities.order_by("kind", "id")
    if viewer.scope is not None:
        rows = rows.exclude(
            kind=Identity.Kind.PARTNER_REFERENCE, partner__isnull=False
        ) | customer.identities.filter(partner_id=viewer.scope.partner_id)
    known = []
    shared = _shared_of(rows)
    for identity in rows:
        value = shown(viewer, identity.kind, identity.value)
        if value is None:
            continue
        whole = value == identity.value
        if whole and identity.kind in {Identity.Kind.PHONE, Identity.Kind.WHATSAPP}:
            value = format_phone(value, country_code=home)
        known.append(
            KnownIdentity(
                id=identity.id,
                kind=identity.kind,
                label=identity.get_kind_display(),
                value=value,
                confidence=identity.confidence,
                hand=identity.hand,
                masked=not whole,
                at=identity.confirmed_at or identity.created_at,
                extension=identity.extension if whole else "",
                source=identity.source,
                is_shared=(_number_kind(identity.kind), identity.value) in shared,
            )
        )
    return known


def _shared_of(rows: Iterable[Identity]) -> set[tuple[str, str]]:
    values = [row.value for row in rows]
    return set(SharedIdentity.objects.filter(value__in=values).values_list("kind", "value"))


def _number_kind(kind: str) -> str:
    return Identity.Kind.PHONE if kind == Identity.Kind.WHATSAPP else kind


def _subscriptions(viewer: Viewer, customer_id: int) -> list[KnownSubscription]:
    rows = visible_subscriptions(viewer).filter(customer_id=customer_id)
    rows = rows.select_related("product", "fulfilled_by")
    return [
        KnownSubscription(
            id=row.id,
            product_code=row.product.code,
            product_name=row.product.name,
            state=row.state,
            state_label=row.get_state_display(),
            partner_id=row.fulfilled_by_id,
            partner_name=row.fulfilled_by.name if row.fulfilled_by else "",
            reference=row.reference,
            started_on=row.started_on,
            renews_on=row.renews_on,
        )
        for row in rows.order_by("started_on", "id")
    ]
