"""Open phone pages: which calls are theirs, and what each is told."""

import asyncio
import contextlib
import json
from typing import Any

from aiohttp import WSMsgType, web

from simulator.calls import Call
from simulator.handsets import WITHHELD, UnknownNumber
from simulator.messages import LONGEST, Message
from simulator.rest.requests import world_of
from simulator.views import line
from simulator.world import World

HEARTBEAT_SECONDS = 20.0
# A page that is reloaded finds its calls again; one that is closed hangs up.
GRACE_SECONDS = 15.0
# Changes within this time reach the page together.
GATHER_SECONDS = 0.04
SETUP_POLL_SECONDS = 2.0
KEYS = frozenset("0123456789*#")
TEXTS_SHOWN = 200


def setup(world: World) -> dict[str, Any]:
    """What can be dialled, and by whom."""
    accounts = world.directory.accounts
    return {
        "type": "setup",
        "numbers": [
            {"number": owned.number, "name": owned.name, "company": account.name or account.sid}
            for account in accounts
            for owned in account.numbers
        ],
        "callers": [{"number": caller.number, "name": caller.name} for caller in world.directory.callers],
        "withheld": WITHHELD,
    }


class Owners:
    """Which page has which call; calls from elsewhere belong to nobody."""

    def __init__(self) -> None:
        self.by_call: dict[str, str] = {}
        self.open: dict[str, int] = {}

    def sees(self, page: str, call: Call) -> bool:
        """A page sees its own calls, and those that ring at an outside number and nobody has taken."""
        owner = self.by_call.get(call.sid)
        if owner is not None:
            return owner == page
        rings_outside = call.direction != "inbound" and not call.to.startswith("client:")
        return rings_outside and call.status == "ringing"


OWNERS: web.AppKey[Owners] = web.AppKey("owners", Owners)


class Page:
    """One socket of a phone page."""

    def __init__(self, world: World, owners: Owners, socket: web.WebSocketResponse) -> None:
        self.world, self.owners, self.socket = world, owners, socket
        self.key = ""
        self.shown: set[str] = set()
        self._dirty: set[str] = set()
        self._texts: dict[str, Message] = {}
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Serve the page until it is closed."""
        tasks = [asyncio.create_task(self._write()), asyncio.create_task(self._follow_setup())]
        self.world.watchers.add(self._changed)
        self.world.readers.add(self._written)
        try:
            async for message in self.socket:
                if message.type is WSMsgType.TEXT:
                    await self._read(message.data)
        finally:
            self.world.watchers.discard(self._changed)
            self.world.readers.discard(self._written)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._close()

    # Telling

    def _changed(self, call: Call) -> None:
        if call.sid in self.shown or (self.key and self.owners.sees(self.key, call)):
            self._dirty.add(call.sid)
            self._wake.set()

    def _written(self, message: Message) -> None:
        self._texts[message.sid] = message
        self._wake.set()

    async def _write(self) -> None:
        while True:
            await self._wake.wait()
            await asyncio.sleep(GATHER_SECONDS)
            self._wake.clear()
            dirty, self._dirty = self._dirty, set()
            texts, self._texts = self._texts, {}
            for sid in dirty:
                await self._show(sid)
            if texts:
                await self._show_texts(list(texts.values()))

    async def _show_texts(self, texts: list[Message]) -> None:
        """Every page sees every text: telephones on one desk."""
        with contextlib.suppress(ConnectionError):
            await self.socket.send_json({"type": "texts", "texts": [one.describe() for one in texts]})

    async def _show(self, sid: str) -> None:
        call = self.world.calls.get(sid)
        with contextlib.suppress(ConnectionError):
            if call and self.owners.sees(self.key, call):
                self.shown.add(sid)
                await self.socket.send_json({"type": "line", "line": line(call)})
            elif sid in self.shown:
                self.shown.discard(sid)
                await self.socket.send_json({"type": "gone", "sid": sid})

    async def _follow_setup(self) -> None:
        known: dict[str, Any] = {}
        while True:
            current = setup(self.world)
            if current != known:
                known = current
                with contextlib.suppress(ConnectionError):
                    await self.socket.send_json(current)
            await asyncio.sleep(SETUP_POLL_SECONDS)

    # Obeying

    async def _read(self, text: str) -> None:
        try:
            message = json.loads(text)
        except ValueError:
            return
        if not isinstance(message, dict):
            return
        kind = message.get("type")
        if kind == "hello":
            await self._hello(str(message.get("page", "")))
        elif kind == "dial":
            await self._dial(message)
        elif kind == "text":
            await self._text(message)
        else:
            self._about_a_call(str(kind), message)

    async def _hello(self, key: str) -> None:
        self.key = key
        self.owners.open[key] = self.owners.open.get(key, 0) + 1
        mine = [call for call in self.world.calls.values() if self.owners.sees(key, call)]
        # A page that was cut off learns which of its calls are no more.
        await self.socket.send_json({"type": "known", "sids": [call.sid for call in mine]})
        for call in mine:
            self._changed(call)
        await self._show_texts(list(self.world.messages.all)[-TEXTS_SHOWN:])

    async def _text(self, message: dict[str, Any]) -> None:
        from_, to, body = (str(message.get(field, "")).strip() for field in ("from", "to", "body"))
        if not from_ or not body:
            return
        try:
            self.world.messages.write(from_, to, body[:LONGEST])
        except UnknownNumber:
            await self.socket.send_json({"type": "refused", "text": f"Nobody has the number {to}."})

    async def _dial(self, message: dict[str, Any]) -> None:
        from_, to, name = (str(message.get(field, "")).strip() for field in ("from", "to", "name"))
        try:
            call = self.world.handsets.dial(from_, to, name)
        except UnknownNumber:
            await self.socket.send_json({"type": "refused", "text": f"Nobody has the number {to}."})
            return
        self.owners.by_call[call.sid] = self.key
        self._changed(call)
        await self.socket.send_json({"type": "dialled", "sid": call.sid})

    def _about_a_call(self, kind: str, message: dict[str, Any]) -> None:
        call = self.world.calls.get(str(message.get("sid", "")))
        if call is None or not self.owners.sees(self.key, call):
            return
        if kind == "answer":
            self.owners.by_call.setdefault(call.sid, self.key)
            call.pick_up()
        elif kind == "refuse":
            self.owners.by_call.setdefault(call.sid, self.key)
            call.refuse("busy")
        elif kind == "hangup":
            call.hang_up_by_caller()
        elif kind == "keys":
            pressed = "".join(key for key in str(message.get("keys", "")) if key in KEYS)
            if pressed and not call.over:
                call.press(pressed)
        elif kind == "say":
            text = str(message.get("text", "")).strip()[:500]
            if text and not call.over:
                call.speak(text)
        elif kind == "typing" and call.listener:
            call.listener.on_activity()

    # Closing

    def _close(self) -> None:
        if not self.key:
            return
        self.owners.open[self.key] -= 1
        self.world.spawn(self._grace())

    async def _grace(self) -> None:
        await asyncio.sleep(GRACE_SECONDS)
        if self.owners.open.get(self.key):
            return
        self.owners.open.pop(self.key, None)
        for sid in [sid for sid, page in self.owners.by_call.items() if page == self.key]:
            call = self.world.calls.get(sid)
            if call:
                call.hang_up_by_caller()
            del self.owners.by_call[sid]


async def endpoint(request: web.Request) -> web.StreamResponse:
    """GET /phone/ws"""
    socket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS)
    await socket.prepare(request)
    await Page(world_of(request), request.app[OWNERS], socket).run()
    return socket
