"""The formulas behind the figures, and the calendar they are counted by."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

QUARTER = timedelta(minutes=15)
SERVICE_LEVEL_FORMULA = "answered within target ÷ (offered - short abandons)"


@dataclass(frozen=True)
class Counts:
    """What happened, in numbers; seconds are sums."""

    offered: int = 0
    answered: int = 0
    answered_in_target: int = 0
    abandoned: int = 0
    short_abandoned: int = 0
    transferred: int = 0
    handled: int = 0
    asked_again: int = 0
    wait_seconds: float = 0.0
    talk_seconds: float = 0.0
    wrap_up_seconds: float = 0.0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(**{name: getattr(self, name) + getattr(other, name) for name in COUNTED})

    @property
    def average_wait_seconds(self) -> float | None:
        """Speed of answer: the mean wait of the answered."""
        return self.wait_seconds / self.answered if self.answered else None

    @property
    def average_handle_seconds(self) -> float | None:
        """Talk (holds included) and wrap-up, per contact handled."""
        return (self.talk_seconds + self.wrap_up_seconds) / self.handled if self.handled else None

    @property
    def abandoned_share(self) -> float | None:
        """Abandons, without the short ones, per contact offered, without those (0–1)."""
        offered = self.offered - self.short_abandoned
        return (self.abandoned - self.short_abandoned) / offered if offered > 0 else None


COUNTED = tuple(field.name for field in fields(Counts))


def total(counts: Iterable[Counts]) -> Counts:
    """All of them together."""
    return sum(counts, Counts())


def service_level(counts: Counts) -> float | None:
    """Answered within target ÷ (offered - short abandons), 0–1; None when nobody came.

    Contacts that still wait count as offered: the figure never looks better than it is.
    """
    offered = counts.offered - counts.short_abandoned
    return min(counts.answered_in_target / offered, 1.0) if offered > 0 else None


def quarter_of(moment: datetime) -> datetime:
    """The beginning of the quarter hour; every time zone's days begin on one."""
    moment = moment.astimezone(UTC)
    return moment.replace(minute=moment.minute - moment.minute % 15, second=0, microsecond=0)


def day_of(moment: datetime, time_zone: str) -> tuple[datetime, datetime]:
    """Begin and end, in UTC, of the local day around the moment: 23, 24 or 25 hours."""
    zone = ZoneInfo(time_zone)
    local = moment.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    following = (local + timedelta(days=1)).replace(hour=0)
    return local.astimezone(UTC), following.astimezone(UTC)
