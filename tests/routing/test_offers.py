"""A contact's way to an agent: offered, accepted, declined, missed, transferred, wrapped up."""

from __future__ import annotations

import pytest

from customers.models import Interaction
from foundation.errors import Conflict, NotVisible, Refusal
from foundation.models import Event, Timer
from routing.actions import (
    accept_offer,
    close_wrap_up,
    decline_offer,
    expire_offer,
    finish_work,
    leave_queue,
    queue_work,
    requeue,
    return_to_queue,
)
from routing.engine import replay
from routing.models import DecisionRecord, Offer, Presence, SeatToken, WaitingToken, WorkItem
from routing.presence import set_presence
from routing.rule_versions import inputs_of_record
from tests.routing.conftest import Clock, Floor


def _state(member: object) -> str:
    return Presence.objects.get(member=member).state


def _offered(floor: Floor) -> Offer:
    floor.ready(floor.cast.ana)
    floor.call()
    assert floor.assign()
    offer = floor.offer_of(floor.cast.ana)
    assert offer is not None
    return offer


def test_a_waiting_call_is_offered_to_a_ready_agent_with_its_reasons(floor: Floor) -> None:
    offer = _offered(floor)
    assert offer.reasons == ["the only agent free for it"]
    assert _state(floor.cast.ana) == "offered"
    assert offer.work_item.state == "offered"
    assert not WaitingToken.objects.exists()
    assert not SeatToken.objects.exists()


def test_the_offer_reaches_the_agents_desktop_and_its_clock_runs(floor: Floor, hands: Clock) -> None:
    offer = _offered(floor)
    assert Event.objects.filter(name="offer.made").count() == 1
    timer = Timer.objects.get(key=f"offer:{offer.id}:expiry")
    assert (timer.due_at - hands.now).total_seconds() == 20


def test_a_decision_keeps_what_it_was_made_from(floor: Floor) -> None:
    offer = _offered(floor)
    record = DecisionRecord.objects.get(offer=offer)
    inputs = inputs_of_record(record)
    assert inputs["seats"][0]["agent"]["name"] == "Ana"
    assert replay(inputs).agent_id == offer.member_id
    assert record.reasons == offer.reasons


def test_accepting_connects_agent_and_customer(floor: Floor) -> None:
    offer = _offered(floor)
    accept_offer(offer.id, member=floor.cast.ana)
    interaction = Interaction.objects.get(id=offer.work_item.interaction_id)
    assert (interaction.state, interaction.member) == ("serving", floor.cast.ana)
    assert _state(floor.cast.ana) == "serving"
    assert WorkItem.objects.get().state == "assigned"
    assert not Timer.objects.exists()


def test_a_double_click_accepts_once(floor: Floor) -> None:
    offer = _offered(floor)
    accept_offer(offer.id, member=floor.cast.ana)
    accept_offer(offer.id, member=floor.cast.ana)
    assert Event.objects.filter(name="offer.accepted").count() == 1


def test_another_agent_reads_why_the_offer_is_not_theirs(floor: Floor) -> None:
    offer = _offered(floor)
    with pytest.raises(Conflict) as refused:
        accept_offer(offer.id, member=floor.cast.mark)
    assert refused.value.code == "offer_taken"
    with pytest.raises(NotVisible):
        accept_offer(offer.id + 1, member=floor.cast.mark)


def test_accepting_too_late_is_refused(floor: Floor, hands: Clock) -> None:
    offer = _offered(floor)
    hands.forward(20)
    with pytest.raises(Conflict) as refused:
        accept_offer(offer.id, member=floor.cast.ana)
    assert refused.value.code == "offer_expired"


def test_an_expired_offer_goes_back_with_its_original_age(floor: Floor, hands: Clock) -> None:
    offer = _offered(floor)
    entered_at = offer.work_item.entered_at
    key = offer.waiting_token_id
    hands.forward(20)
    assert expire_offer(offer.id)
    token = WaitingToken.objects.get()
    assert token.entered_at == entered_at
    assert token.id > key
    later = floor.call()
    assert WaitingToken.objects.get(work_item=later).key > token.key


def test_an_offer_does_not_expire_early_and_not_twice(floor: Floor, hands: Clock) -> None:
    offer = _offered(floor)
    assert not expire_offer(offer.id)
    hands.forward(20)
    assert expire_offer(offer.id)
    assert not expire_offer(offer.id)
    assert WaitingToken.objects.count() == 1


def test_a_missed_contact_goes_to_the_next_agent(floor: Floor, hands: Clock) -> None:
    offer = _offered(floor)
    hands.forward(5)
    floor.ready(floor.cast.mark)
    hands.forward(15)
    expire_offer(offer.id)
    assert floor.assign()
    assert floor.offer_of(floor.cast.mark) is not None
    assert floor.offer_of(floor.cast.ana) is None


def test_an_agent_who_declined_is_asked_again_only_after_the_cool_down(floor: Floor, hands: Clock) -> None:
    offer = _offered(floor)
    decline_offer(offer.id, member=floor.cast.ana, reason="Back to back")
    decline_offer(offer.id, member=floor.cast.ana, reason="Back to back")
    assert _state(floor.cast.ana) == "ready"
    assert not floor.assign()
    hands.forward(61)
    set_presence(floor.cast.ana, state="ready")
    assert floor.assign()


def test_two_misses_in_a_row_put_the_agent_to_not_responding(floor: Floor, hands: Clock) -> None:
    expire_offer_after(floor, hands, _offered(floor))
    assert _state(floor.cast.ana) == "ready"
    floor.call()
    assert floor.assign()
    second = floor.offer_of(floor.cast.ana)
    assert second is not None
    expire_offer_after(floor, hands, second)
    assert _state(floor.cast.ana) == "not_responding"
    assert not SeatToken.objects.exists()


def expire_offer_after(floor: Floor, hands: Clock, offer: Offer) -> None:
    hands.forward(20)
    set_heartbeat(floor, hands)
    assert expire_offer(offer.id)


def set_heartbeat(floor: Floor, hands: Clock) -> None:
    Presence.objects.update(heartbeat_at=hands.now)


def test_when_the_caller_hangs_up_during_the_offer_the_agent_keeps_their_place(
    floor: Floor, hands: Clock
) -> None:
    offer = _offered(floor)
    hands.forward(5)
    assert leave_queue(offer.work_item.interaction_id)
    offer.refresh_from_db()
    assert offer.state == "revoked"
    assert SeatToken.objects.get().ready_since == offer.ready_since
    assert Interaction.objects.get().state == "abandoned"
    with pytest.raises(Conflict) as refused:
        accept_offer(offer.id, member=floor.cast.ana)
    assert refused.value.code == "caller_gone"


def test_a_caller_who_hangs_up_while_waiting_leaves_nothing_behind(floor: Floor) -> None:
    item = floor.call()
    assert leave_queue(item.interaction_id)
    assert not leave_queue(item.interaction_id)
    assert not WaitingToken.objects.exists()
    assert Interaction.objects.get().state == "abandoned"


def test_after_accepting_hanging_up_is_the_end_of_the_call_not_of_the_wait(floor: Floor) -> None:
    offer = _offered(floor)
    accept_offer(offer.id, member=floor.cast.ana)
    interaction_id = offer.work_item.interaction_id
    assert not leave_queue(interaction_id)
    assert finish_work(interaction_id)
    assert not finish_work(interaction_id)
    assert _state(floor.cast.ana) == "wrap_up"
    assert Interaction.objects.get().state == "wrap_up"


def test_the_wrap_up_ends_once_and_makes_the_agent_free(floor: Floor, hands: Clock) -> None:
    offer = _offered(floor)
    accept_offer(offer.id, member=floor.cast.ana)
    finish_work(offer.work_item.interaction_id)
    assert (Timer.objects.get().due_at - hands.now).total_seconds() == 120
    assert close_wrap_up(floor.cast.ana, interaction_id=offer.work_item.interaction_id)
    assert not close_wrap_up(floor.cast.ana, interaction_id=offer.work_item.interaction_id)
    assert _state(floor.cast.ana) == "ready"
    assert SeatToken.objects.count() == 1


def test_a_transferred_call_keeps_its_age_and_its_agent_wraps_up(floor: Floor, hands: Clock) -> None:
    offer = _offered(floor)
    accept_offer(offer.id, member=floor.cast.ana)
    hands.forward(120)
    moved = requeue(
        offer.work_item.interaction_id, queue_slug="digital", actor=floor.cast.ana.actor, note="Wants digital"
    )
    assert moved.entered_at == offer.work_item.entered_at
    assert moved.queued_at == hands.now
    assert _state(floor.cast.ana) == "wrap_up"
    with pytest.raises(Conflict):
        requeue(offer.work_item.interaction_id, queue_slug="digital", actor=floor.cast.ana.actor, note="")


def test_the_partner_gets_the_transferred_call_when_its_step_opens(floor: Floor, hands: Clock) -> None:
    floor.call("digital")
    floor.ready(floor.cast.paula)
    assert not floor.assign()
    hands.forward(20)
    assert floor.assign()
    offer = floor.offer_of(floor.cast.paula)
    assert offer is not None
    assert offer.reasons[0] == "Digipress step, open after 0:20"


def test_when_the_agents_line_fails_the_caller_waits_again_at_the_old_place(floor: Floor) -> None:
    offer = _offered(floor)
    accept_offer(offer.id, member=floor.cast.ana)
    assert return_to_queue(offer.work_item.interaction_id, why="The agent's line did not answer.")
    assert not return_to_queue(offer.work_item.interaction_id, why="The agent's line did not answer.")
    assert WaitingToken.objects.get().entered_at == offer.work_item.entered_at
    assert Interaction.objects.get().state == "waiting"
    assert not floor.assign()  # the same agent is left in peace with it


def test_queueing_twice_is_one_stay(floor: Floor) -> None:
    item = floor.call()
    again = queue_work(item.interaction_id, queue_slug="service", actor=floor.cast.ana.actor)
    assert again == item
    assert WaitingToken.objects.count() == 1


def test_an_unknown_queue_is_refused_before_anything_is_written(floor: Floor) -> None:
    with pytest.raises(Refusal) as refused:
        floor.call("nonsense")
    assert refused.value.code == "unknown_queue"
    assert Interaction.objects.get().state == "opened"
