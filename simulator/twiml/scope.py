"""What a verb works with: the leg, the document it stands in, and the ways to leave that document."""

import asyncio
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urljoin

from simulator.calls import Call
from simulator.webhooks import Answer, Outgoing

if TYPE_CHECKING:
    from simulator.world import World


class HangUp(Exception):
    """The document asks for the end of the call."""


class LeaveQueue(Exception):
    """A wait document asks to leave the queue."""


@dataclass(frozen=True)
class Source:
    """Where the next document comes from: an address with extra parameters, or TwiML given outright."""

    url: str = ""
    method: str = "POST"
    params: Mapping[str, str] | None = None
    twiml: str = ""


class GoTo(Exception):
    """The call continues with another document."""

    def __init__(self, source: Source) -> None:
        super().__init__(source.url)
        self.source = source


def no_params() -> dict[str, str]:
    """The usual absence of extra parameters."""
    return {}


@dataclass
class Scope:
    """One document being carried out on one leg."""

    world: "World"
    call: Call
    source: Source
    # Added to every request this document leads to, e.g. the position in the queue.
    standing: Callable[[], dict[str, str]] = no_params
    in_queue: bool = False

    def address(self, target: str | None) -> str:
        """An attribute's address, relative to the document; the document's own when there is none."""
        return urljoin(self.source.url, target) if target else self.source.url

    def goto(
        self, target: str | None, method: str | None, params: Mapping[str, str] | None = None
    ) -> NoReturn:
        """Continue with the answer of an action address."""
        raise GoTo(Source(self.address(target), (method or "POST").upper(), params or {}))

    def finish(self, element: ET.Element, params: Mapping[str, str]) -> None:
        """Continue with the element's action, or with the next verb when it has none."""
        if element.get("action"):
            self.goto(element.get("action"), element.get("method"), params)

    def inform(self, element: ET.Element, params: Mapping[str, str], stream: str = "action") -> None:
        """Post to the element's action although its answer can no longer matter."""
        if element.get("action"):
            url, method = self.address(element.get("action")), (element.get("method") or "POST").upper()
            self.world.webhooks.notify(
                Outgoing(
                    self.call.account,
                    url,
                    self.call.params() | dict(params),
                    "voice",
                    method,
                    "action",
                    self.call.cookies,
                ),
                stream=f"{stream}:{self.call.sid}",
            )

    async def fetch(self, source: Source, event: str = "") -> Answer:
        """Ask the customer for a document; WebhookFailed when there is none."""
        params = self.call.params() | self.standing() | dict(source.params or {})
        request = Outgoing(
            self.call.account, source.url, params, "voice", source.method, event, self.call.cookies
        )
        return await self.world.webhooks.fetch(request)

    async def wait(self, seconds: float) -> None:
        """Let simulated seconds pass."""
        await asyncio.sleep(self.world.settings.seconds(seconds))

    def warn(self, code: int, text: str) -> None:
        """Leave an alert where Twilio's debugger would show one."""
        self.world.alert(self.call, code, self.source.url, text)
