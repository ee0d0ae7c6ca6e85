"""What the phone line keeps of a person: calls, messages they left, and what the carrier sent."""

from typing import Any

from django.db.models import Q, QuerySet

from customers.privacy.kinds import Fate, PersonalKind, Subject
from customers.privacy.retention import RetentionKind
from foundation.events import emit_many
from ivr.events import RecordingUnwanted
from ivr.models import CallSession, ReceivedWebhook, Voicemail


def _sessions(subject: Subject) -> QuerySet[CallSession]:
    theirs = Q(interaction__in=subject.contacts) | Q(interaction__in=subject.unknown_contacts)
    return CallSession.objects.filter(theirs).order_by("id")


def _raw(subject: Subject) -> QuerySet[ReceivedWebhook]:
    rows = _sessions(subject).values_list("call_sid", "earlier_sids")
    sids = [sid for last, earlier in rows for sid in (last, *earlier)]
    return ReceivedWebhook.objects.filter(call_sid__in=sids).order_by("id")


def _unwant(rows: QuerySet[Voicemail]) -> None:
    """The carrier has the recording itself."""
    kept = rows.values_list("recording_sid", "session__number__account_id")
    emit_many([RecordingUnwanted(account_id=account_id, recording_sid=sid) for sid, account_id in kept])


def _list() -> list[Any]:
    return []


KINDS = (
    PersonalKind(
        "raw_requests",
        "Raw requests of the carrier",
        ReceivedWebhook,
        _raw,
        columns=(("received_at", "When"), ("kind", "Kind"), ("params", "What")),
        place=75,
    ),
    PersonalKind(
        "voicemails",
        "Messages they left",
        Voicemail,
        lambda subject: Voicemail.objects.filter(session__in=_sessions(subject)).order_by("id"),
        before=lambda subject, rows: _unwant(rows),
        columns=(("left_at", "When"), ("seconds", "Seconds"), ("recording_url", "Recording")),
        place=55,
    ),
    PersonalKind(
        "calls",
        "Calls",
        CallSession,
        _sessions,
        fate=Fate.STRIPPED,
        blank={"caller_id": "", "heard": _list},
        because="Times and the carrier's own number of the call stay without the person, for the figures.",
        columns=(
            ("started_at", "Began"),
            ("caller_id", "From"),
            ("heard", "What they said or keyed"),
            ("ended_at", "Ended"),
        ),
        place=42,
    ),
)


def _calls_of(ids: list[int]) -> QuerySet[CallSession]:
    return CallSession.objects.filter(interaction__customer_id__in=ids)


RETENTION = (
    RetentionKind(
        "raw_requests",
        "Raw requests of the carrier",
        "They are deleted; what they led to stays.",
        lambda before: ReceivedWebhook.objects.filter(received_at__lt=before).exclude(processed_at=None),
        lambda ids: Q(call_sid__in=_calls_of(ids).values("call_sid")),
        usual_days=30,
        least_days=3,
    ),
    RetentionKind(
        "voicemails",
        "Messages callers left",
        "They are deleted, at the carrier too; the note that one was left stays.",
        lambda before: Voicemail.objects.filter(left_at__lt=before),
        lambda ids: Q(session__in=_calls_of(ids)),
        usual_days=180,
        first=_unwant,
    ),
    RetentionKind(
        "calls",
        "Calls: number and what was said to the menu",
        "The call stays for the figures, without them.",
        lambda before: CallSession.objects.filter(
            ~Q(caller_id="") | ~Q(heard=[]), started_at__lt=before, state=CallSession.State.ENDED
        ),
        lambda ids: Q(interaction__customer_id__in=ids),
        usual_days=1825,
        least_days=30,
        blank={"caller_id": "", "heard": _list},
    ),
)
