"""One open socket, as the hub sees it. A reader that is too slow is cut off, so that it delays nobody.

`RawPeer` writes encoded frames to the server's transport; `StepPeer` goes through ASGI's `send` and works
with any server. Which one is used is decided by `raw_writes`, after trying it out.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import Any

from foundation.live_hub import raw_writes
from foundation.live_hub.frames import Frame

SLOW_READER_BYTES = 256 * 1024
_CLOSE_SECONDS = 5.0

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Peer(ABC):
    """A socket of one organisation and the topics it follows. Not `open` any more: nothing is written."""

    __slots__ = ("open", "organization_id", "topics")

    def __init__(self, organization_id: int) -> None:
        self.organization_id = organization_id
        self.topics: set[str] = set()
        self.open = True

    @abstractmethod
    def write(self, frame: Frame) -> None:
        """Pass a frame on without waiting; cuts the socket off when its reader is too slow."""


class RawPeer(Peer):
    """Writes to the transport itself: one call for each socket, no task, no encoding."""

    __slots__ = ("_transport",)

    def __init__(self, organization_id: int, transport: asyncio.Transport) -> None:
        super().__init__(organization_id)
        self._transport = transport

    def write(self, frame: Frame) -> None:
        """Write, or abort when more than SLOW_READER_BYTES wait to be read."""
        transport = self._transport
        if not self.open or transport.is_closing():
            return
        if transport.get_write_buffer_size() > SLOW_READER_BYTES:
            self.open = False
            transport.abort()
        else:
            transport.write(frame.wire)


class StepPeer(Peer):
    """Runs `send` by hand as far as it goes without waiting, which spares a task for each socket."""

    __slots__ = ("_closing", "_send")

    def __init__(self, organization_id: int, send: Send) -> None:
        super().__init__(organization_id)
        self._send = send
        self._closing: asyncio.Task[None] | None = None

    def write(self, frame: Frame) -> None:
        """Send; a `send` that would have to wait belongs to a reader that does not read."""
        if not self.open:
            return
        step = self._send({"type": "websocket.send", "text": frame.text.decode()}).__await__()
        try:
            next(step)
        except StopIteration:
            return
        except (OSError, RuntimeError):  # the socket is gone; its consumer will be told
            self.open = False
            return
        step.close()
        self.open = False
        self._closing = asyncio.ensure_future(self._close())

    async def _close(self) -> None:
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._send({"type": "websocket.close", "code": 1013})
        except (OSError, RuntimeError, TimeoutError):
            return


def peer_for(organization_id: int, scope: dict[str, Any], send: Send) -> Peer:
    """The fastest peer that this server allows."""
    transport = raw_writes.transport_in(scope)
    if transport is not None:
        return RawPeer(organization_id, transport)
    return StepPeer(organization_id, send)
