"""What of the shared record itself is not kept for ever."""

from django.db.models import Q

from customers.models import Interaction, RecordRead, TimelineEntry
from customers.privacy.retention import RetentionKind

_OVER = (Interaction.State.ENDED, Interaction.State.ABANDONED)

KINDS = (
    RetentionKind(
        "contacts",
        "Contacts: number, mail and summary",
        "The contact stays for the figures, without them.",
        lambda before: Interaction.objects.filter(
            ~Q(address="") | ~Q(summary=""), started_at__lt=before, state__in=_OVER
        ),
        lambda ids: Q(customer_id__in=ids),
        usual_days=1825,
        least_days=30,
        blank={"address": "", "summary": ""},
    ),
    RetentionKind(
        "notes",
        "Notes and timeline",
        "The lines are deleted.",
        lambda before: TimelineEntry.objects.filter(at__lt=before),
        lambda ids: Q(customer_id__in=ids),
        usual_days=None,
        least_days=90,
    ),
    RetentionKind(
        "reads",
        "Who looked",
        "The lines are deleted.",
        lambda before: RecordRead.objects.filter(read_at__lt=before),
        lambda ids: Q(customer_id__in=ids),
        usual_days=1095,
        least_days=365,
    ),
)
