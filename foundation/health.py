"""Is everything running? Processes leave heartbeats in Redis; `/healthz` puts all parts together.

Upper packages add parts with `register`. A part names no company and no customer. `/metrics` shows this
web process's own figures (scrape every process, or run one per container) and the shared ones.
"""

import os
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import redis
from django.db import Error, connection

from foundation import wake
from foundation.tenancy import system

BEAT_SECONDS = 2.0
ALIVE_SECONDS = 15
# Older than this, something that should be immediate (or soon) is stuck.
OVERDUE_SECONDS = {"realtime": 30.0, "background": 300.0}

_last_beats: dict[str, float] = {}
_me = f"{socket.gethostname()}:{os.getpid()}"


@dataclass(frozen=True)
class Part:
    """One part's state; `figures` are numbers that `/metrics` shows too (seconds, counts)."""

    ok: bool
    figures: Mapping[str, float | None] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For `/healthz`."""
        return {"ok": self.ok, **self.figures}


Check = Callable[[], Part]
_checks: dict[str, Check] = {}


def register(name: str, check: Check) -> None:
    """Add a part; a check takes milliseconds and may raise django.db.Error or redis.RedisError."""
    _checks[name] = check


def beat(name: str) -> None:
    """A process of this kind is alive. Call it often: only one in BEAT_SECONDS is sent, none may fail."""
    now = time.monotonic()
    if now - _last_beats.get(name, -BEAT_SECONDS) < BEAT_SECONDS:
        return
    _last_beats[name] = now
    try:
        client = wake.client()
        client.hset(f"beats:{name}", _me, time.time())
        client.expire(f"beats:{name}", 3600)
    except redis.RedisError:
        return


def alive(name: str) -> Part:
    """How many processes of this kind beat lately, and when the last one did. Forgets the long dead."""
    client, now = wake.client(), time.time()
    beats = {who: float(at) for who, at in client.hgetall(f"beats:{name}").items()}
    gone = [who for who, at in beats.items() if now - at > 10 * ALIVE_SECONDS]
    if gone:
        client.hdel(f"beats:{name}", *gone)
    ages = [now - at for at in beats.values()]
    running = sum(age <= ALIVE_SECONDS for age in ages)
    newest = round(min(ages), 3) if ages else None
    return Part(ok=running > 0, figures={"running": running, "last_beat_seconds": newest})


def process_part(name: str) -> Check:
    """A check that at least one process of this kind is alive."""
    return lambda: alive(name)


def report() -> dict[str, Part]:
    """Every part, checked now."""
    return {name: _checked(check) for name, check in _checks.items()}


def _checked(check: Check) -> Part:
    try:
        return check()
    except (Error, redis.RedisError):
        connection.close()
        return Part(ok=False)


def check_database() -> Part:
    """Whether the database answers, and how fast."""
    started = time.perf_counter()
    with system(), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return Part(ok=True, figures={"answer_seconds": round(time.perf_counter() - started, 4)})


def check_redis() -> Part:
    """Whether Redis answers, and how fast."""
    started = time.perf_counter()
    wake.client().ping()
    return Part(ok=True, figures={"answer_seconds": round(time.perf_counter() - started, 4)})


_UNDELIVERED = """
SELECT d.lane, count(*), extract(epoch FROM now() - min(e.occurred_at))
FROM foundation_delivery d JOIN foundation_event e ON e.id = d.event_id
WHERE d.state IN ('pending', 'sent', 'running') AND d.last_error = '' GROUP BY d.lane
"""
_TROUBLED = """
SELECT count(*) FILTER (WHERE state <> 'dead'), count(*) FILTER (WHERE state = 'dead')
FROM foundation_delivery WHERE state IN ('pending', 'sent', 'running', 'dead') AND last_error <> ''
"""
_LATE_TIMER = "SELECT extract(epoch FROM now() - min(due_at)) FROM foundation_timer WHERE due_at <= now()"


def lane_part(lane: str) -> Check:
    """A check of one Celery lane: a worker is alive and no event waits for too long.

    `oldest_undelivered_seconds` looks at events that no handler has failed on; those that failed are
    retried later on purpose and stand under `events`.
    """

    def check() -> Part:
        worker = alive(f"worker:{lane}")
        with system(), connection.cursor() as cursor:
            cursor.execute(_UNDELIVERED)
            found = {row[0]: row[1:] for row in cursor.fetchall()}
        waiting, oldest = found.get(lane, (0, None))
        late = oldest is not None and float(oldest) > OVERDUE_SECONDS[lane]
        figures = {
            **worker.figures,
            "queued": float(wake.client().llen(lane)),
            "undelivered": float(waiting),
            "oldest_undelivered_seconds": round(float(oldest), 3) if oldest is not None else 0.0,
        }
        return Part(ok=worker.ok and not late, figures=figures)

    return check


def check_events() -> Part:
    """Deliveries that failed and are tried again, dead ones, and timers that should have fired."""
    with system(), connection.cursor() as cursor:
        cursor.execute(_TROUBLED)
        retrying, dead = cursor.fetchone()
        cursor.execute(_LATE_TIMER)
        late = float(cursor.fetchone()[0] or 0)
    figures = {"retrying": float(retrying), "dead": float(dead), "late_timer_seconds": round(late, 3)}
    return Part(ok=late <= OVERDUE_SECONDS["realtime"], figures=figures)
