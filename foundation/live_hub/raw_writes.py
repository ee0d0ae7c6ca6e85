"""The server's transport under an ASGI socket, when writing to it past the server is known to be safe.

This relies on an inside of uvicorn: `send` is a method of the protocol that holds the transport, and the
handshake's answer is written before `accept` returns. `works()` plays one handshake in memory to see
whether that still holds; otherwise sockets go through `send` (docs/decisions/0005).
"""

import asyncio
import logging
from functools import cache
from typing import Any

logger = logging.getLogger(__name__)
_KEY = "bothhands.transport"
_HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: check\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


class _Paper(asyncio.Transport):
    """A transport that only remembers."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Remember."""
        self.written += bytes(data)

    def is_closing(self) -> bool:
        """Never."""
        return False

    def close(self) -> None:
        """Nothing to close."""

    def pause_reading(self) -> None:
        """Nothing to pause."""


def remember_transport(scope: dict[str, Any], send: Any) -> None:
    """Put the transport into the scope; call it in the outermost wrapper, where `send` is the server's."""
    protocol = getattr(send, "__self__", None)
    if protocol is not None and type(protocol).__name__ == "WebSocketsSansIOProtocol":
        scope[_KEY] = protocol.transport


def forget_handshake(send: Any, scope: dict[str, Any]) -> None:
    """Let go of what only the handshake needed: some kilobytes for each of thousands of sockets."""
    protocol = getattr(send, "__self__", None)
    if scope.get(_KEY) is not None and protocol is not None:
        protocol.scope.clear()
        protocol.request = protocol.response = None
    scope.clear()


def transport_in(scope: dict[str, Any]) -> asyncio.Transport | None:
    """The transport to write frames to, or None when they must go through `send`."""
    transport = scope.get(_KEY)
    return transport if transport is not None and works() else None


@cache
def works() -> bool:
    """Whether this uvicorn lets us write frames ourselves; says so in the log when not."""
    try:
        safe = _try_out()
    except Exception:  # noqa: BLE001 - any change inside uvicorn means "no", never a crash
        safe = False
    if not safe:
        logger.warning("frames go through the server's send: its inside is not the one we know")
    return safe


def _try_out() -> bool:
    from uvicorn.config import Config
    from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
    from uvicorn.server import ServerState

    seen: dict[str, Any] = {}

    async def accepting(scope: Any, receive: Any, send: Any) -> None:
        remember_transport(seen, send)
        await receive()
        await send({"type": "websocket.accept"})
        seen["at_accept"] = paper.written

    paper, loop = _Paper(), _TaskRunner()
    config = Config(accepting, log_config=None, lifespan="off", ws_ping_interval=None, access_log=False)
    config.load()
    protocol = WebSocketsSansIOProtocol(config, ServerState(), {}, _loop=loop)  # type: ignore[arg-type]
    protocol.logger = logging.getLogger("bothhands.quiet")
    protocol.connection_made(paper)
    protocol.data_received(_HANDSHAKE)
    return seen.get(_KEY) is paper and seen["at_accept"].startswith(b"HTTP/1.1 101 ")


class _TaskRunner:
    """Just enough of an event loop for one handshake: runs a task to its end at once."""

    def create_task(self, coroutine: Any) -> "_TaskRunner":
        """Run it; it never has to wait for anything."""
        try:
            coroutine.send(None)
        except StopIteration:
            return self
        raise RuntimeError("The handshake waited.")

    def add_done_callback(self, callback: Any) -> None:
        """The task is done already."""
