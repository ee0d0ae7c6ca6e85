"""Which contact comes first: class, then score with ageing up to a cap, then waiting since, then id.

Ageing is linear, so within one queue the order of those below the cap never changes while they wait. Points
are counted in whole microseconds of age, so that one number, computed once, orders a line exactly as the
scores of any later moment do.
"""

from routing.engine.values import Contact, QueuePlan

_CLASS_BITS = 58
_MIDDLE = 1 << (_CLASS_BITS - 1)
HIGHEST_CLASS = 31
_US_A_MINUTE = 60_000_000
# Without ageing a point of score still has to outweigh any wait: here it is worth two years of it.
_WITHOUT_AGEING = 1 / 1_051_200


def order_key(*, priority_class: int, acceleration: float, base_score: float, entered_us: int) -> int:
    """A place in line as one number for a database, lower first; it knows no cap and oldest first only."""
    head_start_us = round(base_score * _US_A_MINUTE / max(acceleration, _WITHOUT_AGEING))
    within = min(max(_MIDDLE + entered_us - head_start_us, 0), (1 << _CLASS_BITS) - 1)
    return (min(priority_class, HIGHEST_CLASS) << _CLASS_BITS) + within


def as_if_entered_us(contact: Contact, acceleration: float) -> int:
    """When it would have entered to have today's points by age alone; `acceleration` above 0."""
    return round(contact.entered_at * 1e6) - round(contact.base_score * _US_A_MINUTE / acceleration)


def uncapped_score(as_if_us: int, acceleration: float, now: float) -> float:
    """The points of somebody who entered then, without a cap."""
    return acceleration * (round(now * 1e6) - as_if_us) / _US_A_MINUTE


def score(contact: Contact, plan: QueuePlan, now: float) -> float:
    """The contact's points now."""
    if plan.acceleration > 0:
        points = uncapped_score(as_if_entered_us(contact, plan.acceleration), plan.acceleration, now)
    else:
        points = contact.base_score
    return points if plan.score_cap is None else min(points, plan.score_cap)


def since(contact: Contact, plan: QueuePlan) -> float:
    """What decides between equal points: the longer waiting first, or the newest where the queue says so."""
    return -contact.entered_at if plan.newest_first else contact.entered_at


def contact_order(contact: Contact, plan: QueuePlan, now: float) -> tuple[int, float, float, int]:
    """Compare contacts of any queues by this."""
    return (plan.priority_class, -score(contact, plan, now), since(contact, plan), contact.id)
