"""What became of things: each answer to a question, who changed a field, what a subscription was before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.access import Viewer
from customers import rules
from customers.access import access_customer, may_read, readable_facts, visible_customers
from customers.models import Fact, FactKey, FulfilmentChange, Order, OutsideReference
from foundation import clock
from foundation.errors import NotVisible
from foundation.models import Event

# How far back the log is read for who changed a field last.
MOST_CHANGES = 200
MOST_ANSWERS = 50


@dataclass(frozen=True)
class FieldChange:
    """Who changed a field of the record last, and when."""

    field: str
    hand: str
    name: str
    at: datetime
    version: int = 0


@dataclass(frozen=True)
class Answer:
    """One answer to a question as it was given; `why_not` says why it does not count, empty for the one
    that does."""

    text: str
    confidence: str
    hand: str
    author: str
    partner_name: str
    source: str
    at: datetime
    expires_at: datetime | None
    why_not: str

    @property
    def is_current(self) -> bool:
        """Whether this is the answer that counts."""
        return not self.why_not


@dataclass(frozen=True)
class Answers:
    """Every answer to one question of one customer, the newest first."""

    key: str
    label: str
    precedence: str
    sensitivity: str
    answers: list[Answer]
    more: int


def answers_to(viewer: Viewer, customer_id: int, key: str) -> Answers:
    """Every answer to a question, with what makes it count or not. NotVisible, also of a question that this
    viewer may not read."""
    access_customer(viewer, customer_id)
    readable = readable_facts(viewer)
    fact_key = FactKey.objects.filter(key=key).first()
    if fact_key is None or (readable is not None and key not in readable):
        raise NotVisible("fact")
    rows = Fact.objects.filter(customer_id=customer_id, key=fact_key).select_related("member", "partner")
    facts = list(rows.order_by("-recorded_at", "-id"))
    now = clock.now()
    current = rules.choose_current(facts, now, precedence=fact_key.precedence)
    told = [_answer(fact, current, now, fact_key.precedence) for fact in facts]
    first = [one for one in told if one.is_current]
    rest = [one for one in told if not one.is_current]
    return Answers(
        key=key,
        label=fact_key.label,
        precedence=fact_key.get_precedence_display(),
        sensitivity=fact_key.get_sensitivity_display(),
        answers=(first + rest)[:MOST_ANSWERS],
        more=max(len(told) - MOST_ANSWERS, 0),
    )


def _answer(fact: Fact, current: Fact | None, now: datetime, precedence: str) -> Answer:
    return Answer(
        text=rules.spell_value(fact.value),
        confidence=fact.confidence,
        hand=fact.hand,
        author=fact.member.display_name if fact.member else "",
        partner_name=fact.partner.name if fact.partner else "",
        source=fact.source,
        at=fact.recorded_at,
        expires_at=fact.expires_at,
        why_not=rules.why_superseded(fact, current, now, precedence=precedence),
    )


def changes_of_fields(
    customer_id: int, names: Iterable[str], *, since_version: int = 0
) -> dict[str, FieldChange]:
    """By field, who changed it last; of answers (`fact.KEY`) who gave the newest. From the event log."""
    wanted = set(names)
    found: dict[str, FieldChange] = {}
    log = Event.objects.filter(
        subject=f"customer:{customer_id}", name__in=["customer.changed", "fact.recorded"]
    )
    for event in log.order_by("-id")[:MOST_CHANGES]:
        payload = event.payload
        version = payload.get("version", 0)
        if event.name == "customer.changed" and version <= since_version:
            continue
        fields = payload.get("fields") or [f"fact.{payload.get('key')}"]
        for field in set(fields) & (wanted - found.keys()):
            found[field] = FieldChange(
                field, event.actor.get("hand", ""), event.actor.get("name", ""), event.occurred_at, version
            )
        if len(found) == len(wanted):
            break
    return found


def fields_changed_since(customer_id: int, version: int) -> list[str]:
    """The names of what was changed on the record after this version of it (`subscriptions`, `phone`, …)."""
    log = Event.objects.filter(
        subject=f"customer:{customer_id}", name="customer.changed", payload__version__gt=version
    )
    return sorted({field for payload in log.values_list("payload", flat=True) for field in payload["fields"]})


# --- Subscriptions and orders -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reference:
    """What a system calls it."""

    system: str
    value: str


@dataclass(frozen=True)
class Step:
    """One thing that became of a subscription or order."""

    what: str
    state: str
    hand: str
    author: str
    partner_name: str
    at: datetime


@dataclass(frozen=True)
class Fulfilment:
    """The references and the history of one subscription or order, the newest step first."""

    references: list[Reference]
    steps: list[Step]


@dataclass(frozen=True)
class KnownOrder:
    """An order of the customer's and who fulfils it (empty: in-house)."""

    id: int
    product_code: str
    product_name: str
    quantity: int
    state: str
    state_label: str
    partner_id: int | None
    partner_name: str
    ordered_at: datetime
    fulfilment: Fulfilment


def orders_of(viewer: Viewer, customer_id: int, *, limit: int = 20) -> list[KnownOrder]:
    """The customer's orders, the newest first; none when this viewer may not know the customer. A partner
    whose contract does not name subscriptions sees those of its own products."""
    rows = Order.objects.filter(customer_id=customer_id).select_related("product", "fulfilled_by")
    if viewer.scope is not None:
        rows = rows.filter(customer__in=visible_customers(viewer))
    if viewer.scope is not None and not may_read(viewer, "subscriptions"):
        rows = rows.filter(product__code__in=viewer.scope.products)
    orders = list(rows.order_by("-ordered_at", "-id")[:limit])
    lives = _fulfilments(viewer, "order", [order.id for order in orders])
    return [
        KnownOrder(
            id=order.id,
            product_code=order.product.code,
            product_name=order.product.name,
            quantity=order.quantity,
            state=order.state,
            state_label=order.get_state_display(),
            partner_id=order.fulfilled_by_id,
            partner_name=order.fulfilled_by.name if order.fulfilled_by else "",
            ordered_at=order.ordered_at,
            fulfilment=lives[order.id],
        )
        for order in orders
    ]


def fulfilment_of_subscriptions(viewer: Viewer, subscription_ids: Sequence[int]) -> dict[int, Fulfilment]:
    """By subscription (those the viewer was shown), its references and history."""
    return _fulfilments(viewer, "subscription", subscription_ids)


def _fulfilments(viewer: Viewer, kind: str, ids: Sequence[int]) -> dict[int, Fulfilment]:
    lives = {one: Fulfilment([], []) for one in ids}
    if not ids:
        return lives
    of_these = {f"{kind}_id__in": list(ids)}
    for reference in OutsideReference.objects.filter(**of_these).order_by("system"):
        if _is_theirs(viewer, reference.partner_id):
            told = Reference(reference.system, reference.value)
            lives[getattr(reference, f"{kind}_id")].references.append(told)
    changes = FulfilmentChange.objects.filter(**of_these).select_related("partner")
    for change in changes.order_by("-at", "-id"):
        if _is_theirs(viewer, change.partner_id):
            lives[getattr(change, f"{kind}_id")].steps.append(_step(change))
    return lives


def _is_theirs(viewer: Viewer, partner_id: int | None) -> bool:
    return viewer.scope is None or partner_id in {None, viewer.scope.partner_id}


def _step(change: FulfilmentChange) -> Step:
    return Step(
        what=change.what,
        state=change.state,
        hand=change.hand,
        author=change.author,
        partner_name=change.partner.name if change.partner else "",
        at=change.at,
    )
