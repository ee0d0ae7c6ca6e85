"""Two at once: exactly one wins, the other reads why, and nothing is left half done."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from customers.models import Interaction
from foundation.errors import Conflict
from foundation.models import Event
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
    return_to_queue,
)
from routing.models import Offer, Presence, PresencePeriod, SeatToken, WaitingToken, WorkItem
from routing.presence import heartbeat, set_presence
from tests.routing.conftest import Floor
from tests.routing.invariants import assert_sound

ROUNDS = 8


def at_once(floor: Floor, *changes: Callable[[], object]) -> list[object]:
    """Run each change in a thread and transaction of its own, started together; refusals are results."""
    barrier = threading.Barrier(len(changes))

    def run(change: Callable[[], object]) -> object:
        try:
            barrier.wait()
            with tenant(floor.cast.organization.id):
                return change()
        except Conflict as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(changes)) as pool:
        return list(pool.map(run, changes))


@pytest.fixture
def offered(committed_floor: Floor) -> Callable[[], Offer]:
    """Each call: a fresh contact, offered to Ana."""

    def make() -> Offer:
        floor, ana = committed_floor, committed_floor.cast.ana
        with tenant(floor.cast.organization.id):
            Presence.objects.update(misses=0)
            presence = Presence.objects.filter(member=ana).first()
            if presence and presence.state == "wrap_up":
                close_wrap_up(ana, interaction_id=presence.interaction_id)
            if presence and presence.state == "serving":
                finish_work(presence.interaction_id)
                close_wrap_up(ana, interaction_id=presence.interaction_id)
            for item in WorkItem.objects.filter(state="waiting"):
                leave_queue(item.interaction_id)
            floor.ready(ana)
            floor.call()
            assert floor.assign()
            offer = floor.offer_of(ana)
            assert offer is not None
            return offer

    return make


def test_a_double_click_accepts_once(committed_floor: Floor, offered: Callable[[], Offer]) -> None:
    ana = committed_floor.cast.ana
    for _ in range(ROUNDS):
        offer = offered()
        at_once(committed_floor, *[lambda: accept_offer(offer.id, member=ana)] * 3)  # noqa: B023
        with tenant(committed_floor.cast.organization.id):
            accepted = Event.objects.filter(name="offer.accepted", payload__offer_id=offer.id)
            assert accepted.count() == 1
            assert_sound()


def test_of_two_agents_one_accepts_and_the_other_reads_why(
    committed_floor: Floor, offered: Callable[[], Offer]
) -> None:
    cast, offer = committed_floor.cast, offered()
    results = at_once(
        committed_floor,
        lambda: accept_offer(offer.id, member=cast.mark),
        lambda: accept_offer(offer.id, member=cast.ana).state,
    )
    assert results == ["offer_taken", "accepted"]


def test_hanging_up_and_accepting_at_once_ends_in_one_of_the_two(
    committed_floor: Floor, offered: Callable[[], Offer]
) -> None:
    ana, seen = committed_floor.cast.ana, set()
    for _ in range(ROUNDS):
        offer = offered()
        interaction_id = offer.work_item.interaction_id
        left, accepted = at_once(
            committed_floor,
            lambda: leave_queue(interaction_id),  # noqa: B023
            lambda: accept_offer(offer.id, member=ana).state,  # noqa: B023
        )
        seen.add((left, accepted))
        with tenant(committed_floor.cast.organization.id):
            state = Interaction.objects.get(id=interaction_id).state
            assert state == ("abandoned" if left else "serving")
            assert_sound()
    assert seen <= {(True, "caller_gone"), (False, "accepted")}


def test_declining_accepting_and_expiring_at_once_settle_an_offer_once(
    committed_floor: Floor, offered: Callable[[], Offer]
) -> None:
    ana = committed_floor.cast.ana
    for _ in range(ROUNDS):
        offer = offered()
        with tenant(committed_floor.cast.organization.id):
            Offer.objects.filter(id=offer.id).update(expires_at=offer.offered_at)
        at_once(
            committed_floor,
            lambda: decline_offer(offer.id, member=ana, reason=""),  # noqa: B023
            lambda: expire_offer(offer.id),  # noqa: B023
            lambda: accept_offer(offer.id, member=ana),  # noqa: B023
        )
        with tenant(committed_floor.cast.organization.id):
            offer.refresh_from_db()
            assert offer.state in {"declined", "expired"}
            assert WaitingToken.objects.filter(work_item=offer.work_item).count() == 1
            assert_sound()


def test_pausing_while_being_offered_a_contact_is_legal_whoever_is_first(committed_floor: Floor) -> None:
    floor, ana = committed_floor, committed_floor.cast.ana
    for _ in range(ROUNDS):
        with tenant(floor.cast.organization.id):
            for item in WorkItem.objects.filter(state__in=["waiting", "offered"]):
                leave_queue(item.interaction_id)
            set_presence(ana, state="ready")
            floor.call()
        at_once(floor, floor.assign, lambda: set_presence(ana, state="paused", reason="Lunch"))
        with tenant(floor.cast.organization.id):
            presence = Presence.objects.get(member=ana)
            assert (presence.state, presence.after_work) in {("paused", ""), ("offered", "paused")}
            assert_sound()


def test_finishing_transferring_and_losing_the_agent_at_once_move_the_contact_once(
    committed_floor: Floor, offered: Callable[[], Offer]
) -> None:
    ana = committed_floor.cast.ana
    for _ in range(ROUNDS):
        offer = offered()
        interaction_id = offer.work_item.interaction_id
        with tenant(committed_floor.cast.organization.id):
            accept_offer(offer.id, member=ana)
        results = at_once(
            committed_floor,
            lambda: finish_work(interaction_id),  # noqa: B023
            lambda: requeue(interaction_id, queue_slug="digital", actor=ana.actor, note="").state,  # noqa: B023
            lambda: return_to_queue(interaction_id, why="No answer"),  # noqa: B023
        )
        won = [one for one in results if one not in (False, "not_serving")]
        assert len(won) == 1, results
        with tenant(committed_floor.cast.organization.id):
            assert_sound()


def test_two_tabs_that_beat_and_declare_at_once_leave_one_seat(committed_floor: Floor) -> None:
    floor, ana = committed_floor, committed_floor.cast.ana
    with tenant(floor.cast.organization.id):
        set_presence(ana, state="ready")
    for _ in range(ROUNDS):
        with tenant(floor.cast.organization.id):
            silent = Presence.objects.get(member=ana).since - timedelta(seconds=40)
            Presence.objects.filter(member=ana).update(heartbeat_at=silent)
        at_once(
            floor,
            lambda: heartbeat(ana),
            lambda: heartbeat(ana),
            lambda: set_presence(ana, state="ready"),
            lambda: set_presence(ana, state="paused"),
        )
        with tenant(floor.cast.organization.id):
            assert_sound()


def test_queueing_one_contact_twice_at_once_is_one_stay(committed_floor: Floor) -> None:
    from accounts.actors import IVR_ACTOR
    from customers.actions import open_interaction

    floor = committed_floor
    with tenant(floor.cast.organization.id):
        interaction = open_interaction(actor=IVR_ACTOR, channel="voice", address="+442071234567")
    queue = lambda: queue_work(interaction.id, queue_slug="service", actor=IVR_ACTOR).id  # noqa: E731
    first, second = at_once(floor, queue, queue)
    assert first == second
    with tenant(floor.cast.organization.id):
        assert_sound()


def test_many_owners_at_once_never_double_and_never_lose(committed_floor: Floor) -> None:
    """Split brain on purpose: the order may suffer, safety may not."""
    from accounts.actions import add_member
    from accounts.models import User

    floor = committed_floor
    with tenant(floor.cast.organization.id):
        for number in range(12):
            user = User.objects.create_user(username=f"agent-{number}")
            floor.ready(add_member(user, role="agent", display_name=f"Agent {number}"))
        for _ in range(30):
            floor.call()

    def own() -> int:
        from routing.owner import Owner

        owner = Owner(threading.Event())
        return sum(owner.round() for _ in range(6))

    def run(_: int) -> int:
        try:
            return own()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, range(4)))
    with tenant(floor.cast.organization.id):
        assert Offer.objects.count() == 12
        assert Offer.objects.values("member_id").distinct().count() == 12
        assert Offer.objects.values("work_item_id").distinct().count() == 12
        assert WaitingToken.objects.count() == 18
        assert not SeatToken.objects.exists()
        assert PresencePeriod.objects.filter(ended_at=None).count() == 12
        assert_sound()
