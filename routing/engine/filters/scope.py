"""A partner's contract covers the queue."""

from routing.engine.values import Agent, Contact, QueuePlan


def covers(agent: Agent, plan: QueuePlan) -> bool:
    """Whether the agent's company may serve this queue."""
    return agent.queues is None or plan.slug in agent.queues


def allows(contact: Contact, agent: Agent, plan: QueuePlan, now: float) -> bool:
    """Whether the contract in force names the queue."""
    return covers(agent, plan)


def refusal(contact: Contact, agent: Agent, plan: QueuePlan, now: float) -> str:
    """The missing permission."""
    return f"the partner's contract does not cover {plan.name or plan.slug}"
