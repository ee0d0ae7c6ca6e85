"""Numbers of live topics: without gaps, in the order of commits."""

from __future__ import annotations

import json
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from foundation import live, wake
from foundation.live_queries import heads, missed
from foundation.models import LiveEntry
from foundation.tenancy import tenant
from tests.foundation.conftest import ORGANIZATION

TOPICS = ["member:1", "member:2", "audience:all"]


def test_nudges_belong_inside_a_tenant(db):
    for say in (lambda: live.nudge("member:1", "x"), lambda: live.hint("floor", "x")):
        with pytest.raises(RuntimeError):
            say()


def test_a_nudge_is_published_after_commit_with_its_number(transactional_db, monkeypatch):
    published: list[tuple[str, str]] = []
    monkeypatch.setattr(wake, "publish_all", published.extend)
    with tenant(ORGANIZATION):
        live.nudge("member:1", "offer.made", offer_id=5)
        live.hint("floor", "queues")
        assert published == []
    channel, nudge = published[0]
    topic, _, frame = nudge.partition("\n")
    assert (channel, topic) == (f"rt:{ORGANIZATION}", "member:1")
    assert json.loads(frame) == {"t": "member:1", "n": 1, "kind": "offer.made", "body": {"offer_id": 5}}
    assert published[1][1] == 'floor\n{"t": "floor", "kind": "queues"}'


def test_several_nudges_of_one_topic_are_numbered_in_the_order_they_were_said(transactional_db, monkeypatch):
    published: list[tuple[str, str]] = []
    monkeypatch.setattr(wake, "publish_all", published.extend)
    with tenant(ORGANIZATION):
        for topic in ("b", "a", "b", "b", "a"):
            live.nudge(topic, "x", said=len(live._nudges().numbered))
    frames = [json.loads(message.partition("\n")[2]) for _, message in published]
    assert [(frame["t"], frame["n"], frame["body"]["said"]) for frame in frames] == [
        ("b", 1, 0),
        ("a", 1, 1),
        ("b", 2, 2),
        ("b", 3, 3),
        ("a", 2, 4),
    ]
    with tenant(ORGANIZATION):
        assert heads(["a", "b"]) == {"a": 2, "b": 3}
        assert [entry["body"]["said"] for entry in missed("b", after=0).entries] == [0, 2, 3]


def test_a_rolled_back_change_tells_nobody_and_takes_no_number(transactional_db, monkeypatch):
    monkeypatch.setattr(wake, "publish_all", lambda *_: pytest.fail("published"))
    with tenant(ORGANIZATION):
        live.nudge("member:1", "x")
        transaction.set_rollback(True)
    with tenant(ORGANIZATION):
        assert heads(["member:1"]) == {"member:1": 0}


def test_a_redis_that_is_away_does_not_hold_up_the_change(transactional_db, monkeypatch):
    import redis

    monkeypatch.setattr(wake, "_client", redis.Redis.from_url("redis://127.0.0.1:1/0"))
    monkeypatch.setattr(wake, "_down_until", 0.0)
    with tenant(ORGANIZATION):
        live.nudge("member:1", "x")
    with tenant(ORGANIZATION):
        assert heads(["member:1"]) == {"member:1": 1}


def test_missed_nudges_are_read_by_number(organization):
    LiveEntry.objects.bulk_create(
        LiveEntry(topic="member:1", n=n, kind="x", body={"n": n}, created_at="2026-01-01T00:00Z")
        for n in range(1, 6)
    )
    from foundation.models import LiveTopic

    LiveTopic.objects.create(topic="member:1", n=5)
    found = missed("member:1", after=2, limit=2)
    assert ([entry["n"] for entry in found.entries], found.head) == ([3, 4], 5)


def test_concurrent_writers_leave_no_gap_and_no_double(transactional_db):
    committed: list[int] = []

    def write(seed: int) -> None:
        dice = random.Random(seed)
        for _ in range(40):
            with tenant(ORGANIZATION):
                chosen = dice.sample(TOPICS, k=dice.randint(1, 3))
                for topic in chosen:
                    live.nudge(topic, "x", seed=seed)
                if dice.random() < 0.2:
                    transaction.set_rollback(True)
                else:
                    committed.extend([1] * len(chosen))
        connection.close()

    with ThreadPoolExecutor(6) as writers:
        list(writers.map(write, range(6)))
    with tenant(ORGANIZATION):
        found = heads(TOPICS)
        for topic, head in found.items():
            numbers = list(LiveEntry.objects.filter(topic=topic).order_by("n").values_list("n", flat=True))
            assert numbers == list(range(1, head + 1))
    assert sum(found.values()) == len(committed)


def test_a_transaction_says_all_it_has_to_say_at_once_and_nothing_twice(transactional_db, monkeypatch):
    said: list[list[str]] = []
    monkeypatch.setattr(wake, "publish_all", lambda messages: said.append([name for name, _ in messages]))
    with tenant(ORGANIZATION):
        wake.wake_after_commit("routing")
        with tenant(ORGANIZATION):
            wake.wake_after_commit("relay")
        wake.wake_after_commit("routing")
        live.nudge("record:1", "record.changed")
    assert said == [["wake:routing", "wake:relay", live.channel(ORGANIZATION)]]
