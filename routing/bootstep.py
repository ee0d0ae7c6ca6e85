"""Runs the owner of the routing order inside the Celery workers of the real-time lane.

Every such worker starts one; the first owns, the others stand by.
"""

import sys
import threading
from typing import Any

from celery import bootsteps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

LANE = "realtime"


class RoutingOwnerStep(bootsteps.StartStopStep):
    """A thread beside the worker's pool; it needs the database only, not the broker."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def include_if(self, parent: Any) -> bool:
        """Only in workers that serve the real-time lane."""
        return LANE in parent.app.amqp.queues.consume_from

    def start(self, parent: Any) -> None:
        """Own or stand by. Raises ImproperlyConfigured behind a pooler, whose sessions nobody owns."""
        if settings.DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"]:
            raise ImproperlyConfigured(
                "Workers of the realtime lane own the routing order by a lock of their session: give them"
                " PostgreSQL's own address, without BEHIND_POOLER."
            )
        from routing import owner  # models are loaded only after the Celery app is made

        # The owner answers callers: it must not wait 5 ms each time a thread of the pool is calculating.
        sys.setswitchinterval(0.001)
        self._stopped.clear()
        self._thread = threading.Thread(
            target=owner.run, args=(self._stopped,), name="routing-owner", daemon=True
        )
        self._thread.start()

    def stop(self, parent: Any) -> None:
        """Give the lock back."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(timeout=5)
            self._thread = None

    terminate = stop
