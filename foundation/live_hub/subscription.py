"""One Redis subscription for the whole process, a channel per organisation, mended when it breaks."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

import redis.asyncio
from redis import RedisError

from foundation import live

logger = logging.getLogger(__name__)
_PING_SECONDS = 2.0
_SILENCE_SECONDS = 7.0
_RETRY_SECONDS = 0.3

OnMessage = Callable[[int, str, bytes], None]
OnSubscribed = Callable[[int], None]


class Subscription:
    """Passes on (organisation, topic, text); tells when an organisation's channel is (again) listened to,
    because whatever was said before that moment may have been missed."""

    def __init__(self, url: str, on_message: OnMessage, on_subscribed: OnSubscribed) -> None:
        self._url = url
        self._on_message = on_message
        self._on_subscribed = on_subscribed
        self._wanted: set[int] = set()
        self._pubsub: redis.asyncio.client.PubSub | None = None
        self._someone_wants = asyncio.Event()

    async def listen_to(self, organization_id: int) -> None:
        """Listen to one more organisation; when Redis is away, as soon as it is back."""
        if organization_id in self._wanted:
            return
        self._wanted.add(organization_id)
        self._someone_wants.set()
        if self._pubsub is not None:
            with suppress(RedisError, OSError):  # `run` notices too, and subscribes to all again
                await self._pubsub.subscribe(live.channel(organization_id))

    async def run(self) -> None:
        """Listen until cancelled."""
        await self._someone_wants.wait()
        while True:
            client = redis.asyncio.Redis.from_url(self._url, socket_connect_timeout=2, socket_timeout=5)
            try:
                await self._listen(client)
            except (RedisError, OSError) as error:
                logger.warning("Redis is away, sweeping meanwhile", extra={"error": str(error)})
            finally:
                self._pubsub = None
                with suppress(RedisError, OSError):
                    await client.aclose(close_connection_pool=True)
            await asyncio.sleep(_RETRY_SECONDS)

    async def _listen(self, client: redis.asyncio.Redis) -> None:
        clock = asyncio.get_running_loop().time
        async with client.pubsub() as pubsub:
            asked = set(self._wanted)
            await pubsub.subscribe(*map(live.channel, asked))
            self._pubsub = pubsub
            if late := self._wanted - asked:
                await pubsub.subscribe(*map(live.channel, late))
            heard = pinged = clock()
            while True:
                message = await pubsub.get_message(timeout=_PING_SECONDS)
                now = clock()
                if message is not None:
                    heard = now
                    self._take(message)
                elif now - heard > _SILENCE_SECONDS:
                    raise ConnectionError("Redis says nothing any more.")
                if now - pinged > _PING_SECONDS:
                    pinged = now
                    await pubsub.ping()

    def _take(self, message: dict[str, object]) -> None:
        kind, channel, data = message["type"], message["channel"], message["data"]
        if kind not in {"message", "subscribe"} or not isinstance(channel, bytes):
            return
        organization_id = int(channel.rpartition(b":")[2])
        if kind == "subscribe":
            self._on_subscribed(organization_id)
        elif isinstance(data, bytes):
            topic, _, text = data.partition(b"\n")
            self._on_message(organization_id, topic.decode(), text)
