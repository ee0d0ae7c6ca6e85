"""What customers are waiting for."""

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from django.db.models import Count, Q

from accounts.access import Viewer
from cases import rules
from cases.models import Case, Promise, ReasonModel
from cases.reasons import scoring
from cases.reasons.features import features_of
from cases.reasons.known import signals_of
from cases.reasons.reading import read_known, read_recent
from cases.reasons.scoring import Weights
from cases.rules import ReasonGuess
from foundation import clock
from foundation.tenancy import current_organization_id

RECENTLY = timedelta(days=14)
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


def guess_reason(
    customer_id: int, *, viewer: Viewer | None = None, interaction_id: int | None = None
) -> ReasonGuess | None:
    """Why this customer most likely calls; None when nothing speaks for any reason.

    `viewer` keeps the evidence to what that person may know; `interaction_id` is the contact at hand, in
    which the customer may have said why.
    """
    best = guess_reasons(customer_id, viewer=viewer, interaction_id=interaction_id)[0]
    return best if best.evidence else None


def guess_reasons(
    customer_id: int, *, viewer: Viewer | None = None, interaction_id: int | None = None
) -> list[ReasonGuess]:
    """Every reason with its probability, likeliest first: by the organisation's own model where one is in
    force, else by the rules."""
    served = read_known(customer_id, viewer=viewer, interaction_id=interaction_id)
    if not served.model:
        return rules.guess_reasons(signals_of(served.known, read_recent(served.known.moment).counts))
    model = stored_weights(current_organization_id(), served.model)
    features = features_of(served.known, read_recent(served.known.moment, counted=0).contacts)
    return scoring.guess(model, features, stated_reason=served.known.stated_reason)


@lru_cache(maxsize=64)
def stored_weights(organization_id: int, made_from: str) -> Weights:
    """The weights of a model; read once per process, as what they were made from names them."""
    found = ReasonModel.objects.filter(organization_id=organization_id, made_from=made_from)
    return Weights.from_json(found.values_list("weights", flat=True).get())
