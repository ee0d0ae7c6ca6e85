"""While a contact is held for the agent who knows it, nobody else gets it."""

from routing.engine.filters import hold
from routing.engine.filters.refusal import Refusal
from routing.engine.scene import Scene
from routing.engine.values import Contact, Seat


def allows(contact: Contact, seat: Seat, scene: Scene) -> bool:
    """Whether it is held for nobody else."""
    held_for = hold.agent_held_for(contact, scene)
    return held_for is None or held_for == seat.agent.id


def refusal(contact: Contact, seat: Seat, scene: Scene) -> Refusal:
    """For whom, and how long."""
    return hold.held_for_agent(contact, scene)
