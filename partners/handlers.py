"""Event → a message in the queue of every webhook endpoint that may and wants to know."""

from django.db import transaction

from accounts.access import viewer_of_partner_system
from foundation.events import RecordedEvent
from foundation.models import Event
from partners import feed, tasks
from partners.actions import queue_message
from partners.actions.messages import endpoints_wanting
from partners.models import WebhookEndpoint


def queue_webhooks(recorded: RecordedEvent) -> None:
    """Queue the event for each endpoint of each partner that it concerns."""
    endpoints = list(
        WebhookEndpoint.objects.filter(
            endpoints_wanting(recorded.name),
            state=WebhookEndpoint.State.ACTIVE,
            partner__is_active=True,
        ).select_related("partner")
    )
    if not endpoints:
        return
    event = Event.objects.get(id=recorded.id)
    for endpoint in endpoints:
        _queue(endpoint, event)


def _queue(endpoint: WebhookEndpoint, event: Event) -> None:
    partner = endpoint.partner
    viewer = viewer_of_partner_system(event.organization_id, partner.id, partner.name)
    if not feed.is_in_scope(viewer, event.id):
        return
    seen = feed.as_partner_sees(viewer, event)
    if seen is None or not queue_message(endpoint, event, seen):
        return
    endpoint_id, organization_id = endpoint.id, event.organization_id
    transaction.on_commit(lambda: tasks.send_soon(endpoint_id, organization_id))
