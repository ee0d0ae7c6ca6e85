"""A contact is held a little for the agent who knows it, or else for their team.

Only for somebody at work who may take it at all; for whoever is away it does not wait a second.
"""

from collections.abc import Collection

from routing.engine.durations import clock_text
from routing.engine.filters import by_pool
from routing.engine.filters.refusal import Refusal
from routing.engine.scene import Scene
from routing.engine.values import Contact


def agent_held_for(contact: Contact, scene: Scene) -> int | None:
    """The agent it is held for now."""
    agent_id = contact.preferred_agent_id
    if agent_id is None or not _holds(contact, scene) or agent_id in contact.avoided(scene.now):
        return None
    if scene.situation.staff.get(agent_id) not in ("ready", "busy"):
        return None
    agent = scene.situation.agents.get(agent_id)
    return agent_id if agent is not None and _may(contact, agent.pools, scene) else None


def pool_held_for(contact: Contact, scene: Scene) -> int | None:
    """The team it is held for now, when it is not held for an agent."""
    pool_id = contact.preferred_pool_id
    if pool_id is None or not _holds(contact, scene) or not scene.works(pool_id):
        return None
    if agent_held_for(contact, scene) is not None:
        return None
    return pool_id if _may(contact, {pool_id}, scene) else None


def admits(contact: Contact, pool_id: int, scene: Scene) -> bool:
    """Whether it is held for no other team."""
    held_for = pool_held_for(contact, scene)
    return held_for is None or held_for == pool_id


def refusal(contact: Contact, pool_ids: Collection[int], scene: Scene) -> Refusal:
    """For which team, and how long."""
    name = scene.rules.pool(pool_held_for(contact, scene) or 0).name or "the team that knows the customer"
    return _held(contact, name, scene)


def held_for_agent(contact: Contact, scene: Scene) -> Refusal:
    """For whom, and how long."""
    agent = scene.situation.agents.get(contact.preferred_agent_id or 0)
    return _held(contact, (agent and agent.name) or "the agent who knows the customer", scene)


def _held(contact: Contact, name: str, scene: Scene) -> Refusal:
    until = contact.queued_at + scene.plan(contact).sticky_wait
    text = f"held for {name}, for {clock_text(until - scene.now)} more"
    return Refusal(text, until, f"{name} becoming free")


def _holds(contact: Contact, scene: Scene) -> bool:
    wait = scene.plan(contact).sticky_wait
    return wait > 0 and scene.now - contact.queued_at < wait


def _may(contact: Contact, pool_ids: Collection[int], scene: Scene) -> bool:
    return bool(by_pool.admitted(contact, pool_ids, scene))
