"""The contact has waited long enough for the agent's pool to have its turn."""

from routing.engine.durations import clock_text
from routing.engine.values import Agent, Contact, QueuePlan, Step


def step_of(agent: Agent, plan: QueuePlan) -> tuple[int, Step] | None:
    """The first step that opens the queue to the agent's pool, with its number; None when none does."""
    mine = [(n, step) for n, step in enumerate(plan.steps) if step.partner_id == agent.partner_id]
    return min(mine, key=lambda found: found[1].after_seconds, default=None)


def reached(contact: Contact, plan: QueuePlan, now: float) -> tuple[bool, ...]:
    """Which steps are open to the contact now."""
    waited = now - contact.queued_at
    return tuple(waited >= step.after_seconds for step in plan.steps)


def allows(contact: Contact, agent: Agent, plan: QueuePlan, now: float) -> bool:
    """Whether it is this pool's turn."""
    found = step_of(agent, plan)
    return found is not None and now - contact.queued_at >= found[1].after_seconds


def refusal(contact: Contact, agent: Agent, plan: QueuePlan, now: float) -> str:
    """When the pool's turn comes, if ever."""
    found = step_of(agent, plan)
    if found is None:
        return "the queue has no step for this team"
    left = found[1].after_seconds - (now - contact.queued_at)
    return f"{found[1].pool} has its turn in {clock_text(left)}"
