"""No contact beside those that rule its channel out, e.g. no chat while on a call."""

from routing.engine.filters.refusal import Refusal
from routing.engine.load import excluding
from routing.engine.scene import Scene
from routing.engine.values import Contact, Seat


def allows(contact: Contact, seat: Seat, scene: Scene) -> bool:
    """Whether nothing the agent has rules this channel out."""
    return not seat.held or not excluding(seat, scene.rules.channel(contact.channel), scene.rules)


def refusal(contact: Contact, seat: Seat, scene: Scene) -> Refusal:
    """What rules it out."""
    others = ", ".join(excluding(seat, scene.rules.channel(contact.channel), scene.rules))
    return Refusal(f"no {contact.channel} beside {others}", None, f"the end of {others}")
