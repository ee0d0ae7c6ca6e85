"""The agent this contact asks for, or knows already, comes first."""

from routing.engine.values import Contact, QueuePlan, Seat


def rank(contact: Contact, seat: Seat, plan: QueuePlan, now: float) -> float:
    """0 for the preferred agent, 1 for others."""
    return float(seat.agent.id != contact.preferred_agent_id)


def reason(contact: Contact, seat: Seat, plan: QueuePlan, now: float) -> str:
    """Said of the preferred agent only."""
    return "knows this customer" if seat.agent.id == contact.preferred_agent_id else ""
