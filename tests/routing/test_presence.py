"""Presence: what agents declare and whether their desktops breathe end in legal states, without gaps."""

from __future__ import annotations

import random

import pytest

from accounts.models import Member
from customers.models import Interaction
from foundation.errors import Refusal
from foundation.models import Timer
from foundation.tenancy import tenant
from routing.actions import (
    accept_offer,
    close_wrap_up,
    decline_offer,
    expire_offer,
    finish_work,
    leave_queue,
    requeue,
)
from routing.handlers import close_due_wrap_up
from routing.models import Offer, Presence, PresencePeriod, SeatToken, WaitingToken, WorkItem
from routing.presence import heartbeat, heartbeats, set_presence, sweep_presence
from routing.queries import presence_of
from routing.sweeps import sweep_offers
from tests.routing.conftest import Clock, Floor
from tests.routing.invariants import assert_sound


def state(member: Member) -> str:
    return Presence.objects.get(member=member).state


def offered(floor: Floor, member: Member) -> Offer:
    floor.ready(member)
    floor.call()
    assert floor.assign()
    offer = floor.offer_of(member)
    assert offer is not None
    return offer


def test_somebody_who_never_signed_in_is_offline(floor: Floor) -> None:
    assert presence_of(floor.cast.ana).state == "offline"


def test_only_agents_take_contacts_and_only_known_states_exist(floor: Floor) -> None:
    with pytest.raises(Refusal) as refused:
        set_presence(floor.cast.sam, state="ready")
    assert refused.value.code == "takes_no_work"
    for nonsense in ("serving", "", "READY", "offered"):
        with pytest.raises(Refusal) as refused:
            set_presence(floor.cast.ana, state=nonsense)
        assert refused.value.field == "state"


def test_a_reload_and_a_second_tab_change_nothing(floor: Floor, hands: Clock) -> None:
    set_presence(floor.cast.ana, state="ready")
    seat = SeatToken.objects.get()
    hands.forward(5)
    heartbeat(floor.cast.ana)
    set_presence(floor.cast.ana, state="ready")
    heartbeat(floor.cast.ana)
    assert SeatToken.objects.get() == seat
    assert PresencePeriod.objects.count() == 1


def test_a_pause_asked_for_during_a_call_begins_after_the_wrap_up(floor: Floor) -> None:
    ana, offer = floor.cast.ana, offered(floor, floor.cast.ana)
    accept_offer(offer.id, member=ana)
    set_presence(ana, state="paused", reason="Lunch")
    assert state(ana) == "serving"
    finish_work(offer.work_item.interaction_id)
    close_wrap_up(ana, interaction_id=offer.work_item.interaction_id)
    presence = Presence.objects.get(member=ana)
    assert (presence.state, presence.reason, presence.after_work) == ("paused", "Lunch", "")


def test_who_passed_a_contact_on_may_be_ready_at_once(floor: Floor) -> None:
    ana = floor.cast.ana
    item = accept_offer(offered(floor, ana).id, member=ana).work_item
    requeue(item.interaction_id, queue_slug="digital", actor=ana.actor)
    assert state(ana) == "wrap_up"
    assert set_presence(ana, state="ready").state == "ready"
    assert not Timer.objects.filter(key__startswith="wrap_up:").exists()
    assert_sound()


def test_asking_for_ready_does_not_end_a_wrap_up_of_ones_own(floor: Floor) -> None:
    ana = floor.cast.ana
    item = accept_offer(offered(floor, ana).id, member=ana).work_item
    finish_work(item.interaction_id)
    assert set_presence(ana, state="ready").state == "wrap_up"


def test_asking_for_ready_takes_a_wish_for_a_pause_back(floor: Floor) -> None:
    ana, offer = floor.cast.ana, offered(floor, floor.cast.ana)
    set_presence(ana, state="paused", reason="Lunch")
    set_presence(ana, state="ready")
    decline_offer(offer.id, member=ana, reason="")
    assert state(ana) == "ready"


def test_signing_out_during_an_offer_ends_offline_when_the_offer_does(floor: Floor, hands: Clock) -> None:
    offer = offered(floor, floor.cast.ana)
    set_presence(floor.cast.ana, state="offline")
    hands.forward(20)
    assert expire_offer(offer.id)
    assert state(floor.cast.ana) == "offline"
    assert not SeatToken.objects.exists()


def test_a_desktop_silent_for_25_seconds_gets_no_offers_even_before_the_sweep(
    floor: Floor, hands: Clock
) -> None:
    floor.ready(floor.cast.ana)
    hands.forward(26)
    floor.call()
    assert not floor.assign()
    assert state(floor.cast.ana) == "ready"


def test_the_sweep_takes_the_seat_and_the_heartbeat_gives_it_back(floor: Floor, hands: Clock) -> None:
    floor.ready(floor.cast.ana)
    hands.forward(26)
    assert sweep_presence() == 1
    assert sweep_presence() == 0
    assert not SeatToken.objects.exists()
    heartbeat(floor.cast.ana)
    floor.call()
    assert floor.assign()
    assert_sound()


def test_heartbeats_of_many_are_noted_at_once_except_of_the_silent(floor: Floor, hands: Clock) -> None:
    set_presence(floor.cast.mark, state="ready")
    hands.forward(26)
    set_presence(floor.cast.ana, state="ready")
    assert heartbeats([floor.cast.ana.id, floor.cast.mark.id]) == {floor.cast.ana.id}


def test_a_heartbeat_after_silence_replaces_a_seat_that_was_not_swept_yet(floor: Floor, hands: Clock) -> None:
    floor.ready(floor.cast.ana)
    old = SeatToken.objects.get()
    hands.forward(26)
    heartbeat(floor.cast.ana)
    assert SeatToken.objects.get() != old
    assert_sound()


def test_after_a_minute_of_silence_the_agent_is_offline_and_stays_so(floor: Floor, hands: Clock) -> None:
    floor.ready(floor.cast.ana)
    hands.forward(61)
    sweep_presence()
    presence = Presence.objects.get(member=floor.cast.ana)
    assert (presence.state, presence.reason) == ("offline", "Connection lost")
    heartbeat(floor.cast.ana)
    assert state(floor.cast.ana) == "offline"
    assert_sound()


def test_an_offer_on_a_lost_desktop_goes_back_at_once(floor: Floor, hands: Clock) -> None:
    floor.service.offer_seconds = 300
    floor.service.save()
    offered(floor, floor.cast.ana)
    hands.forward(61)
    sweep_presence()
    assert state(floor.cast.ana) == "offline"
    assert WaitingToken.objects.count() == 1
    assert_sound()


def test_a_lost_desktop_does_not_end_a_call_and_its_agent_is_offline_afterwards(
    floor: Floor, hands: Clock
) -> None:
    ana, offer = floor.cast.ana, offered(floor, floor.cast.ana)
    accept_offer(offer.id, member=ana)
    hands.forward(600)
    sweep_presence()
    assert state(ana) == "serving"
    finish_work(offer.work_item.interaction_id)
    close_wrap_up(ana, interaction_id=offer.work_item.interaction_id)
    assert state(ana) == "offline"


class _Due:
    def __init__(self, member: Member, interaction_id: int) -> None:
        self.payload = {"member_id": member.id, "interaction_id": interaction_id}


def test_a_wrap_up_that_runs_out_frees_the_agent_and_ends_the_contact(floor: Floor) -> None:
    ana, offer = floor.cast.ana, offered(floor, floor.cast.ana)
    accept_offer(offer.id, member=ana)
    finish_work(offer.work_item.interaction_id)
    close_due_wrap_up(_Due(ana, offer.work_item.interaction_id))  # type: ignore[arg-type]
    assert state(ana) == "ready"
    assert Interaction.objects.get().state == "ended"


def test_the_clock_of_an_earlier_wrap_up_does_not_end_the_next_one(floor: Floor, hands: Clock) -> None:
    ana, first = floor.cast.ana, offered(floor, floor.cast.ana)
    accept_offer(first.id, member=ana)
    finish_work(first.work_item.interaction_id)
    close_wrap_up(ana, interaction_id=first.work_item.interaction_id)
    second = offered(floor, ana)
    accept_offer(second.id, member=ana)
    finish_work(second.work_item.interaction_id)
    close_due_wrap_up(_Due(ana, first.work_item.interaction_id))  # type: ignore[arg-type]
    assert state(ana) == "wrap_up"


def test_the_sweep_expires_an_offer_whose_timer_got_lost(floor: Floor, hands: Clock) -> None:
    offered(floor, floor.cast.ana)
    hands.forward(22)
    assert sweep_offers() == 0
    hands.forward(2)
    assert sweep_offers() == 1
    assert WaitingToken.objects.count() == 1


@pytest.mark.parametrize("seed", range(6))
def test_any_sequence_of_what_can_happen_leaves_everything_sound(
    floor: Floor, hands: Clock, seed: int
) -> None:
    """Tokens, offers and presence agree after every step; presence periods touch and never overlap."""
    dice = random.Random(seed)
    agents = [floor.cast.ana, floor.cast.mark, floor.cast.paula]

    def an_offer() -> Offer | None:
        return Offer.objects.filter(state="offered").order_by("?").first()

    def settle(how: str) -> None:
        offer = an_offer()
        if offer is None:
            return
        if how == "accept" and offer.expires_at > hands.now:
            accept_offer(offer.id, member=offer.member)
        elif how == "decline":
            decline_offer(offer.id, member=offer.member, reason="")
        else:
            hands.forward(21)
            expire_offer(offer.id)

    def end_one() -> None:
        item = WorkItem.objects.filter(state="assigned").first()
        if item is not None:
            finish_work(item.interaction_id)

    def wrap_one() -> None:
        presence = Presence.objects.filter(state="wrap_up").first()
        if presence is not None and presence.interaction_id is not None:
            close_wrap_up(presence.member, interaction_id=presence.interaction_id)

    def hang_up() -> None:
        item = WorkItem.objects.filter(state__in=["waiting", "offered"]).order_by("?").first()
        if item is not None:
            assert leave_queue(item.interaction_id)

    steps = [
        lambda: set_presence(dice.choice(agents), state=dice.choice(["ready", "ready", "paused", "offline"])),
        lambda: heartbeat(dice.choice(agents)),
        lambda: floor.call(dice.choice(["service", "digital"])),
        floor.assign,
        lambda: settle(dice.choice(["accept", "decline", "expire"])),
        end_one,
        wrap_one,
        hang_up,
        lambda: hands.forward(dice.choice([0, 1, 10, 30, 70])),
        sweep_presence,
    ]
    with tenant(floor.cast.organization.id):
        for _ in range(60):
            dice.choice(steps)()
            assert_sound()
