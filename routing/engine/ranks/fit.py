"""The more skilled first, in queues that want the best; elsewhere enough is enough."""

from routing.engine.filters.licence import valid
from routing.engine.scene import Scene
from routing.engine.values import Contact, Requirement, Seat


def rank(contact: Contact, seat: Seat, pools: frozenset[int], scene: Scene) -> float:
    """Minus the sum of the levels in the skills asked for, those with a licence that ran out apart."""
    if scene.plan(contact).fit == "all":
        return 0.0
    return -float(sum(_level(seat, need, scene) for need in scene.needs(contact)))


def reason(contact: Contact, seat: Seat, pools: frozenset[int], scene: Scene) -> str:
    """Names the skills with the agent's levels."""
    levels = [f"{need.name or need.skill} {_level(seat, need, scene)}" for need in scene.needs(contact)]
    return "most skilled: " + ", ".join(levels)


def _level(seat: Seat, need: Requirement, scene: Scene) -> int:
    level = seat.agent.skills.get(need.skill, 0)
    return level if not seat.agent.valid_until or valid(seat.agent, need.skill, scene.now) else 0
