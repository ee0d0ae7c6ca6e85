"""What routing keeps of a person: the words with which a contact was handed on."""

from django.db.models import Q, QuerySet

from customers.privacy.kinds import Fate, PersonalKind, Subject
from routing.models import PilotPin, WorkItem


def _work(subject: Subject) -> QuerySet[WorkItem]:
    theirs = Q(interaction__in=subject.contacts) | Q(interaction__in=subject.unknown_contacts)
    return WorkItem.objects.filter(theirs).order_by("id")


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
