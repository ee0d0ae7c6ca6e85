"""Pools of earlier steps come before those of later ones."""

from routing.engine.durations import clock_text
from routing.engine.filters.steps import step_of
from routing.engine.values import Contact, QueuePlan, Seat


def rank(contact: Contact, seat: Seat, plan: QueuePlan, now: float) -> float:
    """The number of the agent's step."""
    found = step_of(seat.agent, plan)
    return float(found[0] if found else len(plan.steps))


def reason(contact: Contact, seat: Seat, plan: QueuePlan, now: float) -> str:
    """Which step it is, where there are several."""
    found = step_of(seat.agent, plan)
    if found is None or len(plan.steps) < 2:
        return ""
    number, step = found
    if number == 0:
        return f"{step.pool} step first"
    return f"{step.pool} step, open after {clock_text(step.after_seconds)}"
