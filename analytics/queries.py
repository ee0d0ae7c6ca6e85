"""Today's figures and their way through the last hours."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet, Sum

from accounts.actors import Hand
from accounts.models import Organization, Partner
from analytics.models import QueueInterval
from analytics.rules import (
    COUNTED,
    QUARTER,
    SERVICE_LEVEL_FORMULA,
    Counts,
    day_of,
    quarter_of,
    service_level,
    total,
)
from foundation import clock
from foundation.tenancy import current_organization_id
from routing.models import Presence, Queue
from routing.queries import AgentState, agent_states

__all__ = [
    "SERVICE_LEVEL_FORMULA",
    "QueueToday",
    "ServingNow",
    "Trends",
    "asked_again_today",
    "service_level",
    "serving_now",
    "today",
    "today_by_partner",
    "today_by_queue",
    "trend",
    "trends",
]
_SUMS = {f"sum_{name}": Sum(name) for name in COUNTED}
_CARRY_OVER = timedelta(hours=24)  # nobody waits longer than this


@dataclass(frozen=True)
class QueueToday:
    """One queue's day so far; service level 0–1, None when nobody came."""

    queue_slug: str
    queue_name: str
    counts: Counts
    service_level: float | None


@dataclass(frozen=True)
class ServingNow:
    """One company's people on shift, and what they do."""

    hand: str
    name: str
    people: int
    busy: int
    wrap_up: int
    paused: int
    ready: int
    not_responding: int


def today_by_queue() -> list[QueueToday]:
    """Every open queue, by name, since midnight in the organisation's time zone."""
    counted = _counts_by("queue_slug", _today())
    queues = Queue.objects.filter(is_active=True).order_by("name", "id")
    return [
        QueueToday(queue.slug, queue.name, counts, service_level(counts))
        for queue in queues
        for counts in [counted.get(queue.slug, Counts())]
    ]


def today() -> Counts:
    """All queues together."""
    return total(_counts_by("queue_slug", _today()).values())


def today_by_partner() -> dict[str, Counts]:
    """What each company's agents did today: by partner's name, "" for in-house."""
    names = dict(Partner.objects.values_list("id", "name"))
    return {names.get(key, ""): counts for key, counts in _counts_by("partner_id", _today()).items()}


def asked_again_today() -> int:
    """How often somebody was asked what the record already said."""
    return today().asked_again


def trend(kind: str, hours: float, *, queue_slug: str | None = None) -> list[float]:
    """One number for each quarter hour, oldest first, the running one last.

    Kinds: any count, `service_level` (0–1), `average_wait_seconds`, `average_handle_seconds`, and `waiting`
    at the end of each. Quarter hours in which nothing happened are 0; for service level, 1.
    """
    return trends(hours).of(kind, queue_slug=queue_slug)


@dataclass(frozen=True)
class Trends:
    """The last hours, read once: each figure of each queue, or of all together."""

    starts: list[datetime]
    counted: dict[tuple[str, datetime], Counts]

    def of(self, kind: str, *, queue_slug: str | None = None) -> list[float]:
        """One number for each quarter hour, as `trend` says."""
        counted: dict[datetime, Counts] = defaultdict(Counts)
        for (slug, start), counts in self.counted.items():
            if queue_slug in {None, slug}:
                counted[start] += counts
        if kind == "waiting":
            return _waiting_at(self.starts, counted)
        return [_figure(kind, counted.get(start, Counts())) for start in self.starts]


def trends(hours: float) -> Trends:
    """Everything that `trend` tells of the last hours, in one question."""
    last = quarter_of(clock.now())
    first = last - (int(hours * 4) - 1) * QUARTER
    rows = QueueInterval.objects.filter(starts_at__gte=first - _CARRY_OVER, starts_at__lte=last)
    sums = rows.values("queue_slug", "starts_at").annotate(**_SUMS)
    counted = {(row["queue_slug"], row["starts_at"]): _counts(row) for row in sums}
    return Trends([first + n * QUARTER for n in range(int(hours * 4))], counted)


def serving_now(agents: Iterable[AgentState] | None = None) -> list[ServingNow]:
    """In-house and each partner with people signed in. `agents`: where they were read already."""
    states: dict[str, list[str]] = defaultdict(list)
    for agent in agent_states() if agents is None else agents:
        if agent.state != Presence.State.OFFLINE:
            states[agent.partner_name].append(agent.state)
    house = Organization.objects.get(id=current_organization_id()).name
    return [_serving(partner, house, on_shift) for partner, on_shift in sorted(states.items())]


def _today() -> QuerySet[QueueInterval]:
    zone = Organization.objects.values_list("time_zone", flat=True).get(id=current_organization_id())
    begin, end = day_of(clock.now(), zone)
    return QueueInterval.objects.filter(starts_at__gte=begin, starts_at__lt=end)


def _counts_by(field: str, rows: QuerySet[QueueInterval]) -> dict[Any, Counts]:
    return {row[field]: _counts(row) for row in rows.values(field).annotate(**_SUMS)}


def _counts(row: Mapping[str, Any]) -> Counts:
    return Counts(**{name: row[f"sum_{name}"] for name in COUNTED})


def _figure(kind: str, counts: Counts) -> float:
    if kind == "service_level":
        level = service_level(counts)
        return 1.0 if level is None else level
    return float(getattr(counts, kind) or 0)


def _waiting_at(starts: list[datetime], counted: dict[datetime, Counts]) -> list[float]:
    """Stays begun minus stays ended, up to the end of each quarter hour."""
    balance = {start: one.offered - one.answered - one.abandoned for start, one in counted.items()}
    return [float(max(sum(_up_to(start, balance)), 0)) for start in starts]


def _up_to(last: datetime, balance: dict[datetime, int]) -> Iterable[int]:
    return (change for start, change in balance.items() if start <= last)


def _serving(partner: str, house: str, states: list[str]) -> ServingNow:
    count = states.count
    state = Presence.State
    return ServingNow(
        hand=Hand.PARTNER if partner else Hand.INHOUSE,
        name=partner or house,
        people=len(states),
        busy=count(state.SERVING) + count(state.OFFERED),
        wrap_up=count(state.WRAP_UP),
        paused=count(state.PAUSED),
        ready=count(state.READY),
        not_responding=count(state.NOT_RESPONDING),
    )
