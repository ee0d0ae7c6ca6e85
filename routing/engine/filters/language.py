"""The agent speaks the customer's language, where the queue requires it."""

from routing.engine.filters.refusal import Refusal
from routing.engine.scene import Scene
from routing.engine.values import Contact, Seat


def allows(contact: Contact, seat: Seat, scene: Scene) -> bool:
    """Whether they can talk to each other, as far as it is known and required."""
    if not contact.language or not scene.plan(contact).language_required:
        return True
    return contact.language in seat.agent.languages


def refusal(contact: Contact, seat: Seat, scene: Scene) -> Refusal:
    """Names the language by its code."""
    return Refusal(f"does not speak the customer's language ({contact.language})", None, "a speaker")
