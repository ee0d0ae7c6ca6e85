"""Agents of the customer's region come first, in queues that ask for it."""

from routing.engine.scene import Scene
from routing.engine.values import Contact, Seat


def rank(contact: Contact, seat: Seat, pools: frozenset[int], scene: Scene) -> float:
    """0 for agents of the region, or where it does not count; 1 for others."""
    if not contact.region or not scene.plan(contact).local_first:
        return 0.0
    return float(contact.region not in seat.agent.regions)


def reason(contact: Contact, seat: Seat, pools: frozenset[int], scene: Scene) -> str:
    """Names the region."""
    local = contact.region and scene.plan(contact).local_first and contact.region in seat.agent.regions
    return f"local: {contact.region}" if local else ""
