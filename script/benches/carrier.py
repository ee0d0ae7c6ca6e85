"""The carrier as a load: signed webhooks over kept-alive connections, cheaply made."""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator  # noqa: TID251 - the bench plays the carrier

ACCOUNT, TOKEN, NUMBER = "AC" + "0" * 32, secrets.token_hex(16), "+442079460000"
_ACTION = re.compile(rb'action="([^"]*/voice/step/[^"]*)"')


def caller(number: int) -> str:
    """The number of the n-th customer."""
    return f"+4420795{number:05d}"


def call_sid(number: int, run: str) -> str:
    """The n-th call's SID."""
    return f"CA{run}{number:024x}"


@dataclass(frozen=True)
class Request:
    """One signed POST, ready to be written to a socket."""

    raw: bytes


class Carrier:
    """Makes requests as the carrier signs them, for a product that calls itself `base_url`."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._validator = RequestValidator(TOKEN)

    def post(self, path: str, params: dict[str, str]) -> Request:
        """A webhook."""
        given = {"AccountSid": ACCOUNT, "ApiVersion": "2010-04-01", **params}
        body = urlencode(given)
        signature = self._validator.compute_signature(self.base_url + path, given)
        host = self.base_url.removeprefix("http://")
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"X-Twilio-Signature: {signature}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return Request((head + body).encode())

    def voice(self, sid: str, of: str) -> Request:
        """A call arrives."""
        return self.post("/twilio/voice/", _call(sid, of) | {"CallStatus": "ringing"})

    def zero(self, sid: str, of: str, document: bytes) -> Request:
        """The caller presses 0, which leads to a person; `document` is the TwiML that asked."""
        found = _ACTION.search(document)
        assert found, document
        path = unescape(found.group(1).decode()).removeprefix(self.base_url)
        return self.post(path, _call(sid, of) | {"CallStatus": "in-progress", "Digits": "0"})

    def status(self, sid: str, of: str, sequence: int) -> Request:
        """A status callback."""
        return self.post(
            "/twilio/status/", _call(sid, of) | {"CallStatus": "in-progress", "SequenceNumber": str(sequence)}
        )


def _call(sid: str, of: str) -> dict[str, str]:
    return {"CallSid": sid, "From": of, "To": NUMBER, "Caller": of, "Called": NUMBER, "Direction": "inbound"}


class Line:
    """One kept-alive connection to the web process."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter

    async def ask(self, request: Request) -> tuple[int, bytes]:
        """Status and body."""
        if self._reader is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._writer.write(request.raw)
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        body = await self._reader.readexactly(int(length.group(1))) if length else b""
        if re.search(rb"(?i)connection: *close", head):
            self.hang_up()
        return int(head[9:12]), body

    def hang_up(self) -> None:
        """Close the connection; the next request opens another."""
        if self._reader is not None:
            self._writer.close()
            self._reader = None


async def flood(port: int, requests: Iterable[Request], *, lines: int = 8) -> float:
    """Send all over so many lines at once; requests a second. Raises AssertionError on an error status."""
    left = list(requests)
    count, began = len(left), time.perf_counter()

    async def work() -> None:
        line = Line(port)
        while left:
            status, body = await line.ask(left.pop())
            assert status < 300, (status, body[:300])
        line.hang_up()

    await asyncio.gather(*(work() for _ in range(lines)))
    return count / (time.perf_counter() - began)
