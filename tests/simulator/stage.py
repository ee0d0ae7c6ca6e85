"""A stage: the carrier and a tiny product of our own, on real sockets, in a thread beside the test."""

import asyncio
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from simulator.app import build_app
from simulator.client import SimulatorClient
from simulator.rest.requests import WORLD
from simulator.settings import Settings

ACCOUNT = "AC" + "a1" * 16
TOKEN = "the-auth-token"
KEY, SECRET = "SK" + "b2" * 16, "the-api-secret-of-thirty-two-letters"
APP = "AP" + "c3" * 16
COMPANY = "+442071234567"
CALLER = "+447700900123"

Reply = str | tuple[int, str] | Callable[[dict[str, str]], Any]


@dataclass
class Seen:
    """One request the product received."""

    path: str
    method: str
    params: dict[str, str]
    headers: dict[str, str]
    url: str


@dataclass
class Product:
    """Answers every path with the reply a test put there; others with an empty document."""

    url: str = ""
    replies: dict[str, Reply] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Note the request and answer it."""
        params = dict(request.query) | {key: str(value) for key, value in (await request.post()).items()}
        seen = Seen(request.path, request.method, params, dict(request.headers), str(request.url))
        self.seen.append(seen)
        reply = self.replies.get(request.path, "")
        if callable(reply):
            reply = reply(params)
        if asyncio.iscoroutine(reply):
            reply = await reply
        if isinstance(reply, web.StreamResponse):
            return reply
        status, body = reply if isinstance(reply, tuple) else (200, reply)
        return web.Response(status=status, body=f"<Response>{body}</Response>", content_type="text/xml")

    def at(self, path: str) -> list[Seen]:
        """Requests to one path."""
        return [seen for seen in self.seen if seen.path == path]


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def quick_settings() -> Settings:
    """A world in which nobody waits for speech and a minute takes about a second."""
    return Settings(speech_rate=0, time_scale=0.02, ring_buffer=0)


class Stage:
    """Carrier, product and the control client."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.product = Product()
        self.run(self._start())
        self.client = SimulatorClient(self.url)

    def run(self, coroutine: Any) -> Any:
        """Run in the stage's loop and wait."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(30)

    async def _start(self) -> None:
        self.product.url = f"http://127.0.0.1:{await self._serve(self._product_app())}"
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        app = build_app(settings=quick_settings(), base_url=self.url)
        await self._serve(app, port)
        self.world = app[WORLD]
        self.configure()

    def _product_app(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.product.handle)
        return app

    async def _serve(self, app: web.Application, port: int = 0) -> int:
        runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        self.runners = [*getattr(self, "runners", []), runner]
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        return int(runner.addresses[0][1])

    def configure(self, **number: str) -> None:
        """Set the company's number up, with changes."""
        base = self.product.url
        self.world.directory.load(
            {
                "accounts": [
                    {
                        "sid": ACCOUNT,
                        "auth_token": TOKEN,
                        "name": "Meridian",
                        "api_key_sid": KEY,
                        "api_key_secret": SECRET,
                        "applications": [{"sid": APP, "voice_url": f"{base}/browser"}],
                        "numbers": [
                            {
                                "number": COMPANY,
                                "name": "Main line",
                                "voice_url": f"{base}/voice",
                                "voice_fallback_url": f"{base}/fallback",
                                "status_callback": f"{base}/status",
                            }
                            | number
                        ],
                    },
                    {"sid": "AC" + "f" * 32, "auth_token": "other", "numbers": []},
                ],
                "callers": [{"number": CALLER, "name": "Ann Reader"}],
            }
        )

    def close(self) -> None:
        """Stop everything."""

        async def stop() -> None:
            for runner in reversed(self.runners):
                await runner.cleanup()

        self.run(stop())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()

    def dial(self, **reply: Any) -> Any:
        """Ann dials; keyword arguments are replies by path name (`voice=...`)."""
        self.answers(**reply)
        return self.client.call(from_=CALLER, to=COMPANY)

    def answers(self, **replies: Any) -> None:
        """What the product says at each path."""
        self.product.replies |= {f"/{name}": reply for name, reply in replies.items()}
