"""The owner of the routing order on real PostgreSQL: own connection, own thread, own process, killed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from foundation.tenancy import tenant
from routing.actions import accept_offer, close_wrap_up, finish_work
from routing.models import SeatToken
from tests.people import make_cast
from tests.routing.conftest import Floor, make_floor


def eventually(true: Callable[[], object], seconds: float = 20) -> None:
    """Wait for an outcome of another thread or process; fails when it does not come."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.02)


def in_floor(floor: Floor, question: Callable[[], object]) -> Callable[[], object]:
    def ask() -> object:
        with tenant(floor.cast.organization.id):
            return question()

    return ask


def test_a_call_goes_through_a_running_owner_from_queue_to_wrap_up(
    committed_floor: Floor, owner_thread: threading.Thread
) -> None:
    floor, ana = committed_floor, committed_floor.cast.ana
    with tenant(floor.cast.organization.id):
        floor.ready(ana)
        item = floor.call()
    eventually(in_floor(floor, lambda: floor.offer_of(ana)))
    with tenant(floor.cast.organization.id):
        offer = floor.offer_of(ana)
        assert offer is not None
        accept_offer(offer.id, member=ana)
    with tenant(floor.cast.organization.id):
        assert finish_work(item.interaction_id)
        floor.call()
    with tenant(floor.cast.organization.id):
        assert close_wrap_up(ana, interaction_id=item.interaction_id)
    eventually(in_floor(floor, lambda: floor.offer_of(ana)))


def test_one_owner_serves_many_organisations_and_never_mixes_them(
    committed_floor: Floor, owner_thread: threading.Thread
) -> None:
    stranger = make_cast("stranger")
    with tenant(stranger.organization.id):
        other = make_floor(stranger)
        other.ready(stranger.mark)
    with tenant(committed_floor.cast.organization.id):
        committed_floor.call()
        committed_floor.ready(committed_floor.cast.ana)
    eventually(in_floor(committed_floor, lambda: committed_floor.offer_of(committed_floor.cast.ana)))
    with tenant(stranger.organization.id):
        assert other.offer_of(stranger.mark) is None
        assert SeatToken.objects.count() == 1
        other.call()
    eventually(in_floor(other, lambda: other.offer_of(stranger.mark)))
