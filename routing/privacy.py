"""What routing keeps of a person: the words with which a contact was handed on."""

from django.db.models import Q, QuerySet

from customers.privacy.kinds import Fate, PersonalKind, Subject
from customers.privacy.retention import RetentionKind
from routing.models import Callback, DecisionRecord, PilotPin, WorkItem


def _work(subject: Subject) -> QuerySet[WorkItem]:
    theirs = Q(interaction__in=subject.contacts) | Q(interaction__in=subject.unknown_contacts)
    return WorkItem.objects.filter(theirs).order_by("id")


def _callbacks(subject: Subject) -> QuerySet[Callback]:
    theirs = Q(interaction__in=subject.contacts) | Q(interaction__in=subject.unknown_contacts)
    return Callback.objects.filter(theirs | Q(customer_id__in=subject.customer_ids)).order_by("id")


def _pins(subject: Subject) -> QuerySet[PilotPin]:
    return PilotPin.objects.filter(customer_id__in=subject.customer_ids).order_by("id")


KINDS = (
    PersonalKind(
        "pilots",
        "Pilots they take part in",
        PilotPin,
        _pins,
        columns=(("queue__name", "Contacts about"), ("pool__name", "Go to"), ("until", "Until")),
        place=59,
    ),
    PersonalKind(
        "callbacks",
        "Calls owed to them",
        Callback,
        _callbacks,
        columns=(
            ("promised_at", "Promised"),
            ("number", "Number"),
            ("state", "State"),
            ("tries", "Tries"),
            ("ended_at", "Until"),
        ),
        place=58,
    ),
    PersonalKind(
        "handovers",
        "Notes to the next agent",
        WorkItem,
        _work,
        fate=Fate.STRIPPED,
        blank={"note": "", "wants": {}},
        because="How long somebody waited, and for whom, stays without the person, for the figures.",
        columns=(
            ("entered_at", "Waited from"),
            ("state", "State"),
            ("note", "Note"),
        ),
        place=60,
    ),
)

RETENTION = (
    RetentionKind(
        "decisions",
        "Routing decisions: who could be asked, and why whom",
        "They are deleted; contacts and offers stay.",
        lambda before: DecisionRecord.objects.filter(decided_at__lt=before),
        lambda ids: Q(work_item__interaction__customer_id__in=ids),
        usual_days=90,
        least_days=7,
    ),
    RetentionKind(
        "callbacks",
        "Calls owed: to which number",
        "They are deleted.",
        lambda before: Callback.objects.filter(ended_at__lt=before),
        lambda ids: Q(customer_id__in=ids),
        usual_days=365,
        least_days=7,
    ),
)
