"""Committed shares: how many contacts each pool is short of, in the running interval.

A pool's shortfall is what its share of all contacts, this one counted, would be, less what it has had.
"""

import math
from collections.abc import Mapping

from routing.engine.values import Share, Split

BELOW_FLOOR = 1e6  # more than any shortfall


def interval_of(split: Split, now: float) -> int:
    """The number of the interval that counts now."""
    return math.floor(now / (split.minutes * 60))


def interval_ends(split: Split, now: float) -> float:
    """When the counts begin anew."""
    return (interval_of(split, now) + 1) * split.minutes * 60.0


def shortfall(share: Share, taken: Mapping[int, int]) -> float:
    """Contacts the pool is short of when the next one comes; negative when it has had more."""
    return share.percent / 100 * (sum(taken.values()) + 1) - taken.get(share.pool_id, 0)


def urgency(share: Share, taken: Mapping[int, int]) -> float:
    """The shortfall, lifted above all others while the pool is below its floor."""
    total = sum(taken.values()) + 1
    below_floor = taken.get(share.pool_id, 0) < math.floor(share.floor / 100 * total)
    return shortfall(share, taken) + (BELOW_FLOOR if below_floor else 0.0)


def at_ceiling(share: Share, taken: Mapping[int, int]) -> bool:
    """Whether one more would be above the ceiling, rounded up to a whole contact."""
    most = math.ceil(share.ceiling / 100 * (sum(taken.values()) + 1))
    return taken.get(share.pool_id, 0) >= most


def share_of(split: Split, pool_id: int) -> Share | None:
    """The pool's share, if it has one."""
    return next((share for share in split.shares if share.pool_id == pool_id), None)
