"""How many seats a partner really brought. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta


def seats_at_work(
    periods: Iterable[tuple[datetime, datetime | None]], since: datetime, until: datetime
) -> float:
    """How many were at work on average between the two moments; an open period goes on. 0 for no time."""
    length = (until - since).total_seconds()
    if length <= 0:
        return 0.0
    worked = sum(
        (max(timedelta(), min(ended or until, until) - max(started, since)) for started, ended in periods),
        timedelta(),
    )
    return worked.total_seconds() / length


def delivered(at_work: float, before: int) -> float:
    """Seats that came on top of those who were at work when it was asked."""
    return max(0.0, round(at_work - before, 2))
