"""The agent has fewer contacts of this channel than its maximum."""

from routing.engine.filters.refusal import Refusal
from routing.engine.load import below_most
from routing.engine.scene import Scene
from routing.engine.values import Contact, Seat


def allows(contact: Contact, seat: Seat, scene: Scene) -> bool:
    """Whether one more is within the maximum."""
    return below_most(seat, scene.rules.channel(contact.channel))


def refusal(contact: Contact, seat: Seat, scene: Scene) -> Refusal:
    """The maximum that is reached."""
    held = seat.held.get(contact.channel, 0)
    return Refusal(f"has {held} on {contact.channel}, the maximum", None, "the end of one of them")
