"""Several contacts for one agent, several agents for one contact, wrap-up, and what supervisors do."""

from __future__ import annotations

import secrets
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts.actors import IVR_ACTOR
from accounts.models import Member
from customers.actions import create_customer, open_interaction
from customers.models import Interaction, TimelineEntry
from foundation.errors import Conflict, Forbidden, Refusal
from foundation.models import Event, Timer
from foundation.tenancy import tenant
from routing.actions import (
    accept_offer,
    close_wrap_up,
    decline_offer,
    expire_offer,
    finish_work,
    leave_queue,
    queue_work,
    requeue,
)
from routing.handlers import close_due_wrap_up
from routing.models import (
    ChannelRule,
    Engagement,
    Offer,
    PauseReason,
    Presence,
    PresencePeriod,
    SeatToken,
    WaitingToken,
    WorkItem,
)
from routing.presence import heartbeat, set_presence
from routing.queries import agent_days, agent_states, live_offers
from routing.supervision import (
    assign_contact,
    end_wrap_up,
    force_state,
    move_to_queue,
    prioritise,
    pull_back,
)
from tests.routing.conftest import Clock, Floor
from tests.routing.invariants import assert_sound
from tests.routing.test_owner import new_agent
from tests.routing.test_races import at_once


def message(floor: Floor, queue: str = "service") -> WorkItem:
    """A written message waits."""
    customer = create_customer(actor=IVR_ACTOR, display_name=secrets.token_hex(6))
    interaction = open_interaction(
        actor=IVR_ACTOR, channel="message", address="max@example.org", customer=customer
    )
    return queue_work(interaction.id, queue_slug=queue, actor=IVR_ACTOR)


def assign_all(floor: Floor) -> None:
    while floor.assign():
        assert_sound()


def take(floor: Floor, member: Member) -> Offer:
    """The agent accepts the newest offer they have."""
    offer = live_offers(member)[-1]
    accept_offer(offer.id, member=member)
    assert_sound()
    return offer


def state(member: Member) -> str:
    return Presence.objects.get(member=member).state


# Several contacts for one agent.


def test_one_agent_gets_messages_as_long_as_units_are_left_and_each_has_its_own_way(floor: Floor) -> None:
    ana = floor.cast.ana
    items = [message(floor) for _ in range(4)]
    floor.ready(ana)
    assign_all(floor)
    assert [offer.work_item_id for offer in live_offers(ana)] == [item.id for item in items[:3]]
    assert not SeatToken.objects.exists()  # 99 of 100 units are taken
    first, second, third = (accept_offer(offer.id, member=ana) for offer in live_offers(ana))
    assert state(ana) == "serving"
    decline = WorkItem.objects.get(id=items[3].id)
    assert decline.state == "waiting"
    finish_work(first.work_item.interaction_id)
    assert state(ana) == "serving"  # the others go on
    close_wrap_up(ana, interaction_id=first.work_item.interaction_id)
    assert SeatToken.objects.get().held == {"message": 2}
    assign_all(floor)
    assert state(ana) == "serving"
    fourth = take(floor, ana)
    assert fourth.work_item_id == items[3].id
    for offer in (second, third, fourth):
        finish_work(offer.work_item.interaction_id)
        assert_sound()
    assert state(ana) == "wrap_up"
    for offer in (second, third, fourth):
        assert close_wrap_up(ana, interaction_id=offer.work_item.interaction_id)
        assert_sound()
    assert state(ana) == "ready"
    assert SeatToken.objects.get().held == {}


def test_a_call_excludes_messages_and_messages_a_call(floor: Floor) -> None:
    ana, mark = floor.cast.ana, floor.cast.mark
    message(floor)
    floor.ready(ana)
    assign_all(floor)
    take(floor, ana)
    floor.call()
    assert not floor.assign()
    floor.ready(mark)
    assign_all(floor)
    take(floor, mark)
    message(floor)
    assert floor.assign()  # goes to Ana, who has room for messages
    assert [offer.member_id for offer in Offer.objects.filter(state="offered")] == [ana.id]


def test_an_interruptible_mail_leaves_room_for_a_call(floor: Floor) -> None:
    ChannelRule.objects.create(channel="message", units=100, is_interruptible=True)
    ana = floor.cast.ana
    message(floor)
    floor.ready(ana)
    assign_all(floor)
    take(floor, ana)
    message(floor)
    assert not floor.assign()
    floor.call()
    assert floor.assign()
    assert_sound()


def test_a_lost_microphone_stops_calls_but_not_messages_and_is_seen(floor: Floor) -> None:
    ana = floor.cast.ana
    floor.ready(ana)
    heartbeat(ana, microphone=False)
    floor.call()
    assert not floor.assign()
    assert next(one for one in agent_states() if one.member == ana).microphone_lost
    message(floor)
    assign_all(floor)
    assert live_offers(ana)[0].work_item.channel == "message"
    decline_offer(live_offers(ana)[0].id, member=ana)
    heartbeat(ana)  # a tab that says nothing of microphones changes nothing
    assert not floor.assign()
    heartbeat(ana, microphone=True)
    assert floor.assign()
    assert live_offers(ana)[0].work_item.channel == "voice"


def test_a_pause_while_serving_stops_further_contacts_and_begins_when_all_are_done(floor: Floor) -> None:
    ana = floor.cast.ana
    message(floor)
    floor.ready(ana)
    assign_all(floor)
    mine = take(floor, ana).work_item
    set_presence(ana, state="paused", reason="lunch")
    message(floor)
    assert not floor.assign()
    assert_sound()
    finish_work(mine.interaction_id)
    close_wrap_up(ana, interaction_id=mine.interaction_id)
    assert (state(ana), Presence.objects.get(member=ana).reason) == ("paused", "Lunch")


# Several agents for one contact.


def offered_to_three(floor: Floor) -> list[Offer]:
    floor.service.offers_at_once = 3
    floor.service.save()
    floor.ready(floor.cast.ana, floor.cast.mark, new_agent("cleo"), new_agent("dora"))
    floor.call()
    assert floor.assign()
    assert_sound()
    offers = list(Offer.objects.filter(state="offered").order_by("id"))
    assert len(offers) == 3
    return offers


def test_of_several_asked_at_once_the_first_wins_and_the_others_are_free_at_their_old_place(
    floor: Floor,
) -> None:
    first, second, third = offered_to_three(floor)
    accept_offer(second.id, member=second.member)
    assert_sound()
    assert set(Offer.objects.exclude(id=second.id).values_list("state", flat=True)) == {"superseded"}
    assert SeatToken.objects.get(member=first.member).ready_since == first.ready_since
    assert Event.objects.filter(name="offer.superseded").count() == 2
    with pytest.raises(Conflict) as refused:
        accept_offer(first.id, member=first.member)
    assert refused.value.code == "offer_taken"
    assert not expire_offer(third.id)


def test_a_contact_asked_of_several_waits_again_only_when_the_last_has_said_no(
    floor: Floor, hands: Clock
) -> None:
    first, second, third = offered_to_three(floor)
    decline_offer(first.id, member=first.member)
    assert not WaitingToken.objects.exists()
    hands.forward(20)
    assert expire_offer(second.id)
    assert not WaitingToken.objects.exists()
    assert expire_offer(third.id)
    assert_sound()
    assert len(WaitingToken.objects.get().avoid) == 3
    Presence.objects.update(heartbeat_at=hands.now)
    assert floor.assign()  # to the fourth


def test_a_caller_who_leaves_frees_all_who_were_asked(floor: Floor) -> None:
    offers = offered_to_three(floor)
    assert leave_queue(offers[0].work_item.interaction_id)
    assert SeatToken.objects.count() == 4
    assert_sound()


def test_of_several_who_accept_at_the_same_moment_exactly_one_has_it(committed_floor: Floor) -> None:
    floor = committed_floor
    for _ in range(4):
        with tenant(floor.cast.organization.id):
            for item in WorkItem.objects.filter(done_at=None):
                server = Engagement.objects.get(work_item=item, ended_at=None).member
                finish_work(item.interaction_id)
                close_wrap_up(server, interaction_id=item.interaction_id)
            floor.service.offers_at_once = 2
            floor.service.save()
            floor.ready(floor.cast.ana, floor.cast.mark)
            floor.call()
            assert floor.assign()
            one, other = Offer.objects.filter(state="offered").order_by("id")
        results = at_once(
            floor,
            lambda: accept_offer(one.id, member=one.member).state,  # noqa: B023
            lambda: accept_offer(other.id, member=other.member).state,  # noqa: B023
        )
        assert sorted(map(str, results)) == ["accepted", "offer_taken"]
        with tenant(floor.cast.organization.id):
            assert_sound()


# After the contact.


@pytest.mark.parametrize(
    ("mode", "limited", "by"),
    [
        ("none", False, "none"),
        ("optional", True, "timer"),
        ("timed", True, "timer"),
        ("forced", False, "agent"),
    ],
)
def test_wrap_up_follows_the_queue_and_says_who_closed_it(
    floor: Floor, mode: str, limited: bool, by: str
) -> None:
    floor.service.wrap_up = mode
    floor.service.save()
    ana = floor.cast.ana
    floor.ready(ana)
    interaction_id = floor.call().interaction_id
    assign_all(floor)
    take(floor, ana)
    finish_work(interaction_id)
    assert Timer.objects.filter(key__startswith="wrap_up:").exists() == limited
    if mode == "none":
        assert Interaction.objects.get().state == "ended"
    elif limited:
        due = Timer.objects.get(key__startswith="wrap_up:")
        close_due_wrap_up(type("Due", (), {"payload": due.payload})())
        assert Interaction.objects.get().state == "ended"
    else:
        close_wrap_up(ana, interaction_id=interaction_id)
    assert Engagement.objects.get().closed_by == by
    assert Event.objects.get(name="wrap_up.closed").payload["by"] == by
    assert state(ana) == "ready"
    assert_sound()


def test_a_supervisor_ends_a_wrap_up_that_has_no_end(floor: Floor) -> None:
    floor.service.wrap_up = "forced"
    floor.service.save()
    ana, sam = floor.cast.ana, floor.cast.sam
    floor.ready(ana)
    interaction_id = floor.call().interaction_id
    assign_all(floor)
    take(floor, ana)
    finish_work(interaction_id)
    assert end_wrap_up(ana, interaction_id=interaction_id, by=sam)
    assert not end_wrap_up(ana, interaction_id=interaction_id, by=sam)
    closed = Engagement.objects.get()
    assert (closed.closed_by, closed.closed_by_member) == ("supervisor", sam)
    assert Interaction.objects.get().state == "ended"


def test_two_misses_say_why_nothing_more_comes_and_ready_brings_it_back(floor: Floor, hands: Clock) -> None:
    ana = floor.cast.ana
    floor.ready(ana)
    for _ in range(2):
        floor.call()
        assert floor.assign()
        offer = live_offers(ana)[0]
        hands.forward(20)
        heartbeat(ana)
        expire_offer(offer.id)
    presence = Presence.objects.get(member=ana)
    assert presence.state == "not_responding"
    assert presence.notice == "You missed 2 offers in a row, so no more come. Choose Ready when you are back."
    assert set_presence(ana, state="ready").notice == ""
    assert SeatToken.objects.exists()


def test_missing_offers_while_serving_takes_effect_when_the_contact_is_done(
    floor: Floor, hands: Clock
) -> None:
    ana = floor.cast.ana
    mine = message(floor)
    floor.ready(ana)
    assign_all(floor)
    take(floor, ana)
    for _ in range(2):
        message(floor)
        assert floor.assign()
        offer = live_offers(ana)[0]
        hands.forward(20)
        heartbeat(ana)
        expire_offer(offer.id)
        assert_sound()
    assert (state(ana), Presence.objects.get(member=ana).after_work) == ("serving", "not_responding")
    assert not SeatToken.objects.exists()
    finish_work(mine.interaction_id)
    close_wrap_up(ana, interaction_id=mine.interaction_id)
    assert state(ana) == "not_responding"


# Codes and time.


def test_pauses_have_codes_and_only_those_count(floor: Floor) -> None:
    ana = floor.cast.ana
    assert set_presence(ana, state="paused", reason="training").reason == "Training"
    PauseReason.objects.create(slug="coaching", name="Coaching", is_productive=True)
    assert set_presence(ana, state="paused", reason="coaching").reason == "Coaching"
    with pytest.raises(Refusal) as refused:
        set_presence(ana, state="paused", reason="Training")
    assert refused.value.code == "bad_reason"


def test_an_agents_day_is_drawn_without_gaps_and_summed_by_state_and_reason(
    floor: Floor, hands: Clock
) -> None:
    ana, zone = floor.cast.ana, ZoneInfo("Europe/London")
    hands.now = hands.now.astimezone(zone).replace(hour=9, minute=0, second=0, microsecond=0)
    PauseReason.objects.create(slug="coaching", name="Coaching", is_productive=True)
    PauseReason.objects.create(slug="lunch", name="Lunch")
    interaction_id = floor.call().interaction_id
    floor.ready(ana)
    hands.forward(10)
    assign_all(floor)
    hands.forward(5)
    take(floor, ana)
    hands.forward(300)
    finish_work(interaction_id)
    hands.forward(60)
    close_wrap_up(ana, interaction_id=interaction_id)
    for reason in ("lunch", "coaching"):
        set_presence(ana, state="paused", reason=reason)
        hands.forward(600)
    set_presence(ana, state="ready")
    hands.forward(25)
    [mine] = agent_days(hands.now.date(), zone)
    assert mine.totals.by_state == {
        "ready": 35.0, "offered": 5.0, "serving": 300.0, "wrap_up": 60.0, "paused": 1200.0,
    }  # fmt: skip
    assert mine.totals.pauses == {"Lunch": 600.0, "Coaching": 600.0}
    assert mine.totals.productive == 1000.0
    assert mine.totals.occupancy == pytest.approx(365 / 400)
    assert all(a.ended_at == b.started_at for a, b in zip(mine.spans, mine.spans[1:], strict=False))


def test_a_clock_that_steps_back_a_minute_leaves_no_gap_and_no_negative_time(
    floor: Floor, hands: Clock
) -> None:
    ana = floor.cast.ana
    floor.ready(ana)
    hands.forward(20)
    floor.call()
    assign_all(floor)
    hands.forward(-60)
    take(floor, ana)
    hands.forward(10)
    finish_work(Engagement.objects.get().interaction_id)
    close_wrap_up(ana, interaction_id=Engagement.objects.get().interaction_id)
    assert_sound()
    assert all(one.ended_at >= one.started_at for one in PresencePeriod.objects.exclude(ended_at=None))


# What supervisors do.


def test_a_supervisor_assigns_a_waiting_contact_and_it_stands_on_the_timeline(floor: Floor) -> None:
    mark, sam = floor.cast.mark, floor.cast.sam
    floor.ready(floor.cast.ana, mark)
    item = floor.call()
    offer = Offer.objects.get(id=assign_contact(item.interaction_id, member=mark, by=sam))
    assert (offer.member, offer.state, offer.reasons[0]) == (
        mark,
        "offered",
        f"assigned by {sam.display_name}",
    )
    assert not floor.assign()  # nothing is left for Ana
    assert TimelineEntry.objects.filter(kind="steered", title__startswith="Assigned to").exists()
    assert Event.objects.get(name="work.steered").payload["member_id"] == mark.id
    assert_sound()


def test_an_assignment_that_may_not_be_is_refused_with_the_reason_or_forced_with_a_note(
    floor: Floor,
) -> None:
    mark, sam = floor.cast.mark, floor.cast.sam
    item = floor.call("digital")
    with pytest.raises(Refusal, match="is not ready"):
        assign_contact(item.interaction_id, member=mark, by=sam)
    floor.ready(mark)
    with pytest.raises(Refusal, match="needs Digital edition 2"):
        assign_contact(item.interaction_id, member=mark, by=sam)
    with pytest.raises(Refusal, match="Say why"):
        assign_contact(item.interaction_id, member=mark, by=sam, force=True)
    assign_contact(item.interaction_id, member=mark, by=sam, force=True, note="Knows the family")
    assert live_offers(mark)
    with pytest.raises(Conflict):
        assign_contact(item.interaction_id, member=mark, by=sam)
    with pytest.raises(Refusal, match="no capacity"):
        assign_contact(floor.call().interaction_id, member=mark, by=sam)
    assert_sound()


def test_an_offer_or_an_accepted_contact_is_pulled_back_with_its_age(floor: Floor, hands: Clock) -> None:
    ana, sam = floor.cast.ana, floor.cast.sam
    floor.ready(ana)
    item = floor.call()
    assign_all(floor)
    pull_back(item.interaction_id, by=sam)
    assert (state(ana), WaitingToken.objects.get().entered_at) == ("ready", item.entered_at)
    assert_sound()
    hands.forward(61)
    heartbeat(ana)
    assign_all(floor)
    take(floor, ana)
    pull_back(item.interaction_id, by=sam, note="Wrong line")
    assert (state(ana), Presence.objects.get(member=ana).misses) == ("ready", 0)
    assert WaitingToken.objects.get().entered_at == item.entered_at
    with pytest.raises(Conflict):
        pull_back(item.interaction_id, by=sam)
    assert_sound()


def test_points_given_by_a_supervisor_count_in_the_next_decision_and_the_age_stays(floor: Floor) -> None:
    first, second = floor.call(), floor.call()
    prioritise(second.interaction_id, points=500, by=floor.cast.sam)
    floor.ready(floor.cast.ana)
    assert floor.assign()
    assert live_offers(floor.cast.ana)[0].work_item_id == second.id
    assert WorkItem.objects.get(id=second.id).entered_at == second.entered_at
    assert WaitingToken.objects.get().work_item_id == first.id
    with pytest.raises(Refusal):
        prioritise(first.interaction_id, points=1e9, by=floor.cast.sam)


def test_a_contact_moved_to_another_queue_keeps_its_age_also_while_it_is_offered(
    floor: Floor, hands: Clock
) -> None:
    ana, sam = floor.cast.ana, floor.cast.sam
    floor.ready(ana)
    item = floor.call()
    assign_all(floor)
    hands.forward(15)
    stay = move_to_queue(item.interaction_id, queue_slug="digital", by=sam, note="About the app")
    assert (stay.entered_at, stay.queued_at, state(ana)) == (item.entered_at, hands.now, "ready")
    assert Interaction.objects.get().queue_slug == "digital"
    assert_sound()
    with pytest.raises(Refusal):
        move_to_queue(item.interaction_id, queue_slug="digital", by=sam)
    assign_all(floor)
    assert live_offers(ana)[0].work_item_id == stay.id


def test_a_forced_state_is_shown_with_its_reason_and_waits_for_the_contact_to_end(floor: Floor) -> None:
    ana, sam = floor.cast.ana, floor.cast.sam
    floor.ready(ana)
    item = floor.call()
    assign_all(floor)
    take(floor, ana)
    force_state(ana, state="paused", reason="Training at ten", by=sam)
    presence = Presence.objects.get(member=ana)
    assert (presence.state, presence.after_work) == ("serving", "paused")
    assert presence.notice == f"{sam.display_name} set you on pause: Training at ten"
    finish_work(item.interaction_id)
    close_wrap_up(ana, interaction_id=item.interaction_id)
    assert state(ana) == "paused"
    assert Event.objects.get(name="presence.forced").payload["reason"] == "Training at ten"
    set_presence(ana, state="ready")
    assert Presence.objects.get(member=ana).notice == ""
    assert_sound()


def test_a_partners_people_may_steer_only_their_own(floor: Floor) -> None:
    with pytest.raises(Forbidden):
        force_state(floor.cast.ana, state="offline", reason="No", by=floor.cast.paula)


def test_a_transferred_message_leaves_its_agent_the_others(floor: Floor) -> None:
    ana = floor.cast.ana
    for _ in range(2):
        message(floor)
    floor.ready(ana)
    assign_all(floor)
    one, two = (accept_offer(offer.id, member=ana) for offer in live_offers(ana))
    requeue(one.work_item.interaction_id, queue_slug="digital", actor=ana.actor)
    assert state(ana) == "serving"
    set_presence(ana, state="ready")  # ends the time after the transfer, not the other contact
    assert_sound()
    live = Engagement.objects.filter(ended_at=None)
    assert [engaged.work_item_id for engaged in live] == [two.work_item_id]
    assert timedelta(0) <= live[0].since - two.offered_at
