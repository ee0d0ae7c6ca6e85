"""The agent this contact asks for, or knows already, comes first; then their team."""

from routing.engine.scene import Scene
from routing.engine.values import Contact, Seat


def rank(contact: Contact, seat: Seat, pools: frozenset[int], scene: Scene) -> float:
    """0 for the preferred agent, 1 for the preferred team, 2 for others."""
    if seat.agent.id == contact.preferred_agent_id:
        return 0.0
    return 1.0 if contact.preferred_pool_id in seat.agent.pools else 2.0


def reason(contact: Contact, seat: Seat, pools: frozenset[int], scene: Scene) -> str:
    """Said of the preferred only."""
    if seat.agent.id == contact.preferred_agent_id:
        return "knows this customer"
    if contact.preferred_pool_id in seat.agent.pools:
        name = scene.rules.pool(contact.preferred_pool_id or 0).name
        return f"{name or 'their team'} knows this customer"
    return ""
