"""Who may take a contact at all: one rule per file, each with its refusal in words.

There are two kinds. A rule for pools is a module with `admits(contact, pool_id, scene)`; an agent needs one
pool that all of them admit. A rule for agents has `allows(contact, seat, scene)`. Both have `refusal(…)`.
"""

from collections.abc import Collection
from typing import Protocol

from routing.engine.filters import (
    capacity,
    ceiling,
    cooldown,
    delay,
    device,
    exclusive,
    hold,
    language,
    licence,
    most,
    share,
    skills,
    standing,
    sticky,
)
from routing.engine.filters.by_pool import BY_POOL, PoolRule, admitted
from routing.engine.filters.refusal import Refusal
from routing.engine.scene import Scene
from routing.engine.values import Agent, Contact, QueuePlan, Requirement, Seat


class AgentRule(Protocol):
    """The interface of the rules for agents."""

    def allows(self, contact: Contact, seat: Seat, scene: Scene) -> bool:
        """Whether this agent may take the contact."""

    def refusal(self, contact: Contact, seat: Seat, scene: Scene) -> Refusal:
        """Why not."""


_BY_SPLIT: tuple[PoolRule, ...] = (ceiling, share)
POOL_RULES: tuple[PoolRule, ...] = (*BY_POOL, hold, *_BY_SPLIT)
# What agents with the same skills, pools and load have in common, and what is each one's own.
OF_ALIKE: tuple[AgentRule, ...] = (skills, licence, language, device, exclusive, most, capacity)
OF_EACH: tuple[AgentRule, ...] = (standing, cooldown, sticky)
AGENT_RULES: tuple[AgentRule, ...] = (delay, standing, *OF_ALIKE, cooldown, sticky)


def usable_of(contact: Contact, pool_ids: Collection[int], scene: Scene) -> frozenset[int]:
    """Those of the pools that may take the contact, splits apart."""
    pools = admitted(contact, pool_ids, scene)
    return frozenset(one for one in pools if hold.admits(contact, one, scene))


def within_split(contact: Contact, pool_ids: Collection[int], scene: Scene) -> frozenset[int]:
    """Those of the pools whose part of a split queue leaves room for the contact now."""
    if scene.plan(contact).split is None:
        return frozenset(pool_ids)
    return frozenset(one for one in pool_ids if all(rule.admits(contact, one, scene) for rule in _BY_SPLIT))


def allows(contact: Contact, seat: Seat, scene: Scene) -> bool:
    """Whether this agent may take this contact now."""
    return bool(within_split(contact, usable_of(contact, seat.agent.pools, scene), scene)) and all(
        rule.allows(contact, seat, scene) for rule in AGENT_RULES
    )


def allows_alike(contact: Contact, seat: Seat, usable: frozenset[int], scene: Scene) -> bool:
    """Whether agents like this one may; `usable` are the pools that may. What is each one's own apart."""
    return not usable.isdisjoint(seat.agent.pools) and all(
        rule.allows(contact, seat, scene) for rule in OF_ALIKE
    )


def allows_each(contact: Contact, seat: Seat, scene: Scene) -> bool:
    """Whether what is each agent's own allows it: standing, cool-down, hold."""
    return all(rule.allows(contact, seat, scene) for rule in OF_EACH)


def refusals(contact: Contact, seat: Seat, scene: Scene) -> list[Refusal]:
    """Why this agent may not take this contact now; empty when they may."""
    found = [
        rule.refusal(contact, seat, scene) for rule in AGENT_RULES if not rule.allows(contact, seat, scene)
    ]
    pool_ids: Collection[int] = seat.agent.pools
    if not pool_ids:
        return [Refusal("is in no team that takes contacts", None, "being put into one"), *found]
    for rule in POOL_RULES:
        left = [one for one in pool_ids if rule.admits(contact, one, scene)]
        if not left:
            return [rule.refusal(contact, pool_ids, scene), *found]
        pool_ids = left
    return found


def could_serve(agent: Agent, plan: QueuePlan, scene: Scene) -> bool:
    """Whether this agent could ever take a contact of this queue that asks for nothing of its own."""
    course = scene.course(plan)
    return any(
        _skilled(agent, plan, stage.requirements, scene.now)
        and any(pool_id in stage.ring and _covers(pool_id, plan, scene) for pool_id in agent.pools)
        for stage in course.stages
    )


def _skilled(agent: Agent, plan: QueuePlan, needs: Collection[Requirement], now: float) -> bool:
    held = [skills.met(agent, need) and licence.valid(agent, need.skill, now) for need in needs]
    return any(held) or not held if plan.fit == "any" else all(held)


def _covers(pool_id: int, plan: QueuePlan, scene: Scene) -> bool:
    covered = scene.rules.pool(pool_id).queues
    return covered is None or plan.slug in covered
