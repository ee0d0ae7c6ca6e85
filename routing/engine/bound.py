"""After how long nobody who comes later can come first any more."""

import math
from collections.abc import Iterable

from routing.engine.values import QueuePlan

USUAL_HIGHEST = 10.0  # points anybody begins with, where nobody says otherwise


def starvation_bound(
    plan: QueuePlan, plans: Iterable[QueuePlan], *, highest_base: float = USUAL_HIGHEST
) -> float | None:
    """Seconds of waiting after which no newcomer of the same class comes before a contact of `plan`.

    It holds for a contact that began with no points, against newcomers that begin with up to `highest_base`
    in any of `plans`. None when newcomers can come first for ever: without ageing, newest first among equals,
    or where others age faster without a cap, or rise above this queue's cap. Higher classes always
    come first.
    """
    rivals = [plan, *(one for one in plans if one.priority_class == plan.priority_class)]
    bounds = [_against(plan, rival, highest_base) for rival in rivals]
    found = [bound for bound in bounds if bound is not None]
    return max(found) if len(found) == len(bounds) else None


def _against(plan: QueuePlan, rival: QueuePlan, base: float) -> float | None:
    """The bound against the newcomers of one queue."""
    start, summit = _capped(base, rival), _summit(rival, base)
    mine = _summit(plan, 0.0)
    if mine < summit or (rival.newest_first and mine == summit and math.isfinite(mine)):
        return None
    catch_up = _seconds_to(start, plan)
    if rival.acceleration > plan.acceleration and summit > start:
        if math.isinf(summit):
            return None
        head_start = 60 * (summit - start) / rival.acceleration
        catch_up = max(catch_up, _seconds_to(summit, plan) - head_start)
    return catch_up


def _seconds_to(points: float, plan: QueuePlan) -> float:
    """Seconds until a contact without points of its own has so many; its queue can reach them."""
    if points <= 0 or plan.acceleration <= 0:
        return 0.0
    return 60 * points / plan.acceleration


def _capped(points: float, plan: QueuePlan) -> float:
    return points if plan.score_cap is None else min(points, plan.score_cap)


def _summit(plan: QueuePlan, base: float) -> float:
    """The most points a contact of the queue can ever have."""
    return _capped(math.inf if plan.acceleration > 0 else base, plan)
