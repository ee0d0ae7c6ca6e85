"""A run folded to the hours of a day, which is how people plan."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from routing.simulation.results import HourResult

HOURS = 24


@dataclass(frozen=True)
class DayHour:
    """One hour of the day over all simulated days; waits in seconds, shares 0–1, None where nothing was."""

    hour: int
    offered: int
    answered: int
    mean_wait: float | None
    level: float | None
    occupancy: Mapping[str, float | None]
    shares: Mapping[str, Mapping[str, float]]


def day_hours(hours: Sequence[HourResult]) -> list[DayHour]:
    """All 24, in order."""
    return [_folded(number, [one for one in hours if one.hour % HOURS == number]) for number in range(HOURS)]


def busy_span(folded: Sequence[DayHour]) -> range:
    """From the first hour with contacts to the last; the whole day when there is none."""
    busy = [one.hour for one in folded if one.offered]
    return range(busy[0], busy[-1] + 1) if busy else range(HOURS)


def _folded(number: int, hours: Sequence[HourResult]) -> DayHour:
    offered, answered = sum(one.offered for one in hours), sum(one.answered for one in hours)
    waited = sum(one.mean_wait * one.answered for one in hours)
    return DayHour(
        hour=number,
        offered=offered,
        answered=answered,
        mean_wait=waited / answered if answered else None,
        level=sum(one.within_target for one in hours) / offered if offered else None,
        occupancy=_occupancy(hours),
        shares=_shares(hours),
    )


def _occupancy(hours: Sequence[HourResult]) -> dict[str, float | None]:
    values: dict[str, list[float]] = defaultdict(list)
    for one in hours:
        for pool, share in one.occupancy.items():
            values[pool] += [] if share is None else [share]
    return {pool: sum(found) / len(found) if found else None for pool, found in values.items()}


def _shares(hours: Sequence[HourResult]) -> dict[str, dict[str, float]]:
    counted: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for one in hours:
        for queue, pools in one.answered_by.items():
            for pool, count in pools.items():
                counted[queue][pool] += count
    return {
        queue: {pool: count / sum(pools.values()) for pool, count in pools.items()}
        for queue, pools in counted.items()
        if sum(pools.values())
    }
