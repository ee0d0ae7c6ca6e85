"""Wake-up calls after commits."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from django.db import transaction

from foundation import wake
from foundation.tenancy import system


@dataclass
class Heard:
    """What was published, and how many commits there had been by then."""

    commits: int = 0
    messages: list[tuple[int, str]] = field(default_factory=list)
    news: threading.Condition = field(default_factory=threading.Condition)

    def publish(self, messages: list[tuple[str, bytes]]) -> None:
        with self.news:
            self.messages += [(self.commits, channel) for channel, _ in messages]
            self.news.notify_all()

    def wait_for(self, found: Callable[[], bool]) -> bool:
        with self.news:
            return self.news.wait_for(found, timeout=10)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    heard = Heard()
    monkeypatch.setattr(wake, "publish_all", heard.publish)
    monkeypatch.setattr(wake, "_bell", wake._Bell())
    return heard


def commit(heard: Heard, *messages: tuple[str, bytes]) -> None:
    with system():
        for name in ("relay", "relay"):
            wake.wake_after_commit(name)
        wake.publish_after_commit(messages)
        heard.commits += 1


def test_a_transaction_wakes_a_sleeper_once(transactional_db: None, heard: Heard) -> None:
    commit(heard)
    assert heard.messages == [(1, "wake:relay")]


def test_a_rolled_back_transaction_wakes_nobody(transactional_db: None, heard: Heard) -> None:
    with system():
        wake.wake_after_commit("relay")
        transaction.set_rollback(True)
    assert heard.messages == []


def test_after_the_last_of_a_crowd_the_sleeper_is_woken_too(
    transactional_db: None, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wake._Bell, "REST_SECONDS", 0.5)
    for _ in range(30):
        commit(heard)
    assert heard.wait_for(lambda: heard.messages[-1] == (30, "wake:relay"))
    assert len(heard.messages) < 30


def test_what_else_a_transaction_says_is_never_held_back(transactional_db: None, heard: Heard) -> None:
    for number in range(5):
        commit(heard, ("live", b"%d" % number))
    assert [channel for _, channel in heard.messages].count("live") == 5
