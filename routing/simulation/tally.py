"""Counts while a simulation runs, and makes the result of it."""

from array import array
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from routing.simulation.checks import Checks
from routing.simulation.profile import Profile, Stream
from routing.simulation.results import (
    HourResult,
    PoolResult,
    QueueResult,
    Result,
    SplitResult,
    deviation,
    quantile,
    service_levels,
    within_noise,
)
from routing.simulation.router import QueuePlan, Rulebook

HOUR = 3600.0


@dataclass
class _Counts:
    """One stream's."""

    offered: array = field(default_factory=lambda: array("L"))
    answered: array = field(default_factory=lambda: array("L"))
    within: array = field(default_factory=lambda: array("L"))
    abandoned: array = field(default_factory=lambda: array("L"))
    waited: array = field(default_factory=lambda: array("d"))
    waits: array = field(default_factory=lambda: array("d"))
    gave_up: array = field(default_factory=lambda: array("d"))
    final: int = 0
    by_pool: dict[int, array] = field(default_factory=dict)


class Tally:
    """What is counted by the hour counts in the hour in which it happened, from the beginning of the run."""

    def __init__(self, profile: Profile, hours: int) -> None:
        self._profile, self._hours = profile, hours
        self._start = profile.starts_at
        self._counts = [self._empty(hours) for _ in profile.streams]
        pools = {worker.pool_id for worker in profile.workers}
        self._busy = {pool: array("d", [0.0] * hours) for pool in pools}
        self._staffed = {pool: array("d", [0.0] * hours) for pool in pools}
        self._agent_busy: dict[int, float] = defaultdict(float)
        self._agent_staffed: dict[int, float] = defaultdict(float)
        self.contacts = self.decisions = self.rounds = 0
        self.declined = self.missed = self.kills = self.lost_claims = 0

    @staticmethod
    def _empty(hours: int) -> _Counts:
        counts = _Counts()
        for whole in (counts.offered, counts.answered, counts.within, counts.abandoned):
            whole.extend([0] * hours)
        counts.waited.extend([0.0] * hours)
        return counts

    def _hour(self, now: float) -> int:
        return min(int((now - self._start) // HOUR), self._hours - 1)

    def arrived(self, stream: int, now: float) -> None:
        """A contact of this stream begins to wait."""
        self.contacts += 1
        self._counts[stream].offered[self._hour(now)] += 1

    def answered(self, stream: int, pool_id: int, waited: float, now: float) -> None:
        """An agent of this pool took it."""
        counts, hour = self._counts[stream], self._hour(now)
        counts.answered[hour] += 1
        counts.waited[hour] += waited
        counts.waits.append(waited)
        if waited <= self._profile.streams[stream].target_seconds:
            counts.within[hour] += 1
        by_pool = counts.by_pool.get(pool_id)
        if by_pool is None:
            by_pool = counts.by_pool[pool_id] = array("L", [0] * self._hours)
        by_pool[hour] += 1

    def gave_up(self, stream: int, waited: float, now: float) -> None:
        """It hung up."""
        counts = self._counts[stream]
        counts.abandoned[self._hour(now)] += 1
        counts.gave_up.append(waited)

    def led_elsewhere(self, stream: int) -> None:
        """The queue's final action took it."""
        self._counts[stream].final += 1

    def worked(self, agent_id: int, pool_id: int, since: float, until: float) -> None:
        """The agent had contacts from then to then, in seconds since the epoch."""
        self._agent_busy[agent_id] += until - since
        self._spread(self._busy[pool_id], since, until)

    def staffed(self, agent_id: int, pool_id: int, since: float, until: float) -> None:
        """The agent was at work from then to then."""
        self._agent_staffed[agent_id] += until - since
        self._spread(self._staffed[pool_id], since, until)

    def _spread(self, hours: array, since: float, until: float) -> None:
        since -= self._start
        until -= self._start
        while since < until:
            hour = int(since // HOUR)
            end = min(until, (hour + 1) * HOUR)
            if hour < self._hours:
                hours[hour] += end - since
            since = end

    def result(self, rulebook: Rulebook, seed: int, waiting: Sequence[int], checks: Checks | None) -> Result:
        """All of it; `waiting` are those still there at the end, by stream."""
        return Result(
            name=self._profile.name,
            seed=seed,
            days=self._profile.days,
            contacts=self.contacts,
            decisions=self.decisions,
            rounds=self.rounds,
            declined=self.declined,
            missed=self.missed,
            kills=self.kills,
            lost_claims=self.lost_claims,
            checks=checks.made if checks else 0,
            violation_count=checks.found if checks else 0,
            violations=tuple(checks.violations) if checks else (),
            queues=self.queues(waiting),
            pools=self.pools(rulebook),
            hours=self.hours(rulebook),
            splits=self.splits(rulebook),
        )

    def queues(self, waiting: Sequence[int]) -> list[QueueResult]:
        """Each stream's result; `waiting` are those still there at the end."""
        return [
            _queue(stream, counts, left)
            for stream, counts, left in zip(self._profile.streams, self._counts, waiting, strict=True)
        ]

    def pools(self, rulebook: Rulebook) -> list[PoolResult]:
        """Each pool's result."""
        return [self._pool(pool_id, _pool_name(rulebook, pool_id)) for pool_id in sorted(self._busy)]

    def _pool(self, pool_id: int, name: str) -> PoolResult:
        agents = [worker.agent.id for worker in self._profile.workers if worker.pool_id == pool_id]
        staffed = [one for one in agents if self._agent_staffed[one] > 0]
        idle = sorted(1 - min(self._agent_busy[one] / self._agent_staffed[one], 1.0) for one in staffed)
        hours = sum(self._staffed[pool_id]) / HOUR
        return PoolResult(
            id=pool_id,
            name=name,
            agents=len(agents),
            answered=sum(sum(counts.by_pool.get(pool_id, ())) for counts in self._counts),
            staffed_hours=hours,
            occupancy=sum(self._busy[pool_id]) / HOUR / hours if hours else None,
            idle_low=quantile(idle, 0.1) if idle else None,
            idle_high=quantile(idle, 0.9) if idle else None,
            idle_deviation=deviation(idle) if idle else None,
        )

    def hours(self, rulebook: Rulebook) -> list[HourResult]:
        """Each hour's result."""
        return [self._hour_result(hour, rulebook) for hour in range(self._hours)]

    def _hour_result(self, hour: int, rulebook: Rulebook) -> HourResult:
        answered = sum(counts.answered[hour] for counts in self._counts)
        waited = sum(counts.waited[hour] for counts in self._counts)
        by_queue: dict[str, dict[str, int]] = {}
        for stream, counts in zip(self._profile.streams, self._counts, strict=True):
            shares = by_queue.setdefault(_queue_name(rulebook, stream.queue_id), {})
            for pool_id, hours in counts.by_pool.items():
                name = _pool_name(rulebook, pool_id)
                shares[name] = shares.get(name, 0) + hours[hour]
        return HourResult(
            hour=hour,
            offered=sum(counts.offered[hour] for counts in self._counts),
            answered=answered,
            abandoned=sum(counts.abandoned[hour] for counts in self._counts),
            within_target=sum(counts.within[hour] for counts in self._counts),
            mean_wait=waited / answered if answered else 0.0,
            occupancy={
                _pool_name(rulebook, pool): busy[hour] / self._staffed[pool][hour]
                if self._staffed[pool][hour]
                else None
                for pool, busy in self._busy.items()
            },
            answered_by=by_queue,
        )

    def splits(self, rulebook: Rulebook) -> list[SplitResult]:
        """How far committed shares were kept, hour by hour."""
        return [
            self._split(plan, rulebook, share.pool_id, share.percent)
            for plan in rulebook.plans.values()
            if plan.split
            for share in plan.split.shares
        ]

    def _split(self, plan: QueuePlan, rulebook: Rulebook, pool_id: int, percent: float) -> SplitResult:
        of_queue = [
            counts
            for stream, counts in zip(self._profile.streams, self._counts, strict=True)
            if stream.queue_id == plan.id
        ]
        pairs = [
            (
                sum(counts.by_pool[pool_id][hour] for counts in of_queue if pool_id in counts.by_pool),
                sum(counts.answered[hour] for counts in of_queue),
            )
            for hour in range(self._hours)
        ]
        pairs = [(mine, of) for mine, of in pairs if of]
        whole = sum(of for _, of in pairs)
        return SplitResult(
            queue=plan.name or plan.slug,
            pool=_pool_name(rulebook, pool_id),
            committed=percent,
            measured=100 * sum(mine for mine, _ in pairs) / whole if whole else 0.0,
            hours=len(pairs),
            hours_kept=sum(within_noise(mine, of, percent) for mine, of in pairs),
        )


def _queue(stream: Stream, counts: _Counts, still_waiting: int) -> QueueResult:
    offered, answered = sum(counts.offered), sum(counts.answered)
    short = sum(wait <= stream.short_abandon_seconds for wait in counts.gave_up)
    gone_within = sum(wait <= stream.target_seconds for wait in counts.gave_up)
    ordered = sorted(counts.waits)
    all_waits = sum(ordered) + sum(counts.gave_up)
    served = len(ordered) + len(counts.gave_up)
    return QueueResult(
        name=stream.name,
        queue_id=stream.queue_id,
        target_seconds=stream.target_seconds,
        offered=offered,
        answered=answered,
        abandoned=len(counts.gave_up),
        short_abandoned=short,
        within_target=sum(counts.within),
        abandoned_within=gone_within,
        final_actions=counts.final,
        still_waiting=still_waiting,
        asa=sum(ordered) / len(ordered) if ordered else 0.0,
        mean_wait=all_waits / served if served else 0.0,
        wait_p50=quantile(ordered, 0.5),
        wait_p90=quantile(ordered, 0.9),
        wait_p99=quantile(ordered, 0.99),
        longest=max(ordered[-1] if ordered else 0.0, max(counts.gave_up, default=0.0)),
        service_level=service_levels(
            offered=offered,
            answered=answered,
            within=sum(counts.within),
            short_abandoned=short,
            abandoned_within=gone_within,
        ),
    )


def _pool_name(rulebook: Rulebook, pool_id: int) -> str:
    pool = rulebook.pools.get(pool_id)
    return pool.name if pool else f"Pool {pool_id}"


def _queue_name(rulebook: Rulebook, queue_id: int) -> str:
    plan = rulebook.plans[queue_id]
    return plan.name or plan.slug
