"""The engine's laws, on random floors: pure Python, no database."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from routing.engine import (
    Agent,
    Contact,
    Line,
    Pool,
    QueuePlan,
    Requirement,
    Seat,
    Step,
    decide,
    decide_in_order,
    decide_lines,
    explain_not_me,
    explain_waiting,
    inputs_of,
    order_key,
    replay,
)
from routing.engine.decide import CONSIDERED
from routing.engine.filters import allows
from routing.engine.order import contact_order
from routing.engine.ranks import agent_order

NOW = 1_800_000_000.0
SKILLS = ("digital", "billing")
PARTNERS = (None, 7)

levels = st.integers(1, 5)
plans = st.builds(
    QueuePlan,
    id=st.just(0),
    slug=st.sampled_from(["service", "digital"]),
    priority_class=st.integers(0, 2),
    acceleration=st.sampled_from([0.0, 1.0, 4.0]),
    requirements=st.lists(
        st.builds(Requirement, skill=st.sampled_from(SKILLS), level=levels), max_size=2
    ).map(tuple),
    steps=st.lists(
        st.builds(Step, partner_id=st.sampled_from(PARTNERS), after_seconds=st.sampled_from([0.0, 20.0])),
        min_size=1,
        max_size=3,
    ).map(tuple),
    best_skill_first=st.booleans(),
)
agents = st.builds(
    Agent,
    id=st.just(0),
    partner_id=st.sampled_from(PARTNERS),
    skills=st.dictionaries(st.sampled_from(SKILLS), levels),
    languages=st.sampled_from([{}, {"es": "Spanish"}]),
    queues=st.sampled_from([None, frozenset({"service"}), frozenset({"service", "digital"})]),
)
contacts = st.builds(
    Contact,
    id=st.just(0),
    queue_id=st.integers(1, 3),
    entered_at=st.floats(NOW - 600, NOW),
    queued_at=st.floats(NOW - 60, NOW),
    base_score=st.sampled_from([0.0, 1.0, 10.0]),
    preferred_agent_id=st.sampled_from([None, 1, 2]),
    language=st.sampled_from(["", "es", "de"]),
    avoid=st.sampled_from([(), ((1, NOW + 30),), ((2, NOW - 1), (3, NOW + 5))]),
)


@st.composite
def floors(draw: st.DrawFn) -> tuple[list[Contact], list[Seat], dict[int, QueuePlan]]:
    """Up to three queues, contacts in them, and agents with one seat each."""
    queues = {n: replace(draw(plans), id=n) for n in (1, 2, 3)}
    waiting = [replace(contact, id=n) for n, contact in enumerate(draw(st.lists(contacts, max_size=12)), 1)]
    seats = [
        Seat(id=100 + n, agent=replace(agent, id=n), ready_since=NOW - draw(st.integers(0, 300)))
        for n, agent in enumerate(draw(st.lists(agents, max_size=6)), 1)
    ]
    return waiting, seats, queues


@given(floors())
def test_nobody_is_offered_twice_and_nobody_gets_two(floor: Any) -> None:
    made = decide(*floor, NOW)
    assert len({one.contact_id for one in made}) == len(made)
    assert len({one.agent_id for one in made}) == len(made)


@given(floors())
def test_only_eligible_pairs_are_made(floor: Any) -> None:
    queues = floor[2]
    assert all(
        allows(one.contact, one.seat.agent, queues[one.contact.queue_id], NOW) for one in decide(*floor, NOW)
    )


@given(floors())
def test_no_eligible_pair_is_left_after_a_round(floor: Any) -> None:
    waiting, seats, queues = floor
    made = decide(waiting, seats, queues, NOW)
    taken = {one.contact_id for one in made}
    used = {one.seat.id for one in made}
    assert not [
        (contact, seat)
        for contact in waiting
        for seat in seats
        if contact.id not in taken
        and seat.id not in used
        and allows(contact, seat.agent, queues[contact.queue_id], NOW)
    ]


@given(floors())
def test_a_contact_is_passed_over_only_when_nobody_left_could_take_it(floor: Any) -> None:
    waiting, seats, queues = floor
    made = decide(waiting, seats, queues, NOW)
    got = {one.contact_id: one for one in made}
    free = {seat.id: seat for seat in seats}
    for contact in sorted(waiting, key=lambda one: contact_order(one, queues[one.queue_id], NOW)):
        able = [seat for seat in free.values() if allows(contact, seat.agent, queues[contact.queue_id], NOW)]
        assert (contact.id in got) == bool(able)
        if able:
            assert got[contact.id].seat in able
            del free[got[contact.id].seat.id]


@given(floors())
def test_an_agent_who_declined_is_left_in_peace_during_the_cool_down(floor: Any) -> None:
    for one in decide(*floor, NOW):
        assert one.agent_id not in one.contact.avoided(NOW)


@given(floors(), st.randoms())
def test_the_pairs_do_not_depend_on_who_came_first_to_the_engine(floor: Any, random: Any) -> None:
    waiting, seats, queues = floor
    expected = [(one.contact_id, one.agent_id) for one in decide(waiting, seats, queues, NOW)]
    random.shuffle(waiting)
    random.shuffle(seats)
    assert [(one.contact_id, one.agent_id) for one in decide(waiting, seats, queues, NOW)] == expected


@given(floors())
def test_a_decision_replayed_from_its_stored_inputs_is_the_same(floor: Any) -> None:
    queues = floor[2]
    for one in decide(*floor, NOW):
        stored = json.loads(json.dumps(inputs_of(one, queues[one.contact.queue_id], NOW)))
        again = replay(stored)
        assert (again.contact_id, again.agent_id, again.reasons) == (
            one.contact_id,
            one.agent_id,
            one.reasons,
        )


@given(floors())
def test_every_decision_says_why(floor: Any) -> None:
    assert all(one.reasons for one in decide(*floor, NOW))


def test_of_two_contacts_with_equal_points_the_longer_waiting_stands_first_in_line() -> None:
    plan = QueuePlan(id=1, slug="service", acceleration=1.0)
    line = Line()
    waiting = [
        Contact(id=9, queue_id=1, entered_at=NOW - 60, queued_at=NOW, base_score=9),
        Contact(id=10, queue_id=1, entered_at=NOW - 600, queued_at=NOW, base_score=0),
    ]
    for one in waiting:
        entered_us = round(one.entered_at * 1e6)
        key = order_key(priority_class=1, acceleration=1.0, base_score=one.base_score, entered_us=entered_us)
        line.add(one, key)
    in_order = sorted(waiting, key=lambda one: contact_order(one, plan, NOW))
    assert [one.id for one in line] == [one.id for one in in_order] == [10, 9]


def test_between_agents_equal_in_everything_it_says_that_too() -> None:
    contact = Contact(id=1, queue_id=1, entered_at=NOW - 60, queued_at=NOW - 60)
    twins = [Seat(id=n, agent=Agent(id=n), ready_since=NOW - 5) for n in (1, 2)]
    (made,) = decide([contact], twins, {1: QueuePlan(id=1, slug="service")}, NOW)
    assert (made.agent_id, made.reasons) == (1, ("equal in everything; the lower number decided",))


@given(floors(), st.integers(1, 4))
def test_lines_in_order_give_the_same_pairs_as_all_contacts_at_once(floor: Any, limit: int) -> None:
    waiting, seats, queues = floor
    lines: dict[int, Line] = {}
    for contact in waiting:
        plan = queues[contact.queue_id]
        key = order_key(
            priority_class=plan.priority_class,
            acceleration=plan.acceleration,
            base_score=contact.base_score,
            entered_us=round(contact.entered_at * 1e6),
        )
        lines.setdefault(contact.queue_id, Line()).add(contact, key)
    expected = [(one.contact_id, one.agent_id) for one in decide(waiting, seats, queues, NOW)][:limit]
    made = decide_lines(lines, Pool(seats), queues, NOW, limit)
    assert [(one.contact_id, one.agent_id) for one in made] == expected


@given(floors(), st.randoms())
def test_the_best_seats_are_the_first_of_all_in_the_order_of_agents(floor: Any, random: Any) -> None:
    waiting, free, queues = floor
    pool = Pool(free)
    for seat in random.sample(free, len(free) // 2):
        pool.remove(seat.id)
        free.remove(seat)
    for contact in waiting:
        plan = queues[contact.queue_id]
        allowed = [seat for seat in free if allows(contact, seat.agent, plan, NOW)]
        allowed.sort(key=lambda seat: agent_order(contact, seat, plan, NOW))
        made = list(decide_in_order([contact], pool, queues, NOW))
        assert [list(one.considered) for one in made] == ([allowed[:CONSIDERED]] if allowed else [])


@given(st.lists(st.tuples(st.sampled_from([0.0, 2.0, 5.0]), st.integers(0, 3600)), min_size=2, max_size=6))
def test_the_order_key_never_changes_the_order_of_a_queue_as_time_passes(rows: Any) -> None:
    plan = QueuePlan(id=1, slug="service", acceleration=1.0)
    line = [
        Contact(id=n, queue_id=1, entered_at=NOW - age, queued_at=NOW, base_score=base)
        for n, (base, age) in enumerate(rows)
    ]

    def key(contact: Contact) -> tuple[int, int]:
        entered_us = round(contact.entered_at * 1e6)
        head = order_key(
            priority_class=1, acceleration=1.0, base_score=contact.base_score, entered_us=entered_us
        )
        return head, contact.id

    def place(contact: Contact, now: float) -> tuple[Any, ...]:
        # Contacts with equal points: the order of the key (since entering) is as good as any, but one.
        _, points, _, number = contact_order(contact, plan, now)
        return round(points, 6), number

    for later in (0, 60, 86_400):
        assert sorted(line, key=key) == sorted(line, key=lambda one, at=NOW + later: place(one, at))


def test_a_higher_class_always_comes_first() -> None:
    emergency = order_key(priority_class=0, acceleration=1, base_score=0, entered_us=round(NOW * 1e6))
    old = order_key(priority_class=1, acceleration=1, base_score=1e9, entered_us=0)
    assert emergency < old < 2**63


def test_without_ageing_a_higher_score_comes_first_whatever_the_wait() -> None:
    newer = order_key(priority_class=1, acceleration=0, base_score=1, entered_us=round(NOW * 1e6))
    older = order_key(
        priority_class=1, acceleration=0, base_score=0, entered_us=round((NOW - 86_400 * 365) * 1e6)
    )
    assert newer < older


SERVICE = QueuePlan(
    id=1,
    slug="service",
    requirements=(Requirement("billing", 2, "Billing"),),
    steps=(Step(), Step(partner_id=7, after_seconds=20, pool="Digipress")),
)
CALLER = Contact(id=1, queue_id=1, entered_at=NOW - 30, queued_at=NOW - 30, language="es")
ANA = Agent(id=1, name="Ana", skills={"billing": 3}, languages={"es": "Spanish"})
BEN = Agent(id=2, name="Ben", skills={"billing": 3}, languages={"es": "Spanish"})
DANA = Agent(id=3, name="Dana", skills={"billing": 5}, partner_id=7, queues=frozenset({"service"}))


def test_the_reasons_read_as_a_person_would_say_them() -> None:
    seats = [Seat(1, ANA, NOW - 252), Seat(2, BEN, NOW - 30), Seat(3, DANA, NOW - 900)]
    (made,) = decide([CALLER], seats, {1: SERVICE}, NOW)
    assert made.agent_id == ANA.id
    assert made.reasons == ("in-house step first", "speaks Spanish", "idle longest: 4:12")


def test_the_partner_takes_it_when_its_turn_has_come_and_nobody_in_house_is_free() -> None:
    (made,) = decide([CALLER], [Seat(3, DANA, NOW - 900)], {1: SERVICE}, NOW)
    assert made.reasons == ("Digipress step, open after 0:20", "the only agent free for it")


def test_the_partner_has_to_wait_for_its_turn() -> None:
    early = replace(CALLER, queued_at=NOW - 5)
    assert decide([early], [Seat(3, DANA, NOW - 900)], {1: SERVICE}, NOW) == []
    assert explain_waiting(early, [Seat(3, DANA, NOW)], SERVICE, NOW, ahead=0) == [
        "1 ready: Digipress has its turn in 0:15",
        "first in the queue",
    ]


def test_the_agent_who_knows_the_customer_comes_first_when_free() -> None:
    caller = replace(CALLER, preferred_agent_id=BEN.id)
    (made,) = decide([caller], [Seat(1, ANA, NOW - 252), Seat(2, BEN, NOW - 30)], {1: SERVICE}, NOW)
    assert made.reasons[0] == "knows this customer"
    (made,) = decide([caller], [Seat(1, ANA, NOW - 252)], {1: SERVICE}, NOW)
    assert made.agent_id == ANA.id


def test_a_free_agent_comes_before_a_half_busy_one_who_is_idle_longer() -> None:
    seats = [Seat(1, ANA, NOW - 252, load=0.5), Seat(2, BEN, NOW - 30)]
    (made,) = decide([CALLER], seats, {1: SERVICE}, NOW)
    assert made.agent_id == BEN.id


def test_the_most_skilled_comes_first_in_queues_that_want_it() -> None:
    expert = replace(BEN, skills={"billing": 5})
    plan = replace(SERVICE, best_skill_first=True)
    (made,) = decide([CALLER], [Seat(1, ANA, NOW - 252), Seat(2, expert, NOW)], {1: plan}, NOW)
    assert made.reasons[-1] == "most skilled: Billing 5"


def test_an_agent_can_be_told_why_it_was_not_them() -> None:
    (made,) = decide([CALLER], [Seat(1, ANA, NOW - 252), Seat(2, BEN, NOW - 30)], {1: SERVICE}, NOW)
    assert explain_not_me(made, BEN, SERVICE, NOW) == ["Ana came first: idle longest: 4:12"]
    assert explain_not_me(made, replace(BEN, skills={}), SERVICE, NOW) == ["needs Billing 2 (has none)"]


def test_a_line_forgets_what_left_it() -> None:
    line = Line()
    line.add(CALLER, 5)
    line.add(CALLER, 5)
    assert line.remove(CALLER.id) == CALLER
    assert line.remove(CALLER.id) is None
    assert list(line) == []
