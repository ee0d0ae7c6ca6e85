"""The agent has the units free that a contact of this channel costs."""

from routing.engine.filters.refusal import Refusal
from routing.engine.load import enough, units_left
from routing.engine.scene import Scene
from routing.engine.values import Contact, Seat


def allows(contact: Contact, seat: Seat, scene: Scene) -> bool:
    """Whether the units are free, interruptible contacts not counted."""
    return enough(seat, scene.rules.channel(contact.channel), scene.rules)


def refusal(contact: Contact, seat: Seat, scene: Scene) -> Refusal:
    """How many are free, and how many it takes."""
    rule = scene.rules.channel(contact.channel)
    left = max(round(units_left(seat, rule, scene.rules)), 0)
    text = f"has {left} of 100 units free, {contact.channel} takes {rule.units}"
    return Refusal(text, None, "the end of a contact or of wrap-up")
