"""Conferences: look at them, announce into them, end them."""

from aiohttp import web

from simulator.conferences import Conference
from simulator.rest import shapes
from simulator.rest.errors import RestError, not_found
from simulator.rest.requests import account_of, answer, form, page, world_of


def the_conference(request: web.Request) -> Conference:
    """The conference a path names by sid or name; 404 when the account has none."""
    found = world_of(request).conferences.find(account_of(request), request.match_info["conference"])
    return found or not_found(request.path)


async def list_all(request: web.Request) -> web.Response:
    """The account's conferences, newest first, filtered by FriendlyName and Status."""
    query = request.query
    rows = [shapes.conference(room) for room in world_of(request).conferences.of(account_of(request))]
    for name, field in {"FriendlyName": "friendly_name", "Status": "status"}.items():
        if name in query:
            rows = [row for row in rows if row[field] == query[name]]
    return page(request, "conferences", rows[::-1])


async def fetch(request: web.Request) -> web.Response:
    """One conference."""
    return answer(shapes.conference(the_conference(request)))


async def update(request: web.Request) -> web.Response:
    """End a conference, or announce something to everybody in it."""
    room, data = the_conference(request), await form(request)
    if data.given("Status"):
        if data.text("Status") != "completed":
            raise RestError(400, 20001, "Status must be completed")
        room.end("conference-ended-via-api")
    elif data.text("AnnounceUrl"):
        _must_be_live(room)
        world = world_of(request)
        world.announce(room, room.joined, data.url("AnnounceUrl"), data.text("AnnounceMethod", "POST"))
    return answer(shapes.conference(room))


def _must_be_live(room: Conference) -> None:
    if room.status == "completed":
        raise RestError(400, 20001, "The conference has ended")
