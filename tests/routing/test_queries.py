"""What the desk, the IVR and the floor ask of routing."""

from __future__ import annotations

import pytest

from accounts.access import viewer_of_member
from foundation.errors import NotVisible
from foundation.tenancy import tenant
from routing import access, queries
from routing.actions import accept_offer, close_wrap_up, finish_work, leave_queue, requeue
from routing.models import Offer, Presence
from routing.presence import set_presence
from routing.rules import Staffing, wait_seconds
from tests.routing.conftest import Clock, Floor


def offer_to(floor: Floor, member: object, queue: str = "service") -> Offer:
    floor.ready(member)  # type: ignore[arg-type]
    floor.call(queue)
    assert floor.assign()
    offer = queries.live_offer(member)  # type: ignore[arg-type]
    assert offer is not None
    return offer


def line(floor: Floor, slug: str) -> queries.QueueLine:
    return next(one for one in queries.waiting_by_queue() if one.queue_slug == slug)


def test_a_queue_tells_who_waits_since_when_and_who_is_ready(floor: Floor, hands: Clock) -> None:
    first = floor.call()
    hands.forward(30)
    floor.call()
    service = line(floor, "service")
    assert (service.waiting, service.longest_since, service.ready) == (2, first.queued_at, 0)
    floor.ready(floor.cast.ana)
    assert line(floor, "service").ready == 1


def test_who_has_an_offer_still_waits(floor: Floor) -> None:
    offer_to(floor, floor.cast.ana)
    assert line(floor, "service").waiting == 1
    assert queries.position_of(queries.live_offer(floor.cast.ana).work_item.interaction_id) == 1  # type: ignore[union-attr]


def test_the_position_counts_those_before_in_the_same_queue(floor: Floor, hands: Clock) -> None:
    items = []
    for queue in ("service", "digital", "service"):
        items.append(floor.call(queue))
        hands.forward(1)
    urgent = floor.call("service", base_score=100)
    positions = [queries.position_of(item.interaction_id) for item in [*items, urgent]]
    assert positions == [2, 1, 3, 1]
    leave_queue(urgent.interaction_id)
    assert queries.position_of(items[0].interaction_id) == 1
    assert queries.position_of(urgent.interaction_id) is None


def test_the_estimated_wait_is_unknown_without_agents_and_nothing_when_one_is_free(floor: Floor) -> None:
    assert queries.estimated_wait_seconds("service") is None
    floor.ready(floor.cast.ana)
    assert queries.estimated_wait_seconds(floor.service) == 0
    floor.call()
    floor.call()
    assert queries.estimated_wait_seconds("service") == 480


def test_the_estimate_follows_how_long_contacts_really_take(floor: Floor, hands: Clock) -> None:
    ana, offer = floor.cast.ana, offer_to(floor, floor.cast.ana)
    accept_offer(offer.id, member=ana)
    hands.forward(60)
    finish_work(offer.work_item.interaction_id)
    hands.forward(30)
    Presence.objects.update(heartbeat_at=hands.now)
    close_wrap_up(ana, interaction_id=offer.work_item.interaction_id)
    floor.call()
    assert queries.estimated_wait_seconds("service") == 90


@pytest.mark.parametrize(
    ("ready", "working", "waiting", "expected"),
    [(0, 0, 3, None), (2, 2, 1, 0.0), (1, 4, 1, 25.0), (0, 2, 3, 200.0)],
)
def test_waiting_is_shared_among_those_at_work(
    ready: int, working: int, waiting: int, expected: float | None
) -> None:
    assert wait_seconds(Staffing(ready, working), waiting, [100.0]) == expected


def test_an_agent_sees_the_queues_they_may_be_offered(floor: Floor) -> None:
    names = lambda member: [one.queue_name for one in queries.waiting_for(member)]  # noqa: E731
    assert names(floor.cast.ana) == ["Digital edition", "Service"]
    assert names(floor.cast.mark) == ["Service"]  # not skilled enough
    assert names(floor.cast.paula) == ["Digital edition"]  # by contract
    assert names(floor.cast.sam) == []


def test_transfer_targets_name_the_partner_that_serves_first(floor: Floor) -> None:
    floor.digital.steps.filter(pools__pool=None).delete()
    targets = {one.queue_slug: one.partner_name for one in queries.transfer_targets()}
    assert targets == {"service": "", "digital": "Digipress"}


def test_a_transferred_contact_tells_who_handed_it_over_and_what_they_said(floor: Floor) -> None:
    ana, offer = floor.cast.ana, offer_to(floor, floor.cast.ana)
    accept_offer(offer.id, member=ana)
    interaction_id = offer.work_item.interaction_id
    assert queries.handover_of(interaction_id) is None
    requeue(interaction_id, queue_slug="digital", actor=ana.actor, note="Wants the digital edition")
    handover = queries.handover_of(interaction_id)
    assert handover is not None
    assert (handover.name, handover.hand, handover.from_queue) == ("Ana", "inhouse", "Service")
    assert handover.note == "Wants the digital edition"
    assert queries.transferred_by(interaction_id) == "Ana"
    assert queries.queue_names_of(interaction_id) == ["Service", "Digital edition"]


def test_an_offer_whose_time_is_over_is_not_shown_any_more(floor: Floor, hands: Clock) -> None:
    offer_to(floor, floor.cast.ana)
    hands.forward(20)
    assert queries.live_offer(floor.cast.ana) is None


def test_the_wrap_up_tells_until_when_it_lasts(floor: Floor, hands: Clock) -> None:
    ana, offer = floor.cast.ana, offer_to(floor, floor.cast.ana)
    interaction_id = offer.work_item.interaction_id
    accept_offer(offer.id, member=ana)
    assert queries.wrap_up_limit(ana, interaction_id) == (None, 0)
    finish_work(interaction_id)
    until, seconds = queries.wrap_up_limit(ana, interaction_id)
    assert until is not None
    assert ((until - hands.now).total_seconds(), seconds) == (120, 120)
    close_wrap_up(ana, interaction_id=interaction_id)
    assert queries.wrap_up_limit(ana, interaction_id) == (None, 120)


def test_agents_are_shown_with_what_they_do(floor: Floor) -> None:
    offer = offer_to(floor, floor.cast.ana, "digital")
    accept_offer(offer.id, member=floor.cast.ana)
    set_presence(floor.cast.paula, state="paused", reason="Lunch")
    states = {one.member.display_name: one for one in queries.agent_states()}
    assert list(states) == ["Ana", "Mark", "Paula"]
    ana, paula = states["Ana"], states["Paula"]
    assert (ana.state, ana.queue_name) == ("serving", "Digital edition")
    assert ana.customer_name == offer.work_item.interaction.customer.display_name
    assert (ana.handled_today, ana.skills) == (1, ["Digital edition 3"])
    assert (paula.partner_name, paula.state, paula.reason) == ("Digipress", "paused", "Lunch")
    assert states["Mark"].since is None


def test_calls_are_shown_from_first_ring_to_last_word(floor: Floor) -> None:
    offer = offer_to(floor, floor.cast.ana)
    floor.call("digital")
    assert [one.state for one in queries.calls_in_progress()] == ["ringing", "waiting"]
    assert queries.calls_in_progress()[0].member == floor.cast.ana
    accept_offer(offer.id, member=floor.cast.ana)
    assert [one.state for one in queries.calls_in_progress()] == ["talking", "waiting"]
    finish_work(offer.work_item.interaction_id)
    assert [one.state for one in queries.calls_in_progress()] == ["waiting"]


def test_routing_explains_itself(floor: Floor, hands: Clock) -> None:
    item = floor.call("digital")
    assert queries.why_waiting(item.interaction_id) == ["nobody is ready", "first in the queue"]
    floor.ready(floor.cast.paula, floor.cast.mark)
    assert set(queries.why_waiting(item.interaction_id)) == {
        "1 ready: needs Digital edition 2 (has 1)",
        "1 ready: Digipress has its turn in 0:20",
        "first in the queue",
    }
    floor.ready(floor.cast.ana)
    assert floor.assign()
    offer = queries.live_offer(floor.cast.ana)
    assert offer is not None
    assert queries.why_waiting(item.interaction_id) == []
    assert queries.why_offered(offer) == ["in-house step first", "the only agent free for it"]
    assert queries.why_not(offer, floor.cast.mark) == ["needs Digital edition 2 (has 1)"]


def test_a_partner_knows_only_its_own_queues_and_nobody_anothers_offer(floor: Floor) -> None:
    offer = offer_to(floor, floor.cast.ana)
    partner = viewer_of_member(floor.cast.paula)
    assert access.access_queue(partner, "digital") == floor.digital
    with pytest.raises(NotVisible):
        access.access_queue(partner, "service")
    assert not access.visible_work(partner).exists()
    assert access.visible_work(viewer_of_member(floor.cast.ana)).count() == 1
    assert access.access_offer(floor.cast.ana, offer.id) == offer
    with pytest.raises(NotVisible):
        access.access_offer(floor.cast.paula, offer.id)


def test_desktops_are_told_with_the_claim(committed_floor: Floor) -> None:
    from foundation.models import LiveEntry

    floor = committed_floor
    with tenant(floor.cast.organization.id):
        floor.ready(floor.cast.ana)
        floor.call()
    floor.assign()
    with tenant(floor.cast.organization.id):
        told = LiveEntry.objects.filter(topic=f"member:{floor.cast.ana.id}").order_by("n")
        assert [entry.kind for entry in told] == ["presence.changed", "offer.made", "presence.changed"]
        body = told[1].body
        assert body["offer_id"] == Offer.objects.get().id
        assert set(body) == {"offer_id", "interaction_id", "expires_at"}
