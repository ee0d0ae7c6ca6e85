"""`python -m script.benches.broadcast_baseline PORT`: what a broadcast costs with the websockets library.

One Redis subscription; each message goes to all sockets with `websockets.broadcast`.
"""

from __future__ import annotations

import os
import sys

import redis.asyncio
import uvloop
import websockets
from websockets.asyncio.server import ServerConnection, serve

CHANNEL = "bench:baseline"


async def main(port: int) -> None:
    sockets: set[ServerConnection] = set()

    async def stay(socket: ServerConnection) -> None:
        sockets.add(socket)
        try:
            await socket.wait_closed()
        finally:
            sockets.discard(socket)

    subscription = redis.asyncio.Redis.from_url(os.environ["REDIS_URL"]).pubsub(
        ignore_subscribe_messages=True
    )
    await subscription.subscribe(CHANNEL)
    async with serve(stay, "127.0.0.1", port, compression=None, backlog=4096):
        async for message in subscription.listen():
            websockets.broadcast(sockets, message["data"].decode())


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
