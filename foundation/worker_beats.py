"""Celery workers tell that they are alive, once for each lane they serve."""

import threading
from typing import Any

from foundation import health


def beat_while_running(sender: Any, **_: Any) -> None:
    """Beat for the queues of this worker from a thread that ends with it (signal `worker_ready`)."""
    lanes = [f"worker:{queue.name}" for queue in sender.task_consumer.queues]
    threading.Thread(target=_beat, args=[lanes], name="heartbeat", daemon=True).start()


def _beat(lanes: list[str]) -> None:
    pause = threading.Event()
    while True:
        for lane in lanes:
            health.beat(lane)
        pause.wait(health.BEAT_SECONDS)
