"""The agent who has waited longest for work, by the queue's clock."""

from routing.engine.durations import clock_text
from routing.engine.scene import Scene
from routing.engine.values import Contact, Seat

_WORDS = {
    "ready": "idle longest",
    "inbound": "longest since the last inbound contact",
    "offer": "longest since the last offer",
    "end": "longest since the last contact ended",
}


def clock_of(seat: Seat, clock: str) -> float:
    """Since when the agent waits; one who has had none of the kind counts from when they became ready."""
    at = {"inbound": seat.inbound_at, "offer": seat.offer_at, "end": seat.end_at}.get(clock)
    return seat.ready_since if at is None else at


def rank(contact: Contact, seat: Seat, pools: frozenset[int], scene: Scene) -> float:
    """Since when, by the queue's clock."""
    return clock_of(seat, scene.plan(contact).idle_clock)


def reason(contact: Contact, seat: Seat, pools: frozenset[int], scene: Scene) -> str:
    """How long."""
    clock = scene.plan(contact).idle_clock
    return f"{_WORDS[clock]}: {clock_text(scene.now - clock_of(seat, clock))}"
