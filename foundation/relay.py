"""The relay: wakes on commit, polls as a guarantee, and may run many times."""

import logging
import threading

from django.db import Error, connection

from foundation import deliveries, health
from foundation.wake import Sleeper

logger = logging.getLogger(__name__)
POLL_SECONDS = 0.25


def run(send: deliveries.SendToWorker, stopped: threading.Event) -> None:
    """Move events until stopped. A lost database or broker is waited out, never fatal."""
    with Sleeper("relay") as sleeper:
        while not stopped.is_set():
            moved = _round(send)
            health.beat("relay")
            if not moved:
                sleeper.sleep(POLL_SECONDS)


def _round(send: deliveries.SendToWorker) -> bool:
    """One round; True when there may be more to do at once."""
    try:
        fired = deliveries.fire_due_timers()
        sent = deliveries.send_due_deliveries(send)
        stamped = deliveries.stamp_positions()
    except Error:
        logger.exception("the database is away; the relay tries again")
        connection.close()
        return False
    except OSError:
        logger.exception("the broker is away; the relay tries again")
        return False
    return bool(fired) or sent >= 200 or stamped >= 1000
