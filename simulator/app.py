"""The carrier as one web application: REST, control, browsers and the telephone page."""

from pathlib import Path

from aiohttp import web

from simulator import control
from simulator.accounts import Directory
from simulator.rest import routes as rest
from simulator.rest.requests import WORLD
from simulator.sdk import socket as sdk
from simulator.settings import Settings
from simulator.world import World

SHUTDOWN_SECONDS = 1.0


async def healthz(request: web.Request) -> web.Response:
    """200 once the carrier answers; says how many accounts it has read."""
    world = request.app[WORLD]
    return web.json_response({"status": "ok", "accounts": len(world.directory.accounts)})


def build_app(
    config: Path | None = None,
    *,
    prefix_url: str = "",
    settings: Settings | None = None,
    base_url: str = "http://127.0.0.1",
) -> web.Application:
    """The application; `base_url` is how customers reach it, for the addresses of recordings."""
    app = web.Application(middlewares=[rest.guard])
    app.router.add_get("/carrier/healthz", healthz)
    app.router.add_routes(control.routes())
    app.router.add_routes(sdk.routes())
    app.router.add_routes(rest.routes())

    async def life(running: web.Application):  # type: ignore[no-untyped-def] # an async generator context
        world = World(Directory(config, prefix_url), settings)
        world.base_url = base_url.rstrip("/")
        running[WORLD] = world
        yield
        await world.close()

    app.cleanup_ctx.append(life)
    return app
