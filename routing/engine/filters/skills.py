"""The agent has the skills that are asked for, at their levels: all of them, or any where that is enough."""

from routing.engine.filters.refusal import Refusal
from routing.engine.scene import Scene
from routing.engine.values import Agent, Contact, Requirement, Seat


def met(agent: Agent, need: Requirement) -> bool:
    """Whether one requirement is met, its licence apart."""
    return agent.skills.get(need.skill, 0) >= need.level


def allows(contact: Contact, seat: Seat, scene: Scene) -> bool:
    """Whether the skills suffice."""
    needs = scene.needs(contact)
    if not needs:
        return True
    enough = any if scene.plan(contact).fit == "any" else all
    return enough(met(seat.agent, need) for need in needs)


def refusal(contact: Contact, seat: Seat, scene: Scene) -> Refusal:
    """Which skills are missing or too low."""
    skills = seat.agent.skills
    missing = [
        f"{need.name or need.skill} {need.level} (has {skills.get(need.skill, 0) or 'none'})"
        for need in scene.needs(contact)
        if not met(seat.agent, need)
    ]
    word = "needs one of " if scene.plan(contact).fit == "any" else "needs "
    return Refusal(word + ", ".join(missing), None, "somebody with the skills, or training")
