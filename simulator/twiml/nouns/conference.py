"""<Dial><Conference>: into a conference, until out of it."""

import asyncio
import xml.etree.ElementTree as ET

from simulator.callbacks import Callback
from simulator.conferences import Conference, Participant, ParticipantOptions
from simulator.twiml.document import flag, whole, words
from simulator.twiml.record import recording_callback
from simulator.twiml.scope import Scope

CONFERENCE_DEFAULT_EVENTS = "start end"


async def perform(scope: Scope, dial: ET.Element, noun: ET.Element) -> None:
    """Take part until leaving; then post to the dial's action."""
    call = scope.call
    conference = scope.world.conferences.get_or_create(call.account, words(noun))
    options = _options(scope, noun)
    if options.coaching and not conference.may_coach(options.coach_sid):
        scope.warn(13240, f"no participant {options.coach_sid} to coach in {conference.friendly_name}")
        scope.finish(dial, _result("failed", conference))
        return
    if len(conference.participants) >= options.max_participants:
        scope.warn(13223, f"{conference.friendly_name} is full")
        scope.finish(dial, _result("failed", conference))
        return
    participant = conference.expect(call, options)
    conference.join(participant)
    try:
        await _stay(scope, dial, participant)
    except asyncio.CancelledError:
        reason = "participant_hung_up" if call.over else "participant_updated_via_api"
        conference.leave(participant, reason)
        scope.inform(dial, _result("completed", conference))
        raise
    scope.finish(dial, _result("completed", conference))


async def _stay(scope: Scope, dial: ET.Element, participant: Participant) -> None:
    star = scope.world.star_key(scope.call) if flag(dial, "hangupOnStar") else None
    limit = whole(dial, "timeLimit", 0)
    futures = {participant.left} | ({star.pressed} if star else set())
    try:
        timeout = scope.world.settings.seconds(limit) if limit else None
        await asyncio.wait(futures, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    finally:
        if star:
            scope.call.listen(None)
    participant.conference.leave(participant, "participant_hung_up")


def _options(scope: Scope, noun: ET.Element) -> ParticipantOptions:
    callback_url = noun.get("statusCallback")
    wait_url = noun.get("waitUrl")
    return ParticipantOptions(
        label=noun.get("participantLabel", ""),
        muted=flag(noun, "muted"),
        beep=noun.get("beep", "true"),
        start_on_enter=flag(noun, "startConferenceOnEnter", True),
        end_on_exit=flag(noun, "endConferenceOnExit"),
        coaching=bool(noun.get("coach")),
        coach_sid=noun.get("coach", ""),
        # An empty address means silence, none at all the carrier's own music.
        wait_url=scope.address(wait_url) if wait_url else wait_url,
        wait_method=noun.get("waitMethod", "POST"),
        max_participants=whole(noun, "maxParticipants", 250),
        record=noun.get("record") == "record-from-start",
        callback=Callback.of(
            scope.address(callback_url) if callback_url else None,
            noun.get("statusCallbackMethod"),
            noun.get("statusCallbackEvent", ""),
            CONFERENCE_DEFAULT_EVENTS,
        ),
        recording_callback=recording_callback(scope, noun),
    )


def _result(status: str, conference: Conference) -> dict[str, str]:
    # No DialCallSid and no DialCallDuration after a conference.
    return {"DialCallStatus": status, "ConferenceSid": conference.sid}
