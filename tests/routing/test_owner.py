"""The owner of the routing order on real PostgreSQL: own connection, own thread, own process, killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from accounts.actions import add_member
from accounts.models import Member, User
from foundation.tenancy import tenant
from routing.actions import accept_offer, close_wrap_up, finish_work
from routing.bootstep import RoutingOwnerStep
from routing.models import Offer, SeatToken
from routing.owner import LOCK, Owner
from routing.token_tables import Tail
from tests.people import make_cast
from tests.routing.conftest import Floor, make_floor
from tests.routing.invariants import assert_sound


def eventually(true: Callable[[], object], seconds: float = 60) -> None:
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


_PROGRAM = """
import threading, django
django.setup()
from routing import owner
owner.run(threading.Event())
"""


@contextmanager
def owner_process(name: str) -> Iterator[subprocess.Popen[bytes]]:
    """An owner, or standby, in a process of its own; its session bears the name."""
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM],
        env=os.environ | {"PGAPPNAME": name, "DJANGO_SETTINGS_MODULE": "contactcenter.settings"},
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def lock_holder() -> str | None:
    """The name of the session that owns the order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
            " WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted"
            " AND l.classid::bigint << 32 | l.objid::bigint = %s"
            " AND a.datname = current_database()",  # other stacks on this engine have owners of their own
            [LOCK],
        )
        row = cursor.fetchone()
        return row[0] if row else None


def test_when_the_owner_is_killed_the_standby_takes_over_and_nothing_is_lost(
    committed_floor: Floor,
) -> None:
    floor, agents = committed_floor, 24
    organization_id = floor.cast.organization.id
    with tenant(organization_id):
        members = [new_agent(f"agent-{number}") for number in range(agents)]
        floor.ready(*members)
    with owner_process("owner-a") as first:
        eventually(lambda: lock_holder() == "owner-a")
        with owner_process("owner-b"):
            for number in range(agents):
                with tenant(organization_id):
                    floor.call()
                if number == agents // 2:
                    first.send_signal(signal.SIGKILL)
            eventually(in_floor(floor, lambda: Offer.objects.count() == agents))
            assert lock_holder() == "owner-b"
    with tenant(organization_id):
        assert Offer.objects.values("work_item_id").distinct().count() == agents
        assert Offer.objects.values("member_id").distinct().count() == agents
        assert_sound()


def test_an_owner_whose_session_is_cut_stops_owning_and_begins_anew(
    committed_floor: Floor, owner_thread: threading.Thread
) -> None:
    floor, ana = committed_floor, committed_floor.cast.ana
    eventually(lock_holder_pid)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [lock_holder_pid()])
    with tenant(floor.cast.organization.id):
        floor.ready(ana)
        floor.call()
    eventually(in_floor(floor, lambda: floor.offer_of(ana)))


def test_a_token_that_commits_late_under_newer_ones_is_found(committed_floor: Floor) -> None:
    floor = committed_floor
    entered, go_on = threading.Event(), threading.Event()

    def slow_call() -> None:
        try:
            with tenant(floor.cast.organization.id):
                floor.call()
                entered.set()
                assert go_on.wait(10)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(slow_call)
        assert entered.wait(10)
        with tenant(floor.cast.organization.id):
            floor.call()
        owner = Owner(threading.Event())
        owner.round()  # sees the newer token only, by the sweep that begins
        go_on.set()
        slow.result()
    with tenant(floor.cast.organization.id):
        floor.ready(floor.cast.ana, floor.cast.mark)
    owner.round()  # by the tail: the skipped id is asked for again
    with tenant(floor.cast.organization.id):
        assert Offer.objects.count() == 2


def test_ids_that_were_skipped_are_asked_for_again_for_a_while() -> None:
    tail = Tail()
    tail.saw([5], now=100.0)
    assert tail.asked() == (5, [1, 2, 3, 4])
    tail.saw([3, 7], now=101.0)
    assert tail.asked() == (7, [1, 2, 4, 6])
    tail.saw([], now=102.5)
    assert tail.asked() == (7, [6])


def test_one_organisations_broken_set_up_does_not_stop_the_others(
    committed_floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from routing.floor import Floor as Memory

    broken = committed_floor.cast.organization.id
    stranger = make_cast("stranger")
    with tenant(stranger.organization.id):
        other = make_floor(stranger)
        other.ready(stranger.ana)
        other.call()
    with tenant(broken):
        committed_floor.ready(committed_floor.cast.ana)
        committed_floor.call()
    decide = Memory.decide

    def fail_for_broken(self: Memory, now: float, limit: int) -> object:
        if self.organization_id == broken:
            raise ValueError("a queue nobody can understand")
        return decide(self, now, limit)

    monkeypatch.setattr(Memory, "decide", fail_for_broken)
    Owner(threading.Event()).round()
    with tenant(stranger.organization.id):
        assert other.offer_of(stranger.ana) is not None


def test_a_change_of_an_agents_skills_counts_from_the_next_reading_on(committed_floor: Floor) -> None:
    from routing.models import AgentSkill

    floor, mark = committed_floor, committed_floor.cast.mark
    with tenant(floor.cast.organization.id):
        floor.ready(mark)
        floor.call("digital")
    owner = Owner(threading.Event())
    assert not owner.round()
    with tenant(floor.cast.organization.id):
        AgentSkill.objects.filter(member=mark).update(level=4)
    eventually(owner.round)


def lock_holder_pid() -> int | None:
    """The backend that owns the order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_locks JOIN pg_stat_activity USING (pid)"
            " WHERE locktype = 'advisory' AND objsubid = 1 AND granted AND datname = current_database()"
        )
        row = cursor.fetchone()
        return row[0] if row else None


def new_agent(username: str) -> Member:
    """One more in-house agent."""
    return add_member(User.objects.create_user(username=username), role="agent", display_name=username)


def test_celery_workers_of_the_real_time_lane_own_the_order_and_no_others(
    committed_floor: Floor,
) -> None:
    floor, ana = committed_floor, committed_floor.cast.ana
    with worker("background", "only-background"), worker("realtime", "real-time"):
        eventually(lambda: lock_holder() == "real-time", seconds=60)
        with tenant(floor.cast.organization.id):
            floor.ready(ana)
            floor.call()
        eventually(in_floor(floor, lambda: floor.offer_of(ana)))


@contextmanager
def worker(lane: str, name: str) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker of one lane."""
    command = ["celery", "-A", "contactcenter", "worker", "-P", "threads", "-c", "1", "-Q", lane, "-n", name]
    process = subprocess.Popen(
        [sys.executable, "-m", *command], env=os.environ | {"PGAPPNAME": name}, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.terminate()
        assert process.wait(timeout=30) == 0


def test_a_realtime_worker_behind_a_pooler_says_why_it_cannot_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "DISABLE_SERVER_SIDE_CURSORS", True)
    with pytest.raises(ImproperlyConfigured, match="without BEHIND_POOLER"):
        RoutingOwnerStep(None).start(None)
