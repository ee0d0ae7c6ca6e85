"""The less loaded agent before the longer idle one, so that two chats never beat none."""

from routing.engine.scene import Scene
from routing.engine.values import Contact, Seat


def rank(contact: Contact, seat: Seat, pools: frozenset[int], scene: Scene) -> float:
    """The share of capacity in use."""
    return seat.load


def reason(contact: Contact, seat: Seat, pools: frozenset[int], scene: Scene) -> str:
    """The share in per cent."""
    return f"least loaded: {seat.load:.0%}"
