"""Whether it is open, when next, and what moment lies so many open seconds ahead. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

Span = tuple[time, time]
LOOK_AHEAD_DAYS = 366


@dataclass(frozen=True, slots=True)
class OpenHours:
    """Spans by weekday (0 is Monday) in local time; a holiday's spans replace the weekday's.

    A span that closes at 00:00 lasts until midnight. Local times that a clock change skips or doubles
    count as the zone reads them (PEP 495, first reading).
    """

    time_zone: str
    spans: tuple[tuple[Span, ...], ...]
    holidays: dict[date, tuple[Span, ...]] = field(default_factory=dict)

    def on(self, day: date) -> tuple[Span, ...]:
        """The day's spans in local time, earliest first."""
        return self.holidays.get(day, self.spans[day.weekday()])


def is_open(hours: OpenHours, at: datetime) -> bool:
    """Whether it is open at a moment (aware)."""
    day = at.astimezone(ZoneInfo(hours.time_zone)).date()
    return any(opens <= at < closes for opens, closes in _moments(hours, day))


def next_opening(hours: OpenHours, at: datetime) -> datetime | None:
    """When it opens next: `at` itself while open; None when never within a year."""
    for opens, closes in _from(hours, at):
        if at < closes:
            return max(opens, at)
    return None


def openings(hours: OpenHours, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """All openings that touch the time from `start` to `end` (aware), earliest first, each in UTC."""
    return [
        (opens, closes)
        for opens, closes in takewhile(lambda span: span[0] < end, _from(hours, start))
        if closes > start
    ]


def after_open_seconds(hours: OpenHours, at: datetime, seconds: float) -> datetime | None:
    """The moment when so many open seconds will have passed; None when never within a year."""
    left = timedelta(seconds=seconds)
    for opens, closes in _from(hours, at):
        begins = max(opens, at)
        if begins + left <= closes:
            return begins + left
        left -= max(closes - begins, timedelta())
    return None


def _from(hours: OpenHours, at: datetime) -> Iterator[tuple[datetime, datetime]]:
    day = at.astimezone(ZoneInfo(hours.time_zone)).date()
    for ahead in range(LOOK_AHEAD_DAYS):
        yield from _moments(hours, day + timedelta(days=ahead))


def _moments(hours: OpenHours, day: date) -> Iterator[tuple[datetime, datetime]]:
    zone = ZoneInfo(hours.time_zone)
    for opens, closes in hours.on(day):
        last = day + timedelta(days=1) if closes == time() else day
        # In UTC, because Python reckons within one zone by the wall clock, over clock changes too.
        yield (
            datetime.combine(day, opens, zone).astimezone(UTC),
            datetime.combine(last, closes, zone).astimezone(UTC),
        )
