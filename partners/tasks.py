"""Celery's door: sending webhooks and sweeping old keys."""

import logging

from celery import shared_task
from kombu.exceptions import OperationalError

from foundation import clock
from foundation.tenancy import system
from partners import sending
from partners.models import IdempotencyKey
from partners.rules import KEEP_IDEMPOTENCY_KEYS

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


@shared_task(name="partners.sweep_idempotency_keys")
def sweep_idempotency_keys() -> None:
    """Forget the keys of requests from more than a day ago."""
    with system():
        IdempotencyKey.objects.filter(created_at__lt=clock.now() - KEEP_IDEMPOTENCY_KEYS).delete()


def send_soon(endpoint_id: int, organization_id: int) -> None:
    """Ask a worker to see to one endpoint; when the broker is away, the next round does."""
    try:
        send_webhooks.apply_async((endpoint_id, organization_id), queue="background", retry=False)
    except (OSError, OperationalError):
        logger.warning("the broker is away; webhooks wait for the next round")
