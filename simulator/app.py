"""The carrier as one web application: REST, control, browsers and the telephone page."""

from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from simulator import control
from simulator.accounts import Directory
from simulator.phone import routes as phone
from simulator.rest import routes as rest
from simulator.rest.requests import WORLD
from simulator.sdk import socket as sdk
from simulator.settings import Settings
from simulator.world import World

SHUTDOWN_SECONDS = 1.0
GUARDED = ("/carrier/control/", "/phone/ws")


@web.middleware
async def same_origin(request: web.Request, handler: rest.Handler) -> web.StreamResponse:
    """Keep other web pages in the reader's browser from dialling or listening."""
    origin = request.headers.get("Origin", "")
    if origin and request.path.startswith(GUARDED) and urlsplit(origin).netloc != request.host:
        raise web.HTTPForbidden(text="another origin")
    return await handler(request)


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
    app = web.Application(middlewares=[same_origin, rest.guard])
    app.router.add_get("/carrier/healthz", healthz)
    app.router.add_routes(control.routes())
    phone.add_to(app)
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
