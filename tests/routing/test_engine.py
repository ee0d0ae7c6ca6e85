"""The engine's laws, on random floors: pure Python, no database."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from itertools import product
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from routing.engine import (
    Agent,
    Contact,
    Line,
    Pool,
    QueuePlan,
    Rulebook,
    Scene,
    Seat,
    Share,
    Situation,
    Split,
    Step,
    contact_order,
    decide,
    decide_for,
    decide_lines,
    explain_not_me,
    explain_waiting,
    inputs_of,
    next_for,
    order_key,
    replay,
    starvation_bound,
)
from routing.engine.filters import allows, refusals
from routing.engine.load import fits, with_one_more
from routing.engine.rows import SortedRows
from tests.routing.floors import CHANNELS, NOW, Floor, a_contact, a_plan, floors, pairs, slow_round


def decided(floor: Floor) -> list[Any]:
    return decide(floor.waiting, floor.free, floor.rules, NOW, floor.situation)


def lines_of(floor: Floor) -> dict[int, Line]:
    rows = floor.waiting
    return {
        n: Line(plan, [one for one in rows if one.queue_id == n]) for n, plan in floor.rules.plans.items()
    }


@given(floors)
def test_a_round_is_what_asking_everybody_about_everything_would_give(floor: Floor) -> None:
    assert pairs(decided(floor)) == slow_round(floor)


@given(floors)
def test_no_contact_is_decided_twice(floor: Floor) -> None:
    made = decided(floor)
    assert len({one.contact_id for one in made}) == len(made)


@given(floors)
def test_nobody_is_given_more_than_their_capacity_and_channels_allow(floor: Floor) -> None:
    now = {seat.id: seat for seat in floor.free}
    for one in decided(floor):
        channel = one.contact.channel
        for seat in (one.seat, *one.also):
            assert fits(now[seat.id], CHANNELS[channel], floor.rules)
            now[seat.id] = with_one_more(now[seat.id], channel, floor.rules, NOW)


@given(floors)
def test_no_eligible_pair_is_left_after_a_round(floor: Floor) -> None:
    made, scene = decided(floor), floor.scene()
    taken = {one.contact_id for one in made}
    now = {seat.id: seat for seat in floor.free}
    for one in made:
        scene.count(floor.rules.plans[one.contact.queue_id], one.pool_id)
        for seat in (one.seat, *one.also):
            now[seat.id] = with_one_more(now[seat.id], one.contact.channel, floor.rules, NOW)
    waiting = [one for one in floor.waiting if one.id not in taken]
    assert not [(one, seat) for one in waiting for seat in now.values() if allows(one, seat, scene)]


@given(floors, st.randoms())
def test_the_pairs_do_not_depend_on_who_came_first_to_the_engine(floor: Floor, random: Any) -> None:
    expected = pairs(decided(floor))
    random.shuffle(floor.waiting)
    random.shuffle(floor.free)
    assert pairs(decided(floor)) == expected


@given(floors)
def test_a_contact_that_comes_and_an_agent_who_frees_up_give_the_same_pair(floor: Floor) -> None:
    made = decided(floor)
    if made:
        contact, seat = made[0].contact, made[0].seat
        coming = decide_for(contact, floor.free, floor.rules, NOW, floor.situation)
        assert coming is not None
        assert coming.seat == seat
        assert next_for(seat, floor.waiting, floor.rules, NOW, floor.situation) == contact


@given(floors, st.integers(1, 4))
def test_lines_in_order_give_the_first_of_the_same_pairs(floor: Floor, limit: int) -> None:
    made = decide_lines(lines_of(floor), Pool(floor.free), floor.rules, NOW, limit, floor.situation)
    assert pairs(made) == pairs(decided(floor))[:limit]


@given(floors, st.randoms())
def test_seats_that_came_and_went_leave_no_trace(floor: Floor, random: Any) -> None:
    pool = Pool(floor.free)
    gone = random.sample(floor.free, len(floor.free) // 2)
    lines = {
        n: Line(plan, [one for one in floor.waiting if one.queue_id == n])
        for n, plan in floor.rules.plans.items()
    }
    decide_lines(lines, pool, floor.rules, NOW, 9, floor.situation)
    for seat in gone:
        pool.remove(seat.id)
        floor.free.remove(seat)
    made = decide_lines(lines, pool, floor.rules, NOW, 99, floor.situation)
    assert pairs(made) == pairs(decided(floor))


@given(floors, floors)
def test_what_is_known_of_a_group_holds_no_longer_than_the_rules_and_its_licences(
    floor: Floor, other: Floor
) -> None:
    pool, lines = Pool(floor.free), lines_of(floor)
    for now, rules in (
        (NOW - 5, floor.rules),
        (NOW, floor.rules),
        (NOW + 5, other.rules),
        (NOW, floor.rules),
    ):
        kept = {n: Line(rules.plans[n], line.contacts()) for n, line in lines.items()}
        made = decide_lines(kept, pool, rules, now, 99, floor.situation)
        assert pairs(made) == pairs(decide(floor.waiting, floor.free, rules, now, floor.situation))


@given(floors)
def test_a_decision_replayed_from_its_stored_inputs_is_the_same(floor: Floor) -> None:
    for one in decided(floor):
        again = replay(json.loads(json.dumps(inputs_of(one, floor.rules, NOW, floor.situation))))
        assert (pairs([again]), again.reasons) == (pairs([one]), one.reasons)
        assert (again.considered, again.also) == (one.considered, one.also)


@given(floors)
def test_every_decision_says_why_and_every_other_agent_can_be_told_why_not(floor: Floor) -> None:
    for one in decided(floor):
        assert one.reasons
        for seat in floor.free:
            if seat.agent.id != one.agent_id:
                assert explain_not_me(one, seat.agent, floor.rules, NOW, floor.situation, seat)


@given(floors)
def test_whoever_still_waits_can_be_told_why_and_what_would_release_them(floor: Floor) -> None:
    scene = floor.scene()
    for contact in floor.waiting:
        causes = explain_waiting(contact, floor.free, floor.rules, NOW, 0, floor.situation)
        able = any(allows(contact, seat, scene) for seat in floor.free)
        assert ("able to take it" in causes[0].text) == able
        assert all(why.until is None or why.until >= NOW for why in causes)
        assert causes[0].until is not None or causes[0].releases


@given(floors)
def test_whoever_may_take_a_contact_is_refused_by_no_rule(floor: Floor) -> None:
    scene = floor.scene()
    for contact in floor.waiting:
        for seat in floor.free:
            late = scene.now - contact.queued_at >= scene.plan(contact).delay
            assert allows(contact, seat, scene) == (not refusals(contact, seat, scene))
            assert late or not allows(contact, seat, scene)


@given(st.integers(0, 1 << 40))
def test_a_line_is_always_in_the_order_of_its_contacts(seed: int) -> None:
    chance = Random(seed)
    plan = a_plan(chance)
    line, there = Line(plan), {}
    for number in range(12):
        there[number] = replace(a_contact(chance, number), queue_id=1)
        line.add(there[number])
        if chance.random() < 0.3:
            gone = chance.choice(list(there))
            assert line.remove(gone) == there.pop(gone)
        at = NOW + chance.randint(-300, 600)
        expected = sorted(there.values(), key=lambda one: contact_order(one, plan, at))
        assert list(line.in_order(at)) == expected
    assert len(line) == len(there)


@settings(max_examples=20)
@given(st.integers(0, 1 << 40))
def test_a_sorted_list_in_chunks_is_a_sorted_list(seed: int) -> None:
    chance, rows, plain = Random(seed), SortedRows(), []
    for number in range(chance.choice([5, 1500])):
        item = (chance.randint(0, 30), number)
        rows.add(item)
        plain.append(item)
        if chance.random() < 0.4:
            rows.remove(plain.pop(chance.randrange(len(plain))))
    plain.sort()
    assert list(rows) == plain
    assert list(rows.up_to(15)) == [item for item in plain if item[0] <= 15]
    assert not plain or (rows.first, rows.last) == (plain[0], plain[-1])


def rivals_of(chance: Random) -> tuple[QueuePlan, list[QueuePlan]]:
    plan = a_plan(chance)
    others = [
        replace(a_plan(chance), priority_class=plan.priority_class) for _ in range(chance.randint(0, 2))
    ]
    return plan, [plan, *others]


@given(st.integers(0, 1 << 40))
def test_after_the_starvation_bound_no_newcomer_comes_first(seed: int) -> None:
    chance = Random(seed)
    plan, rivals = rivals_of(chance)
    bound = starvation_bound(plan, rivals, highest_base=10)
    if bound is None:
        return
    old = Contact(id=2, queue_id=1, entered_at=NOW, queued_at=NOW)
    for rival, base, after, later in product(rivals, (0, 3, 10), (0.1, 500.0), (0, 30, 3_600, 1e7)):
        comes_at = NOW + bound + after
        new = Contact(id=1, queue_id=2, entered_at=comes_at, queued_at=comes_at, base_score=base)
        at = comes_at + later
        assert contact_order(old, plan, at) < contact_order(new, rival, at)


@given(st.integers(0, 1 << 40))
def test_where_there_is_no_bound_somebody_can_come_first_after_any_wait(seed: int) -> None:
    plan, rivals = rivals_of(Random(seed))
    if starvation_bound(plan, rivals, highest_base=10) is not None:
        return
    old = Contact(id=1, queue_id=1, entered_at=NOW, queued_at=NOW)
    new = Contact(id=2, queue_id=2, entered_at=NOW + 1e6, queued_at=NOW, base_score=10)
    moments = (NOW + 1e6, NOW + 1e9)
    assert any(
        contact_order(new, rival, at) < contact_order(old, plan, at) for rival in rivals for at in moments
    )


def test_a_strict_split_converges_to_its_shares_within_one_contact() -> None:
    split = Split((Share(0, 85), Share(1, 15)), strict=True)
    plan = QueuePlan(id=1, slug="service", steps=(Step(frozenset({0, 1})),), split=split)
    seats = [Seat(n, Agent(n, pools=frozenset({n % 2})), NOW) for n in range(400)]
    waiting = [Contact(n, 1, NOW - 500 + n, NOW - 500 + n) for n in range(200)]
    made = decide(waiting, seats, Rulebook({1: plan}), NOW, Situation(at_work=frozenset({0, 1})))
    for number in (20, 100, 200):
        had = Counter(one.pool_id for one in made[:number])
        assert abs(had[1] - 0.15 * number) <= 1
    assert len(made) == 200


def test_the_database_key_orders_a_queue_as_the_engine_does() -> None:
    emergency = order_key(priority_class=0, acceleration=1, base_score=0, entered_us=round(NOW * 1e6))
    old = order_key(priority_class=1, acceleration=1, base_score=1e9, entered_us=0)
    newer = order_key(priority_class=1, acceleration=0, base_score=1, entered_us=round(NOW * 1e6))
    older = order_key(
        priority_class=1, acceleration=0, base_score=0, entered_us=round((NOW - 86_400 * 365) * 1e6)
    )
    assert emergency < old < 2**63
    assert newer < older


def test_a_scene_without_a_situation_takes_whoever_has_a_seat_for_ready() -> None:
    assert Scene(Rulebook({}), NOW).situation == Situation()
