"""The simulator against formulas, recursions and its own promises. No database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from heapq import heapreplace
from itertools import islice
from math import inf
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.simulation.agenda import Agenda
from routing.simulation.arrivals import callers
from routing.simulation.by_hour import day_hours
from routing.simulation.changes import Change, QueueChange, change_words, changed_profile, changed_rulebook
from routing.simulation.drawing import as_file
from routing.simulation.durations import Exponential, Lognormal, Never, as_table, duration_of
from routing.simulation.erlang import Queueing, answered_within, erlang_a, erlang_b, erlang_c
from routing.simulation.preview import preview
from routing.simulation.profile import Manners, Profile, Recorded, Stream, Worker, with_seats
from routing.simulation.profile_files import BadProfile, example_names, read_example, read_profile
from routing.simulation.results import Result, within_noise
from routing.simulation.router import (
    DEFAULT_CHANNELS,
    Agent,
    FinalAction,
    Overflow,
    PoolPlan,
    QueuePlan,
    Rulebook,
    Share,
    Split,
    Step,
)
from routing.simulation.run import simulate
from routing.simulation.words import as_text

HANDLE, AGENTS = 180.0, 5


def team(*plans: QueuePlan, pools: int = 1) -> Rulebook:
    """Rules with so many pools, 1, 2, …"""
    return Rulebook(
        plans={plan.id: plan for plan in plans},
        pools={number: PoolPlan(number, f"Team {number}") for number in range(1, pools + 1)},
        channels=DEFAULT_CHANNELS,
    )


def people(count: int, pool_id: int = 1, first: int = 1, also: Iterable[int] = ()) -> tuple[Worker, ...]:
    pools = frozenset({pool_id, *also})
    return tuple(Worker(Agent(id=n, pools=pools), pool_id) for n in range(first, first + count))


def plan(number: int = 1, *pools: int, **more: object) -> QueuePlan:
    steps = (Step(pools=frozenset(pools or {1})),)
    return QueuePlan(**{"id": number, "slug": f"q{number}", "steps": steps, **more})  # type: ignore[arg-type]


def single(load: float, contacts: int, patience: float | None = None) -> Profile:
    """One queue, all exponential, so many erlangs to each agent."""
    rate = load * AGENTS / HANDLE
    stream = Stream(
        name="calls",
        queue_id=1,
        per_quarter=(rate * 900,),
        handle=Exponential(HANDLE),
        patience=Exponential(patience) if patience else Never(),
    )
    return Profile("single", (stream,), people(AGENTS), days=contacts / rate / 86400)


def recursion(profile: Profile, seed: int, contacts: int) -> tuple[float, float]:
    """Mean wait and share that gives up by Kiefer and Wolfowitz: who comes next waits until the first agent
    is free, first come first served. It shares the draws with the simulation and nothing else."""
    free = [0.0] * AGENTS
    waited = gave_up = count = 0.0
    for caller in islice(callers(profile, 0, seed, inf), contacts):
        wait = max(free[0] - caller.entered_at, 0.0)
        count += 1
        if wait > caller.patience:
            gave_up += 1
            waited += caller.patience
        else:
            waited += wait
            heapreplace(free, caller.entered_at + wait + caller.handle)
    return waited / count, gave_up / count


@pytest.mark.parametrize("patience", [None, 120.0], ids=["Erlang C", "Erlang A"])
def test_waits_of_a_single_skill_queue_are_those_of_the_formula(patience: float | None) -> None:
    load = 0.7 if patience is None else 1.05
    rate = load * AGENTS / HANDLE
    formula: Queueing = (
        erlang_c(arrivals=rate, handle_seconds=HANDLE, agents=AGENTS)
        if patience is None
        else erlang_a(arrivals=rate, handle_seconds=HANDLE, patience_seconds=patience, agents=AGENTS)
    )
    profile, seed = single(load, 8_000, patience), 5
    result = simulate(team(plan()), profile, seed=seed, kills=[40_000])
    same_draws = recursion(profile, seed, result.contacts)
    # The recursion is the control variate: what chance did to these contacts it did to both.
    wait, abandoned = recursion(profile, seed, 500_000)
    queue = result.queues[0]
    assert queue.mean_wait - same_draws[0] + wait == pytest.approx(formula.mean_wait, rel=0.02)
    assert queue.abandonment - same_draws[1] + abandoned == pytest.approx(
        formula.abandons, rel=0.02, abs=1e-9
    )
    assert queue.mean_wait == pytest.approx(same_draws[0], rel=0.01)
    assert result.kills == 1
    assert result.violation_count == 0
    assert result.checks > 5_000


def test_erlangs_formulas_agree_with_a_birth_and_death_process() -> None:
    arrivals, agents, patience = 0.05, 8, 100.0
    weights = [1.0]
    for number in range(1, 400):
        leaving = min(number, agents) / HANDLE + max(number - agents, 0) / patience
        weights.append(weights[-1] * arrivals / leaving)
    whole = sum(weights)
    waiting = sum((number - agents) * weight for number, weight in enumerate(weights) if number > agents)
    found = erlang_a(arrivals=arrivals, handle_seconds=HANDLE, patience_seconds=patience, agents=agents)
    assert found.mean_wait == pytest.approx(waiting / whole / arrivals)
    assert found.waits == pytest.approx(sum(weights[agents:]) / whole)
    endless = erlang_a(arrivals=0.04, handle_seconds=HANDLE, patience_seconds=1e7, agents=agents)
    assert endless.mean_wait == pytest.approx(
        erlang_c(arrivals=0.04, handle_seconds=HANDLE, agents=agents).mean_wait, rel=1e-3
    )
    assert erlang_b(1.0, 1) == 0.5
    assert answered_within(0, arrivals=1 / 360, handle_seconds=HANDLE, agents=1) == pytest.approx(0.5)
    with pytest.raises(ValueError, match="too much for 8 agents"):
        erlang_c(arrivals=1, handle_seconds=HANDLE, agents=agents)


def test_a_split_is_kept_in_every_hour_within_binomial_noise() -> None:
    split = Split((Share(1, 85.0), Share(2, 15.0)), strict=True)
    profile = Profile(
        "split",
        (Stream("calls", 1, per_quarter=(60.0,), handle=Exponential(150.0)),),
        people(14) + people(6, pool_id=2, first=50),
        days=0.5,
    )
    result = simulate(team(plan(1, 1, 2, split=split), pools=2), profile)
    partner = next(one for one in result.splits if one.pool == "Team 2")
    assert partner.hours == partner.hours_kept == 12
    assert partner.measured == pytest.approx(15, abs=0.5)
    assert result.violation_count == 0
    assert within_noise(20, 100, 15.0)
    assert not within_noise(30, 100, 15.0)


def test_the_same_seed_gives_the_same_result_and_another_seed_another() -> None:
    rulebook, profile = read_example("two-companies")
    profile = replace(profile, days=0.5)
    first, again, other = (simulate(rulebook, profile, seed=seed, check=False) for seed in (3, 3, 4))
    assert first == again
    assert first.contacts != other.contacts
    assert Result.of_json(first.as_json()) == replace(
        first, queues=list(first.queues), pools=list(first.pools), violations=()
    )


def test_declined_and_missed_offers_go_on_with_their_age_and_no_rule_is_broken() -> None:
    rulebook, profile = read_example("two-companies")
    manners = Manners(accept_after=Exponential(4.0), declines=0.15, misses=0.1)
    result = simulate(rulebook, replace(profile, days=0.55, manners=manners), kills=[32_000, 40_000])
    assert result.declined > 20
    assert result.missed > 20
    assert result.kills == 2
    assert result.violations == ()
    for queue in result.queues:
        gone = queue.answered + queue.abandoned + queue.final_actions + queue.still_waiting
        assert gone == queue.offered
    assert any(one.offered for one in day_hours(result.hours))
    assert "nothing found" in as_text(result)


def test_messages_share_an_agent_and_calls_do_not() -> None:
    recorded = tuple(Recorded(at=float(n), handle=600.0) for n in range(5))
    stream = Stream("mail", 1, recorded=recorded, channel="email")
    calls = Stream("calls", 2, recorded=recorded[:2], channel="voice")
    profile = Profile("mixed", (stream,), people(1), days=0.1)
    assert simulate(team(plan()), profile).queues[0].longest == 0
    both = replace(profile, streams=(calls,))
    assert simulate(team(plan(2)), both).queues[0].longest == 599


def test_nobody_is_stranded_where_a_queue_has_a_final_action() -> None:
    steps = (Step(frozenset({1}), wait=30.0), Step(frozenset({2}), wait=60.0))
    first = plan(1, steps=steps, final=FinalAction("queue", 2))
    last = plan(2, 1, deadline=300.0, final=FinalAction("voicemail"))
    recorded = tuple(Recorded(at=10.0 * n, handle=10_000.0) for n in range(3))
    profile = Profile("final", (Stream("calls", 1, recorded=recorded),), people(1), days=0.1)
    result = simulate(team(first, last, pools=2), profile)
    assert (result.queues[0].answered, result.queues[0].final_actions) == (1, 2)
    assert result.queues[0].still_waiting == 0


def test_a_pool_lends_a_hand_while_another_queue_is_in_trouble() -> None:
    steady = Stream("busy", 1, per_quarter=(40.0,), handle=Exponential(200.0))
    profile = Profile("lent", (steady,), people(5) + people(5, pool_id=2, first=50), days=0.25)
    rules = team(plan(1, 1), plan(2, 2), pools=2)
    alone = simulate(rules, profile)
    helped = simulate(rules, replace(profile, overflows=(Overflow(1, 2, 2, opens_at=30.0),)))
    assert helped.queues[0].asa < alone.queues[0].asa / 3
    assert next(pool for pool in helped.pools if pool.id == 2).answered > 0
    assert helped.violation_count == 0


def test_more_seats_shorten_waits_for_the_very_same_contacts() -> None:
    rulebook, profile = read_example("one-queue")
    change = Change(seats={1: 2})
    found = preview(
        rulebook,
        rulebook,
        replace(profile, days=0.3),
        7,
        profile_after=changed_profile(replace(profile, days=0.3), change),
        change=change_words(change, rulebook),
    )
    assert found.before.contacts == found.after.contacts
    assert found.after.queues[0].asa < found.before.queues[0].asa
    assert found.words[0].startswith("With 2 more seats at Team, ")
    assert "within 20 s instead of" in found.words[0]
    drawn = as_file(found.after, found.before)
    assert drawn.count("<polyline") >= 6
    assert "prefers-color-scheme: dark" in drawn


def test_a_change_of_a_queue_reaches_its_plan_and_nothing_else() -> None:
    rulebook, profile = read_example("two-companies")
    change = Change(seats={1: -2}, queues={2: QueueChange(wait=5.0, acceleration=3.0)})
    changed = changed_rulebook(rulebook, change)
    assert changed.plans[2].steps[0].wait == 5.0
    assert changed.plans[2].acceleration == 3.0
    assert changed.plans[1] == rulebook.plans[1]
    assert len(changed_profile(profile, change).workers) == len(profile.workers) - 2
    words = change_words(change, rulebook)
    assert words.startswith("2 fewer seats at In-house, 5 s before the second step of Digital and")
    with pytest.raises(ValueError, match="no queue 9"):
        changed_rulebook(rulebook, Change(queues={9: QueueChange(wait=1.0)}))
    with pytest.raises(ValueError, match="Nobody works in this pool"):
        with_seats(profile, {99: 1})


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({}, "pools: give at least one"),
        ({"days": 0}, "days: more than 0"),
        ({"queues": [{"slug": "q", "split": {"shares": {"A": 80, "B": 30}}}]}, "at most 100"),
        ({"queues": [{"slug": "q", "steps": [{"pools": ["C"]}]}]}, "there is no pool C"),
        ({"queues": [{"slug": "q", "final": "music"}]}, "queues.q.final"),
        ({"agents": [{"pool": "A", "shifts": ["Mon-Fri 8-17"]}]}, "not like Mon-Fri 08:00-16:00"),
        ({"agents": [{"pool": "A", "shifts": ["Mon 08:00-12:00", "Mon 11:00-13:00"]}]}, "overlap"),
        ({"agents": [{"pool": "A", "count": 0}]}, "count"),
        ({"streams": [{"queue": "x", "per_hour": 1}]}, "no queue of that slug"),
        ({"streams": [{"queue": "q"}]}, "give per_hour"),
        ({"streams": [{"queue": "q", "by_hour": [1, 2]}]}, "24 or 168"),
        ({"streams": [{"queue": "q", "per_hour": 1, "handle": {"kind": "gamma", "mean": 3}}]}, "kind is"),
        ({"streams": [{"queue": "q", "per_hour": 1, "patience": -3}]}, "0 or more"),
        ({"offers": {"declines": 0.9, "misses": 0.2}}, "at most 0.95"),
    ],
)
def test_a_bad_profile_is_refused_with_the_place(broken: dict[str, object], said: str) -> None:
    good = {
        "pools": [{"name": "A"}, {"name": "B"}],
        "queues": [{"slug": "q"}],
        "agents": [{"pool": "A"}],
        "streams": [{"queue": "q", "per_hour": 6}],
    }
    assert read_profile(good)[1].streams[0].per_quarter == (1.5,) * 96
    with pytest.raises(BadProfile, match=said):
        read_profile({**good, **broken} if broken else {})


def test_every_example_can_be_read_and_durations_survive_a_file() -> None:
    assert example_names() == ["one-queue", "two-companies"]
    for duration in (Never(), Exponential(3.0), Lognormal(200.0, 100.0)):
        assert duration_of(as_table(duration), "here") == duration
    drawn = [Lognormal(200.0, 100.0).draw(dice) for dice in [Random(1)] for _ in range(20_000)]
    assert sum(drawn) / len(drawn) == pytest.approx(200, rel=0.02)


@given(st.lists(st.tuples(st.floats(0, 1e6), st.integers(0, 3)), max_size=60), st.data())
def test_the_agenda_gives_things_back_in_order_of_time_then_of_entry(
    entries: list[tuple[float, int]], data: st.DataObject
) -> None:
    agenda = Agenda()
    kept: list[tuple[float, int]] = []
    for number, (time, what) in enumerate(entries):
        agenda.put(time, what, number)
        kept.append((time, number))
        if data.draw(st.booleans()):
            taken = agenda.take()
            assert (taken[0], taken[3]) == min(kept)
            kept.remove((taken[0], taken[3]))
    assert [(one[0], one[3]) for one in (agenda.take() for _ in range(len(agenda)))] == sorted(kept)
    with pytest.raises(IndexError):
        agenda.take()
