"""The more skilled first, in queues that want it; elsewhere enough is enough."""

from routing.engine.values import Contact, QueuePlan, Seat


def rank(contact: Contact, seat: Seat, plan: QueuePlan, now: float) -> float:
    """Minus the sum of the levels in the required skills."""
    if not plan.best_skill_first:
        return 0.0
    return -float(sum(seat.agent.skills.get(need.skill, 0) for need in plan.requirements))


def reason(contact: Contact, seat: Seat, plan: QueuePlan, now: float) -> str:
    """Names the skills with the agent's levels."""
    levels = [
        f"{need.name or need.skill} {seat.agent.skills.get(need.skill, 0)}" for need in plan.requirements
    ]
    return "most skilled: " + ", ".join(levels)
