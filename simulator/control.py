"""The control interface: what a script or a test may ask of the simulated world."""

import json
from typing import Any

from aiohttp import web

from simulator.calls import Call
from simulator.handsets import POLICIES, Policy, UnknownNumber
from simulator.rest.requests import world_of
from simulator.views import line
from simulator.weather import read_rule

PREFIX = "/carrier/control"
SETTINGS = ("speech_rate", "time_scale", "ring_buffer", "wait_interval")


def _refuse(status: int, text: str) -> web.HTTPException:
    kinds = {400: web.HTTPBadRequest, 404: web.HTTPNotFound, 409: web.HTTPConflict}
    return kinds[status](text=json.dumps({"error": text}), content_type="application/json")


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        data = await request.json() if request.can_read_body else {}
    except ValueError as error:
        raise _refuse(400, "the body is not JSON") from error
    if not isinstance(data, dict):
        raise _refuse(400, "the body must be a JSON object")
    return data


def _call(request: web.Request) -> Call:
    call = world_of(request).calls.get(request.match_info["sid"])
    if call is None:
        raise _refuse(404, "no such call")
    return call


def _show(request: web.Request, call: Call, status: int = 200) -> web.Response:
    requests = [entry for entry in world_of(request).webhooks.log if entry["call_sid"] == call.sid]
    return web.json_response(line(call) | {"requests": requests}, status=status)


async def start(request: web.Request) -> web.Response:
    """POST {from, to, from_name?, account?}: somebody dials a company's number."""
    data = await _body(request)
    if not data.get("to"):
        raise _refuse(400, "to is required")
    names = (str(data.get(name, "")) for name in ("from", "to", "from_name", "account"))
    try:
        call = world_of(request).handsets.dial(*names)
    except UnknownNumber as error:
        raise _refuse(404, f"no account has the number {error}") from error
    return _show(request, call, 201)


async def write(request: web.Request) -> web.Response:
    """POST {from, to, body}: somebody writes a text to a company's number."""
    data = await _body(request)
    from_, to, body = (str(data.get(name, "")) for name in ("from", "to", "body"))
    if not (from_ and to and body.strip()):
        raise _refuse(400, "from, to and body are required")
    try:
        message = world_of(request).messages.write(from_, to, body)
    except UnknownNumber as error:
        raise _refuse(404, f"no account has the number {error}") from error
    return web.json_response(message.describe(), status=201)


async def messages(request: web.Request) -> web.Response:
    """All texts, the oldest first; `?number=` narrows to one telephone's."""
    number = request.query.get("number", "")
    found = [one for one in world_of(request).messages.all if not number or number in {one.from_, one.to}]
    return web.json_response({"messages": [one.describe() for one in found]})


async def calls(request: web.Request) -> web.Response:
    """All calls, newest first; `?from=`, `?to=`, `?state=` narrow."""
    rows = [line(call) for call in world_of(request).calls.values()]
    for name in ("from", "to", "state", "direction"):
        if name in request.query:
            rows = [row for row in rows if row[name] == request.query[name]]
    return web.json_response({"calls": rows[::-1]})


async def show(request: web.Request) -> web.Response:
    """One call with its transcript and the requests sent about it."""
    return _show(request, _call(request))


async def digits(request: web.Request) -> web.Response:
    """POST {digits}: press keys; answers how many were listened for."""
    data = await _body(request)
    pressed = str(data.get("digits", ""))
    if not pressed or set(pressed) - set("0123456789*#"):
        raise _refuse(400, "digits must be of 0-9, * and #")
    return web.json_response({"accepted": _call(request).press(pressed)})


async def speech(request: web.Request) -> web.Response:
    """POST {text, confidence?}: say something; answers whether words were listened for."""
    data = await _body(request)
    text = str(data.get("text", "")).strip()
    if not text:
        raise _refuse(400, "text is required")
    confidence = data.get("confidence", 0.9)
    accepted = _call(request).speak(text, None if confidence is None else float(confidence))
    return web.json_response({"accepted": accepted})


async def hangup(request: web.Request) -> web.Response:
    """The person at this leg hangs up."""
    call = _call(request)
    call.hang_up_by_caller()
    return _show(request, call)


async def answer(request: web.Request) -> web.Response:
    """The person rung by this leg answers; 409 when it no longer rings."""
    call = _call(request)
    if call.status != "ringing" or not call.pick_up():
        raise _refuse(409, "the call does not ring")
    return _show(request, call)


async def refuse(request: web.Request) -> web.Response:
    """The person rung by this leg declines; 409 when it no longer rings."""
    call = _call(request)
    if call.status != "ringing" or not call.refuse("busy"):
        raise _refuse(409, "the call does not ring")
    return _show(request, call)


async def policy(request: web.Request) -> web.Response:
    """POST {number, outcome, after?}: what a number does by itself when rung."""
    data = await _body(request)
    if data.get("outcome") not in POLICIES or not data.get("number"):
        raise _refuse(400, f"number and an outcome of {sorted(POLICIES)} are required")
    handsets = world_of(request).handsets
    handsets.policies[str(data["number"])] = Policy(str(data["outcome"]), float(data.get("after", 0)))
    return web.json_response(data)


async def requests_log(request: web.Request) -> web.Response:
    """All webhooks sent; `?after=ID`, `?call_sid=`, `?conference_sid=`, `?kind=`, `?event=` narrow."""
    rows = list(world_of(request).webhooks.log)
    for name in ("call_sid", "conference_sid", "kind", "event"):
        if name in request.query:
            rows = [row for row in rows if row[name] == request.query[name]]
    after = request.query.get("after", "0")
    if not after.isdigit():
        raise _refuse(400, "after must be a number")
    return web.json_response({"requests": [row for row in rows if row["id"] > int(after)]})


async def alerts(request: web.Request) -> web.Response:
    """What Twilio's debugger would show."""
    return web.json_response({"alerts": list(world_of(request).alerts)})


async def get_weather(request: web.Request) -> web.Response:
    """The rules in force."""
    return web.json_response({"rules": world_of(request).weather.describe()})


async def set_weather(request: web.Request) -> web.Response:
    """POST {rules: [...]}: replace the weather; no rules is clean weather."""
    data = await _body(request)
    try:
        rules = [read_rule(raw) for raw in data.get("rules", [])]
    except (ValueError, TypeError, AttributeError) as error:
        raise _refuse(400, str(error)) from error
    world_of(request).weather.rules[:] = rules
    return await get_weather(request)


async def get_settings(request: web.Request) -> web.Response:
    """Speeds of the simulated world."""
    settings = world_of(request).settings
    return web.json_response({name: getattr(settings, name) for name in SETTINGS})


async def set_settings(request: web.Request) -> web.Response:
    """POST any of speech_rate, time_scale, ring_buffer, wait_interval."""
    data = await _body(request)
    settings = world_of(request).settings
    for name, value in data.items():
        if name not in SETTINGS or not isinstance(value, (int, float)) or value < 0:
            raise _refuse(400, f"{name} must be one of {SETTINGS} and not negative")
    for name, value in data.items():
        setattr(settings, name, float(value))
    return await get_settings(request)


async def devices(request: web.Request) -> web.Response:
    """Browsers that are connected as telephones."""
    rows = [
        {
            "account": device.grant.account.sid,
            "identity": device.grant.identity,
            "registered": device.registered,
            "calls": sorted(device.calls),
        }
        for device in world_of(request).devices.by_key.values()
    ]
    return web.json_response({"devices": rows})


async def settled(request: web.Request) -> web.Response:
    """Answers when no notification is on its way any more."""
    await world_of(request).settled()
    return web.json_response({"settled": True})


async def reset(request: web.Request) -> web.Response:
    """Hang everybody up and forget everything, the weather too."""
    await world_of(request).reset()
    return web.json_response({"reset": True})


def routes() -> list[web.RouteDef]:
    """The control routes."""
    one = PREFIX + "/calls/{sid}"
    return [
        web.post(PREFIX + "/calls", start),
        web.get(PREFIX + "/calls", calls),
        web.post(PREFIX + "/messages", write),
        web.get(PREFIX + "/messages", messages),
        web.get(one, show),
        web.post(one + "/digits", digits),
        web.post(one + "/speech", speech),
        web.post(one + "/hangup", hangup),
        web.post(one + "/answer", answer),
        web.post(one + "/refuse", refuse),
        web.post(PREFIX + "/policies", policy),
        web.get(PREFIX + "/requests", requests_log),
        web.get(PREFIX + "/alerts", alerts),
        web.get(PREFIX + "/devices", devices),
        web.get(PREFIX + "/weather", get_weather),
        web.post(PREFIX + "/weather", set_weather),
        web.get(PREFIX + "/settings", get_settings),
        web.post(PREFIX + "/settings", set_settings),
        web.get(PREFIX + "/settled", settled),
        web.post(PREFIX + "/reset", reset),
    ]
