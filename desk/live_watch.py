"""Closes sockets whose right to listen has ended: a look at all of them every few seconds."""

import asyncio
import logging
from typing import Protocol
from weakref import WeakKeyDictionary

from django.db import Error

from desk.live_access import Desktop, no_longer_signed_in, records_no_longer_visible
from foundation.live_hub import live_process
from foundation.live_hub.threads import in_thread

logger = logging.getLogger(__name__)
CHECK_SECONDS = 3.0


class Watched(Protocol):
    """What the watch needs of a socket."""

    desktop: Desktop

    def topics(self) -> set[str]:
        """What it follows."""

    async def sign_out(self) -> None:
        """Close: the person may not listen any more."""

    async def lose(self, topics: set[str]) -> None:
        """Stop following these, and say so."""


class Watch:
    """The sockets of this process."""

    def __init__(self) -> None:
        self._sockets: set[Watched] = set()
        self._running = False

    def add(self, socket: Watched) -> None:
        """Look at this one from now on."""
        self._sockets.add(socket)
        if not self._running:
            self._running = True
            live_process().keep_running(self._run())

    def remove(self, socket: Watched) -> None:
        """It is closed."""
        self._sockets.discard(socket)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                await self.check()
            except Error:
                logger.exception("the database is away; the next look tries again")

    async def check(self) -> None:
        """Close sockets whose people were signed out; end what partners may not see any more."""
        sockets = list(self._sockets)
        gone = await in_thread(no_longer_signed_in, {socket.desktop for socket in sockets})
        for socket in sockets:
            if socket.desktop in gone:
                await socket.sign_out()
        records = {
            socket.desktop: {topic for topic in socket.topics() if topic.startswith("record:")}
            for socket in self._sockets
            if socket.desktop.partner_id
        }
        lost = await in_thread(
            records_no_longer_visible, {who: what for who, what in records.items() if what}
        )
        for socket in list(self._sockets):
            if topics := lost.get(socket.desktop, set()) & socket.topics():
                await socket.lose(topics)


_watches: WeakKeyDictionary[asyncio.AbstractEventLoop, Watch] = WeakKeyDictionary()


def live_watch() -> Watch:
    """The one of the running event loop."""
    return _watches.setdefault(asyncio.get_running_loop(), Watch())
