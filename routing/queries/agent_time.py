"""How agents' time went: periods that touch, cut to one day of the organisation, and their totals."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from accounts.models import Member
from foundation import clock
from routing.models import Presence, PresencePeriod

_BUSY = (Presence.State.OFFERED, Presence.State.SERVING, Presence.State.WRAP_UP)


@dataclass(frozen=True)
class Span:
    """One state without a break, inside the day."""

    state: str
    reason: str
    is_productive: bool
    started_at: datetime
    ended_at: datetime

    @property
    def seconds(self) -> float:
        """How long."""
        return (self.ended_at - self.started_at).total_seconds()


@dataclass(frozen=True)
class Totals:
    """Seconds by state; `pauses` by reason. Occupancy: busy ÷ (busy + ready), None for neither."""

    by_state: dict[str, float]
    pauses: dict[str, float]
    productive: float

    @property
    def signed_in(self) -> float:
        """All but offline."""
        return sum(seconds for state, seconds in self.by_state.items() if state != Presence.State.OFFLINE)

    @property
    def busy(self) -> float:
        """With offers, customers and wrap-up."""
        return sum(self.by_state.get(state, 0.0) for state in _BUSY)

    @property
    def occupancy(self) -> float | None:
        """0–1."""
        available = self.busy + self.by_state.get(Presence.State.READY, 0.0)
        return self.busy / available if available else None


@dataclass(frozen=True)
class AgentDay:
    """One agent's day; `spans` touch and never overlap."""

    member: Member
    spans: list[Span]
    totals: Totals


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Midnight to midnight, 23 to 25 hours apart."""
    start = datetime.combine(day, time.min, tzinfo=zone)
    return start, datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone)


def agent_days(day: date, zone: ZoneInfo) -> list[AgentDay]:
    """Everybody with any time on that day, by company and name; today's last span ends now."""
    start, end = day_bounds(day, zone)
    end = min(end, clock.now())
    rows = PresencePeriod.objects.filter(Q(ended_at=None) | Q(ended_at__gt=start), started_at__lt=end)
    spans: dict[int, list[Span]] = defaultdict(list)
    for row in rows.order_by("member_id", "id"):
        span = _cut(row, start, end)
        if span.seconds > 0:
            spans[row.member_id].append(span)
    members = Member.objects.filter(id__in=spans).select_related("partner")
    days = [AgentDay(member, spans[member.id], totals_of(spans[member.id])) for member in members]
    shown = [one for one in days if one.totals.signed_in]
    return sorted(shown, key=lambda one: (_company(one.member), one.member.display_name, one.member.id))


def totals_of(spans: Iterable[Span]) -> Totals:
    """The sums of these spans. Work counts as productive: busy, ready, and productive pauses."""
    by_state: dict[str, float] = defaultdict(float)
    pauses: dict[str, float] = defaultdict(float)
    productive = 0.0
    for span in spans:
        by_state[span.state] += span.seconds
        if span.state == Presence.State.PAUSED:
            pauses[span.reason or "No reason"] += span.seconds
        if span.is_productive or span.state in (*_BUSY, Presence.State.READY):
            productive += span.seconds
    return Totals(dict(by_state), dict(pauses), productive)


def _cut(row: PresencePeriod, start: datetime, end: datetime) -> Span:
    return Span(
        state=row.state,
        reason=row.reason,
        is_productive=row.is_productive,
        started_at=max(row.started_at, start),
        ended_at=min(row.ended_at or end, end),
    )


def _company(member: Member) -> str:
    return member.partner.name if member.partner else ""
