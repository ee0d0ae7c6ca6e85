"""Wake-up calls between processes over Redis. Hints only: every sleeper also polls its table."""

import os
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import TracebackType

import redis
from django.conf import settings
from django.db import transaction
from redis.backoff import NoBackoff
from redis.retry import Retry

_client: redis.Redis | None = None
_TIMEOUT_SECONDS = 0.2
_down_until = 0.0


def client() -> redis.Redis:
    """This process's Redis connection pool for hints: short time-outs, bytes in and out."""
    global _client
    if _client is None:
        _client = redis.Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=_TIMEOUT_SECONDS,
            socket_connect_timeout=_TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 1),  # a connection from before a restart of Redis fails once
        )
    return _client


def publish(channel: str, message: str | bytes = b"") -> None:
    """Tell listeners now. A Redis that is down costs one time-out a second, not one per call."""
    publish_all([(channel, message)])


def publish_all(messages: Sequence[tuple[str, str | bytes]]) -> None:
    """Tell listeners several things on one way to Redis and back, in this order."""
    global _down_until
    if time.monotonic() < _down_until:
        return
    try:
        if len(messages) == 1:
            client().publish(*messages[0])
            return
        with client().pipeline(transaction=False) as pipeline:
            for channel, message in messages:
                pipeline.publish(channel, message)
            pipeline.execute()
    except redis.RedisError:
        _down_until = time.monotonic() + 1.0


def wake_after_commit(name: str) -> None:
    """Wake the sleepers called `name` once this transaction commits; at once outside of one."""
    publish_after_commit([(f"wake:{name}", b"")])


def publish_after_commit(messages: Iterable[tuple[str, str | bytes]]) -> None:
    """Publish with all else that this transaction has to say, each message once; nothing if it fails."""
    pending = transaction.get_connection().run_on_commit
    outbox = next((function for _, function, _ in pending if isinstance(function, _Outbox)), None)
    if outbox is None:
        transaction.on_commit(_Outbox(dict.fromkeys(messages)))
    else:
        outbox.messages.update(dict.fromkeys(messages))


@dataclass(frozen=True)
class _Outbox:
    """What one transaction says: one way to Redis and back for all of it."""

    messages: dict[tuple[str, str | bytes], None]

    def __call__(self) -> None:
        if messages := _bell.not_just_rung(list(self.messages)):
            publish_all(messages)


class _Bell:
    """Mere wake-ups in a crowd of transactions: the first rings at once, those right behind it together.

    A flood of callbacks otherwise spends a tenth of its time on waking a relay that is up.
    """

    REST_SECONDS = 0.01

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rung_at: dict[str, float] = {}
        self._late: dict[tuple[str, str | bytes], None] = {}
        self._wanted = threading.Event()
        self._thread: threading.Thread | None = None

    def not_just_rung(self, messages: list[tuple[str, str | bytes]]) -> list[tuple[str, str | bytes]]:
        """What to publish now; the others ring a moment later."""
        if any(body for _, body in messages):
            return messages  # it goes to Redis anyway
        now = time.monotonic()
        with self._lock:
            rested = [one for one in messages if now - self._rung_at.get(one[0], 0.0) >= self.REST_SECONDS]
            self._rung_at.update((channel, now) for channel, _ in rested)
            if len(rested) < len(messages):
                self._late.update((one, None) for one in messages if one not in rested)
                self._ring_later()
        return rested

    def _ring_later(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._ring, name="wake-bell", daemon=True)
            self._thread.start()
        self._wanted.set()

    def _ring(self) -> None:
        while self._wanted.wait():
            time.sleep(self.REST_SECONDS)
            with self._lock:
                self._wanted.clear()
                late, self._late = list(self._late), {}
                self._rung_at.update((channel, time.monotonic()) for channel, _ in late)
            publish_all(late)


_bell = _Bell()


def _after_fork() -> None:
    global _bell
    _bell = _Bell()  # threads stay behind


os.register_at_fork(after_in_child=_after_fork)


class Sleeper:
    """Waits for a wake-up call or until the poll interval has passed; survives Redis going away."""

    def __init__(self, *names: str) -> None:
        self.channels = [f"wake:{name}" for name in names]
        self._pubsub: redis.client.PubSub | None = None

    def __enter__(self) -> "Sleeper":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._drop()

    def sleep(self, seconds: float) -> bool:
        """True when woken, False when the time ran out."""
        started = time.monotonic()
        try:
            if self._pubsub is None:
                self._pubsub = client().pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
                self._pubsub.subscribe(*self.channels)
            left = seconds
            while left > 0:
                if self._pubsub.get_message(timeout=left) is not None:
                    while self._pubsub.get_message(timeout=0) is not None:
                        pass
                    return True
                left = seconds - (time.monotonic() - started)
        except redis.RedisError:
            self._drop()
            time.sleep(max(0.0, min(seconds, seconds - (time.monotonic() - started))))
        return False

    def _drop(self) -> None:
        if self._pubsub is not None:
            self._pubsub.close()
            self._pubsub = None
