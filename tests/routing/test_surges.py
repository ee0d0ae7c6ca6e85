"""Surge plans: laid over the set-up and taken off again; partners asked for seats answer by a deadline."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from contactcenter.event_map import register
from desk.handlers import keep_surge_marquee
from foundation.errors import Conflict, Refusal
from foundation.events import RecordedEvent
from foundation.models import Event, Timer
from knowledge.models import Announcement
from routing.actions.seat_asks import answer_ask, ask_more_seats, refuse_unanswered
from routing.actions.simulations import run_simulation
from routing.actions.surges import (
    change_plan,
    compose_plan,
    expire_surge,
    preview_plan,
    revert_surge,
    start_surge,
)
from routing.config import load_rules, load_set_up
from routing.engine import IN_HOUSE, ChannelRule, PoolPlan, QueuePlan, Rulebook, Split, Step
from routing.engine.values import Share
from routing.models import ChangeToken, PresencePeriod, Queue, QueueShare, SeatAsk, SimulationRun, SurgePlan
from routing.pools import pool_of_partner
from routing.queries.surges import announcement_of, deliveries, house_now, loans
from routing.surge.bundle import (
    Bundle,
    Marquee,
    NewCapacity,
    NewSplit,
    Opened,
    SeatWish,
    as_json,
    of_json,
    problems,
)
from routing.surge.delivery import delivered, seats_at_work
from routing.surge.overlay import beneath, bundle_words, changed_by_hand, overlaid
from tests.people import Cast
from tests.routing.conftest import Clock, Floor
from tests.routing.test_simulation_runs import last_week  # noqa: F401

RULES = Rulebook(
    plans={
        1: QueuePlan(1, "main", "Main", steps=(Step(frozenset({IN_HOUSE}), wait=30), Step(frozenset({2})))),
        2: QueuePlan(
            2,
            "digital",
            "Digital",
            steps=(Step(frozenset({2}), wait=10), Step(frozenset({IN_HOUSE}), alone=True)),
            split=Split((Share(2, 80, floor=10),), minutes=30, override_after=40),
        ),
    },
    pools={
        IN_HOUSE: PoolPlan(IN_HOUSE, "in-house"),
        2: PoolPlan(2, "Digipress", partner_id=7, queues=frozenset({"digital", "main"})),
        3: PoolPlan(3, "Postfast", partner_id=8, queues=frozenset({"parcels"})),
    },
    channels={"chat": ChannelRule("chat", 33)},
)
ALL = Bundle(
    minutes=60,
    opened=(Opened(1, 2), Opened(2, IN_HOUSE)),
    splits=(NewSplit(2, {2: 50, IN_HOUSE: 50}, strict=True),),
    announcements=((1, "There is a storm."),),
    channels=(NewCapacity("chat", 25, most=4),),
    marquee=Marquee("Storm day"),
    asks=(SeatWish(7, 3),),
)


# --- the rules, pure ---------------------------------------------------------------------------------------
def test_a_bundle_is_stored_and_read_back_the_same_and_said_in_words() -> None:
    assert of_json(as_json(ALL)) == ALL
    said = bundle_words(
        ALL,
        queues={1: "Main", 2: "Digital"},
        pools={0: "the office", 2: "Digipress"},
        partners={7: "Digipress"},
    )
    assert said == [
        "Opens Main to Digipress at once",
        "Opens Digital to the office at once",
        "Splits Digital: 50 % Digipress, 50 % the office, strictly",
        "Callers of Main hear “There is a storm.”",
        "One chat takes 25 of 100 units, at most 4 at once",
        "Desktops say “Storm day”",
        "Asks Digipress for 3 more seats",
    ]


def test_a_plan_lies_over_the_rules_and_changes_nothing_else() -> None:
    over = overlaid(RULES, ALL)
    assert [step.pools for step in over.plans[1].steps] == [{IN_HOUSE, 2}, {2}]
    assert over.plans[2].split == Split(
        (Share(2, 50), Share(IN_HOUSE, 50)), minutes=30, override_after=40, strict=True
    )
    assert over.channels["chat"] == ChannelRule("chat", 25, most=4)
    assert over.pools == RULES.pools
    assert overlaid(RULES, Bundle()) == RULES


def test_a_lent_pool_stays_when_a_later_step_shuts_the_earlier_ones() -> None:
    over = overlaid(RULES, Bundle(opened=(Opened(2, 3),)))
    assert [step.pools for step in over.plans[2].steps] == [{2, 3}, {IN_HOUSE, 3}]


def test_what_names_a_queue_or_pool_that_is_gone_does_nothing() -> None:
    gone = Bundle(opened=(Opened(9, 2), Opened(1, 9)), splits=(NewSplit(9, {2: 5}),))
    assert overlaid(RULES, gone) == RULES


@pytest.mark.parametrize(
    ("bundle", "code", "field"),
    [
        (Bundle(), "empty", "name"),
        (replace(ALL, minutes=0), "bad_time", "minutes"),
        (Bundle(opened=(Opened(1, 3),)), "not_covered", "pool-1-3"),
        (Bundle(opened=(Opened(1, 2, step=5),)), "bad_step", "pool-1-2"),
        (Bundle(opened=(Opened(4, 2),)), "unknown", "pool-4-2"),
        (Bundle(splits=(NewSplit(1, {2: 60, IN_HOUSE: 50}),)), "over_100", "share-1-0"),
        (Bundle(splits=(NewSplit(1, {3: 60}),)), "not_serving", "share-1-3"),
        (Bundle(announcements=((1, "x" * 241),)), "too_long", "says-1"),
        (Bundle(channels=(NewCapacity("chat", 0),)), "bad_units", "units-chat"),
        (Bundle(marquee=Marquee("")), "missing", "marquee_title"),
        (Bundle(asks=(SeatWish(9, 1),)), "unknown", "seats-9"),
        (Bundle(asks=(SeatWish(7, 0),)), "bad_seats", "seats-7"),
        (Bundle(minutes=20, asks=(SeatWish(7, 1),)), "bad_time", "from-7"),
    ],
)
def test_a_bundle_that_makes_no_sense_is_refused_at_its_field(bundle: Bundle, code: str, field: str) -> None:
    assert problems(ALL, RULES, {7: "Digipress"}) == []
    assert (code, field) in [(one.code, one.field) for one in problems(bundle, RULES, {7: "Digipress"})]


def test_what_was_changed_beneath_by_hand_is_seen_by_what_stood_there_before() -> None:
    before = beneath(ALL, RULES, {1: "Thank you."})
    assert before["announcement:1"] == "Thank you."
    assert before["pools:1"] == [[IN_HOUSE], [2]]
    assert list(changed_by_hand(before, before)) == []
    [change] = changed_by_hand(before, beneath(ALL, RULES, {1: "Hello."}))
    assert (change.setting, change.was, change.now) == ("announcement:1", "Thank you.", "Hello.")


def test_delivery_is_the_average_at_work_beyond_those_who_were_there(hands: Clock) -> None:
    start = hands.now
    hour = timedelta(hours=1)
    periods = [(start - hour, None), (start + hour / 2, start + 3 * hour), (start + 2 * hour, None)]
    assert seats_at_work(periods, start, start + hour) == 1.5
    assert seats_at_work(periods, start, start) == 0
    assert delivered(1.5, 1) == 0.5
    assert delivered(1.0, 2) == 0.0


# --- on a floor --------------------------------------------------------------------------------------------
@pytest.fixture
def plan(floor: Floor) -> SurgePlan:
    """For an hour: Digipress serves `digital` at once; chats take less; callers and desktops hear of it."""
    register()
    partner = floor.cast.partner
    bundle = Bundle(
        minutes=60,
        opened=(Opened(floor.digital.id, pool_of_partner(partner).id),),
        announcements=((floor.digital.id, "There is a storm."),),
        channels=(NewCapacity("chat", 25),),
        marquee=Marquee("Storm day", "Be brief."),
        asks=(SeatWish(partner.id, 3, answer_minutes=10, from_minutes=20),),
    )
    return compose_plan(member=floor.cast.sam, name="Storm day", purpose="", bundle=bundle)


def test_a_start_takes_effect_in_the_next_decision_and_a_revert_as_well(
    floor: Floor, plan: SurgePlan
) -> None:
    floor.call("digital")
    floor.ready(floor.cast.paula)
    assert floor.assign() is False
    told = ChangeToken.objects.count()
    run = start_surge(plan.id, member=floor.cast.sam, expected=1)
    assert ChangeToken.objects.count() == told + 1
    assert floor.assign() is True
    assert floor.offer_of(floor.cast.paula) is not None
    assert announcement_of(floor.digital) == "There is a storm."
    assert {loan.setting for loan in loans()} == {
        f"pools:{floor.digital.id}",
        f"announcement:{floor.digital.id}",
        "channel:chat",
    }
    with pytest.raises(Conflict) as twice:
        start_surge(plan.id, member=floor.cast.sam, expected=1)
    assert twice.value.code == "already_running"
    revert_surge(run.id, member=floor.cast.sam)
    assert load_rules() == load_set_up()
    assert announcement_of(floor.digital) == ""
    assert ChangeToken.objects.count() == told + 2
    with pytest.raises(Conflict) as gone:
        revert_surge(run.id, member=floor.cast.sam)
    assert gone.value.code == "not_running"
    events = Event.objects.filter(subject=f"surge_plan:{plan.id}").order_by("id")
    assert list(events.values_list("name", flat=True)) == [
        "surge.changed",
        "surge.started",
        "seats.asked",
        "seats.released",
        "surge.reverted",
    ]


def test_a_plan_ends_by_the_clock_and_keeps_what_was_changed_by_hand(
    floor: Floor, plan: SurgePlan, hands: Clock
) -> None:
    before = load_rules()
    run = start_surge(plan.id, member=floor.cast.sam, expected=1)
    assert Timer.objects.get(key=f"surge:{run.id}:expiry").due_at == run.expires_at
    Queue.objects.filter(id=floor.digital.id).update(announcement="Typed meanwhile")
    assert expire_surge(run.id) is False
    hands.forward(3601)
    assert load_rules() == before, "it counts no longer, even where the timer is late"
    assert expire_surge(run.id) is True
    assert expire_surge(run.id) is False
    run.refresh_from_db()
    assert (run.end, run.reverted_at) == ("expired", run.expires_at)
    assert run.changed_by_hand == [
        {"setting": f"announcement:{floor.digital.id}", "was": "", "now": "Typed meanwhile"}
    ]
    floor.digital.refresh_from_db()
    assert announcement_of(floor.digital) == "Typed meanwhile"


def test_two_plans_that_replace_the_same_do_not_run_together(floor: Floor, plan: SurgePlan) -> None:
    sam = floor.cast.sam
    other = compose_plan(
        member=sam, name="Strike", purpose="", bundle=Bundle(channels=(NewCapacity("chat", 50),))
    )
    more = compose_plan(
        member=sam,
        name="Doors open",
        purpose="",
        bundle=Bundle(opened=(Opened(floor.digital.id, IN_HOUSE, 1),)),
    )
    start_surge(plan.id, member=sam, expected=1)
    start_surge(more.id, member=sam, expected=1)
    with pytest.raises(Conflict) as clash:
        start_surge(other.id, member=sam, expected=1)
    assert clash.value.code == "overlaps"


def test_a_change_is_a_new_version_and_only_of_the_one_that_was_seen(floor: Floor, plan: SurgePlan) -> None:
    sam, bundle = floor.cast.sam, Bundle(channels=(NewCapacity("chat", 50),))
    told = {"member": sam, "name": "Storm day", "purpose": "Snow too", "bundle": bundle}
    assert change_plan(plan.id, expected=1, **told).number == 2
    assert change_plan(plan.id, expected=2, **told).number == 2, "nothing changed"
    for stale in (
        lambda: change_plan(plan.id, expected=1, **told),
        lambda: start_surge(plan.id, member=sam, expected=1),
    ):
        with pytest.raises(Conflict, match="version 2"):
            stale()
    with pytest.raises(Refusal) as taken:
        compose_plan(member=sam, name=" Storm  day ", purpose="", bundle=bundle)
    assert taken.value.code == "name_taken"


def test_the_marquee_is_on_while_the_plan_runs_in_whatever_order_its_events_come(
    floor: Floor, plan: SurgePlan
) -> None:
    def hear(run_id: int) -> None:
        keep_surge_marquee(
            RecordedEvent(1, 1, "", 1, "", {"run_id": run_id}, {}, floor.cast.sam.user.date_joined)
        )

    run = start_surge(plan.id, member=floor.cast.sam, expected=1)
    hear(run.id)
    hear(run.id)
    posted = Announcement.objects.get()
    assert (posted.title, posted.author, posted.ends_at) == ("Storm day", "Sam", run.expires_at)
    revert_surge(run.id, member=floor.cast.sam)
    hear(run.id)
    hear(run.id)
    posted.refresh_from_db()
    assert posted.ended_at is not None
    again = start_surge(plan.id, member=floor.cast.sam, expected=1)
    revert_surge(again.id, member=floor.cast.sam)
    hear(again.id)
    assert Announcement.objects.count() == 1, "the start was told after the end"


# --- seats -------------------------------------------------------------------------------------------------
@pytest.fixture
def ask(floor: Floor, plan: SurgePlan) -> SeatAsk:
    start_surge(plan.id, member=floor.cast.sam, expected=1)
    return SeatAsk.objects.get()


def test_a_partner_answers_once_and_only_before_the_deadline(
    floor: Floor, ask: SeatAsk, hands: Clock
) -> None:
    paula = floor.cast.paula.actor
    for answer, seats in (("partial", None), ("partial", 3), ("accepted", 2), ("maybe", None)):
        with pytest.raises(Refusal):
            answer_ask(ask.id, actor=paula, answer=answer, seats=seats)
    answered = answer_ask(ask.id, actor=paula, answer="partial", seats=2, note="Two from noon")
    assert (answered.state, answered.seats_promised, answered.answered_by) == ("partial", 2, "Paula")
    with pytest.raises(Conflict, match="by Paula"):
        answer_ask(ask.id, actor=paula, answer="refused")
    second = ask_more_seats(ask.run_id, SeatWish(ask.partner_id, 1), actor=floor.cast.sam.actor)
    assert refuse_unanswered(second.id) is False
    hands.forward(15 * 60)
    with pytest.raises(Conflict) as late:
        answer_ask(second.id, actor=paula, answer="accepted")
    assert late.value.code == "too_late"
    assert refuse_unanswered(second.id) is True
    second.refresh_from_db()
    assert (second.state, second.answered_by) == ("refused", "")
    last = Event.objects.filter(name="seats.answered").order_by("-id")[0].payload
    assert (last["answer"], last["by_deadline"], last["asked_partner_id"]) == (
        "refused",
        True,
        ask.partner_id,
    )


def test_delivery_is_measured_from_presence_and_kept_when_the_plan_ends(
    floor: Floor, ask: SeatAsk, hands: Clock
) -> None:
    assert deliveries([ask]) == {ask.id: None}
    answer_ask(ask.id, actor=floor.cast.paula.actor, answer="accepted")
    half = ask.starts_at + timedelta(minutes=10)
    PresencePeriod.objects.create(member=floor.cast.paula, state="ready", started_at=half)
    PresencePeriod.objects.create(member=floor.cast.ana, state="ready", started_at=half)
    hands.now = ask.starts_at + timedelta(minutes=20)
    so_far = deliveries([ask])[ask.id]
    assert so_far is not None
    assert (so_far.at_work, so_far.delivered) == (0.5, 0.5)
    revert_surge(ask.run_id, member=floor.cast.sam)
    PresencePeriod.objects.all().delete()
    ask.refresh_from_db()
    assert (ask.at_work, ask.ends_at) == (0.5, hands.now)


def test_an_ask_nobody_answered_is_withdrawn_with_the_plan(floor: Floor, ask: SeatAsk) -> None:
    revert_surge(ask.run_id, member=floor.cast.sam)
    ask.refresh_from_db()
    assert ask.state == "withdrawn"
    with pytest.raises(Conflict):
        answer_ask(ask.id, actor=floor.cast.paula.actor, answer="accepted")
    with pytest.raises(Conflict):
        ask_more_seats(ask.run_id, SeatWish(ask.partner_id, 1), actor=floor.cast.sam.actor)


def test_a_preview_plays_history_with_the_plan_and_the_seats_it_asks_for(last_week: Cast) -> None:  # noqa: F811
    digital, pool = Queue.objects.get(), pool_of_partner(last_week.partner)
    bundle = Bundle(
        opened=(Opened(digital.id, pool.id),),
        splits=(NewSplit(digital.id, {pool.id: 100}),),
        asks=(SeatWish(last_week.partner.id, 2),),
    )
    plan = compose_plan(member=last_week.sam, name="Storm day", purpose="", bundle=bundle)
    start_surge(plan.id, member=last_week.sam, expected=1)  # what runs is not what is compared with
    run = preview_plan(plan.id, member=last_week.sam, expected=1)
    run_simulation(run.id, last_week.organization.id)
    run = SimulationRun.objects.get(id=run.id)
    assert (run.state, run.words) == ("done", "“Storm day” all the time"), run.problem
    assert run.result is not None
    people = [
        {pool["name"]: pool["agents"] for pool in run.result[when]["pools"]} for when in ("before", "after")
    ]
    assert people[1]["Digipress"] - people[0]["Digipress"] == 2
    assert run.result["before"]["splits"] == []
    assert len(run.result["after"]["splits"]) == 1
    assert QueueShare.objects.count() == 0
    assert house_now().rules.plans[digital.id].split is None
