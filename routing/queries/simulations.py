"""What the simulator is given, and what it was asked so far."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from foundation import clock
from foundation.errors import NotVisible, Refusal
from routing.config import load_agents, load_set_up
from routing.models import SimulationRun
from routing.queries.traffic import profile_from_history
from routing.simulation.profile import DAY, Profile
from routing.simulation.profile_files import BadProfile, read_example
from routing.simulation.router import IN_HOUSE, Agent, Rulebook, hours_repeated

HISTORY, EXAMPLE = "history", "example:"
STANDS_STILL = timedelta(seconds=30)
SHOWN = 30


def given(source: str, weeks: int, *, replayed: bool = True) -> tuple[Rulebook, Profile]:
    """Set-up and traffic of `history` or `example:NAME`. Refusal `unknown_source`, and those of history."""
    if source == HISTORY:
        rulebook = rulebook_now()
        profile = profile_from_history(weeks, agents_now(), rulebook, replayed=replayed)
        until = profile.starts_at + profile.days * DAY
        return hours_repeated(rulebook, profile.starts_at, until), profile
    try:
        return read_example(source.removeprefix(EXAMPLE))
    except BadProfile as error:
        raise Refusal("unknown_source", "Choose history or an example.", field="source") from error


@dataclass(frozen=True)
class Outline:
    """What a change can be made to: the rules, and how many people each pool has."""

    rulebook: Rulebook
    people: dict[int, int]


def outline(source: str) -> Outline:
    """The same without the traffic. Refusal `unknown_source`."""
    if source == HISTORY:
        pools = [pool_id for _, pool_id in agents_now()]
        return Outline(rulebook_now(), dict(Counter(pools)))
    rulebook, profile = given(source, 0)
    return Outline(rulebook, dict(Counter(worker.pool_id for worker in profile.workers)))


def rulebook_now() -> Rulebook:
    """The organisation's set-up, without the help and the surge plans that are lent to it just now."""
    rules = load_set_up()
    plans = {queue_id: replace(plan, borrowed=frozenset()) for queue_id, plan in rules.plans.items()}
    return replace(rules, plans=plans)


def agents_now() -> Iterator[tuple[Agent, int]]:
    """Everybody who takes work, each with the pool they count for: a team rather than the whole house."""
    for agent in load_agents().values():
        yield agent, min(agent.pools - {IN_HOUSE}, default=IN_HOUSE)


def simulations() -> list[SimulationRun]:
    """The newest, without their results."""
    return list(SimulationRun.objects.select_related("member").defer("result").order_by("-id")[:SHOWN])


def access_simulation(simulation_id: int) -> SimulationRun:
    """One of them. NotVisible."""
    run = SimulationRun.objects.select_related("member").filter(id=simulation_id).first()
    if run is None:
        raise NotVisible("simulation")
    return run


def stands_still(run: SimulationRun) -> bool:
    """Whether nobody seems to compute what should be running."""
    if run.state not in (SimulationRun.State.REQUESTED, SimulationRun.State.RUNNING):
        return False
    return clock.now() - (run.beat_at or run.created_at) > STANDS_STILL
