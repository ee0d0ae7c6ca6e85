"""Websocket clients that cost next to nothing: a Python client library would cost as much as the server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import cast

OnFrame = Callable[["Client", bytes], None]
_HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n{cookie}\r\n"
)


def masked(opcode: int, payload: bytes) -> bytes:
    """A client's frame; the mask of zeros leaves the payload as it is."""
    size = len(payload)
    length = bytes((0x80 | size,)) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
    return bytes((0x80 | opcode,)) + length + b"\0\0\0\0" + payload


class Client(asyncio.Protocol):
    """One socket. `on_frame` gets each text frame's payload; pings are answered."""

    __slots__ = ("_buffer", "_first", "_on_frame", "_open", "_request", "closed", "opened", "transport")

    def __init__(self, request: bytes, first: bytes, on_frame: OnFrame, opened: asyncio.Future[None]) -> None:
        self._request, self._first, self._on_frame = request, first, on_frame
        self._buffer, self._open, self.closed = b"", False, False
        self.opened = opened
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(self._request)

    def connection_lost(self, error: Exception | None) -> None:
        self.closed = True
        if not self.opened.done():
            self.opened.set_exception(ConnectionError("refused"))

    def data_received(self, data: bytes) -> None:
        if self._buffer:
            data = self._buffer + data
            self._buffer = b""
        if not self._open:
            head, found, data = data.partition(b"\r\n\r\n")
            if not found:
                self._buffer = head
                return
            self._shake_hands(head)
        while data:
            data = self._take_frame(data)

    def _shake_hands(self, head: bytes) -> None:
        if b" 101 " not in head[:20]:
            self.opened.set_exception(ConnectionError(head[:60].decode("latin-1")))
            self.transport.close()
            return
        self._open = True
        if self._first:
            self.transport.write(masked(1, self._first))
        else:
            self.opened.set_result(None)

    def _take_frame(self, data: bytes) -> bytes:
        """Handle one whole frame and return the rest; keep a part of one for later."""
        start = 2
        size = data[1] if len(data) > 1 else 1 << 62
        if size == 126:
            start, size = 4, int.from_bytes(data[2:4], "big")
        elif size == 127:
            start, size = 10, int.from_bytes(data[2:10], "big")
        if len(data) < start + size:
            self._buffer = data
            return b""
        payload = data[start : start + size]
        if data[0] == 0x81:
            self._on_frame(self, payload)
        elif data[0] == 0x89:
            self.transport.write(masked(10, payload))
        return data[start + size :]


async def connect(
    port: int,
    cookies: Sequence[str],
    *,
    on_frame: OnFrame,
    path: str = "/live/",
    topic: str | Sequence[str] = "",
    at_once: int = 50,
) -> list[Client]:
    """Open a socket for each cookie, `at_once` at a time; with a topic, until each follows it."""
    loop = asyncio.get_running_loop()
    gate = asyncio.Semaphore(at_once)
    topics = [topic] * len(cookies) if isinstance(topic, str) else topic

    def until_followed(client: Client, payload: bytes) -> None:
        if not client.opened.done() and b'"head"' in payload:
            client.opened.set_result(None)
        else:
            on_frame(client, payload)

    async def one(cookie: str, topic: str) -> Client:
        first = json.dumps({"follow": [topic]}).encode() if topic else b""
        request = _HANDSHAKE.format(path=path, cookie=f"Cookie: {cookie}\r\n" if cookie else "").encode()
        async with gate:
            opened: asyncio.Future[None] = loop.create_future()
            _, client = await loop.create_connection(
                lambda: Client(request, first, until_followed, opened), "127.0.0.1", port
            )
            await asyncio.wait_for(opened, 60)
            return client

    return list(await asyncio.gather(*map(one, cookies, topics)))


class Crowd:
    """Counts how many sockets have got the message that is on its way."""

    def __init__(self) -> None:
        self._missing = 0
        self._marker = b""
        self._done: asyncio.Future[None] | None = None

    def expect(self, marker: bytes, count: int) -> asyncio.Future[None]:
        """Done once `count` frames with the marker have come."""
        self._marker, self._missing = marker, count
        self._done = asyncio.get_running_loop().create_future()
        return self._done

    def heard(self, client: Client, payload: bytes) -> None:
        """One socket got a frame."""
        if self._marker in payload:
            self._missing -= 1
            if self._missing == 0 and self._done is not None and not self._done.done():
                self._done.set_result(None)
