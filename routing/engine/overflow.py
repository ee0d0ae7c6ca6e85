"""Pools that help another queue while it is in trouble and their own is well."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Overflow:
    """Pool P helps queue A. Waits are those of the longest waiting, in seconds.

    It opens when A's passes `opens_at` while the home queue's is within `home_most`, and closes when A's
    falls below `closes_at` or the home queue's passes `home_most`; but not before `hold` seconds are over.
    """

    queue_id: int
    pool_id: int
    home_queue_id: int | None = None
    opens_at: float = 60.0
    closes_at: float = 20.0
    home_most: float = 20.0
    hold: float = 300.0


@dataclass(frozen=True, slots=True)
class Lending:
    """Since when the pool helps; None while it does not."""

    opened_at: float | None = None


def borrow(rule: Overflow, state: Lending, *, wait: float, home_wait: float, now: float) -> Lending:
    """The state after looking at both queues; the same object when nothing changes."""
    home_is_well = rule.home_queue_id is None or home_wait <= rule.home_most
    if state.opened_at is None:
        return Lending(now) if wait > rule.opens_at and home_is_well else state
    if now - state.opened_at < rule.hold:
        return state
    return state if home_is_well and wait >= rule.closes_at else Lending()
