"""What cases and promises keep of a person."""

from django.db.models import QuerySet

from cases.models import Case, Promise
from customers.privacy.kinds import Fate, PersonalKind, Subject
from customers.privacy.record_kinds import blank_words, worded_events
from foundation.models import Event


def _promises(subject: Subject) -> QuerySet[Promise]:
    return Promise.objects.filter(customer_id__in=subject.customer_ids).order_by("id")


def _promise_events(subject: Subject) -> QuerySet[Event]:
    ids = list(_promises(subject).values_list("id", flat=True)) if subject.once_related else []
    return worded_events(subject, "promise.made", payload__promise_id__in=ids)


KINDS = (
    PersonalKind(
        "promise_words",
        "Words of promises in the event log",
        Event,
        _promise_events,
        fate=Fate.STRIPPED,
        before=blank_words({"promise.made": {"text": ""}}),
        because="The log keeps that something was promised, kept or broken, with numbers only.",
        again=True,
    ),
    PersonalKind(
        "promises",
        "Promises",
        Promise,
        _promises,
        columns=(
            ("promised_at", "When"),
            ("text", "What"),
            ("due_at", "Due"),
            ("state", "State"),
            ("promised_by", "By"),
            ("hand", "Hand"),
            ("owed_by", "Owed by"),
            ("outcome", "Outcome"),
            ("kept_at", "Kept"),
        ),
        place=50,
    ),
    PersonalKind(
        "cases",
        "Cases",
        Case,
        lambda subject: Case.objects.filter(customer_id__in=subject.customer_ids).order_by("id"),
        columns=(
            ("opened_at", "Opened"),
            ("title", "What"),
            ("reason", "Reason"),
            ("state", "State"),
            ("partner", "Worked on by"),
            ("solved_at", "Solved"),
        ),
        place=45,
    ),
)
