"""Events → the carrier. Outward handlers bear being run twice: each looks first if it is still wanted."""

import logging
from datetime import timedelta

from foundation import clock, live
from foundation.events import RecordedEvent, emit
from foundation.tenancy import tenant
from foundation.twilio_gateway import Carrier, CarrierError, Document, ParticipantState
from ivr import flow
from ivr.actions import (
    begin_call,
    end_call,
    fail_leg,
    is_being_called,
    is_owed,
    keep,
    locked_session,
    locked_with_leg,
    note_dialled,
    note_hold,
    note_leg,
    note_moved,
    note_muted,
    release_legs,
    replace_lost_leg,
    tries,
    want_leg,
)
from ivr.actions.legs import RING_SECONDS
from ivr.addresses import address
from ivr.call import record_answer
from ivr.callbacks import process_stored
from ivr.events import CallControlFailed
from ivr.models import AgentLeg, CallSession, TelephonyAccount
from routing.models import WaitingToken

logger = logging.getLogger(__name__)
State = CallSession.State
# A command of an agent that could not be carried out by then is told as failed, not done late.
COMMAND_SECONDS = 10
# What must happen however late: nobody may stay on a line that was put down.
_PERSISTENT = {"hang_up", "release", "drop"}
_FAILED = {
    "hold": "The caller could not be put on hold.",
    "resume": "The caller could not be taken off hold.",
    "mute": "Your microphone could not be switched off.",
    "unmute": "Your microphone could not be switched on.",
    "hang_up": "The call could not be ended.",
}


def process_webhook(event: RecordedEvent) -> None:
    """A stored callback is read (webhook.stored)."""
    process_stored(event.payload["webhook_key"])


def dial_agent(event: RecordedEvent) -> None:
    """Ring the agent who accepted (offer.accepted); the caller is moved when that leg answers."""
    payload = event.payload
    with tenant(event.organization_id):
        session = locked_session(interaction_id=payload["interaction_id"])
        if session is None:
            return
        leg = want_leg(session, member_id=payload["member_id"], offer_id=payload["offer_id"])
    if leg is not None:
        _dial(event, session, leg)


def dial_agent_again(event: RecordedEvent) -> None:
    """Ring an agent whose line was lost (agent_leg.wanted)."""
    with tenant(event.organization_id):
        found = locked_with_leg(event.payload["agent_leg_id"])
    if found and not found[0].is_over and found[1].state != AgentLeg.State.ENDED:
        _dial(event, *found)


def _dial(event: RecordedEvent, session: CallSession, leg: AgentLeg) -> None:
    if leg.call_sid:
        return
    carrier = Carrier(session.number.account)
    try:
        there = _dialled_before(carrier, session, leg) or carrier.dial_participant(
            session.conference_name,
            to=leg.address,
            from_=session.number.e164,
            label=leg.label,
            ring_seconds=RING_SECONDS,
            status_url=address("status", leg=leg.id),
            conference_url=address("conference"),
        )
    except CarrierError as error:
        if error.kind == "away" and _is_fresh(event):
            raise
        _give_up_dialling(event, leg, error)
        return
    with tenant(event.organization_id):
        note_dialled(leg.id, call_sid=there.call_sid, conference_sid=there.conference_sid)


def _dialled_before(carrier: Carrier, session: CallSession, leg: AgentLeg) -> ParticipantState | None:
    """The leg, when an earlier run rang it and died before it could note so."""
    if not session.conference_sid:
        return None
    return carrier.fetch_participant(session.conference_sid, leg.label)


def _give_up_dialling(event: RecordedEvent, leg: AgentLeg, error: CarrierError) -> None:
    logger.warning("an agent's telephone could not be rung", extra={"leg_id": leg.id, "error": str(error)})
    with tenant(event.organization_id):
        found = locked_with_leg(leg.id)
        if found:
            fail_leg(*found, message="Your line could not be rung; the caller went back to the queue.")


def connect_caller(event: RecordedEvent) -> None:
    """The agent's leg answered (agent_leg.answered): bring the caller into the conference."""
    with tenant(event.organization_id):
        found = locked_with_leg(event.payload["agent_leg_id"])
    if found is None:
        return
    session, leg = found
    if session.is_over or leg.released or leg.state == AgentLeg.State.ENDED:
        return
    if session.callback_id is not None and _calls_back(event, session):
        return
    carrier = Carrier(session.number.account)
    try:
        was_inside = session.in_conference or _is_inside(carrier, session, leg)
        if was_inside:
            carrier.resume_participant(session.conference_sid or leg.conference_sid, session.call_sid)
        else:
            carrier.redirect_call(session.call_sid, twiml=_conference_document(session))
    except CarrierError as error:
        _after_connecting_failed(event, leg, error)
        return
    with tenant(event.organization_id):
        found = locked_with_leg(leg.id)
        if found:
            note_moved(found[0], conference_sid=found[1].conference_sid)
            note_hold(found[0], on_hold=False)


def _calls_back(event: RecordedEvent, session: CallSession) -> bool:
    """Whether the customer is still to answer: then they are called, once, and come in by themselves."""
    if session.has_no_leg:
        call_back(event.organization_id, session.callback_id or 0)
        return True
    with tenant(event.organization_id):
        return is_being_called(session)


def call_back(organization_id: int, callback_id: int) -> None:
    """Call a customer we owe a call, if it is time and allowed. At most once per try, however often run."""
    with tenant(organization_id):
        session = locked_session(callback_id=callback_id)
        made = begin_call(session) if session else None
        if session is not None and made is None and session.has_no_leg:
            _stop_waiting(session)
    if made is None:
        return
    try:
        sid = Carrier(made.session.number.account).dial_out(
            to=made.to,
            from_=made.session.number.e164,
            url=address("called", callback=callback_id, n=made.number),
            status_url=address("status", callback=callback_id, n=made.number),
            ring_seconds=tries.RING_SECONDS,
        )
    except CarrierError as error:
        logger.warning("a customer could not be called back", extra={"error": str(error)})
        with tenant(organization_id):
            session = locked_session(callback_id=callback_id)
            if session is not None and is_being_called(session):
                end_call(session, how="away" if error.kind == "away" else "failed")
        return
    with tenant(organization_id):
        session = locked_session(callback_id=callback_id)
        if session is not None:
            note_leg(session, number=made.number, call_sid=sid)


def _stop_waiting(session: CallSession) -> None:
    """It was put off, or is owed no more: whoever has accepted is free."""
    if not is_owed(session):
        end_call(session)
    elif session.state == State.CALLBACK:
        release_legs(session)


def give_up_overdue_call(event: RecordedEvent) -> None:
    """A customer who is called back had their time (callback.overdue)."""
    session = locked_session(callback_id=event.payload["callback_id"])
    if session is not None and tries.is_under_way(session, number=event.payload["number"]):
        end_call(session, how="overdue")


def close_called_back(event: RecordedEvent) -> None:
    """A call owed is owed no more (callback.ended): nobody is left on this line."""
    session = locked_session(callback_id=event.payload["callback_id"])
    if session is not None and session.state == State.CALLBACK:
        end_call(session)


def _is_inside(carrier: Carrier, session: CallSession, leg: AgentLeg) -> bool:
    """Whether an earlier run moved the caller: moving again would end the conference."""
    sid = session.conference_sid or leg.conference_sid
    return bool(sid) and carrier.fetch_participant(sid, session.call_sid) is not None


def _conference_document(session: CallSession) -> str:
    document = Document()
    document.join_conference(
        session.conference_name,
        label="customer",
        action=address("after_call"),
        conference_url=address("conference"),
    )
    return document.xml()


def _after_connecting_failed(event: RecordedEvent, leg: AgentLeg, error: CarrierError) -> None:
    if error.kind == "away" and _is_fresh(event):
        raise error
    with tenant(event.organization_id):
        found = locked_with_leg(leg.id)
        if found is None:
            return
        session, fresh = found
        if error.kind == "gone":
            end_call(session)
        else:
            fail_leg(session, fresh, message="The caller could not be connected and went back to the queue.")


def control_call(event: RecordedEvent) -> None:
    """Ask the carrier for what was requested (call.control_requested), and keep how it went."""
    payload = event.payload
    with tenant(event.organization_id):
        session = locked_session(id=payload["call_session_id"])
        leg = AgentLeg.objects.filter(id=payload["agent_leg_id"]).first() if session else None
    if session is None:
        return
    command = payload["command"]
    try:
        _COMMANDS[command](Carrier(session.number.account), session, leg)
    except CarrierError as error:
        _after_command_failed(event, error)
        return
    with tenant(event.organization_id):
        _keep(command, payload)


def _keep(command: str, payload: dict[str, int]) -> None:
    session = locked_session(id=payload["call_session_id"])
    if session is None:
        return
    if command in {"hold", "resume"}:
        note_hold(session, on_hold=command == "hold")
    elif command in {"mute", "unmute"}:
        leg = AgentLeg.objects.filter(id=payload["agent_leg_id"]).first()
        if leg is not None:
            note_muted(session, leg, muted=command == "mute")
    elif command in {"hang_up", "drop"}:
        end_call(session)


def _after_command_failed(event: RecordedEvent, error: CarrierError) -> None:
    command = event.payload["command"]
    if error.kind == "gone":
        _after_gone(event)
        return
    if error.kind == "away" and (command in _PERSISTENT or _is_fresh(event)):
        raise error
    with tenant(event.organization_id):
        _tell_failure(event, error)


def _after_gone(event: RecordedEvent) -> None:
    """Whom the command was for has left: hanging up is done, anything else has come to nothing."""
    with tenant(event.organization_id):
        session = locked_session(id=event.payload["call_session_id"])
        if session is None:
            return
        if event.payload["command"] in {"hang_up", "drop"}:
            end_call(session)
        elif event.payload["command"] in _FAILED and not session.is_over:
            _tell_failure(event, CarrierError("gone", "No longer in the call"))


def _tell_failure(event: RecordedEvent, error: CarrierError) -> None:
    payload = event.payload
    logger.warning("the carrier did not do it", extra={"command": payload["command"], "error": str(error)})
    emit(
        CallControlFailed(
            interaction_id=payload["interaction_id"],
            call_session_id=payload["call_session_id"],
            command=payload["command"],
            member_id=payload["member_id"],
            error=str(error)[:200],
        ),
        actor=event.actor,
    )
    if payload["member_id"]:
        live.nudge(
            f"member:{payload['member_id']}",
            "call.failed",
            interaction_id=payload["interaction_id"],
            command=payload["command"],
            message=_FAILED.get(payload["command"], "The line did not do it."),
        )


def _room(session: CallSession, leg: AgentLeg | None) -> str:
    return session.conference_sid or (leg.conference_sid if leg else "")


def _hold(carrier: Carrier, session: CallSession, leg: AgentLeg | None) -> None:
    carrier.hold_participant(_room(session, leg), session.call_sid, hold_url=address("hold"))


def _resume(carrier: Carrier, session: CallSession, leg: AgentLeg | None) -> None:
    carrier.resume_participant(_room(session, leg), session.call_sid)


def _park(carrier: Carrier, session: CallSession, leg: AgentLeg | None) -> None:
    # The next agent may be there already: then the caller must not be taken away again.
    if session.in_conference and session.state in {State.QUEUED, State.CONNECTING}:
        _hold(carrier, session, leg)


def _mute(carrier: Carrier, session: CallSession, leg: AgentLeg | None) -> None:
    if leg is not None:
        carrier.mute_participant(_room(session, leg), leg.call_sid, muted=True)


def _unmute(carrier: Carrier, session: CallSession, leg: AgentLeg | None) -> None:
    if leg is not None:
        carrier.mute_participant(_room(session, leg), leg.call_sid, muted=False)


def _end_caller(carrier: Carrier, session: CallSession, leg: AgentLeg | None) -> None:
    carrier.end_call(session.call_sid)


def _release(carrier: Carrier, session: CallSession, leg: AgentLeg | None) -> None:
    if leg is None or leg.state == AgentLeg.State.ENDED:
        return
    if not leg.call_sid:
        # Being dialled in this moment: the next attempt knows its name.
        raise CarrierError("away", "The leg has no name yet")
    carrier.end_call(leg.call_sid)


_COMMANDS = {
    "hold": _hold,
    "resume": _resume,
    "mute": _mute,
    "unmute": _unmute,
    "hang_up": _end_caller,
    "drop": _end_caller,
    "park": _park,
    "release": _release,
}


_LEADING, _LED = 1, 2
_FINAL_STEPS = {"voicemail": "voicemail", "callback": "promise", "message": "farewell"}


def end_waiting(event: RecordedEvent) -> None:
    """Nobody took the caller in time (work.final_wanted): out of the queue, to what ends the call."""
    payload = event.payload
    with tenant(event.organization_id):
        session = locked_session(interaction_id=payload["interaction_id"])
        if session is None or not _still_to_be_ended(session):
            return
        step = _FINAL_STEPS.get(payload["kind"], "voicemail")
        twiml = flow.go_to(session, step, final_words=payload["text"]).xml()
        if session.state == State.VOICEMAIL:
            _note_leading(session, _LEADING)
    if session.state == State.VOICEMAIL:
        _lead_on(event, session, twiml)


def _still_to_be_ended(session: CallSession) -> bool:
    """Waiting; or led out of the queue by an earlier run that died before the carrier heard of it."""
    if session.state == State.VOICEMAIL:
        return bool(session.tries.get("lead") == _LEADING)
    waiting = WaitingToken.objects.filter(work_item__interaction_id=session.interaction_id)
    return session.state == State.QUEUED and waiting.exists()


def _note_leading(session: CallSession, how_far: int) -> None:
    session.tries = {**session.tries, "lead": how_far}
    keep(session, ["tries"])


def _lead_on(event: RecordedEvent, session: CallSession, twiml: str) -> None:
    try:
        Carrier(session.number.account).redirect_call(session.call_sid, twiml=twiml)
    except CarrierError as error:
        if error.kind == "away" and _is_fresh(event):
            raise
        # Who is still in the carrier's queue is led on with the next round of waiting.
        logger.warning("a caller could not be led on", extra={"error": str(error)})
        if error.kind == "gone":
            with tenant(event.organization_id):
                found = locked_session(id=session.id)
                if found is not None:
                    end_call(found)
        return
    with tenant(event.organization_id):
        found = locked_session(id=session.id)
        if found is not None:
            _note_leading(found, _LED)


def give_up_overdue_leg(event: RecordedEvent) -> None:
    """An agent's telephone had its time (agent_leg.overdue)."""
    found = locked_with_leg(event.payload["agent_leg_id"])
    if found and found[1].state in {AgentLeg.State.DIALLING, AgentLeg.State.RINGING}:
        fail_leg(*found, message="Your line did not answer; the caller went back to the queue.")


def replace_agent(event: RecordedEvent) -> None:
    """An answered leg ended a moment ago (agent_leg.lost)."""
    found = locked_with_leg(event.payload["agent_leg_id"])
    if found:
        replace_lost_leg(*found)


def record_heard_answers(event: RecordedEvent) -> None:
    """The caller is known now (interaction.identified): what was answered before goes on the record."""
    session = locked_session(interaction_id=event.payload["interaction_id"])
    if session is not None:
        for answer in session.heard:
            record_answer(session, answer)


def _is_fresh(event: RecordedEvent) -> bool:
    return clock.now() - event.occurred_at < timedelta(seconds=COMMAND_SECONDS)


def delete_recording(event: RecordedEvent) -> None:
    """Have the carrier delete what a caller left (recording.unwanted); tried again while it is away."""
    with tenant(event.organization_id):
        account = TelephonyAccount.objects.filter(id=event.payload["account_id"]).first()
    if account is not None:
        Carrier(account).delete_recording(event.payload["recording_sid"])
