"""A decision's inputs as JSON, and the same decision again from them."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from routing.engine.decide import decide_for
from routing.engine.hours import OpenSpans
from routing.engine.scene import Scene
from routing.engine.splits import interval_of
from routing.engine.values import (
    Agent,
    ChannelRule,
    Contact,
    Decision,
    FinalAction,
    PoolPlan,
    QueuePlan,
    Requirement,
    Rulebook,
    Seat,
    Share,
    Situation,
    Split,
    Step,
)

Json = dict[str, Any]


Seen = QueuePlan | PoolPlan | ChannelRule | Agent
Namer = Callable[[Seen], Any]


def inputs_of(
    decision: Decision,
    rules: Rulebook,
    now: float,
    situation: Situation | None = None,
    *,
    scene: Scene | None = None,
    name: Namer | None = None,
) -> Json:
    """What the decision was made from: JSON values only.

    `name` gives the number by which a plan, pool, channel or agent is kept elsewhere (`filled_in`); without
    it they are written out. `scene`: where several decisions of one moment share it.
    """
    contact, plan = decision.contact, rules.plans[decision.contact.queue_id]
    scene = scene or Scene(rules, now, situation)
    shown = name or body_of
    made: Json = {
        "now": now,
        "pool": decision.pool_id,
        "contact": _contact_json(contact),
        "plan": shown(plan),
        "pools": [_pool_now(rules.pool(one), scene, shown) for one in sorted(_pools_of(plan, contact))],
        "channels": [shown(rules.channel(one)) for one in _channels_of(decision)],
        "seats": [_seat_json(seat, shown) for seat in decision.considered],
        "knows": _knows_json(contact, scene, shown),
        "taken": [list(one) for one in decision.taken],
    }
    if name is not None:
        made["versions"] = sorted({name(one) for one in seen_by(decision, scene)})
    return made


def seen_by(decision: Decision, scene: Scene) -> list[Seen]:
    """The plan, pools, channels and agents that the decision looked at."""
    contact, rules = decision.contact, scene.rules
    plan, knows = rules.plans[contact.queue_id], _known_agent(contact, scene)
    return [
        plan,
        *(rules.pool(one) for one in _pools_of(plan, contact)),
        *(rules.channel(one) for one in _channels_of(decision)),
        *(seat.agent for seat in decision.considered),
        *([knows] if knows else []),
    ]


def filled_in(inputs: Json, bodies: Mapping[int, Json]) -> Json:
    """Inputs that name versions, with these in their places. KeyError when one is missing."""
    if "versions" not in inputs:
        return inputs
    knows = inputs["knows"]
    return {
        **inputs,
        "plan": bodies[inputs["plan"]],
        "pools": [{**row, **bodies[row["of"]]} for row in inputs["pools"]],
        "channels": [bodies[one] for one in inputs["channels"]],
        "seats": [{**row, "agent": bodies[row["agent"]]} for row in inputs["seats"]],
        "knows": knows and {**knows, "agent": bodies[knows["agent"]]},
    }


def body_of(seen: Seen) -> Json:
    """One of them as JSON."""
    if isinstance(seen, QueuePlan):
        return _plan_json(seen)
    if isinstance(seen, PoolPlan):
        return _pool_json(seen)
    return _channel_json(seen) if isinstance(seen, ChannelRule) else _agent_json(seen)


def _channels_of(decision: Decision) -> list[str]:
    return sorted({decision.contact.channel, *(name for seat in decision.considered for name in seat.held)})


def replay(inputs: Json) -> Decision:
    """Decide again from stored inputs. Raises LookupError when they hold no eligible pair."""
    rules, situation = rules_in(inputs), situation_in(inputs)
    seats = [_seat(row) for row in inputs["seats"]]
    made = decide_for(_contact(inputs["contact"]), seats, rules, inputs["now"], situation)
    if made is None:
        raise LookupError("The stored inputs hold no pair.")
    return made


def rules_in(inputs: Json) -> Rulebook:
    """The rules that stored inputs were decided by."""
    plan = _plan(inputs["plan"])
    return Rulebook(
        plans={plan.id: plan},
        pools={row["id"]: _pool(row) for row in inputs["pools"]},
        channels={row["channel"]: _channel(row) for row in inputs["channels"]},
    )


def situation_in(inputs: Json) -> Situation:
    """What else stored inputs say of the moment."""
    plan, knows = _plan(inputs["plan"]), inputs["knows"]
    interval = interval_of(plan.split, inputs["now"]) if plan.split else 0
    return Situation(
        staff={knows["agent"]["id"]: knows["standing"]} if knows else {},
        agents={knows["agent"]["id"]: _agent(knows["agent"])} if knows else {},
        taken={(plan.id, interval, pool_id): count for pool_id, count in inputs["taken"]},
        at_work=frozenset(row["id"] for row in inputs["pools"] if row["at_work"]),
    )


def _pools_of(plan: QueuePlan, contact: Contact) -> set[int]:
    found = {pool_id for step in plan.steps for pool_id in step.pools} | plan.borrowed
    found |= {share.pool_id for share in plan.split.shares} if plan.split else set()
    return found | {one for one in (contact.preferred_pool_id, contact.pinned_pool_id) if one is not None}


def _known_agent(contact: Contact, scene: Scene) -> Agent | None:
    """The agent whom the contact prefers, where it may be held for them."""
    agent = scene.situation.agents.get(contact.preferred_agent_id or 0)
    return agent if agent is not None and scene.plan(contact).sticky_wait else None


def _knows_json(contact: Contact, scene: Scene, shown: Namer) -> Json | None:
    agent = _known_agent(contact, scene)
    if agent is None:
        return None
    return {"agent": shown(agent), "standing": scene.situation.staff.get(agent.id, "offline")}


def _without_defaults(row: Json) -> Json:
    """Fewer words: what is empty is what it is without being told."""
    return {key: value for key, value in row.items() if value not in (None, "", [], {})}


def _contact_json(contact: Contact) -> Json:
    row = {
        "id": contact.id,
        "queue_id": contact.queue_id,
        "entered_at": contact.entered_at,
        "queued_at": contact.queued_at,
        "base_score": contact.base_score,
        "channel": contact.channel,
        "language": contact.language,
        "region": contact.region,
        "preferred_agent_id": contact.preferred_agent_id,
        "preferred_pool_id": contact.preferred_pool_id,
        "pinned_pool_id": contact.pinned_pool_id,
        "barred_pools": sorted(contact.barred_pools),
        "requirements": [asdict(need) for need in contact.requirements],
        "avoid": [list(one) for one in contact.avoid],
        "final_from": contact.final_from,
    }
    return _without_defaults(row)


@lru_cache(maxsize=256)
def _plan_json(plan: QueuePlan) -> Json:
    """Shared between decisions: nobody changes it."""
    row = asdict(plan)
    row["borrowed"] = sorted(plan.borrowed)
    for step in row["steps"]:
        step["pools"] = sorted(step["pools"])
    return row


def _pool_json(pool: PoolPlan) -> Json:
    return {
        "id": pool.id,
        "name": pool.name,
        "partner_id": pool.partner_id,
        "queues": None if pool.queues is None else sorted(pool.queues),
    }


def _pool_now(pool: PoolPlan, scene: Scene, shown: Namer) -> Json:
    """The pool, and how it stands."""
    found = shown(pool)
    now = {"open": scene.is_open(pool.id), "at_work": pool.id in scene.situation.staffed()}
    return {**found, **now} if isinstance(found, dict) else {"of": found, **now}


def _channel_json(rule: ChannelRule) -> Json:
    return {
        "channel": rule.channel,
        "units": rule.units,
        "most": rule.most,
        "excludes": sorted(rule.excludes),
        "interruptible": rule.interruptible,
    }


def _agent_json(agent: Agent) -> Json:
    return {
        "id": agent.id,
        "name": agent.name,
        "pools": sorted(agent.pools),
        "partner_id": agent.partner_id,
        "skills": dict(agent.skills),
        "valid_until": dict(agent.valid_until),
        "languages": dict(agent.languages),
        "regions": sorted(agent.regions),
    }


def _seat_json(seat: Seat, shown: Namer) -> Json:
    row = {
        "id": seat.id,
        "agent": shown(seat.agent),
        "ready_since": seat.ready_since,
        "load": seat.load,
        "held": dict(seat.held),
        "inbound_at": seat.inbound_at,
        "offer_at": seat.offer_at,
        "end_at": seat.end_at,
        "without": sorted(seat.without),
    }
    return _without_defaults(row)


def _seat(row: Json) -> Seat:
    return Seat(**{**row, "agent": _agent(row["agent"]), "without": frozenset(row.get("without", ()))})


def _agent(row: Json) -> Agent:
    return Agent(**{**row, "pools": frozenset(row["pools"]), "regions": frozenset(row["regions"])})


def _contact(row: Json) -> Contact:
    return Contact(
        **{
            **row,
            "barred_pools": frozenset(row.get("barred_pools", ())),
            "requirements": _needs(row.get("requirements", [])),
            "avoid": tuple((agent_id, until) for agent_id, until in row.get("avoid", ())),
        }
    )


def _plan(row: Json) -> QueuePlan:
    return QueuePlan(
        **{
            **row,
            "requirements": _needs(row["requirements"]),
            "steps": tuple(_step(step) for step in row["steps"]),
            "final": FinalAction(**row["final"]) if row["final"] else None,
            "agent_order": tuple(row["agent_order"]),
            "split": _split(row["split"]) if row["split"] else None,
            "borrowed": frozenset(row["borrowed"]),
        }
    )


def _step(row: Json) -> Step:
    needs = None if row["requirements"] is None else _needs(row["requirements"])
    return Step(**{**row, "pools": frozenset(row["pools"]), "requirements": needs})


def _split(row: Json) -> Split:
    return Split(**{**row, "shares": tuple(Share(**share) for share in row["shares"])})


def _needs(rows: list[Json]) -> tuple[Requirement, ...]:
    return tuple(Requirement(**row) for row in rows)


def _pool(row: Json) -> PoolPlan:
    return PoolPlan(
        id=row["id"],
        name=row["name"],
        partner_id=row["partner_id"],
        hours=None if row["open"] else OpenSpans(()),
        queues=None if row["queues"] is None else frozenset(row["queues"]),
    )


def _channel(row: Json) -> ChannelRule:
    return ChannelRule(**{**row, "excludes": frozenset(row["excludes"])})
