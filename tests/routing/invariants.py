"""What must hold of one organisation's routing at any moment between transactions."""

from __future__ import annotations

import itertools
from collections import Counter

from routing.models import Offer, Presence, PresencePeriod, SeatToken, WaitingToken, WorkItem


def assert_sound() -> None:
    """Tokens, work, offers and presence agree; periods touch and never overlap."""
    _tokens_stand_for_waiting_work()
    _offers_stand_for_offered_work_and_agents()
    _seats_stand_for_ready_agents()
    for member_id in Presence.objects.values_list("member_id", flat=True):
        assert_periods_touch(member_id)


def _tokens_stand_for_waiting_work() -> None:
    waiting = dict(WorkItem.objects.filter(state="waiting").values_list("id", "token_id"))
    assert waiting == dict(WaitingToken.objects.values_list("work_item_id", "id"))
    assert not WorkItem.objects.exclude(state="waiting").exclude(token_id=None).exists()


def _offers_stand_for_offered_work_and_agents() -> None:
    open_offers = Offer.objects.filter(state="offered")
    assert set(open_offers.values_list("work_item_id", flat=True)) == set(
        WorkItem.objects.filter(state="offered").values_list("id", flat=True)
    )
    reserved = set(Presence.objects.filter(state="offered").values_list("member_id", flat=True))
    assert Counter(open_offers.values_list("member_id", flat=True)) == Counter(reserved)


def _seats_stand_for_ready_agents() -> None:
    seats = dict(SeatToken.objects.values_list("member_id", "id"))
    assert len(seats) == SeatToken.objects.count()
    given = Presence.objects.exclude(seat_token_id=None)
    assert seats == dict(given.values_list("member_id", "seat_token_id"))
    assert not given.exclude(state="ready").exists()


def assert_periods_touch(member_id: int) -> None:
    """One after the other without gap or overlap, the last one open and equal to the present state."""
    periods = list(PresencePeriod.objects.filter(member_id=member_id).order_by("id"))
    if not periods:
        return
    for earlier, later in itertools.pairwise(periods):
        assert earlier.ended_at == later.started_at
        assert earlier.started_at <= earlier.ended_at
    presence = Presence.objects.get(member_id=member_id)
    assert periods[-1].ended_at is None
    assert (periods[-1].state, periods[-1].started_at) == (presence.state, presence.since)
