"""An agent who declined or missed a contact is left in peace with it for a while."""

from routing.engine.durations import clock_text
from routing.engine.values import Agent, Contact, QueuePlan


def allows(contact: Contact, agent: Agent, plan: QueuePlan, now: float) -> bool:
    """Whether no cool-down runs for this pair."""
    return not any(agent_id == agent.id and until > now for agent_id, until in contact.avoid)


def refusal(contact: Contact, agent: Agent, plan: QueuePlan, now: float) -> str:
    """How long the cool-down still runs."""
    until = max(until for agent_id, until in contact.avoid if agent_id == agent.id)
    return f"declined or missed it; asked again in {clock_text(until - now)} at the earliest"
