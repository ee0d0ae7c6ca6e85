"""An agent who declined or missed a contact is left in peace with it for a while."""

from routing.engine.durations import clock_text
from routing.engine.filters.refusal import Refusal
from routing.engine.scene import Scene
from routing.engine.values import Contact, Seat


def allows(contact: Contact, seat: Seat, scene: Scene) -> bool:
    """Whether no cool-down runs for this pair."""
    return not any(agent_id == seat.agent.id and until > scene.now for agent_id, until in contact.avoid)


def refusal(contact: Contact, seat: Seat, scene: Scene) -> Refusal:
    """How long the cool-down still runs."""
    until = max(until for agent_id, until in contact.avoid if agent_id == seat.agent.id)
    text = f"declined or missed it; asked again in {clock_text(until - scene.now)} at the earliest"
    return Refusal(text, until)
