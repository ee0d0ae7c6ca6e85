"""What the phone line keeps of a person: calls, messages they left, and what the carrier sent."""

from typing import Any

from django.db.models import QuerySet

from customers.privacy.kinds import Fate, PersonalKind, Subject
from ivr.models import CallSession, ReceivedWebhook, Voicemail


def _sessions(subject: Subject) -> QuerySet[CallSession]:
    return CallSession.objects.filter(interaction__in=subject.contacts).order_by("id")


def _raw(subject: Subject) -> QuerySet[ReceivedWebhook]:
    sids = list(_sessions(subject).values_list("call_sid", flat=True))
    return ReceivedWebhook.objects.filter(call_sid__in=sids).order_by("id")


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
