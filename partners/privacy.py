"""What was told to partners' systems about a person."""

from django.db.models import Q

from customers.privacy.kinds import PersonalKind
from customers.privacy.retention import RetentionKind
from partners.models import WebhookMessage
from partners.rules import KEEP_DELIVERED_MESSAGES

KINDS = (
    PersonalKind(
        "messages",
        "Messages to partners' systems",
        WebhookMessage,
        lambda subject: WebhookMessage.objects.filter(
            Q(subject__in=subject.subjects), ~Q(event_name="customer.erasure_requested")
        ).order_by("id"),
        columns=(
            ("created_at", "When"),
            ("event_name", "What"),
            ("body", "Text"),
            ("state", "State"),
            ("delivered_at", "Delivered"),
        ),
        place=65,
        again=True,
    ),
)

RETENTION = (
    RetentionKind(
        "messages",
        "Messages to partners' systems that were delivered",
        "They are deleted; the partner can have the events again from the feed.",
        lambda before: WebhookMessage.objects.filter(
            state=WebhookMessage.State.DELIVERED, delivered_at__lt=before
        ),
        lambda ids: Q(subject__in=[f"customer:{one}" for one in ids]),
        usual_days=KEEP_DELIVERED_MESSAGES.days,
        most_days=KEEP_DELIVERED_MESSAGES.days,
    ),
)
