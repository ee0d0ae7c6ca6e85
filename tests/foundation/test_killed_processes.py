"""Relays and workers killed with -9, Valkey killed and flushed: every event handled, none twice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from django.conf import settings

from foundation import clock, timers
from foundation.events import emit
from foundation.models import Delivery, Event, LiveEntry, Timer
from foundation.tenancy import tenant
from tests.engines import TestEngines
from tests.foundation.conftest import ORGANIZATION
from tests.foundation.listeners import Rang, register_for_workers
from tests.foundation.processes import Processes

pytestmark = pytest.mark.usefixtures("no_listeners")
PATIENCE = 60.0


@pytest.fixture
def processes(transactional_db: None, no_listeners: None, tmp_path: Path) -> Iterator[Processes]:
    register_for_workers()
    redis.Redis.from_url(settings.REDIS_URL).flushall()
    started = Processes(tmp_path)
    yield started
    started.stop()


def ring(times: int) -> None:
    for _ in range(times):
        with tenant(ORGANIZATION):
            emit(Rang(bell_id=3))


def handled() -> int:
    with tenant(ORGANIZATION):
        return Delivery.objects.filter(state="done").count()


def wait_until_handled(count: int, processes: Processes) -> None:
    until = time.monotonic() + PATIENCE
    while handled() < count:
        assert time.monotonic() < until, f"{handled()} of {count} handled\n{processes.logs()}"
        processes.watch()
        time.sleep(0.05)


def assert_each_event_had_its_effects_once(events: int) -> None:
    with tenant(ORGANIZATION):
        ids = set(Event.objects.values_list("id", flat=True))
        assert len(ids) == events
        marks = [
            int(key.rpartition(":")[2])
            for key in Timer.objects.filter(name="mark").values_list("key", flat=True)
        ]
        nudges = [entry.body["event_id"] for entry in LiveEntry.objects.all()]
        assert sorted(marks) == sorted(ids)
        assert sorted(nudges) == sorted(ids)
        assert not Delivery.objects.exclude(state="done").exists()
        assert set(Delivery.objects.values_list("last_error", flat=True)) == {""}
        assert not Event.objects.filter(position=None).exists()


def test_workers_and_relays_killed_in_the_middle_lose_and_double_nothing(processes):
    processes.start("relay1", "relay2", "worker1", "worker2")
    ring(20)
    wait_until_handled(4, processes)
    for victim in ("worker1", "relay1", "worker2", "relay2"):
        ring(60)
        wait_until_handled(handled() + 10, processes)
        processes.kill(victim)
        processes.start(victim)
    wait_until_handled(2 * 260, processes)
    assert_each_event_had_its_effects_once(260)


def test_a_flushed_or_restarted_valkey_loses_and_doubles_nothing(processes, engines: TestEngines):
    processes.start("relay1", "relay2", "worker1")
    ring(20)
    wait_until_handled(4, processes)
    ring(100)
    wait_until_handled(handled() + 10, processes)
    redis.Redis.from_url(settings.REDIS_URL).flushall()
    ring(100)
    engines.valkey.kill()
    ring(20)
    engines.valkey.start()
    wait_until_handled(2 * 240, processes)
    assert_each_event_had_its_effects_once(240)


def test_timers_of_killed_relays_fire_once(processes):
    processes.start("relay1", "relay2", "worker1")
    ring(1)
    wait_until_handled(2, processes)
    for number in range(100):
        with tenant(ORGANIZATION):
            due_at = clock.now() + timedelta(milliseconds=20 * number)
            timers.emit_at(Rang(bell_id=3), due_at, key=f"bell:{number}")
    wait_until_handled(12, processes)
    processes.kill("relay1")
    wait_until_handled(24, processes)
    processes.kill("relay2")
    processes.start("relay1")
    wait_until_handled(2 * 101, processes)
    assert_each_event_had_its_effects_once(101)
