"""Agents who speak the customer's language come before those who do not."""

from routing.engine.scene import Scene
from routing.engine.values import Contact, Seat


def rank(contact: Contact, seat: Seat, pools: frozenset[int], scene: Scene) -> float:
    """0 for a speaker, or when the language is not known; 1 for others."""
    return float(bool(contact.language) and contact.language not in seat.agent.languages)


def reason(contact: Contact, seat: Seat, pools: frozenset[int], scene: Scene) -> str:
    """Names the language."""
    name = seat.agent.languages.get(contact.language, "") if contact.language else ""
    return f"speaks {name}" if name else ""
