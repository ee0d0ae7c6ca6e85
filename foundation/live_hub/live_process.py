"""All of one live process: the hub, its subscription, and the sweep that finds what Redis lost."""

import asyncio
import logging
from collections.abc import Coroutine, Iterable
from typing import Any
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import Error

from foundation import health, live_queries
from foundation.live_hub.frames import frame_of, json_frame, number_of
from foundation.live_hub.hub import Hub, Key
from foundation.live_hub.peers import Peer
from foundation.live_hub.subscription import Subscription
from foundation.live_hub.threads import in_thread

logger = logging.getLogger(__name__)
SWEEP_SECONDS = 3.0


class LiveProcess:
    """Gives peers what their topics say. Nothing is lost for longer than a sweep while they are here."""

    def __init__(self) -> None:
        self.hub = Hub()
        self._subscription = Subscription(settings.REDIS_URL, self._on_message, self._on_subscribed)
        # The highest number of each topic that every follower here has been told of.
        self._told: dict[Key, int] = {}
        self._sweep_now = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Start listening and sweeping; calling it again changes nothing."""
        if not self._tasks:
            self.keep_running(self._subscription.run())
            self.keep_running(self._sweep_forever())

    def keep_running(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run something for as long as this process lives."""
        self._tasks.append(asyncio.get_running_loop().create_task(coroutine))

    async def stop(self) -> None:
        """End what `start` began."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    async def follow(self, peer: Peer, topics: Iterable[str]) -> dict[str, int]:
        """Follow topics, then read their heads: what was said before is in them, what comes later arrives.

        Raises django.db.Error when the database is away.
        """
        topics = list(topics)
        self.start()
        self.hub.join(peer, topics)
        await self._subscription.listen_to(peer.organization_id)
        heads = await in_thread(live_queries.read_heads, peer.organization_id, topics)
        for topic, head in heads.items():
            if self.hub.followers(peer.organization_id, topic) == 1:
                self._told.setdefault((peer.organization_id, topic), head)
        return heads

    def unfollow(self, peer: Peer, topics: Iterable[str]) -> None:
        """Follow these no more."""
        self.hub.leave(peer, topics)

    def part(self, peer: Peer) -> None:
        """The socket is closing: not one frame more."""
        peer.open = False
        self.hub.leave(peer, peer.topics)

    def _on_message(self, organization_id: int, topic: str, text: bytes) -> None:
        key = (organization_id, topic)
        number = number_of(text)
        if number is not None and self._told.get(key) == number - 1:
            self._told[key] = number
        self.hub.deliver(organization_id, topic, frame_of(text))

    def _on_subscribed(self, organization_id: int) -> None:
        for key in [key for key in self._told if key[0] == organization_id]:
            del self._told[key]
        self._sweep_now.set()

    async def _sweep_forever(self) -> None:
        while True:
            try:
                async with asyncio.timeout(SWEEP_SECONDS):
                    await self._sweep_now.wait()
            except TimeoutError:
                pass
            self._sweep_now.clear()
            try:
                await self._sweep()
            except Error:
                logger.exception("the database is away; the next sweep tries again")

    async def _sweep(self) -> None:
        """Tell followers of a head that they have not been told of."""
        held = self.hub.topics_by_organization()
        for organization_id, topics in held.items():
            heads = await in_thread(live_queries.read_heads, organization_id, topics)
            for topic, head in heads.items():
                key = (organization_id, topic)
                if head > self._told.get(key, 0):
                    self._told[key] = head
                    self.hub.deliver(organization_id, topic, json_frame({"t": topic, "head": head}))
        self._forget(held)
        await in_thread(health.beat, "live")

    def _forget(self, held: dict[int, list[str]]) -> None:
        kept = {(organization_id, topic) for organization_id, topics in held.items() for topic in topics}
        for key in [key for key in self._told if key not in kept]:
            del self._told[key]


_processes: WeakKeyDictionary[asyncio.AbstractEventLoop, LiveProcess] = WeakKeyDictionary()


def live_process() -> LiveProcess:
    """The one of the running event loop, made when first asked for."""
    loop = asyncio.get_running_loop()
    if loop not in _processes:
        _processes[loop] = LiveProcess()
    return _processes[loop]
