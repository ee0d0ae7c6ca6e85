"""The one place where the simulator meets the engine: a router's memory, as the owner keeps it."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING

from routing.engine import (
    CAPACITY_UNITS,
    DEFAULT_CHANNELS,
    IN_HOUSE,
    Agent,
    ChannelRule,
    Contact,
    Decision,
    FinalAction,
    Lending,
    Line,
    OpenSpans,
    Overflow,
    Pool,
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
    borrow,
    decide_lines,
    final_at,
    interval_of,
)
from routing.engine.filters import allows
from routing.engine.values import Standing

if TYPE_CHECKING:
    from routing.simulation.arrivals import Caller
    from routing.simulation.desks import Desk
    from routing.simulation.profile import Stream

__all__ = [
    "CAPACITY_UNITS",
    "DEFAULT_CHANNELS",
    "IN_HOUSE",
    "Agent",
    "ChannelRule",
    "Contact",
    "Decision",
    "FinalAction",
    "Lending",
    "OpenSpans",
    "Overflow",
    "PoolPlan",
    "QueuePlan",
    "Requirement",
    "Router",
    "Rulebook",
    "Seat",
    "Share",
    "Split",
    "Standing",
    "Step",
    "borrow",
]

AT_ONCE = 200  # pairs of one round
_LATE = 0.001  # looks again so much after a time has come, so that rounding cannot hide it


class Router:
    """What a router remembers: lines, seats, who is at work, what splits have had. Times in epoch seconds."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self._agents: dict[int, Agent] = {}
        self._staff: dict[int, Standing] = {}
        self._at_work: Counter[int] = Counter()
        self._taken: Counter[tuple[int, int, int]] = Counter()
        self._situation = self._look_around()
        self.forget()

    def forget(self) -> None:
        """Contacts and seats are gone from memory."""
        self._lines = {queue_id: Line(plan) for queue_id, plan in self.rulebook.plans.items()}
        self._pool = Pool()

    @staticmethod
    def contact(caller: "Caller", stream: "Stream") -> Contact:
        """A contact as its waiting token says it."""
        return Contact(
            id=caller.id,
            queue_id=caller.queue_id,
            entered_at=caller.entered_at,
            queued_at=caller.queued_at,
            base_score=stream.base_score,
            channel=caller.channel,
            language=stream.language,
            region=stream.region,
            avoid=caller.avoid,
        )

    @staticmethod
    def seat(seat_id: int, desk: "Desk") -> Seat:
        """Free capacity as its seat token says it."""
        return Seat(
            id=seat_id,
            agent=desk.agent,
            ready_since=desk.ready_since,
            load=desk.units / CAPACITY_UNITS,
            held=dict(desk.held),
            inbound_at=desk.inbound_at,
            offer_at=desk.offer_at,
            end_at=desk.end_at,
        )

    def add_contact(self, contact: Contact) -> None:
        """It waits."""
        self._lines[contact.queue_id].add(contact)

    def drop_contact(self, contact: Contact) -> None:
        """It no longer waits."""
        self._lines[contact.queue_id].remove(contact.id)

    def add_seat(self, seat: Seat) -> None:
        """Somebody has capacity left."""
        self._pool.add(seat)

    def drop_seat(self, seat_id: int) -> None:
        """No longer."""
        self._pool.remove(seat_id)

    def staff(self, agent: Agent, standing: Standing) -> None:
        """How an agent stands now."""
        before = self._staff.get(agent.id)
        if before == standing:
            return
        self._staff[agent.id] = standing
        self._agents[agent.id] = agent
        change = (standing in ("ready", "busy")) - (before in ("ready", "busy"))
        if change:
            for pool_id in agent.pools:
                self._at_work[pool_id] += change
            self._situation = self._look_around()

    def _look_around(self) -> Situation:
        there = frozenset(pool_id for pool_id, count in self._at_work.items() if count > 0)
        return Situation(staff=self._staff, agents=self._agents, taken=self._taken, at_work=there)

    def decide(self, now: float) -> list[Decision]:
        """The next pairs, one for each seat: what is left of its agent comes back as another seat."""
        made = decide_lines(self._lines, self._pool, self.rulebook, now, AT_ONCE, self._situation)
        if len(made) < 2:
            return made
        first: dict[int, Decision] = {}
        for decision in made:
            first.setdefault(decision.seat.id, decision)
        return list(first.values())

    def taken(self, decision: Decision, now: float) -> None:
        """A contact has gone to a pool; splits count it."""
        split = self.rulebook.plans[decision.contact.queue_id].split
        if split is not None and decision.pool_id is not None:
            self._taken[decision.contact.queue_id, interval_of(split, now), decision.pool_id] += 1

    def allowing(self, now: float) -> Callable[[Contact, Seat], bool]:
        """Whether a contact may go to a seat, by the plain rules, one pair at a time."""
        scene = Scene(self.rulebook, now, self._situation)
        return lambda contact, seat: allows(contact, seat, scene)

    def final_at(self, contact: Contact, now: float) -> float | None:
        """When the contact's final action is due, as things stand; None when never."""
        return final_at(contact, Scene(self.rulebook, now, self._situation))

    def looks(self, queue_id: int, queued_at: float) -> Iterator[float]:
        """When somebody else may take a contact as time passes: steps, delay, holds, overrides."""
        plan = self.rulebook.plans[queue_id]
        waits = [step.wait or 0.0 for step in plan.steps[:-1]]
        after = set(accumulate(waits))
        if any(step.skip_if_unstaffed for step in plan.steps):
            after |= set(accumulate(0.0 if s.skip_if_unstaffed else s.wait or 0.0 for s in plan.steps[:-1]))
        after |= {plan.delay, plan.sticky_wait}
        if plan.split is not None and plan.split.override_after is not None:
            after.add(plan.split.override_after)
        return (queued_at + seconds + _LATE for seconds in sorted(after) if seconds > 0)

    def clock_changes(self, start: float, until: float) -> Iterator[float]:
        """When the clock itself changes who may take what: opening hours, intervals of splits."""
        for pool in self.rulebook.pools.values():
            if pool.hours is not None:
                yield from (at for span in pool.hours.spans for at in span if start < at < until)
        for plan in self.rulebook.plans.values():
            if plan.split is not None:
                span = plan.split.minutes * 60.0
                at = (start // span + 1) * span
                while at < until:
                    yield at + _LATE
                    at += span

    def lend(self, queue_id: int, pools: frozenset[int]) -> None:
        """These pools help the queue from now on, and no others."""
        plan = replace(self.rulebook.plans[queue_id], borrowed=pools)
        self.rulebook = replace(self.rulebook, plans={**self.rulebook.plans, queue_id: plan})
        self._lines[queue_id].plan = plan


def hours_repeated(rulebook: Rulebook, start: float, until: float) -> Rulebook:
    """The rulebook with the week of opening hours it knows repeated over another time, in epoch seconds."""
    pools = {
        pool_id: pool if pool.hours is None else replace(pool, hours=_repeated(pool.hours, start, until))
        for pool_id, pool in rulebook.pools.items()
    }
    return replace(rulebook, pools=pools)


_WEEK = 7 * 86400.0


def _repeated(hours: OpenSpans, start: float, until: float) -> OpenSpans:
    if not hours.spans:
        return hours
    first = hours.spans[0][0]
    week = hours.spans[: bisect_right(hours.spans, first + _WEEK - 1, key=lambda span: span[0])]
    back = ((start - first) // _WEEK - 1) * _WEEK
    found: list[tuple[float, float]] = []
    while first + back < until:
        found += [(opens + back, closes + back) for opens, closes in week if closes + back > start]
        back += _WEEK
    return OpenSpans(tuple(found))
