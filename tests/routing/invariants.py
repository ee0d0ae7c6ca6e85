"""What must hold of one organisation's routing at any moment between transactions."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict

from routing.capacity import load_channels, load_of
from routing.engine import CAPACITY_UNITS
from routing.models import (
    Engagement,
    Offer,
    Presence,
    PresencePeriod,
    SeatToken,
    WaitingToken,
    WorkItem,
)
from routing.rules import declared_of, word_of


def assert_sound() -> None:
    """Tokens, work, offers, engagements and presence agree; periods touch and never overlap."""
    engaged: dict[int, list[Engagement]] = defaultdict(list)
    for one in Engagement.objects.filter(ended_at=None).order_by("since", "id"):
        engaged[one.member_id].append(one)
    _tokens_stand_for_waiting_work()
    _offers_and_work_stand_behind_engagements(engaged)
    presences = {one.member_id: one for one in Presence.objects.all()}
    assert engaged.keys() <= presences.keys()
    _nobody_is_over_capacity(engaged)
    _seats_stand_for_capacity_left(presences, engaged)
    for member_id, presence in presences.items():
        declared = declared_of(presence.state, presence.after_work)
        assert presence.state == word_of([one.state for one in engaged[member_id]], declared)
        assert_periods_touch(member_id)


def _tokens_stand_for_waiting_work() -> None:
    waiting = dict(WorkItem.objects.filter(state="waiting").values_list("id", "token_id"))
    assert waiting == dict(WaitingToken.objects.values_list("work_item_id", "id"))
    assert not WorkItem.objects.exclude(state="waiting").exclude(token_id=None).exists()


def _offers_and_work_stand_behind_engagements(engaged: dict[int, list[Engagement]]) -> None:
    live = [one for mine in engaged.values() for one in mine]
    assert len({(one.member_id, one.work_item_id) for one in live}) == len(live)
    open_offers = Offer.objects.filter(state="offered").values_list("member_id", "work_item_id")
    offered = [(one.member_id, one.work_item_id) for one in live if one.state == "offered"]
    assert Counter(open_offers) == Counter(offered)
    items = dict(WorkItem.objects.filter(done_at=None).values_list("id", "state"))
    assert {one for one, state in items.items() if state == "offered"} == {work for _, work in offered}
    serving = [one.work_item_id for one in live if one.state == "serving"]
    assert Counter(serving) == Counter(one for one, state in items.items() if state == "assigned")


def _nobody_is_over_capacity(engaged: dict[int, list[Engagement]]) -> None:
    """But for contacts that give way to others, a hundred units are all."""
    channels = load_channels()
    for mine in engaged.values():
        kept = [one for one in mine if not channels.rule(one.channel).interruptible]
        assert sum(one.units for one in kept) <= CAPACITY_UNITS
        for channel, number in load_of(mine).held.items():
            assert number <= (channels.rule(channel).most or number)


def _seats_stand_for_capacity_left(
    presences: dict[int, Presence], engaged: dict[int, list[Engagement]]
) -> None:
    """A silent desktop may be without one; whoever has one has that much left, and declares ready."""
    seats = {seat.member_id: seat for seat in SeatToken.objects.all()}
    assert len(seats) == SeatToken.objects.count()
    given = {one.member_id: one.seat_token_id for one in presences.values() if one.seat_token_id is not None}
    assert {member_id: seat.id for member_id, seat in seats.items()} == given
    channels = load_channels()
    for member_id, seat in seats.items():
        presence, load = presences[member_id], load_of(engaged[member_id])
        assert declared_of(presence.state, presence.after_work) == "ready"
        assert (seat.units_used, seat.held) == (load.used, load.held)
        assert channels.has_room(load)


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
