"""Who may take a contact at all: one rule per file, each with its refusal in words.

A filter is a module with `allows(contact, agent, plan, now) -> bool` and `refusal(…) -> str`.
"""

from routing.engine.filters import cooldown, scope, skills, steps
from routing.engine.values import Agent, Contact, QueuePlan

_OF_ALIKE = (skills, steps, scope)  # for these agents of the same skills and company are the same
FILTERS = (*_OF_ALIKE, cooldown)


def refusals(contact: Contact, agent: Agent, plan: QueuePlan, now: float) -> list[str]:
    """Why this agent may not take this contact now; empty when they may."""
    return [
        rule.refusal(contact, agent, plan, now)
        for rule in FILTERS
        if not rule.allows(contact, agent, plan, now)
    ]


def allows(contact: Contact, agent: Agent, plan: QueuePlan, now: float) -> bool:
    """Whether this agent may take this contact now."""
    return all(rule.allows(contact, agent, plan, now) for rule in FILTERS)


def allows_alike(contact: Contact, agent: Agent, plan: QueuePlan, now: float) -> bool:
    """Whether agents like this one may take this contact now, cool-downs apart."""
    return all(rule.allows(contact, agent, plan, now) for rule in _OF_ALIKE)


def could_serve(agent: Agent, plan: QueuePlan) -> bool:
    """Whether this agent could ever take a contact of this queue."""
    return (
        skills.has_all(agent, plan)
        and scope.covers(agent, plan)
        and any(step.partner_id == agent.partner_id for step in plan.steps)
    )
