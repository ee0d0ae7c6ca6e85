"""`manage.py relay`: moves recorded events to the workers. Run one or more."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from foundation import relay
from foundation.tasks import room_in_lane, send_to_worker


class Command(BaseCommand):
    """Runs until SIGTERM or SIGINT."""

    help = "Moves recorded events, due timers and feed positions. Run one or more."

    def handle(self, *args: Any, **options: Any) -> None:
        """Block until told to stop."""
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        self.stdout.write("relay: running")
        relay.run(send_to_worker, room_in_lane, stopped)
