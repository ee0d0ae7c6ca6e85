"""Celery's door: sending webhooks and sweeping."""

import logging

from celery import shared_task
from kombu.exceptions import OperationalError
from oauth2_provider.models import get_access_token_model

from foundation import clock
from foundation.tenancy import system
from partners import sending
from partners.models import IdempotencyKey, WebhookMessage
from partners.rules import KEEP_DELIVERED_MESSAGES, KEEP_IDEMPOTENCY_KEYS

logger = logging.getLogger(__name__)


@shared_task(name="partners.send_webhooks", acks_late=True)
def send_webhooks(endpoint_id: int, organization_id: int) -> None:
    """Send what is due at one endpoint."""
    sending.send_due_messages(endpoint_id, organization_id)


@shared_task(name="partners.send_due_webhooks")
def send_due_webhooks() -> None:
    """The guarantee: every few seconds, see to each endpoint with something due."""
    for endpoint_id, organization_id in sending.due_endpoints():
        send_soon(endpoint_id, organization_id)


@shared_task(name="partners.sweep")
def sweep() -> None:
    """Hourly: forget old keys of repeated requests, expired tokens and long delivered messages."""
    now = clock.now()
    with system():
        IdempotencyKey.objects.filter(created_at__lt=now - KEEP_IDEMPOTENCY_KEYS).delete()
        WebhookMessage.objects.filter(
            state=WebhookMessage.State.DELIVERED, delivered_at__lt=now - KEEP_DELIVERED_MESSAGES
        ).delete()
        get_access_token_model().objects.filter(expires__lt=now).delete()


def send_soon(endpoint_id: int, organization_id: int) -> None:
    """Ask a worker to see to one endpoint; when the broker is away, the next round does."""
    try:
        send_webhooks.apply_async((endpoint_id, organization_id), queue="background", retry=False)
    except (OSError, OperationalError):
        logger.warning("the broker is away; webhooks wait for the next round")
