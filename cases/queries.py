"""What customers are waiting for."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Count, Q

from accounts.access import Viewer
from cases import rules
from cases.access import visible_cases, visible_promises
from cases.models import Case, Promise
from cases.rules import PastContact, PromiseSignal, ReasonGuess, Signals
from customers.access import may_read, readable_facts
from customers.models import Interaction, Subscription
from customers.queries import KnownFact, current_facts
from foundation import clock

RECENTLY = timedelta(days=14)
BASELINE_CONTACTS = 2_000
AT_RISK = timedelta(hours=1)
_OWED = [Promise.State.OPEN, Promise.State.BROKEN]


def open_cases(customer_id: int) -> list[Case]:
    """The customer's open matters, newest first."""
    cases = Case.objects.filter(customer_id=customer_id, state=Case.State.OPEN)
    return list(cases.select_related("partner").order_by("-opened_at", "-id"))


def open_promises(customer_id: int) -> list[Promise]:
    """What the customer still waits for, broken ones included, the next due first."""
    promises = Promise.objects.filter(customer_id=customer_id, state__in=["open", "broken"])
    return list(promises.select_related("owed_by", "owner", "case").order_by("due_at", "id"))


def promises_at_risk(*, limit: int | None = None) -> list[Promise]:
    """Broken ones that are still owed, and those warned about or due within the hour; next due first."""
    # The index knows what is open or broken, in this order; that it is one of the two it must be told.
    owed = Promise.objects.filter(_at_risk(), state__in=_OWED)
    return list(owed.select_related("customer", "owed_by", "owner").order_by("due_at", "id")[:limit])


@dataclass(frozen=True)
class PromiseCounts:
    """How many promises there are: `at_risk` of the open and broken ones, and how the others ended."""

    open: int
    kept: int
    broken: int
    at_risk: int


def promise_counts() -> PromiseCounts:
    """How many promises are in each state, and at risk."""
    states = {
        state.value: Count("id", filter=Q(state=state))
        for state in (Promise.State.OPEN, Promise.State.KEPT, Promise.State.BROKEN)
    }
    return PromiseCounts(**Promise.objects.aggregate(**states, at_risk=Count("id", filter=_at_risk())))


def _at_risk() -> Q:
    soon = Q(due_at__lte=clock.now() + AT_RISK) | Q(warned_at__isnull=False)
    return Q(state=Promise.State.BROKEN) | Q(soon, state=Promise.State.OPEN)


def holds_marketing(customer_id: int) -> bool:
    """Whether renewal notices and marketing wait because a case is open."""
    return Case.objects.filter(customer_id=customer_id, state=Case.State.OPEN).exists()


class Subscribed(NamedTuple):
    """What a subscription says of a reason."""

    product_name: str
    state: str
    renews_on: date | None


@dataclass(frozen=True)
class AlreadyRead:
    """What a screen has read of the customer anyway, as its viewer may see it; it is not read again."""

    stated_reason: str
    facts: Sequence[KnownFact]
    subscriptions: Sequence[Subscribed]


def reason_signals(
    customer_id: int,
    *,
    viewer: Viewer | None = None,
    interaction_id: int | None = None,
    read: AlreadyRead | None = None,
) -> Signals:
    """What speaks for one reason or another when this customer calls, as far as `viewer` may know it."""
    now = clock.now()
    known = read or AlreadyRead(
        _stated_reason(interaction_id), _facts(customer_id, viewer), _subscriptions(customer_id, viewer)
    )
    subscriptions = known.subscriptions
    return Signals(
        now=now,
        stated_reason=known.stated_reason,
        missing_issues=_missing_issues(known.facts),
        promises=tuple(_promise_signals(customer_id, viewer)),
        open_cases=tuple(_case_signals(customer_id, viewer)),
        contacts=tuple(_past_contacts(customer_id, interaction_id)),
        switching_to=tuple(sub.product_name for sub in subscriptions if sub.state == "switching"),
        renews_in_days=min(
            (
                (sub.renews_on - now.date()).days
                for sub in subscriptions
                if sub.renews_on and sub.state == "active" and sub.renews_on >= now.date()
            ),
            default=None,
        ),
        baseline=reason_counts(),
    )


def guess_reason(
    customer_id: int,
    *,
    viewer: Viewer | None = None,
    interaction_id: int | None = None,
    read: AlreadyRead | None = None,
) -> ReasonGuess | None:
    """Why this customer most likely calls; None when nothing speaks for any reason.

    `viewer` keeps the evidence to what that person may know; `interaction_id` is the contact at hand, in
    which the customer may have said why.
    """
    best = guess_reasons(customer_id, viewer=viewer, interaction_id=interaction_id, read=read)[0]
    return best if best.evidence else None


def guess_reasons(
    customer_id: int,
    *,
    viewer: Viewer | None = None,
    interaction_id: int | None = None,
    read: AlreadyRead | None = None,
) -> list[ReasonGuess]:
    """Every reason with its probability, likeliest first."""
    signals = reason_signals(customer_id, viewer=viewer, interaction_id=interaction_id, read=read)
    return rules.guess_reasons(signals)


def reason_counts(*, latest: int = BASELINE_CONTACTS) -> Mapping[str, int]:
    """How many of the latest contacts were about each reason."""
    known = Interaction.objects.exclude(reason="").order_by("-started_at")
    return Counter(known.values_list("reason", flat=True)[:latest])


def _stated_reason(interaction_id: int | None) -> str:
    if interaction_id is None:
        return ""
    return Interaction.objects.filter(id=interaction_id).values_list("reason", flat=True).first() or ""


def _facts(customer_id: int, viewer: Viewer | None) -> list[KnownFact]:
    readable = readable_facts(viewer) if viewer else None
    if readable is not None and "missing_issues" not in readable:
        return []
    return current_facts(customer_id, ["missing_issues"])


def _missing_issues(facts: Sequence[KnownFact]) -> tuple[str, ...]:
    values = [fact.value for fact in facts if fact.key == "missing_issues"]
    return tuple(str(issue) for value in values for issue in (value if isinstance(value, list) else [value]))


def _promise_signals(customer_id: int, viewer: Viewer | None) -> list[PromiseSignal]:
    known = visible_promises(viewer) if viewer else Promise.objects.all()
    owed = Q(state__in=["open", "broken"])
    settled = Q(state=Promise.State.KEPT, kept_at__gte=clock.now() - RECENTLY)
    promises = known.filter(owed | settled, customer_id=customer_id).select_related("owed_by")
    return [
        PromiseSignal(
            text=promise.text,
            company=promise.owed_by.name if promise.owed_by else "",
            state=promise.state,
            due_at=promise.due_at,
        )
        for promise in promises.order_by("due_at", "id")
    ]


def _case_signals(customer_id: int, viewer: Viewer | None) -> list[tuple[str, str]]:
    known = visible_cases(viewer) if viewer else Case.objects.all()
    rows = known.filter(customer_id=customer_id, state=Case.State.OPEN).order_by("-opened_at")
    return list(rows.values_list("reason", "title"))


def _subscriptions(customer_id: int, viewer: Viewer | None) -> list[Subscribed]:
    rows = Subscription.objects.filter(customer_id=customer_id)
    if viewer is not None and viewer.scope is not None and not may_read(viewer, "subscriptions"):
        rows = rows.filter(product__code__in=viewer.scope.products)
    return [Subscribed(*row) for row in rows.values_list("product__name", "state", "renews_on")]


def _past_contacts(customer_id: int, interaction_id: int | None) -> list[PastContact]:
    # Filtered here and not by the database, which would else walk the index of everybody's reasons.
    latest = Interaction.objects.filter(customer_id=customer_id).order_by("-started_at")
    rows = latest.values_list("id", "reason", "started_at")[:10]
    return [
        PastContact(reason=reason, at=started_at)
        for row_id, reason, started_at in rows
        if reason and row_id != interaction_id
    ]
