"""Events and handlers of the tests; `tests.foundation.worker` registers them in real workers too."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

from django.db import connection

from foundation import clock, deliveries, live
from foundation.events import DomainEvent, RecordedEvent, listen
from foundation.models import Delivery, Timer
from foundation.tenancy import tenant


@dataclass(frozen=True, kw_only=True)
class Rang(DomainEvent):
    """A bell rang."""

    NAME: ClassVar[str] = "bell.rang"
    SUBJECT: ClassVar[tuple[str, str]] = ("bell", "bell_id")

    bell_id: int
    note: str = ""


def leave_mark(event: RecordedEvent) -> None:
    """The effect of a handler: one row for each event; a second one would break the unique key."""
    Timer.objects.create(
        key=f"mark:{event.payload['note']}:{event.id}",
        due_at=clock.now() + timedelta(days=3650),
        name="mark",
        version=1,
        subject="",
        payload={},
        actor={},
    )


def remember(event: RecordedEvent) -> None:
    """A handler in its own transaction."""
    leave_mark(event)


def remember_and_nudge(event: RecordedEvent) -> None:
    """Another handler of the same event."""
    live.nudge("record:1", "bell", event_id=event.id)


def fail(event: RecordedEvent) -> None:
    """Writes, then breaks."""
    leave_mark(event)
    raise ValueError("no bell")


def reach_out(event: RecordedEvent) -> None:
    """An outward handler: it runs outside any transaction."""
    assert not connection.in_atomic_block
    outside.append(event.id)


def reach_out_while_told_again(event: RecordedEvent) -> None:
    """An outward handler; a second message for its delivery comes while it runs."""
    with tenant(event.organization_id):
        delivery_id = Delivery.objects.get(event_id=event.id).id
    deliveries.run_delivery(delivery_id, event.organization_id)
    outside.append(event.id)


outside: list[int] = []


def die_once(event: RecordedEvent) -> None:
    """Kills its own worker process in the middle, the first time; a file remembers that it did."""
    leave_mark(event)
    scene = Path(os.environ["SCENE_OF_DEATH"]) / str(event.id)
    if not scene.exists():
        scene.touch()
        os.kill(os.getpid(), signal.SIGKILL)


def register_for_workers() -> None:
    """What the real worker processes of the tests listen to."""
    listen(Rang, remember, lane="background")
    listen(Rang, remember_and_nudge, lane="realtime")
