"""The agent is at work: ready or busy, neither paused nor away."""

from routing.engine.filters.refusal import Refusal
from routing.engine.scene import Scene
from routing.engine.values import Contact, Seat

_WORDS = {"paused": "paused", "offline": "not signed in"}


def allows(contact: Contact, seat: Seat, scene: Scene) -> bool:
    """Whether the agent is at work; somebody with a seat of whom nothing else is known is."""
    return at_work(seat, scene)


def at_work(seat: Seat, scene: Scene) -> bool:
    """Whether the seat's agent is at work."""
    return scene.situation.staff.get(seat.agent.id, "ready") in ("ready", "busy")


def refusal(contact: Contact, seat: Seat, scene: Scene) -> Refusal:
    """What they are instead."""
    standing = scene.situation.staff.get(seat.agent.id, "offline")
    return Refusal(_WORDS.get(standing, standing), None, "being ready again")
