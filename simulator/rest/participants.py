"""Participants: dial somebody into a conference, hold, mute, coach and remove them."""

import asyncio

from aiohttp import web

from simulator.calls import Call
from simulator.conferences import Participant, ParticipantOptions
from simulator.rest import shapes
from simulator.rest.calls import recording_of
from simulator.rest.conferences import the_conference
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
from simulator.world import World

DEFAULT_TIMEOUT = 60
DEFAULT_CONFERENCE_EVENTS = "start end"


def the_participant(request: web.Request) -> Participant:
    """The participant a path names by call sid or label; 404 once it has left."""
    room, key = the_conference(request), request.match_info["participant"]
    if key in room.participants:
        return room.participants[key]
    labelled = (person for person in room.participants.values() if person.label == key)
    return next(labelled, None) or not_found(request.path)


async def create(request: web.Request) -> web.Response:
    """Ring somebody and put them into the conference when they answer; the conference is made when new."""
    world, account, data = world_of(request), account_of(request), await form(request)
    to, from_ = data.required("To"), data.required("From")
    check_destination(to)
    check_origin(account, data.text("CallerId") or from_, to)
    options = _options(data)
    key = request.match_info["conference"]
    room = world.conferences.find(account, key)
    if room is None or room.status == "completed":
        if key.startswith("CF") and len(key) == 34:
            not_found(request.path)
        room = world.conferences.get_or_create(account, key)
    if options.label and any(person.label == options.label for person in room.participants.values()):
        raise RestError(400, 16025, f"A participant labelled {options.label} is in the conference already")
    leg = Call(
        world,
        account,
        world.line_for(to),
        from_=data.text("CallerId") or from_,
        to=to,
        direction="outbound-api",
        callback=data.callback("StatusCallback", "completed"),
    )
    participant = room.expect(leg, options)
    leg.run(lambda: _take_part(world, participant, data))
    return answer(shapes.participant(participant), 201)


def _options(data: Form) -> ParticipantOptions:
    return ParticipantOptions(
        label=data.text("Label"),
        muted=data.flag("Muted"),
        beep=data.text("Beep", "true"),
        start_on_enter=data.flag("StartConferenceOnEnter", True),
        end_on_exit=data.flag("EndConferenceOnExit"),
        coaching=data.flag("Coaching"),
        coach_sid=data.text("CallSidToCoach"),
        wait_url=data.url("WaitUrl") if data.given("WaitUrl") else None,
        wait_method=data.text("WaitMethod", "POST"),
        max_participants=data.whole("MaxParticipants", 250),
        record=data.text("ConferenceRecord") in {"true", "record-from-start"},
        callback=data.callback("ConferenceStatusCallback", DEFAULT_CONFERENCE_EVENTS),
        recording_callback=data.callback("ConferenceRecordingStatusCallback", "completed"),
    )


async def _take_part(world: World, participant: Participant, data: Form) -> None:
    room, leg = participant.conference, participant.call
    try:
        if not await leg.ring_out(data.whole("Timeout", DEFAULT_TIMEOUT)):
            room.leave(participant, "participant_add_failed")
            return
        if room.status == "completed":
            leg.end()
            return
        if participant.coaching and not room.may_coach(participant.coach_sid):
            world.alert(leg, 13240, "", f"no participant {participant.coach_sid} to coach")
            room.leave(participant, "participant_add_failed")
            leg.end("failed")
            return
        recording = recording_of(leg, data)
        if recording:
            world.recordings.start(recording)
        room.join(participant)
        await asyncio.shield(participant.left)
    except asyncio.CancelledError:
        reason = "participant_hung_up" if leg.over else "participant_updated_via_api"
        room.leave(participant, reason if leg.answered_at else "participant_add_failed")
        raise
    leg.end()


async def list_all(request: web.Request) -> web.Response:
    """Who is in the conference or on the way into it, filtered by Muted, Hold and Coaching."""
    room, query = the_conference(request), request.query
    rows = [shapes.participant(person) for person in room.participants.values()]
    for name in ("Muted", "Hold", "Coaching"):
        if name in query:
            rows = [row for row in rows if row[name.lower()] == (query[name].lower() == "true")]
    return page(request, "participants", rows)


async def fetch(request: web.Request) -> web.Response:
    """One participant."""
    return answer(shapes.participant(the_participant(request)))


async def update(request: web.Request) -> web.Response:
    """Hold, mute, coach, announce, or change what its leaving does."""
    participant, data = the_participant(request), await form(request)
    room = participant.conference
    _check_coaching(participant, data)
    if data.given("EndConferenceOnExit"):
        participant.end_on_exit = data.flag("EndConferenceOnExit")
    if data.given("Muted"):
        room.set_muted(participant, data.flag("Muted"))
    if data.given("Hold"):
        url = data.url("HoldUrl") if data.given("HoldUrl") else None
        room.set_hold(participant, data.flag("Hold"), url, data.text("HoldMethod", "GET"))
    if data.given("Coaching") or data.given("CallSidToCoach"):
        coaching = data.flag("Coaching", participant.coaching)
        room.set_coaching(participant, coaching, data.text("CallSidToCoach", participant.coach_sid))
    if data.text("AnnounceUrl"):
        url, method = data.url("AnnounceUrl"), data.text("AnnounceMethod", "POST")
        world_of(request).announce(room, [participant], url, method)
    room.refresh()
    return answer(shapes.participant(participant))


def _check_coaching(participant: Participant, data: Form) -> None:
    if not data.flag("Coaching"):
        return
    coach_sid = data.text("CallSidToCoach", participant.coach_sid)
    if coach_sid == participant.call.sid or not participant.conference.may_coach(coach_sid):
        raise RestError(400, 13240, f"Invalid CallSidToCoach {coach_sid}")


async def delete(request: web.Request) -> web.Response:
    """Put a participant out; a leg that was dialled into the conference ends by it."""
    participant = the_participant(request)
    participant.conference.leave(participant, "participant_updated_via_api", kicked=True)
    if not participant.call.answered_at:
        participant.call.end("canceled")
    return web.Response(status=204)
