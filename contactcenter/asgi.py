"""Websockets only; plain HTTP is served by WSGI (docs/decisions/0004)."""

import os
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
django.setup()

from channels.routing import URLRouter  # noqa: E402

from desk.live_urls import websocket_urlpatterns  # noqa: E402
from foundation.live_hub import live_process, raw_writes  # noqa: E402
from foundation.standing import spare_what_stands  # noqa: E402

_sockets = URLRouter(websocket_urlpatterns)
spare_what_stands()


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """The live process: sockets, and the start and end of the process itself."""
    if scope["type"] == "websocket":
        await _serve_socket(scope, receive, send)
    elif scope["type"] == "lifespan":
        await _live(receive, send)
    else:
        await _not_here(send)


async def _serve_socket(scope: dict[str, Any], receive: Any, send: Any) -> None:
    raw_writes.remember_transport(scope, send)
    try:
        await _sockets(scope, receive, send)
    except ValueError as error:  # how URLRouter says that no route fits
        if "No route found" not in str(error):
            raise
        await send({"type": "websocket.close"})


async def _live(receive: Any, send: Any) -> None:
    await receive()
    raw_writes.works()
    live_process().start()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await live_process().stop()
    await send({"type": "lifespan.shutdown.complete"})


async def _not_here(send: Any) -> None:
    body = b"Only websockets are served here; pages are served by the web processes.\n"
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": body})
