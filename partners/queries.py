"""Read questions about partners' systems."""

from django.db.models import Count, Q, QuerySet

from partners.models import WebhookEndpoint, WebhookMessage


def endpoints_in_trouble() -> QuerySet[WebhookEndpoint]:
    """Endpoints that fail, or were paused for it, with how many messages wait or were given up."""
    return (
        WebhookEndpoint.objects.select_related("partner")
        .filter(Q(failing_since__isnull=False) | Q(pause_reason__in=["gone", "failing"]))
        .annotate(
            waiting=Count("messages", filter=Q(messages__state=WebhookMessage.State.PENDING)),
            dead=Count("messages", filter=Q(messages__state=WebhookMessage.State.DEAD)),
        )
        .order_by("failing_since", "id")
    )
