"""Each rule of the engine by example, with the words it uses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from routing.engine import (
    Agent,
    Contact,
    FinalAction,
    Lending,
    Line,
    OpenSpans,
    Overflow,
    PoolPlan,
    QueuePlan,
    Requirement,
    Rulebook,
    Seat,
    Share,
    Situation,
    Split,
    Step,
    borrow,
    decide,
    explain_end,
    explain_not_me,
    explain_waiting,
    finals_due,
    starvation_bound,
)

NOW = 1_800_000_000.0
PARTNER = 7
STEPS = (Step(wait=20.0), Step(frozenset({PARTNER})))
SERVICE = QueuePlan(id=1, slug="service", requirements=(Requirement("billing", 2, "Billing"),), steps=STEPS)
POOLS = {
    0: PoolPlan(0, "in-house"),
    PARTNER: PoolPlan(PARTNER, "Digipress", 7, queues=frozenset({"service"})),
}
CALLER = Contact(id=1, queue_id=1, entered_at=NOW - 30, queued_at=NOW - 30, language="es")
ANA = Agent(id=1, name="Ana", skills={"billing": 3}, languages={"es": "Spanish"})
BEN = Agent(id=2, name="Ben", skills={"billing": 3}, languages={"es": "Spanish"})
DANA = Agent(id=3, name="Dana", skills={"billing": 5}, partner_id=7, pools=frozenset({PARTNER}))
FREE = [Seat(1, ANA, NOW - 252), Seat(2, BEN, NOW - 30), Seat(3, DANA, NOW - 900)]


def rules(plan: QueuePlan = SERVICE, **pools: Any) -> Rulebook:
    return Rulebook({plan.id: plan}, {**POOLS, **{int(k[1:]): v for k, v in pools.items()}})


def made(
    contact: Contact = CALLER,
    seats: list[Seat] = FREE,
    book: Rulebook | None = None,
    situation: Situation | None = None,
) -> Any:
    found = decide([contact], seats, book or rules(), NOW, situation)
    return found[0] if found else None


def waits_because(
    contact: Contact, seats: list[Seat], book: Rulebook, situation: Situation | None = None
) -> str:
    assert made(contact, seats, book, situation) is None
    return explain_waiting(contact, seats, book, NOW, 0, situation)[0].text


def test_the_reasons_read_as_a_person_would_say_them() -> None:
    assert made().agent_id == ANA.id
    assert made().reasons == ("in-house step first", "speaks Spanish", "idle longest: 4:12")


def test_the_partner_takes_it_when_its_turn_has_come_and_nobody_in_house_is_free() -> None:
    assert made(seats=FREE[2:]).reasons == ("Digipress step, open after 0:20", "the only agent free for it")


def test_the_partner_has_to_wait_for_its_turn() -> None:
    early = replace(CALLER, queued_at=NOW - 5)
    (why, place) = explain_waiting(early, FREE[2:], rules(), NOW, ahead=0)
    assert (why.text, why.agents, why.until) == ("1 ready: Digipress has its turn in 0:15", 1, NOW + 15)
    assert place.text == "first in the queue"


def test_a_step_that_nobody_staffs_lets_the_next_one_open_at_once() -> None:
    plan = replace(SERVICE, steps=(replace(STEPS[0], skip_if_unstaffed=True), STEPS[1]))
    early = replace(CALLER, queued_at=NOW)
    only_partner = Situation(staff={3: "ready", 1: "offline"}, agents={3: DANA, 1: ANA})
    office_busy = replace(only_partner, staff={3: "ready", 1: "busy"}, at_work=None)
    assert made(early, FREE[2:], rules(plan), only_partner).agent_id == DANA.id
    assert made(early, FREE[2:], rules(plan), office_busy) is None


def test_a_step_of_its_own_shuts_the_earlier_ones_and_asks_for_other_skills() -> None:
    alone = Step(frozenset({PARTNER}), requirements=(), alone=True)
    plan = replace(SERVICE, steps=(STEPS[0], alone))
    beginner = replace(DANA, skills={})
    assert made(CALLER, [*FREE[:2], Seat(3, beginner, NOW)], rules(plan)).agent_id == beginner.id
    assert "taken the place" in waits_because(CALLER, FREE[:1], rules(plan))


def test_the_agent_who_knows_the_customer_comes_first_when_free() -> None:
    caller = replace(CALLER, preferred_agent_id=BEN.id)
    assert made(caller).reasons[0] == "knows this customer"
    assert made(caller, FREE[:1]).agent_id == ANA.id


def test_a_contact_is_held_for_who_knows_it_only_while_they_are_at_work_and_only_so_long() -> None:
    plan = replace(SERVICE, sticky_wait=60.0)
    caller = replace(CALLER, preferred_agent_id=BEN.id)
    people = {1: ANA, 2: BEN}
    busy, gone = (Situation({1: "ready", 2: standing}, people) for standing in ("busy", "offline"))
    assert waits_because(caller, FREE[:1], rules(plan), busy) == "1 ready: held for Ben, for 0:30 more"
    assert made(caller, FREE[:1], rules(plan), gone).agent_id == ANA.id
    late = replace(caller, queued_at=NOW - 60)
    assert made(late, FREE[:1], rules(plan), busy).agent_id == ANA.id


def test_after_the_agent_a_contact_is_held_for_their_team() -> None:
    plan = replace(SERVICE, sticky_wait=60.0, steps=(Step(frozenset({0, 5})),))
    caller = replace(CALLER, preferred_pool_id=5)
    team = Situation(at_work=frozenset({0, 5}))
    book = rules(plan, p5=PoolPlan(5, "Blue team"))
    assert waits_because(caller, FREE[:1], book, team) == "1 ready: held for Blue team, for 0:30 more"
    member = Seat(4, replace(ANA, id=4, pools=frozenset({0, 5})), NOW)
    assert made(caller, [*FREE[:1], member], book, team).reasons[0] == "Blue team knows this customer"


@pytest.mark.parametrize(
    ("contact", "seat", "words"),
    [
        (CALLER, Seat(1, replace(ANA, skills={}), NOW), "needs Billing 2 (has none)"),
        (CALLER, Seat(1, replace(ANA, valid_until={"billing": NOW}), NOW), "licence for Billing has run out"),
        (CALLER, Seat(1, ANA, NOW, load=0.5), "has 50 of 100 units free, voice takes 100"),
        (CALLER, Seat(1, ANA, NOW, held={"voice": 1}), "has 1 on voice, the maximum"),
        (replace(CALLER, channel="chat"), Seat(1, ANA, NOW, held={"voice": 1}), "no chat beside voice"),
        (replace(CALLER, pinned_pool_id=PARTNER), FREE[0], "pinned to Digipress"),
        (replace(CALLER, barred_pools=frozenset({0})), FREE[0], "may not be served by this team"),
        (replace(CALLER, avoid=((1, NOW + 42),)), FREE[0], "asked again in 0:42 at the earliest"),
    ],
)
def test_each_rule_says_why_it_refuses(contact: Contact, seat: Seat, words: str) -> None:
    (why, _) = explain_waiting(contact, [seat], rules(), NOW, 0)
    assert words in why.text
    assert made(contact, [seat]) is None
    assert why.until or why.releases


def test_a_partner_s_contract_and_hours_bound_what_it_is_offered() -> None:
    uncovered = rules(p7=PoolPlan(PARTNER, "Digipress", 7, queues=frozenset()))
    assert "contract does not cover service" in waits_because(CALLER, FREE[2:], uncovered)
    closed = rules(p7=PoolPlan(PARTNER, "Digipress", 7, hours=OpenSpans(((NOW + 90, NOW + 900),))))
    (why, _) = explain_waiting(CALLER, FREE[2:], closed, NOW, 0)
    assert (why.text, why.until) == ("1 ready: closed; opens in 1:30", NOW + 90)


def test_a_language_that_is_required_bars_and_one_that_is_not_only_ranks() -> None:
    german = replace(CALLER, language="de")
    assert made(german).agent_id == ANA.id
    assert "language (de)" in waits_because(german, FREE, rules(replace(SERVICE, language_required=True)))


def test_agents_of_the_region_come_first_in_queues_that_ask_for_it() -> None:
    local = Seat(2, replace(BEN, regions=frozenset({"NY"})), NOW - 30)
    caller = replace(CALLER, region="NY")
    assert made(caller, [FREE[0], local]).agent_id == ANA.id
    book = rules(replace(SERVICE, local_first=True))
    assert "local: NY" in made(caller, [FREE[0], local], book).reasons


def test_a_mail_gives_way_to_a_call_but_not_a_call_to_a_mail() -> None:
    plain = QueuePlan(id=1, slug="service")
    book = Rulebook({1: plain}, {}, {**Rulebook({}).channels})
    channels = {name: replace(rule, interruptible=name == "email") for name, rule in book.channels.items()}
    book = Rulebook({1: plain}, {}, channels)
    writing = Seat(1, ANA, NOW, load=1.0, held={"email": 5})
    assert made(CALLER, [writing], book).agent_id == ANA.id
    calling = Seat(1, ANA, NOW, load=1.0, held={"voice": 1})
    assert made(replace(CALLER, channel="email"), [calling], book) is None


def test_an_agent_with_room_for_three_chats_gets_three_in_one_round_after_all_others_have_one() -> None:
    plain = Rulebook({1: QueuePlan(id=1, slug="service")})
    chats = [replace(CALLER, id=n, channel="chat") for n in range(1, 6)]
    found = decide(chats, FREE[:2], plain, NOW)
    assert [one.agent_id for one in found] == [1, 2, 1, 2, 1]
    assert [round(one.seat.load, 2) for one in found] == [0, 0, 0.33, 0.33, 0.66]


def test_a_free_agent_comes_before_a_half_busy_one_who_is_idle_longer() -> None:
    chat = replace(CALLER, channel="chat")
    seats = [Seat(1, ANA, NOW - 252, load=0.33, held={"chat": 1}), Seat(2, BEN, NOW - 30)]
    assert made(chat, seats).reasons[-1] == "least loaded: 0%"


def test_the_most_skilled_comes_first_in_queues_that_want_it() -> None:
    expert = Seat(2, replace(BEN, skills={"billing": 5}), NOW)
    found = made(CALLER, [FREE[0], expert], rules(replace(SERVICE, fit="best")))
    assert found.reasons[-1] == "most skilled: Billing 5"


def test_between_agents_equal_in_everything_it_says_that_too() -> None:
    twins = [Seat(n, Agent(id=n), NOW - 5) for n in (1, 2)]
    found = made(replace(CALLER, language=""), twins, Rulebook({1: QueuePlan(id=1, slug="service")}))
    assert (found.agent_id, found.reasons) == (1, ("equal in everything; the lower number decided",))


def test_an_agent_can_be_told_why_it_was_not_them() -> None:
    assert explain_not_me(made(), BEN, rules(), NOW) == ["Ana came first: idle longest: 4:12"]
    assert explain_not_me(made(), replace(BEN, skills={}), rules(), NOW) == ["needs Billing 2 (has none)"]
    assert explain_not_me(made(), replace(BEN, id=9), rules(), NOW) == ["was not free, or came far behind"]


SPLIT = Split((Share(0, 85), Share(PARTNER, 15)), strict=True, override_after=60.0)
SHARED = QueuePlan(id=1, slug="service", steps=(Step(frozenset({0, PARTNER})),), split=SPLIT)


def had(in_house: int, partner: int) -> Situation:
    interval = int(NOW // 3600)
    taken = {(1, interval, 0): in_house, (1, interval, PARTNER): partner}
    return Situation(taken=taken, at_work=frozenset({0, PARTNER}))


def test_the_pool_that_is_furthest_below_its_share_comes_first_and_is_told_so() -> None:
    found = made(CALLER, FREE, rules(SHARED), had(17, 2))
    assert (found.agent_id, found.pool_id) == (DANA.id, PARTNER)
    order = replace(SHARED, agent_order=("split", "idle"))
    seats = [FREE[0], replace(FREE[2], ready_since=NOW)]
    told = made(CALLER, seats, rules(order), had(17, 2)).reasons
    assert told[0] == "Digipress is to have 15 %, has had 2 of 19"


def test_a_strict_split_keeps_a_contact_for_who_is_short_until_it_has_waited_too_long() -> None:
    text = waits_because(CALLER, FREE[:1], rules(SHARED), had(18, 2))
    assert text == "1 ready: kept for Digipress, short of its share, for 0:30 more"
    assert made(replace(CALLER, queued_at=NOW - 60), FREE[:1], rules(SHARED), had(18, 2))
    nobody_there = replace(had(18, 2), at_work=frozenset({0}))
    assert made(CALLER, FREE[:1], rules(SHARED), nobody_there)


def test_a_pool_at_its_ceiling_gets_no_more_in_this_interval() -> None:
    capped = replace(SPLIT, shares=(Share(0, 85), Share(PARTNER, 15, ceiling=10)), strict=False)
    plan = replace(SHARED, split=capped)
    assert "has reached the ceiling" in waits_because(CALLER, FREE[2:], rules(plan), had(17, 2))
    assert made(CALLER, FREE[2:], rules(plan), had(0, 0))


def test_nobody_is_stranded_the_final_action_is_due_after_the_last_step_or_at_the_deadline() -> None:
    steps = (STEPS[0], replace(STEPS[1], wait=40.0))
    plan = replace(SERVICE, steps=steps, deadline=600.0, final=FinalAction("voicemail"))
    line = Line(plan, [replace(CALLER, id=n, queued_at=NOW - n, entered_at=NOW - 50) for n in (10, 60, 90)])
    line.add(replace(CALLER, id=5, queued_at=NOW - 5, entered_at=NOW - 700))
    due = finals_due({1: line}, rules(plan), NOW)
    assert [(one.contact.id, NOW - one.at) for one in due] == [(5, 100), (90, 30), (60, 0)]
    soon = explain_end(replace(CALLER, queued_at=NOW - 10), rules(plan), NOW)
    assert soon is not None
    assert (soon.text, soon.until) == ("is asked to leave a message in 0:50", NOW + 50)


def test_who_was_moved_by_a_final_action_has_its_time_anew_and_who_was_seen_to_is_due_no_more() -> None:
    plan = QueuePlan(1, "service", deadline=60, final=FinalAction("voicemail"))
    rules = Rulebook({1: plan})
    late = Contact(1, 1, NOW - 90, NOW - 90)
    moved, seen_to = replace(late, id=2, final_from=NOW - 30), replace(late, id=3)
    line = Line(plan, [late, moved, seen_to])
    line.see_to_end(3)
    assert [one.contact.id for one in finals_due({1: line}, rules, NOW)] == [1]
    assert [one.contact.id for one in finals_due({1: line}, rules, NOW + 31)] == [1, 2]
    for number in (1, 2, 3):
        assert line.longest_wait(NOW) == 90
        line.remove(number)
    assert (line.longest_wait(NOW), finals_due({1: line}, rules, NOW + 99)) == (0, [])


def test_overflow_opens_in_need_holds_a_while_and_closes_below_the_lower_mark() -> None:
    rule = Overflow(1, PARTNER, home_queue_id=2, opens_at=60, closes_at=20, home_most=30, hold=300)
    state, log = Lending(), []
    for at, wait, home in ((0, 60, 0), (1, 61, 31), (2, 61, 30), (200, 5, 90), (302, 20, 0), (303, 19, 0)):
        state = borrow(rule, state, wait=wait, home_wait=home, now=NOW + at)
        log.append(state.opened_at is not None)
    assert log == [False, False, True, True, True, False]
    lent = replace(SERVICE, steps=STEPS[:1], borrowed=frozenset({PARTNER}))
    assert made(CALLER, FREE[2:], rules(lent)).reasons[0] == "Digipress helps out"
    assert made(CALLER, FREE, rules(lent)).agent_id == ANA.id


def test_an_offer_to_several_at_once_goes_to_the_best_of_them() -> None:
    found = made(CALLER, FREE, rules(replace(SERVICE, offers_at_once=2)))
    assert (found.agent_id, [seat.agent.id for seat in found.also]) == (ANA.id, [BEN.id])


@pytest.mark.parametrize(
    ("plan", "others", "bound"),
    [
        (QueuePlan(1, "a", acceleration=1), [], 600),
        (QueuePlan(1, "a", acceleration=2), [], 300),
        (QueuePlan(1, "a", acceleration=0), [], None),
        (QueuePlan(1, "a", acceleration=0, score_cap=0), [], 0),
        (QueuePlan(1, "a", acceleration=1), [QueuePlan(2, "b", acceleration=2)], None),
        (QueuePlan(1, "a", score_cap=20), [QueuePlan(2, "b", acceleration=2, score_cap=20)], 900),
        (QueuePlan(1, "a"), [QueuePlan(2, "b", priority_class=0, acceleration=9)], 600),
    ],
)
def test_the_starvation_bound_by_example(
    plan: QueuePlan, others: list[QueuePlan], bound: float | None
) -> None:
    assert starvation_bound(plan, [plan, *others], highest_base=10) == bound
