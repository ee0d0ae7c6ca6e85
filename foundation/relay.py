"""The relay: wakes on commit, polls as a guarantee, and may run many times."""

import logging
import threading
import time
from collections.abc import Callable

from django.db import Error, connection

from foundation import deliveries, health
from foundation.wake import Sleeper

logger = logging.getLogger(__name__)
POLL_SECONDS = 0.25
# Many commits a second share one look at the real-time lane; the first after a pause gets its own at once.
BREATH_SECONDS = 0.02
MOST_PER_ROUND = {"realtime": 200, "background": 100}

RoomInLane = Callable[[str], int]


def run(send: deliveries.SendToWorker, room: RoomInLane, stopped: threading.Event) -> None:
    """Move events until stopped. A lost database or broker is waited out, never fatal."""
    relay = _Relay(send, room)
    with Sleeper("relay") as sleeper:
        while not stopped.is_set():
            looked_at = time.monotonic()
            more = relay.round()
            health.beat("relay")
            if not more:
                sleeper.sleep(relay.rest_seconds)
                stopped.wait(max(0.0, looked_at + BREATH_SECONDS - time.monotonic()))


class _Relay:
    """What moves calls is looked at each time; the rest a few times a second, many at once."""

    def __init__(self, send: deliveries.SendToWorker, room: RoomInLane) -> None:
        self._send, self._room = send, room
        self._next_rest = 0.0

    @property
    def rest_seconds(self) -> float:
        """How long until the rest is due."""
        return max(0.0, self._next_rest - time.monotonic())

    def round(self) -> bool:
        """One round; True when there may be more to do at once."""
        try:
            more = self._fill("realtime")
            if self.rest_seconds == 0:
                more |= self._move_the_rest()
        except Error:
            logger.exception("the database is away; the relay tries again")
            connection.close()
        except OSError as error:
            logger.warning("the broker is away; the relay tries again", extra={"error": str(error)})
        else:
            return more
        self._next_rest = time.monotonic() + POLL_SECONDS
        return False

    def _move_the_rest(self) -> bool:
        fired = deliveries.fire_due_timers()
        stamped = deliveries.stamp_positions()
        more = self._fill("background") or bool(fired) or stamped >= deliveries.STAMPED_AT_ONCE
        if not more:
            self._next_rest = time.monotonic() + POLL_SECONDS
        return more

    def _fill(self, lane: str) -> bool:
        limit = min(MOST_PER_ROUND[lane], self._room(lane))
        return limit > 0 and deliveries.send_due_deliveries(self._send, limit, [lane]) >= limit
