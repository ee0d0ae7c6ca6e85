"""A desktop that keeps the browser's rule (static/js/live.js) and writes down every nudge it applied."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from dataclasses import dataclass, field

import aiohttp

_SILENCE_SECONDS = 8.0
_BEAT_SECONDS = 3.0
_GAP_PATIENCE_SECONDS = 0.12


@dataclass
class Topic:
    """What a desktop has of a topic."""

    name: str
    applied: list[int] = field(default_factory=list)
    last: int = 0
    head: int = 0
    early: set[int] = field(default_factory=set)
    fetching: bool = False


class Desktop:
    """One browser: a socket that is opened again whenever it is lost, and fetches what it missed."""

    def __init__(self, socket_url: str, since_url: str, cookie: str, topics: list[str]) -> None:
        self.socket_url, self.since_url = socket_url, since_url
        self.topics = {name: Topic(name) for name in topics}
        self.headers = {"Cookie": cookie}
        self.dropped = self.gap_fetches = self.reconnects = 0
        self._fetches: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Stay connected until cancelled."""
        async with aiohttp.ClientSession(headers=self.headers) as self._http:
            while True:
                with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
                    await self._listen()
                self.reconnects += 1
                await asyncio.sleep(random.uniform(0.3, 2.0))

    async def _listen(self) -> None:
        timeout = aiohttp.ClientWSTimeout(ws_close=1.0)
        async with asyncio.timeout(5):
            socket = await self._http.ws_connect(self.socket_url, timeout=timeout)
        try:
            last = {topic.name: topic.last for topic in self.topics.values()}
            await socket.send_str(json.dumps({"follow": list(last), "last": last}))
            beats = asyncio.create_task(self._beat(socket))
            try:
                while True:
                    message = await socket.receive(timeout=_SILENCE_SECONDS)
                    if message.type is not aiohttp.WSMsgType.TEXT:
                        return
                    self._take(json.loads(message.data))
            finally:
                beats.cancel()
        finally:
            await socket.close()

    async def _beat(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        while not socket.closed:
            await asyncio.sleep(_BEAT_SECONDS)
            await socket.send_str('{"heartbeat": {}}')

    def _take(self, message: dict) -> None:  # type: ignore[type-arg]
        topic = self.topics.get(message.get("t", ""))
        if topic is None:
            return
        if "head" in message:
            assert not message.get("reset"), "the server's numbers went back"
            self._missing(topic, message["head"], 0)
        elif message["n"] <= topic.last:
            self.dropped += 1
        elif message["n"] == topic.last + 1:
            self._apply(topic, message["n"])
        else:
            topic.early.add(message["n"])
            self._missing(topic, message["n"], _GAP_PATIENCE_SECONDS)

    def _apply(self, topic: Topic, number: int) -> None:
        while True:
            topic.applied.append(number)
            topic.last = number
            topic.early.discard(number)
            number += 1
            if number not in topic.early:
                return

    def _missing(self, topic: Topic, head: int, patience: float) -> None:
        topic.head = max(topic.head, head)
        if topic.head > topic.last and not topic.fetching:
            topic.fetching = True
            task = asyncio.get_running_loop().create_task(self._fetch(topic, patience))
            self._fetches.add(task)
            task.add_done_callback(self._fetches.discard)

    async def _fetch(self, topic: Topic, patience: float) -> None:
        await asyncio.sleep(patience)
        try:
            while topic.head > topic.last:
                try:
                    await self._fetch_page(topic)
                except (aiohttp.ClientError, OSError, TimeoutError):
                    await asyncio.sleep(random.uniform(0.5, 1.5))
        finally:
            topic.fetching = False

    async def _fetch_page(self, topic: Topic) -> None:
        self.gap_fetches += 1
        query = {"t": topic.name, "after": str(topic.last)}
        async with asyncio.timeout(10), self._http.get(self.since_url, params=query) as answer:
            answer.raise_for_status()
            found = await answer.json()
        topic.head = max(topic.head, found["head"])
        for entry in found["entries"]:
            if entry["n"] == topic.last + 1:
                self._apply(topic, entry["n"])
