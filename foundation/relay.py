"""The relay: wakes on commit, polls as a guarantee, and may run many times."""

import logging
import threading
from collections.abc import Callable

from django.db import Error, connection

from foundation import deliveries, health
from foundation.wake import Sleeper

logger = logging.getLogger(__name__)
POLL_SECONDS = 0.25
# A few background deliveries a round: the realtime lane is looked at again before the next few.
MOST_PER_ROUND = {"realtime": 200, "background": 50}

RoomInLane = Callable[[str], int]


def run(send: deliveries.SendToWorker, room: RoomInLane, stopped: threading.Event) -> None:
    """Move events until stopped. A lost database or broker is waited out, never fatal."""
    with Sleeper("relay") as sleeper:
        while not stopped.is_set():
            moved = _round(send, room)
            health.beat("relay")
            if not moved:
                sleeper.sleep(POLL_SECONDS)


def _round(send: deliveries.SendToWorker, room: RoomInLane) -> bool:
    """One round; True when there may be more to do at once."""
    try:
        more = _fill("realtime", send, room)
        fired = deliveries.fire_due_timers()
        stamped = deliveries.stamp_positions()
        more |= _fill("background", send, room)
    except Error:
        logger.exception("the database is away; the relay tries again")
        connection.close()
        return False
    except OSError as error:
        logger.warning("the broker is away; the relay tries again", extra={"error": str(error)})
        return False
    return bool(fired) or stamped >= 1000 or more


def _fill(lane: str, send: deliveries.SendToWorker, room: RoomInLane) -> bool:
    limit = min(MOST_PER_ROUND[lane], room(lane))
    return limit > 0 and deliveries.send_due_deliveries(send, limit, [lane]) >= limit
