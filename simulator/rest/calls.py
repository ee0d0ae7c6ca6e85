"""Calls: start, look at, redirect and end them."""

from aiohttp import web

from simulator.accounts import Account
from simulator.calls import Call
from simulator.recordings import Recording
from simulator.rest import shapes
from simulator.rest.errors import RestError, not_found
from simulator.rest.requests import (
    Form,
    account_of,
    answer,
    check_destination,
    check_origin,
    form,
    page,
    world_of,
)
from simulator.twiml import runner
from simulator.twiml.scope import Source
from simulator.world import World

TWIML_LIMIT = 4000
DEFAULT_TIMEOUT = 60


def the_call(request: web.Request) -> Call:
    """The call a path names; 404 when the account has none."""
    return world_of(request).find_call(account_of(request), request.match_info["call"]) or not_found(
        request.path
    )


async def create(request: web.Request) -> web.Response:
    """Dial out: the far end rings, then the document runs."""
    world, account, data = world_of(request), account_of(request), await form(request)
    to, from_ = data.required("To"), data.required("From")
    check_destination(to)
    check_origin(account, from_, to)
    source = _source(account, data)
    leg = Call(
        world,
        account,
        world.line_for(to),
        from_=from_,
        to=to,
        direction="outbound-api",
        callback=data.callback("StatusCallback", "completed"),
        fallback=(data.url("FallbackUrl"), data.text("FallbackMethod", "POST")),
    )
    timeout, detects = data.whole("Timeout", DEFAULT_TIMEOUT), _detection(data)
    leg.run(lambda: _dial_out(world, leg, source, timeout, recording_of(leg, data), detects))
    return answer(shapes.call(leg), 201)


def _detection(data: Form) -> str:
    detects = data.text("MachineDetection")
    if detects not in {"", "Enable", "DetectMessageEnd"}:
        raise RestError(400, 21218, "MachineDetection must be Enable or DetectMessageEnd")
    return detects


def _answered_by(leg: Call, detects: str) -> str:
    """Who answered, as the request for the document says it."""
    if not leg.answered_by_machine:
        return "human"
    return "machine_end_beep" if detects == "DetectMessageEnd" else "machine_start"


def _source(account: Account, data: Form) -> Source:
    if data.text("Url"):
        return Source(data.url("Url"), data.text("Method", "POST").upper())
    if data.text("Twiml"):
        return Source(twiml=_twiml(data))
    application = account.application(data.text("ApplicationSid"))
    if application:
        return Source(application.voice_url, application.voice_method)
    raise RestError(400, 21205, "One of Url, Twiml or ApplicationSid is required")


def _twiml(data: Form) -> str:
    if len(data.text("Twiml")) > TWIML_LIMIT:
        raise RestError(400, 21605, f"Twiml exceeds {TWIML_LIMIT} characters")
    return data.text("Twiml")


def recording_of(leg: Call, data: Form) -> Recording | None:
    """The recording a request for a call asks for, not yet started."""
    if not data.flag("Record"):
        return None
    return Recording(
        leg.account,
        "OutboundAPI",
        call=leg,
        channels=2 if data.text("RecordingChannels") == "dual" else 1,
        track=data.text("RecordingTrack", "both"),
        callback=data.callback("RecordingStatusCallback", "completed"),
    )


async def _dial_out(
    world: World, leg: Call, source: Source, timeout: float, recording: Recording | None, detects: str
) -> None:
    if await leg.ring_out(timeout):
        if detects:
            leg.extra = leg.extra | {"AnsweredBy": _answered_by(leg, detects)}
        if recording:
            world.recordings.start(recording)
        await runner.run(world, leg, source)


async def update(request: web.Request) -> web.Response:
    """Redirect a call to other TwiML, or end it; 21220 when it is over."""
    world, leg, data = world_of(request), the_call(request), await form(request)
    if leg.over:
        raise RestError(400, 21220, "Call is not in-progress. Cannot redirect.")
    if data.given("Url") and data.given("Twiml"):
        raise RestError(400, 21218, "Url and Twiml exclude each other")
    status = data.text("Status")
    if status:
        _end(leg, status)
    elif data.text("Url") or data.text("Twiml"):
        if leg.status != "in-progress":
            raise RestError(400, 21220, "Call is not in-progress. Cannot redirect.")
        twiml = _twiml(data)
        source = (
            Source(twiml=twiml) if twiml else Source(data.url("Url"), data.text("Method", "POST").upper())
        )
        world.redirect(leg, source)
    if data.text("StatusCallback"):
        leg.callback = data.callback("StatusCallback", "completed")
    return answer(shapes.call(leg))


def _end(leg: Call, status: str) -> None:
    if status not in {"completed", "canceled"}:
        raise RestError(400, 21218, f"Invalid status {status}")
    if status == "canceled" and leg.status == "in-progress":
        raise RestError(400, 21220, "Call is in-progress. Cannot cancel.")
    leg.line.silence(leg)
    leg.end("canceled" if not leg.answered_at else "completed")


async def fetch(request: web.Request) -> web.Response:
    """One call."""
    return answer(shapes.call(the_call(request)))


async def delete(request: web.Request) -> web.Response:
    """Forget a call that is over."""
    leg = the_call(request)
    if not leg.over:
        raise RestError(409, 20409, "The call is still in progress")
    del world_of(request).calls[leg.sid]
    return web.Response(status=204)


async def list_all(request: web.Request) -> web.Response:
    """The account's calls, newest first, filtered by To, From, ParentCallSid and Status."""
    account, query = account_of(request), request.query
    rows = [shapes.call(leg) for leg in world_of(request).calls.values() if leg.account.sid == account.sid]
    filters = {"To": "to", "From": "from", "ParentCallSid": "parent_call_sid", "Status": "status"}
    for name, field in filters.items():
        if name in query:
            rows = [row for row in rows if row[field] == query[name]]
    return page(request, "calls", rows[::-1])
