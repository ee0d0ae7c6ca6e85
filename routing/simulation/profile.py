"""What a simulation is fed with: who contacts when, how long it takes, who works when."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import inf

from routing.simulation.durations import Duration, Exponential, Fixed, Never
from routing.simulation.router import Agent, Overflow, Rulebook

QUARTER = 900.0
DAY = 86400.0
WEEK = 7 * DAY
# Simulated weeks begin on a Monday at midnight, Coordinated Universal Time.
FIRST_MONDAY = 1_767_571_200.0
USUAL_HANDLE, NO_TIME, ENDLESS = Exponential(240.0), Fixed(0.0), Never()


@dataclass(frozen=True, slots=True)
class Recorded:
    """A contact as it was: when (seconds after the beginning) and, where known, how long things took."""

    at: float
    handle: float | None = None
    wrap_up: float | None = None
    patience: float | None = None


@dataclass(frozen=True, slots=True)
class Stream:
    """Contacts of one kind. Expected ones in each quarter of an hour (a day's 96, a week's 672, …, again and
    again), or recorded ones as they were. Service level counts answers within `target_seconds`."""

    name: str
    queue_id: int
    per_quarter: tuple[float, ...] = ()
    recorded: tuple[Recorded, ...] = ()
    channel: str = "voice"
    handle: Duration = USUAL_HANDLE
    wrap_up: Duration = NO_TIME
    patience: Duration = ENDLESS
    base_score: float = 0.0
    language: str = ""
    region: str = ""
    target_seconds: float = 20.0
    short_abandon_seconds: float = 5.0


@dataclass(frozen=True, slots=True)
class Worker:
    """An agent and when they work: (start, end) in seconds of the period; always when there are none."""

    agent: Agent
    pool_id: int
    shifts: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Manners:
    """What agents do with offers: shares declined and missed, seconds until they take it, cool-downs."""

    accept_after: Duration = NO_TIME
    declines: float = 0.0
    misses: float = 0.0
    offer_seconds: float = 20.0
    cool_down_seconds: float = 60.0
    misses_allowed: int = 2
    away_seconds: float = 120.0

    @property
    def at_once(self) -> bool:
        """Whether every offer is taken in the moment it is made."""
        return self.declines == self.misses == 0 and self.accept_after == NO_TIME


@dataclass(frozen=True, slots=True)
class Profile:
    """Traffic, people, pools that help other queues; shifts begin again every `period` seconds."""

    name: str
    streams: tuple[Stream, ...]
    workers: tuple[Worker, ...]
    manners: Manners = field(default_factory=Manners)
    overflows: tuple[Overflow, ...] = ()
    days: float = 1.0
    period: float = WEEK
    starts_at: float = FIRST_MONDAY


def times_at_work(worker: Worker, profile: Profile) -> Iterator[tuple[float, float]]:
    """From when to when the agent works while the profile runs, in epoch seconds."""
    if not worker.shifts:
        yield profile.starts_at, inf
        return
    base = profile.starts_at
    while base < profile.starts_at + profile.days * DAY:
        yield from ((base + begin, base + end) for begin, end in worker.shifts)
        base += profile.period


def check_fit(rulebook: Rulebook, profile: Profile) -> None:
    """ValueError when the profile names a queue or pool that is not in the rulebook."""
    for stream in profile.streams:
        if stream.queue_id not in rulebook.plans:
            raise ValueError(f"{stream.name}: there is no queue {stream.queue_id}.")
    for worker in profile.workers:
        if worker.pool_id not in rulebook.pools:
            raise ValueError(f"{worker.agent.name}: there is no pool {worker.pool_id}.")


def with_seats(profile: Profile, more: dict[int, int]) -> Profile:
    """The same with more (or, negative, fewer) agents in some pools: newcomers work like those there are.

    ValueError for a pool nobody works in.
    """
    workers = list(profile.workers)
    next_id = max((worker.agent.id for worker in workers), default=0) + 1
    for pool_id, count in sorted(more.items()):
        there = [worker for worker in profile.workers if worker.pool_id == pool_id]
        if not there and count > 0:
            raise ValueError("Nobody works in this pool yet, so nobody knows when newcomers would.")
        for number in range(count):
            model = there[number % len(there)]
            agent = replace(model.agent, id=next_id, name=f"Newcomer {number + 1}")
            workers.append(replace(model, agent=agent))
            next_id += 1
        gone = {worker.agent.id for worker in there[count:]} if count < 0 else set()
        workers = [worker for worker in workers if worker.agent.id not in gone]
    return replace(profile, workers=tuple(workers))
