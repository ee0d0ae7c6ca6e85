"""Random floors for the engine's property tests, and a slow round that is plainly right."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from hypothesis import strategies as st

from routing.engine import (
    DEFAULT_ORDER,
    Agent,
    ChannelRule,
    Contact,
    Decision,
    OpenSpans,
    PoolPlan,
    QueuePlan,
    Requirement,
    Rulebook,
    Scene,
    Seat,
    Share,
    Situation,
    Split,
    Step,
    contact_order,
)
from routing.engine.filters import allows, usable_of, within_split
from routing.engine.load import has_room, with_one_more
from routing.engine.ranks import RANKS, agent_order, pool_for

NOW = 1_800_000_000.0
SKILLS = ("digital", "billing")
POOLS = (0, 1, 2)
CHANNELS = {
    "voice": ChannelRule("voice", 100, most=1, excludes=frozenset({"chat"})),
    "chat": ChannelRule("chat", 33, most=2),
    "email": ChannelRule("email", 20, interruptible=True),
}


def a_plan(chance: Random, number: int = 1) -> QueuePlan:
    """A queue with any mixture of rules."""
    pick = chance.choice
    return QueuePlan(
        id=number,
        slug=pick(["service", "digital"]),
        priority_class=pick([0, 1, 1, 2]),
        acceleration=pick([0.0, 1.0, 4.0]),
        score_cap=pick([None, 2.0, 5.0]),
        newest_first=pick([False, False, True]),
        delay=pick([0.0, 0.0, 15.0]),
        requirements=_needs(chance),
        fit=pick(["all", "best", "any"]),
        language_required=pick([False, False, True]),
        steps=tuple(_step(chance) for _ in range(pick([1, 2, 3]))),
        agent_order=pick(
            [DEFAULT_ORDER, tuple(chance.sample(sorted(RANKS), len(RANKS))), ("idle",), ("load",)]
        ),
        idle_clock=pick(["ready", "inbound", "offer", "end"]),
        local_first=pick([False, True]),
        sticky_wait=pick([0.0, 30.0]),
        split=pick([None, _split(chance)]),
        borrowed=_some(chance, 0, 1),
        offers_at_once=pick([1, 1, 2]),
    )


def a_contact(chance: Random, number: int) -> Contact:
    """A contact with any mixture of wishes."""
    pick = chance.choice
    return Contact(
        id=number,
        queue_id=pick([1, 2, 3]),
        entered_at=NOW - pick([0, 30, 60, 61, 600]) - pick([0, 5]),
        queued_at=NOW - chance.randint(0, 60),
        base_score=pick([0.0, 0.0, 1.0, 10.0]),
        channel=pick(["voice", "chat", "email"]),
        language=pick(["", "es", "de"]),
        region=pick(["", "NY"]),
        preferred_agent_id=pick([None, 1, 2]),
        preferred_pool_id=pick([None, None, 0, 1]),
        pinned_pool_id=pick([None, None, None, 2]),
        barred_pools=_some(chance, 0, 1),
        requirements=pick([(), (), (Requirement("billing", 2),)]),
        avoid=pick([(), (), ((1, NOW + 30),), ((2, NOW - 1), (3, NOW + 5))]),
    )


def _needs(chance: Random) -> tuple[Requirement, ...]:
    skills = chance.sample(SKILLS, chance.choice([0, 1, 1, 2]))
    return tuple(Requirement(skill, chance.randint(1, 3)) for skill in skills)


def _some(chance: Random, least: int, most: int) -> frozenset[int]:
    return frozenset(chance.sample(POOLS, chance.randint(least, most)))


def _step(chance: Random) -> Step:
    return Step(
        pools=_some(chance, 1, 2),
        wait=chance.choice([10.0, 20.0, None]),
        requirements=chance.choice([None, _needs(chance)]),
        alone=chance.choice([False, False, True]),
        skip_if_unstaffed=chance.choice([False, True]),
    )


def _split(chance: Random) -> Split:
    shares = tuple(
        Share(
            pool_id,
            chance.choice([0.0, 15.0, 50.0, 85.0]),
            chance.choice([0.0, 10.0]),
            chance.choice([20.0, 100.0]),
        )
        for pool_id in sorted(_some(chance, 1, 3))
    )
    return Split(shares, override_after=chance.choice([None, 20.0]), strict=chance.choice([False, True]))


def _pool(chance: Random, number: int) -> PoolPlan:
    hours = [None, None, OpenSpans(((NOW - 9, NOW + 9),)), OpenSpans(((NOW + 60, NOW + 90),))]
    return PoolPlan(
        number, hours=chance.choice(hours), queues=chance.choice([None, None, frozenset({"service"})])
    )


def _seat(chance: Random, number: int) -> Seat:
    agent = Agent(
        id=number,
        pools=_some(chance, 1, 2),
        skills={skill: chance.randint(1, 5) for skill in SKILLS if chance.random() < 0.7},
        valid_until=chance.choice([{}, {}, {"digital": NOW - 1}, {"billing": NOW + 1}]),
        languages=chance.choice([{}, {"es": "Spanish"}]),
        regions=chance.choice([frozenset(), frozenset({"NY"})]),
    )
    held = chance.choice([{}, {}, {}, {"chat": 1}, {"chat": 2}, {"email": 2}, {"email": 5}])
    used = sum(CHANNELS[channel].units * count for channel, count in held.items())
    ago = [None if chance.random() < 0.5 else NOW - chance.randint(0, 20) for _ in range(3)]
    return Seat(100 + number, agent, NOW - chance.randint(0, 20), used / 100, held, *ago)


@dataclass
class Floor:
    """Who waits, who is free, and the rules."""

    waiting: list[Contact]
    free: list[Seat]
    rules: Rulebook
    situation: Situation

    def scene(self, now: float = NOW) -> Scene:
        return Scene(self.rules, now, self.situation)


def a_floor(seed: int) -> Floor:
    """Three queues, contacts in them, and agents with some capacity left."""
    chance = Random(seed)
    rules = Rulebook(
        plans={n: a_plan(chance, n) for n in (1, 2, 3)},
        pools={n: _pool(chance, n) for n in POOLS},
        channels=CHANNELS,
    )
    waiting = [a_contact(chance, n) for n in range(1, chance.randint(1, 12))]
    free = [_seat(chance, n) for n in range(1, chance.randint(1, 8))]
    standings = ["ready", "ready", "busy", "paused", "offline"]
    situation = Situation(
        staff={seat.agent.id: chance.choice(standings) for seat in free},
        agents={seat.agent.id: seat.agent for seat in free},
        taken={(queue, 500_000, pool): chance.randint(0, 5) for queue in (1, 2) for pool in POOLS},
    )
    return Floor(waiting, free, rules, situation)


# From a seed, because drawing each field by itself costs more than what is tested.
floors = st.integers(0, 1 << 40).map(a_floor)


def slow_round(floor: Floor) -> list[tuple[int, int, int | None]]:
    """Again and again the first contact somebody may take, to the best agent: (contact, agent, pool)."""
    scene, made = floor.scene(), []
    waiting = sorted(floor.waiting, key=lambda one: contact_order(one, floor.rules.plans[one.queue_id], NOW))
    free = {seat.id: seat for seat in floor.free}
    while True:
        first = next(
            (one for one in waiting if any(allows(one, seat, scene) for seat in free.values())), None
        )
        if first is None:
            return made
        able = [seat for seat in free.values() if allows(first, seat, scene)]
        bids = [(seat, may_for(first, seat, scene)) for seat in able]
        bids.sort(key=lambda bid: agent_order(first, *bid, scene))
        plan = floor.rules.plans[first.queue_id]
        pool_id = pool_for(first, bids[0][1], scene)
        made.append((first.id, bids[0][0].agent.id, pool_id))
        scene.count(plan, pool_id)
        for seat, _ in bids[: plan.offers_at_once]:
            left = with_one_more(seat, first.channel, floor.rules, NOW)
            del free[seat.id]
            if has_room(left, floor.rules, CHANNELS):
                free[seat.id] = left
        waiting.remove(first)


def may_for(contact: Contact, seat: Seat, scene: Scene) -> frozenset[int]:
    """The pools for which the agent may take the contact."""
    return within_split(contact, usable_of(contact, seat.agent.pools, scene), scene)


def pairs(made: list[Decision]) -> list[tuple[int, int, int | None]]:
    """Decisions as (contact, agent, pool)."""
    return [(one.contact_id, one.agent_id, one.pool_id) for one in made]
