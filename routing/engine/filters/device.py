"""The agent has what the channel needs: a call needs a microphone that works."""

from routing.engine.filters.refusal import Refusal
from routing.engine.scene import Scene
from routing.engine.values import Contact, Seat


def allows(contact: Contact, seat: Seat, scene: Scene) -> bool:
    """Whether nothing the channel needs is missing."""
    return contact.channel not in seat.without


def refusal(contact: Contact, seat: Seat, scene: Scene) -> Refusal:
    """What is missing."""
    what = "the microphone is gone" if contact.channel == "voice" else f"cannot serve {contact.channel} now"
    return Refusal(what, None, "it being there again")
