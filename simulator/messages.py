"""Text messages: written on a telephone and posted to the company, or sent by the company to a telephone."""

import re
import xml.etree.ElementTree as ET
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from simulator.accounts import Account, Number
from simulator.clock import now
from simulator.handsets import UnknownNumber
from simulator.sids import new_sid
from simulator.webhooks import Outgoing

if TYPE_CHECKING:
    from simulator.world import World

LONGEST = 1_600
SEGMENT = 153
KEEP = 2_000
# What the carrier itself understands on a long number, whatever the company makes of it.
STOP_WORDS = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
START_WORDS = frozenset({"start", "unstop", "yes"})
STOPPED = (
    "You have successfully been unsubscribed. You will not receive any more messages from this number. "
    "Reply START to resubscribe."
)
STARTED = "You have successfully been re-subscribed to messages from this number. Reply STOP to unsubscribe."


class Unsubscribed(Exception):
    """The receiver has said stop to this number; the carrier sends nothing more."""


@dataclass
class Message:
    """One text. `direction` is inbound (to the company), outbound-api or outbound-reply."""

    account: Account
    from_: str
    to: str
    body: str
    direction: str
    status: str
    callback: str = ""
    problem: str = ""
    sid: str = field(default_factory=lambda: new_sid("SM"))
    created_at: datetime = field(default_factory=now)

    @property
    def segments(self) -> int:
        """How many pieces it is billed as."""
        return max(1, -(-len(self.body) // SEGMENT))

    def describe(self) -> dict[str, Any]:
        """As the telephone page and the control interface see it."""
        return {
            "sid": self.sid,
            "account": self.account.sid,
            "company": self.account.name,
            "from": self.from_,
            "to": self.to,
            "body": self.body,
            "direction": self.direction,
            "status": self.status,
            "problem": self.problem,
            "created_at": self.created_at.isoformat(),
        }


class Messages:
    """All texts, the newest last, and who has said stop to which number."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.all: deque[Message] = deque(maxlen=KEEP)
        self.stopped: set[tuple[str, str]] = set()

    def find(self, account: Account, sid: str) -> Message | None:
        """A message by sid, within the account."""
        return next((one for one in self.all if one.sid == sid and one.account.sid == account.sid), None)

    def write(self, from_: str, to: str, body: str) -> Message:
        """Somebody writes to a company's number; UnknownNumber when no account has it."""
        owner = self.world.directory.owner_of(to)
        if owner is None:
            raise UnknownNumber(to)
        account, number = owner
        message = Message(account, from_, to, body[:LONGEST], "inbound", "received")
        self._keep(message)
        if not number.sms_url:
            message.problem = "This number takes no texts."
            self.world.alert(None, 11100, "", f"{number.number} has no message address")
            self._changed(message)
            return message
        self.world.webhooks.aside(self._post(message, number))
        return message

    def send(self, account: Account, from_: str, to: str, body: str, *, callback: str = "") -> Message:
        """The company writes to a telephone. Unsubscribed."""
        if (to, from_) in self.stopped:
            raise Unsubscribed(to)
        message = Message(account, from_, to, body[:LONGEST], "outbound-api", "queued", callback)
        self._keep(message)
        self.world.webhooks.aside(self._deliver(message))
        return message

    async def _post(self, message: Message, number: Number) -> None:
        outgoing = Outgoing(
            message.account, number.sms_url, _params(message), "message", number.sms_method, event="received"
        )
        answer = await self.world.webhooks.ask(outgoing)
        if answer is None or answer.status >= 400:
            message.problem = "The company's system did not take it."
            self.world.alert(None, 11200, number.sms_url, message.problem)
            self._changed(message)
        self._heed(message)
        if answer is not None and answer.status == 200:
            for text in _replies(answer.body):
                self._reply(message, text)

    def _heed(self, message: Message) -> None:
        """The carrier keeps to STOP and START by itself and confirms them."""
        word = re.sub(r"[^a-z]", "", message.body.lower())
        pair = (message.from_, message.to)
        if message.from_.startswith("whatsapp:"):
            return
        if word in STOP_WORDS and pair not in self.stopped:
            self._reply(message, STOPPED)
            self.stopped.add(pair)
        elif word in START_WORDS and pair in self.stopped:
            self.stopped.discard(pair)
            self._reply(message, STARTED)

    def _reply(self, message: Message, text: str) -> None:
        if (message.from_, message.to) in self.stopped:
            self.world.alert(None, 21610, "", f"{message.from_} has said stop to {message.to}")
            return
        reply = Message(
            message.account, message.to, message.from_, text[:LONGEST], "outbound-reply", "delivered"
        )
        self._keep(reply)

    async def _deliver(self, message: Message) -> None:
        for status in ("sent", "delivered"):
            message.status = status
            self._changed(message)
            if message.callback:
                params = _params(message) | {"MessageStatus": status, "SmsStatus": status}
                await self.world.webhooks.ask(
                    Outgoing(message.account, message.callback, params, "message", event=status)
                )

    def _keep(self, message: Message) -> None:
        self.all.append(message)
        self._changed(message)

    def _changed(self, message: Message) -> None:
        for watcher in list(self.world.readers):
            watcher(message)


def _params(message: Message) -> dict[str, str]:
    return {
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "SmsMessageSid": message.sid,
        "AccountSid": message.account.sid,
        "From": message.from_,
        "To": message.to,
        "Body": message.body,
        "NumMedia": "0",
        "NumSegments": str(message.segments),
        "SmsStatus": message.status,
        "ApiVersion": "2010-04-01",
    }


def _replies(body: bytes) -> list[str]:
    """The texts of a messaging document; nothing when there is no document."""
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        return []
    try:
        root = ET.fromstring(body.strip()) if body.strip() else None  # noqa: S314 - entities are refused above
    except ET.ParseError:
        return []
    if root is None or root.tag != "Response":
        return []
    found = []
    for element in root.findall("Message"):
        body_element = element.find("Body")
        found.append("".join((element if body_element is None else body_element).itertext()))
    return [text.strip() for text in found if text.strip()]
