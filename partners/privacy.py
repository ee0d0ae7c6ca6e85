"""What was told to partners' systems about a person."""

from django.db.models import Q

from customers.privacy.kinds import PersonalKind
from partners.models import WebhookMessage

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
