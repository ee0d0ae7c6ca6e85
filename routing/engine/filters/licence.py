"""A skill that needs a licence counts only while the licence is valid."""

from routing.engine.filters.refusal import Refusal
from routing.engine.filters.skills import met
from routing.engine.scene import Scene
from routing.engine.values import Agent, Contact, Requirement, Seat


def valid(agent: Agent, skill: str, now: float) -> bool:
    """Whether the licence, where there is one, has not run out."""
    until = agent.valid_until.get(skill)
    return until is None or now < until


def allows(contact: Contact, seat: Seat, scene: Scene) -> bool:
    """Whether the licences of the skills that count are valid."""
    if not seat.agent.valid_until:
        return True
    return not _expired(contact, seat, scene)


def refusal(contact: Contact, seat: Seat, scene: Scene) -> Refusal:
    """Which licences have run out."""
    names = ", ".join(need.name or need.skill for need in _expired(contact, seat, scene))
    return Refusal(f"licence for {names} has run out", None, "a renewed licence")


def _expired(contact: Contact, seat: Seat, scene: Scene) -> list[Requirement]:
    """The needed skills whose licence has run out; none when any valid skill is enough and there is one."""
    agent = seat.agent
    held = [need for need in scene.needs(contact) if met(agent, need)]
    expired = [need for need in held if not valid(agent, need.skill, scene.now)]
    if scene.plan(contact).fit == "any" and len(expired) < len(held):
        return []
    return expired
