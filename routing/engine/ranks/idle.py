"""The agent who has waited longest for work."""

from routing.engine.durations import clock_text
from routing.engine.values import Contact, QueuePlan, Seat


def rank(contact: Contact, seat: Seat, plan: QueuePlan, now: float) -> float:
    """Since when the seat is free."""
    return seat.ready_since


def reason(contact: Contact, seat: Seat, plan: QueuePlan, now: float) -> str:
    """How long."""
    return f"idle longest: {clock_text(now - seat.ready_since)}"
