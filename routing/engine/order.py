"""Which contact comes first: class, then score with ageing, then waiting since, then id.

Within one queue the ageing is linear, so the order never changes while contacts wait: it is one number,
`order_key`, computed once when the contact enters.
"""

from routing.engine.values import Contact, QueuePlan

_CLASS_BITS = 58
_MIDDLE = 1 << (_CLASS_BITS - 1)
HIGHEST_CLASS = 31
# Without ageing a point of score still has to outweigh any wait: here it is worth two years of it.
_WITHOUT_AGEING = 1 / 1_051_200


def order_key(*, priority_class: int, acceleration: float, base_score: float, entered_us: int) -> int:
    """The place in a queue's line, lower first; `acceleration` in points per minute, time in µs."""
    head_start_us = round(base_score * 60_000_000 / max(acceleration, _WITHOUT_AGEING))
    within = min(max(_MIDDLE + entered_us - head_start_us, 0), (1 << _CLASS_BITS) - 1)
    return (min(priority_class, HIGHEST_CLASS) << _CLASS_BITS) + within


def score(contact: Contact, plan: QueuePlan, now: float) -> float:
    """The contact's points now."""
    return contact.base_score + plan.acceleration * (now - contact.entered_at) / 60


def contact_order(contact: Contact, plan: QueuePlan, now: float) -> tuple[int, float, float, int]:
    """Compare contacts of any queues by this."""
    return (plan.priority_class, -score(contact, plan, now), contact.entered_at, contact.id)
