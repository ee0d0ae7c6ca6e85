"""Recordings: start, pause, resume, stop, list and fetch."""

from aiohttp import web

from simulator.recordings import Recording
from simulator.rest import shapes
from simulator.rest.calls import the_call
from simulator.rest.conferences import the_conference
from simulator.rest.errors import RestError, not_found
from simulator.rest.requests import account_of, answer, form, page, world_of

CURRENT = "Twilio.CURRENT"


def _show(request: web.Request, recording: Recording, status: int = 200) -> web.Response:
    return answer(shapes.recording(recording, world_of(request).recordings.url(recording)), status)


def _siblings(request: web.Request) -> list[Recording]:
    recordings = world_of(request).recordings
    if "call" in request.match_info:
        return recordings.of_call(the_call(request))
    if "conference" in request.match_info:
        return recordings.of_conference(the_conference(request))
    return [taken for taken in recordings.by_sid.values() if taken.account.sid == account_of(request).sid]


def the_recording(request: web.Request) -> Recording:
    """The recording a path names, or the one under way; 404 when there is none."""
    key = request.match_info["recording"]
    for recording in reversed(_siblings(request)):
        if recording.sid == key or (key == CURRENT and not recording.finished):
            return recording
    return not_found(request.path)


async def start_on_call(request: web.Request) -> web.Response:
    """Record a leg from now on; 21220 when it is not under way."""
    leg, data = the_call(request), await form(request)
    if leg.status != "in-progress":
        raise RestError(400, 21220, "Requested resource is not eligible for recording")
    recording = Recording(
        leg.account,
        "StartCallRecordingAPI",
        call=leg,
        channels=2 if data.text("RecordingChannels") == "dual" else 1,
        track=data.text("RecordingTrack", "both"),
        callback=data.callback("RecordingStatusCallback", "completed"),
    )
    return _show(request, world_of(request).recordings.start(recording), 201)


async def update(request: web.Request) -> web.Response:
    """paused, in-progress or stopped; 20001 for another status, 21220 when it is finished."""
    recording, data = the_recording(request), await form(request)
    recordings, status = world_of(request).recordings, data.required("Status")
    if status not in {"paused", "in-progress", "stopped"}:
        raise RestError(400, 20001, f"Status {status} is not valid")
    if recording.finished:
        raise RestError(400, 21220, "Recording is not in-progress")
    behavior = data.text("PauseBehavior", "silence")
    if behavior not in {"silence", "skip"}:
        raise RestError(400, 20001, f"PauseBehavior {behavior} is not valid")
    if status == "paused":
        recordings.pause(recording, behavior)
    elif status == "in-progress":
        recordings.resume(recording)
    else:
        recordings.finish(recording)
    return _show(request, recording)


async def fetch(request: web.Request) -> web.Response:
    """One recording."""
    return _show(request, the_recording(request))


async def list_all(request: web.Request) -> web.Response:
    """Recordings of the call, the conference or the account, newest first."""
    url, query = world_of(request).recordings.url, request.query
    rows = [shapes.recording(taken, url(taken)) for taken in _siblings(request)]
    for name, field in {"CallSid": "call_sid", "ConferenceSid": "conference_sid"}.items():
        if name in query:
            rows = [row for row in rows if row[field] == query[name]]
    return page(request, "recordings", rows[::-1])


async def delete(request: web.Request) -> web.Response:
    """Forget a recording."""
    recording = the_recording(request)
    del world_of(request).recordings.by_sid[recording.sid]
    return web.Response(status=204)


async def media(request: web.Request) -> web.Response:
    """The sound: silence of the right length, as WAV."""
    recording = the_recording(request)
    if not recording.finished:
        not_found(request.path)
    return web.Response(body=recording.media(), content_type="audio/x-wav")
