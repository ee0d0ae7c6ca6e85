"""Queues and who waits in them."""

from aiohttp import web

from simulator.queues import DEFAULT_MAX_SIZE, Member, Queue
from simulator.rest import shapes
from simulator.rest.errors import RestError, not_found
from simulator.rest.requests import account_of, answer, form, page, world_of
from simulator.twiml.scope import Source

LARGEST = 5000
LONGEST_NAME = 64


def the_queue(request: web.Request) -> Queue:
    """The queue a path names; 404 when the account has none."""
    return world_of(request).queues.find(account_of(request), request.match_info["queue"]) or not_found(
        request.path
    )


def the_member(request: web.Request) -> Member:
    """A member by call sid, or the one in `Front`; 404 when it is out."""
    queue, key = the_queue(request), request.match_info["member"]
    if key == "Front":
        return queue.front() or not_found(request.path)
    return next((member for member in queue.members if member.call.sid == key), None) or not_found(
        request.path
    )


def _size(value: int) -> int:
    if not 1 <= value <= LARGEST:
        raise RestError(400, 22001, f"MaxSize must be between 1 and {LARGEST}")
    return value


async def create(request: web.Request) -> web.Response:
    """A new queue; 22003 when its name is taken."""
    queues, account, data = world_of(request).queues, account_of(request), await form(request)
    name = data.required("FriendlyName")
    if len(name) > LONGEST_NAME:
        raise RestError(400, 22002, f"FriendlyName is longer than {LONGEST_NAME} characters")
    if queues.named(account, name):
        raise RestError(400, 22003, f"Queue {name} exists already")
    queue = queues.create(account, name, _size(data.whole("MaxSize", DEFAULT_MAX_SIZE)))
    return answer(shapes.queue(queue), 201)


async def list_all(request: web.Request) -> web.Response:
    """The account's queues."""
    rows = [shapes.queue(queue) for queue in world_of(request).queues.of(account_of(request))]
    return page(request, "queues", rows)


async def fetch(request: web.Request) -> web.Response:
    """One queue."""
    return answer(shapes.queue(the_queue(request)))


async def update(request: web.Request) -> web.Response:
    """Rename a queue or change its size."""
    queue, data = the_queue(request), await form(request)
    queue.friendly_name = data.text("FriendlyName", queue.friendly_name)
    queue.max_size = _size(data.whole("MaxSize", queue.max_size))
    return answer(shapes.queue(queue))


async def delete(request: web.Request) -> web.Response:
    """Remove an empty queue."""
    queue = the_queue(request)
    if queue.members:
        raise RestError(400, 22004, "The queue is not empty")
    del world_of(request).queues.by_sid[queue.sid]
    return web.Response(status=204)


async def members(request: web.Request) -> web.Response:
    """Who waits, in order."""
    return page(request, "queue_members", [shapes.member(member) for member in the_queue(request).members])


async def member(request: web.Request) -> web.Response:
    """One who waits."""
    return answer(shapes.member(the_member(request)))


async def dequeue(request: web.Request) -> web.Response:
    """Send a member to another document, out of the queue."""
    waiting, data = the_member(request), await form(request)
    source = Source(data.required("Url") and data.url("Url"), data.text("Method", "POST").upper())
    body = shapes.member(waiting)
    world_of(request).redirect(waiting.call, source)
    return answer(body)
