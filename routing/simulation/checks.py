"""What must hold all along, watched with books of its own: neither the engine's nor the simulation's."""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from routing.simulation.arrivals import Caller
from routing.simulation.profile import Profile
from routing.simulation.router import CAPACITY_UNITS, QueuePlan, Router, Rulebook

KEPT = 20  # violations told in words; the rest are counted
_LOOKED_AT = 20  # contacts of each queue, and seats, that are compared after a round


class Checks:
    """Never offered twice at once, nobody over capacity, the starvation bound held, no pair left over."""

    def __init__(self, rulebook: Rulebook, profile: Profile, router: Router) -> None:
        self._rulebook, self._router = rulebook, router
        self._bounds = starvation_bounds(rulebook, profile)
        self._held_by: dict[int, int] = {}
        self._units: dict[int, int] = {}
        self._held: dict[tuple[int, str], int] = {}
        self.made = 0
        self.found = 0
        self.violations: list[str] = []

    def claimed(self, caller: Caller, agent_id: int, seat: Any, now: float, oldest: Iterable[Caller]) -> None:
        """The contact is this agent's; `oldest` of each queue are those that go on waiting."""
        self.made += 1
        if caller.id in self._held_by:
            self._tell(f"contact {caller.id} was offered to two agents at once", now)
        self._held_by[caller.id] = agent_id
        self._fill(agent_id, caller.channel, now)
        for other in oldest:
            bound = self._bounds.get((other.queue_id, caller.queue_id))
            late = caller.entered_at - other.entered_at
            if bound is not None and late > bound and self._router.allowing(now)(other.contact, seat):
                self._tell(f"contact {other.id} was passed over by one that came {late:.0f} s later", now)

    def _fill(self, agent_id: int, channel: str, now: float) -> None:
        rule = self._rulebook.channel(channel)
        units = self._units[agent_id] = self._units.get(agent_id, 0) + rule.units
        held = self._held[agent_id, channel] = self._held.get((agent_id, channel), 0) + 1
        if units > CAPACITY_UNITS or (rule.most is not None and held > rule.most):
            self._tell(f"agent {agent_id} has {held} × {channel}, {units} units in all", now)

    def released(self, caller: Caller, agent_id: int) -> None:
        """It no longer is."""
        if self._held_by.pop(caller.id, None) == agent_id:
            self._units[agent_id] -= self._rulebook.channel(caller.channel).units
            self._held[agent_id, caller.channel] -= 1

    def round_over(
        self, waiting: Mapping[int, Mapping[int, Caller]], seats: Mapping[int, Any], now: float
    ) -> None:
        """After a round nobody waits whom a free seat could take: of each queue those who wait longest."""
        self.made += 1
        free = [desk.seat for desk in islice(seats.values(), _LOOKED_AT)]
        allows = self._router.allowing(now)
        for line in waiting.values():
            for caller in islice(line.values(), _LOOKED_AT):
                for seat in free:
                    if allows(caller.contact, seat):
                        self._tell(f"contact {caller.id} and agent {seat.agent.id} were left over", now)

    def _tell(self, what: str, now: float) -> None:
        self.found += 1
        if len(self.violations) < KEPT:
            self.violations.append(f"{now:.3f}: {what}")


def starvation_bounds(rulebook: Rulebook, profile: Profile) -> dict[tuple[int, int], float]:
    """(queue that waits, queue that is taken) → seconds: who comes that much later may not be taken before.

    A contact with b points gains a points a minute, so one with at most B points that gains no faster is
    behind it from (B − b) / a minutes on. Pairs without such a bound are left out.
    """
    points: dict[int, list[float]] = {}
    for stream in profile.streams:
        points.setdefault(stream.queue_id, []).append(stream.base_score)
    pairs = ((one, other) for one in points for other in points)
    found = {
        (one, other): _bound(rulebook.plans[one], rulebook.plans[other], points[one], points[other])
        for one, other in pairs
    }
    return {pair: bound for pair, bound in found.items() if bound is not None}


def _bound(waits: QueuePlan, taken: QueuePlan, low: list[float], high: list[float]) -> float | None:
    if waits.newest_first or taken.newest_first or waits.priority_class > taken.priority_class:
        return None
    if waits.priority_class < taken.priority_class:
        return 0.0
    lead = max(high) - min(low)
    if taken.acceleration > waits.acceleration or waits.score_cap is not None:
        return None
    if waits.acceleration > 0:
        return max(lead, 0.0) * 60 / waits.acceleration
    return 0.0 if lead <= 0 else None
