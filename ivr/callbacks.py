"""What the carrier's callbacks mean: read from a stored webhook, in any order, any number of times."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from ivr import answers, queries
from ivr.actions import (
    ConferenceNews,
    end_call,
    locked_session,
    locked_webhook,
    locked_with_leg,
    mark_processed,
    note_conference,
    note_dialled,
    note_leg_status,
    note_news,
    open_call,
)
from ivr.messages import take_message
from ivr.models import AgentLeg, CallSession, ReceivedWebhook
from ivr.rules import TERMINAL_STATUSES, counted, is_attested


def process_stored(webhook_key: str) -> None:
    """Do what a stored webhook asks for, unless that is done."""
    webhook = locked_webhook(dedupe_key=webhook_key)
    if webhook.processed_at is None:
        _READERS.get(webhook.kind, _read_nothing)(webhook)
        mark_processed(webhook)


def _read_status(webhook: ReceivedWebhook) -> None:
    """A leg's status changed: an agent's (its id stands in the address) or the caller's."""
    status = webhook.params.get("CallStatus", "")
    if answers.names_a_try(webhook.url):
        _read_try(webhook, status)
        return
    found = locked_with_leg(_leg_id(webhook))
    if found is not None:
        session, leg = found
        note_dialled(leg.id, call_sid=webhook.call_sid, conference_sid="")
        note_leg_status(session, leg, status=status)
        note_news(session)
        return
    caller = locked_session(call_sid=webhook.call_sid)
    if caller is not None:
        note_news(caller)
        if status in TERMINAL_STATUSES:
            end_call(caller)


def _read_try(webhook: ReceivedWebhook, status: str) -> None:
    """A customer who is called back: only the try under way counts."""
    session = answers.session_of_try(webhook.url, webhook.call_sid)
    if session is not None:
        note_news(session)
        if status in TERMINAL_STATUSES:
            end_call(session, how=status)


def _leg_id(webhook: ReceivedWebhook) -> int:
    given = parse_qs(urlsplit(webhook.url).query).get("leg", [""])[-1]
    if given.isascii() and given.isdigit() and len(given) < 19:
        return int(given)
    known = AgentLeg.objects.filter(call_sid=webhook.call_sid).exclude(call_sid="")
    return known.values_list("id", flat=True).first() or 0


def _read_conference(webhook: ReceivedWebhook) -> None:
    params = webhook.params
    session = locked_session(conference_name=params.get("FriendlyName", ""))
    if session is None:
        return
    note_news(session)
    sequence = counted(params.get("SequenceNumber", ""))
    note_conference(
        session,
        ConferenceNews(
            event=params.get("StatusCallbackEvent", ""),
            conference_sid=params.get("ConferenceSid", "")[:34],
            sequence=-1 if sequence is None else sequence,
            call_sid=webhook.call_sid[:34],
            label=params.get("ParticipantLabel", ""),
            on_hold=params.get("Hold") == "true",
            muted=params.get("Muted") == "true",
            call_status=params.get("ParticipantCallStatus", ""),
            ended_by_call_sid=params.get("CallSidEndingConference", ""),
        ),
    )


def _read_recording(webhook: ReceivedWebhook) -> None:
    session = locked_session(call_sid=webhook.call_sid)
    if session is not None:
        note_news(session)
        answers.store_recording(session, webhook.params)


def _read_late_call(webhook: ReceivedWebhook) -> None:
    """The first webhook of a call failed. The caller was asked to wait and comes again, or has gone; in
    both cases the call is to be known."""
    params = webhook.params
    number = queries.number_called(params.get("To", ""), params.get("AccountSid", ""))
    if number is not None:
        open_call(
            call_sid=webhook.call_sid,
            caller=params.get("From", ""),
            number=number,
            attested=is_attested(params.get("StirVerstat", "")),
        )


def _read_late_hangup(webhook: ReceivedWebhook) -> None:
    """The queue or the conference let the caller go, and answering that failed."""
    session = locked_session(call_sid=webhook.call_sid)
    if session is None:
        return
    hung_up = webhook.params.get("QueueResult") == "hangup"
    if hung_up or (webhook.kind == "after_call" and session.state != CallSession.State.QUEUED):
        end_call(session)


def _read_message(webhook: ReceivedWebhook) -> None:
    """A text message arrived."""
    take_message(webhook.params)


def _read_nothing(webhook: ReceivedWebhook) -> None:
    """A step or a round of waiting: the caller has been led on since, so it is kept for reading only."""


_READERS: dict[str, Callable[[ReceivedWebhook], None]] = {
    "status": _read_status,
    "conference": _read_conference,
    "recording": _read_recording,
    "voicemail": _read_recording,
    "message": _read_message,
    "voice": _read_late_call,
    "after_queue": _read_late_hangup,
    "after_call": _read_late_hangup,
}
