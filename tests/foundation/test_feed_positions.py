"""The change feed: ids commit out of order, positions never skip."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from foundation import deliveries
from foundation.events import emit
from foundation.models import Event, LiveTopic
from foundation.tenancy import tenant
from tests.foundation.conftest import ORGANIZATION
from tests.foundation.listeners import Rang

pytestmark = pytest.mark.usefixtures("no_listeners")
BELLS = 3


class Reader:
    """Reads the feed by its cursor, as a partner does."""

    def __init__(self) -> None:
        self.cursor = 0
        self.read: list[Event] = []

    def catch_up(self) -> None:
        with tenant(ORGANIZATION):
            new = list(Event.objects.filter(position__gt=self.cursor).order_by("position"))
        if new:
            assert None not in {event.position for event in new}
            self.cursor = new[-1].position or 0
            self.read += new


def test_an_event_committed_after_a_later_one_is_not_passed_over(transactional_db):
    started, may_commit = threading.Event(), threading.Event()

    def commit_late() -> None:
        with tenant(ORGANIZATION):
            emit(Rang(bell_id=1, note="first id"))
            started.set()
            may_commit.wait(20)
        connection.close()

    slow = threading.Thread(target=commit_late)
    slow.start()
    started.wait(20)
    reader = Reader()
    with tenant(ORGANIZATION):
        emit(Rang(bell_id=2, note="second id"))
    deliveries.stamp_positions()
    reader.catch_up()
    may_commit.set()
    slow.join()
    deliveries.stamp_positions()
    reader.catch_up()
    assert [event.payload["note"] for event in reader.read] == ["second id", "first id"]


def test_under_load_with_rollbacks_nothing_is_skipped_and_each_subject_keeps_its_order(transactional_db):
    written: dict[int, list[int]] = {bell: [] for bell in range(BELLS)}
    with tenant(ORGANIZATION):
        for bell in range(BELLS):
            LiveTopic.objects.create(topic=f"bell:{bell}", n=0)
    stop = threading.Event()

    def write(seed: int) -> None:
        dice = random.Random(seed)
        for _ in range(60):
            bell = dice.randrange(BELLS)
            with tenant(ORGANIZATION):
                row = LiveTopic.objects.select_for_update().get(topic=f"bell:{bell}")
                emit(Rang(bell_id=bell))
                event_id = Event.objects.filter(subject=f"bell:{bell}").latest("id").id
                if dice.random() < 0.2:
                    transaction.set_rollback(True)
                    continue
                row.n += 1
                row.save(update_fields=["n"])
                written[bell].append(event_id)
        connection.close()

    def stamp() -> None:
        while not stop.is_set():
            deliveries.stamp_positions()
        connection.close()

    reader = Reader()
    with ThreadPoolExecutor(7) as pool:
        stampers = [pool.submit(stamp) for _ in range(2)]
        writers = [pool.submit(write, seed) for seed in range(5)]
        while not all(writer.done() for writer in writers):
            reader.catch_up()
        stop.set()
        for each in writers + stampers:
            each.result()
    deliveries.stamp_positions()
    reader.catch_up()

    read = {
        bell: [event.id for event in reader.read if event.payload["bell_id"] == bell] for bell in range(BELLS)
    }
    assert read == written
    assert len({event.position for event in reader.read}) == sum(map(len, written.values()))
