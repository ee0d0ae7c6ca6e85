"""Addresses of the telephone page."""

from pathlib import Path

from aiohttp import web

from simulator.phone.pages import OWNERS, Owners, endpoint

STATIC = Path(__file__).parent / "static"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; media-src 'self' http: https:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".html": "text/html"}


def _file(name: str) -> web.FileResponse:
    path = STATIC / name
    headers = {
        "Cache-Control": "no-cache",
        "Content-Type": f"{TYPES[path.suffix]}; charset=utf-8",
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
    }
    return web.FileResponse(path, headers=headers)


async def page(request: web.Request) -> web.StreamResponse:
    """The telephone."""
    return _file("index.html")


async def bare(request: web.Request) -> web.StreamResponse:
    """/phone is /phone/, which the page's own addresses rely on."""
    raise web.HTTPMovedPermanently("/phone/")


async def asset(request: web.Request) -> web.StreamResponse:
    """A style, a script or a picture of the page; 404 for other names."""
    name = request.match_info["name"]
    if name not in {path.name for path in STATIC.iterdir()}:
        raise web.HTTPNotFound
    return _file(name)


def add_to(app: web.Application) -> None:
    """Put the telephone into the application."""
    app[OWNERS] = Owners()
    app.router.add_get("/phone", bare)
    app.router.add_get("/phone/", page)
    app.router.add_get("/phone/ws", endpoint)
    app.router.add_get("/phone/{name}", asset)
