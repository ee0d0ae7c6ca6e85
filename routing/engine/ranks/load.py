"""The less loaded agent before the longer idle one, so that two chats never beat none."""

from routing.engine.values import Contact, QueuePlan, Seat


def rank(contact: Contact, seat: Seat, plan: QueuePlan, now: float) -> float:
    """The share of capacity in use."""
    return seat.load


def reason(contact: Contact, seat: Seat, plan: QueuePlan, now: float) -> str:
    """The share in per cent."""
    return f"least loaded: {seat.load:.0%}"
