"""What routing keeps of a person: the words with which a contact was handed on."""

from customers.privacy.kinds import Fate, PersonalKind
from routing.models import WorkItem

KINDS = (
    PersonalKind(
        "handovers",
        "Notes to the next agent",
        WorkItem,
        lambda subject: WorkItem.objects.filter(interaction__in=subject.contacts).order_by("id"),
        fate=Fate.STRIPPED,
        blank={"note": "", "language": ""},
        because="How long somebody waited, and for whom, stays without the person, for the figures.",
        columns=(
            ("entered_at", "Waited from"),
            ("state", "State"),
            ("note", "Note"),
        ),
        place=60,
    ),
)
