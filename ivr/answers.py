"""What each TwiML door answers: the webhook is read, the call led on, the document made."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from foundation.twilio_gateway import Document
from ivr import flow
from ivr.actions import (
    Webhook,
    end_call,
    lock_stored,
    locked_session,
    mark_answered,
    new_call,
    note_leg,
    note_news,
    store_voicemail,
)
from ivr.call import Call
from ivr.known_lines import line_called
from ivr.models import CallSession
from ivr.rules import Heard, counted, heard_from, is_attested
from ivr.steps import called_back, refuse, wait

Answer = Callable[..., Document]
State = CallSession.State
_ENDS = {"promise", "farewell"}


def process(webhook: Webhook, answer: Answer, **kwargs: Any) -> str:
    """The document for a stored webhook; a repetition gets the same one again, and changes nothing."""
    stored = lock_stored(webhook)
    if stored.response:
        return stored.response
    xml = answer(webhook, **kwargs).xml()
    mark_answered(stored, xml)
    return xml


def receive_call(webhook: Webhook) -> Document:
    """A call arrives at one of our numbers. A browser may not call out through this address."""
    params = webhook.params
    line = line_called(params.get("To", ""), params.get("AccountSid", ""))
    if line is None or not webhook.call_sid:
        return refuse.no_such_line()
    session = new_call(
        call_sid=webhook.call_sid,
        caller=params.get("From", ""),
        number=line.number,
        attested=is_attested(params.get("StirVerstat", "")),
    )
    return flow.begin(session)


def hear_step(webhook: Webhook, step: str) -> Document:
    """The caller answered a question."""
    session = locked_session(call_sid=webhook.call_sid)
    if session is None:
        return refuse.fall_back()
    number = counted(_query(webhook, "n"))
    return flow.answer(session, step, _heard(webhook), document_number=-1 if number is None else number)


def keep_waiting(webhook: Webhook) -> Document:
    """The caller waits in the queue."""
    session = _session(webhook)
    if session is None:
        return refuse.goodbye(Document())
    return wait.document(Call.of(session), _heard(webhook))


def keep_on_hold(webhook: Webhook) -> Document:
    """The caller is on hold, in the conference."""
    session = _session(webhook)
    document = Call.of(session).document if session else Document()
    document.say("Please hold the line; we will be right with you.")
    return wait.play_music(document)


def leave_waiting(webhook: Webhook) -> Document:
    """The stay in the carrier's queue ended."""
    session = _session(webhook)
    if session is None:
        return refuse.goodbye(Document())
    result = webhook.params.get("QueueResult") or _query(webhook, "QueueResult")
    if result in {"redirected", "bridged", "redirected-from-bridged"}:
        # On the way into the conference: what this answers is not carried out.
        return Document()
    if result == "hangup":
        end_call(session)
        return refuse.goodbye(Document())
    if session.state in {State.CONNECTING, State.CONNECTED}:
        # Leaving crossed with an agent's accepting: keep the caller until the agent's line is there.
        return flow.go_to(session, "enqueue")
    if session.step == "callback":
        return flow.go_to(session, "callback")
    document = flow.go_to(session, session.step if session.step in _ENDS else "voicemail")
    # An agent may have accepted in this very moment.
    return flow.go_to(session, "enqueue") if session.state == State.QUEUED else document


def leave_conference(webhook: Webhook) -> Document:
    """The conference ended for a caller who may still be on the line."""
    session = _session(webhook)
    if session is None:
        return refuse.goodbye(Document())
    if session.state == State.QUEUED and webhook.params.get("CallStatus") == "in-progress":
        # The conference broke off while the caller was to be transferred: wait on, at the same place.
        return flow.go_to(session, "enqueue")
    end_call(session)
    return refuse.goodbye(Document())


def greet_called_back(webhook: Webhook) -> Document:
    """Somebody, or something, has answered a call we owed."""
    session = session_of_try(webhook.url, webhook.call_sid)
    if session is None:
        return refuse.goodbye(Document())
    note_news(session)
    call = Call.of(session)
    by = webhook.params.get("AnsweredBy", "")
    if by.startswith(("machine", "fax")):
        call.document.say(
            f"This is {call.organization.name}. You asked us to call you back; we will try again later."
        )
        end_call(session, how="machine")
        return refuse.goodbye(call.document)
    return called_back.document(call)


def names_a_try(url: str) -> bool:
    """Whether a webhook is about a customer who is called back."""
    return counted(_part(url, "callback")) is not None


def session_of_try(url: str, call_sid: str) -> CallSession | None:
    """The call that the try named in a webhook's address is made for, held; None when it is not under way."""
    callback_id, number = counted(_part(url, "callback")), counted(_part(url, "n"))
    session = locked_session(callback_id=callback_id) if callback_id is not None else None
    if session is None or number is None or not note_leg(session, number=number, call_sid=call_sid):
        return None
    return session


def thank_for_message(webhook: Webhook) -> Document:
    """A message was recorded."""
    session = _session(webhook)
    document = Call.of(session).document if session else Document()
    if session is not None:
        store_recording(session, webhook.params)
        document.say("Thank you. We will call you back. Goodbye.")
    return refuse.goodbye(document)


def store_recording(session: CallSession, params: Mapping[str, str]) -> None:
    """Keep the message a recording's parameters tell of, if there is one."""
    store_voicemail(
        session,
        recording_sid=params.get("RecordingSid", ""),
        recording_url=params.get("RecordingUrl", ""),
        seconds=counted(params.get("RecordingDuration", "")) or 0,
    )


def _session(webhook: Webhook) -> CallSession | None:
    session = locked_session(call_sid=webhook.call_sid)
    if session is not None:
        note_news(session)
    return session


def _heard(webhook: Webhook) -> Heard:
    params = webhook.params
    return heard_from(
        params.get("Digits", ""),
        params.get("SpeechResult", ""),
        params.get("Confidence", ""),
        params.get("FinishedOnKey", ""),
    )


def _query(webhook: Webhook, name: str) -> str:
    return _part(webhook.url, name)


def _part(url: str, name: str) -> str:
    return parse_qs(urlsplit(url).query).get(name, [""])[-1]
