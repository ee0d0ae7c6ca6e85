"""What was known of one customer at one moment, as plain values; nothing in it is younger than the moment."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from cases.rules import PastContact, PromiseSignal, Signals


@dataclass(frozen=True)
class KnownPromise:
    """A promise: what, by which company (empty: us), until when; `kept_at` None while it is owed."""

    text: str
    company: str
    partner_id: int | None
    promised_at: datetime
    due_at: datetime
    kept_at: datetime | None


@dataclass(frozen=True)
class KnownCase:
    """A case, open or solved lately."""

    reason: str
    title: str
    partner_id: int | None
    is_open: bool


@dataclass(frozen=True)
class KnownContact:
    """An earlier contact that was over."""

    reason: str
    disposition: str
    was_abandoned: bool
    started_at: datetime


@dataclass(frozen=True)
class KnownProduct:
    """A subscription: its product, its state, and days to the yearly day it renews on (None: no such day)."""

    code: str
    name: str
    state: str
    renews_in_days: int | None


@dataclass(frozen=True)
class KnownOrder:
    """An order: the product, how it stands, and how many days ago it was placed and took that state."""

    product: str
    state: str
    placed_days: float
    state_days: float


@dataclass(frozen=True)
class Known:
    """Everything the guess is made of. `stated_reason` is what was said in the contact at hand, which the
    model never sees; `time_zone` is the organisation's."""

    moment: datetime
    channel: str = ""
    time_zone: str = "UTC"
    stated_reason: str = ""
    promises: tuple[KnownPromise, ...] = ()
    cases: tuple[KnownCase, ...] = ()
    contacts: tuple[KnownContact, ...] = ()
    products: tuple[KnownProduct, ...] = ()
    orders: tuple[KnownOrder, ...] = ()
    missing_issues: tuple[str, ...] = ()

    @property
    def held(self) -> frozenset[str]:
        """The codes of the products this customer has now."""
        return frozenset(one.code for one in self.products if one.state in {"active", "switching", "paused"})


@dataclass(frozen=True)
class Recent:
    """The organisation's latest contacts before a moment: (reason, products held), and how many of a longer
    past were about each reason."""

    contacts: tuple[tuple[str, frozenset[str]], ...] = ()
    counts: dict[str, int] = field(default_factory=dict)


def seen_by_partner(
    known: Known, partner_id: int, *, sees_product: Callable[[str], bool], sees_issues: bool
) -> Known:
    """What remains for a partner: nothing of another partner's, no product or fact outside its contract."""

    def theirs(owner_id: int | None) -> bool:
        return owner_id is None or owner_id == partner_id

    return replace(
        known,
        promises=tuple(one for one in known.promises if theirs(one.partner_id)),
        cases=tuple(one for one in known.cases if theirs(one.partner_id)),
        products=tuple(one for one in known.products if sees_product(one.code)),
        orders=(),
        missing_issues=known.missing_issues if sees_issues else (),
    )


def signals_of(known: Known, counts: dict[str, int]) -> Signals:
    """The same, as the rules want it."""
    renewals = [
        one.renews_in_days
        for one in known.products
        if one.state == "active" and one.renews_in_days is not None and one.renews_in_days >= 0
    ]
    return Signals(
        now=known.moment,
        stated_reason=known.stated_reason,
        missing_issues=known.missing_issues,
        promises=tuple(
            PromiseSignal(one.text, one.company, _state_of(one, known.moment), one.due_at)
            for one in sorted(known.promises, key=lambda one: one.due_at)
        ),
        open_cases=tuple((one.reason, one.title) for one in known.cases if one.is_open),
        contacts=tuple(PastContact(one.reason, one.started_at) for one in known.contacts if one.reason),
        switching_to=tuple(one.name for one in known.products if one.state == "switching"),
        renews_in_days=min(renewals, default=None),
        baseline=counts,
    )


def _state_of(promise: KnownPromise, moment: datetime) -> str:
    if promise.kept_at is not None:
        return "kept"
    return "broken" if promise.due_at <= moment else "open"


def moment_of(seconds: float) -> datetime:
    """Seconds since 1970 as a moment."""
    return datetime.fromtimestamp(seconds, UTC)
