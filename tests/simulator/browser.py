"""What device.js says and hears, without a page around it."""

import asyncio
from typing import Any

import aiohttp

from tests.simulator.stage import Stage


class BrowserPhone:
    """One browser; `key` is what it comes back as after a lost socket."""

    def __init__(self, stage: Stage, key: str) -> None:
        self.stage, self.key = stage, key

    def open(self, access_token: str) -> "BrowserPhone":
        """Connect and say who is there."""
        self.stage.run(self._open())
        self.send("hello", token=access_token, key=self.key)
        return self

    async def _open(self) -> None:
        self.session = aiohttp.ClientSession()
        self.socket = await self.session.ws_connect(self.stage.url + "/carrier/sdk/ws")

    def send(self, kind: str, **fields: Any) -> None:
        """Say something."""
        self.stage.run(self.socket.send_json({"type": kind} | fields))

    def hear(self, kind: str) -> dict[str, Any]:
        """The next message of that kind; others are passed over."""

        async def read() -> dict[str, Any]:
            while True:
                message = await asyncio.wait_for(self.socket.receive_json(), 10)
                if message["type"] == kind:
                    return message

        return self.stage.run(read())

    def drop(self) -> None:
        """Lose the socket."""

        async def close() -> None:
            await self.socket.close()
            await self.session.close()

        self.stage.run(close())
