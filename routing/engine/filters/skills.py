"""The agent has every skill the queue asks for, at its level."""

from routing.engine.values import Agent, Contact, QueuePlan


def has_all(agent: Agent, plan: QueuePlan) -> bool:
    """Whether the agent is skilled for this queue."""
    return all(agent.skills.get(need.skill, 0) >= need.level for need in plan.requirements)


def allows(contact: Contact, agent: Agent, plan: QueuePlan, now: float) -> bool:
    """Whether the skills suffice."""
    return has_all(agent, plan)


def refusal(contact: Contact, agent: Agent, plan: QueuePlan, now: float) -> str:
    """Which skills are missing or too low."""
    missing = [
        f"{need.name or need.skill} {need.level} (has {agent.skills.get(need.skill, 0) or 'none'})"
        for need in plan.requirements
        if agent.skills.get(need.skill, 0) < need.level
    ]
    return "needs " + ", ".join(missing)
