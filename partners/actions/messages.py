"""Webhook messages: what is put in an endpoint's queue."""

import json
from datetime import datetime

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q

from accounts.access import Viewer
from foundation import clock
from foundation.errors import Conflict, NotVisible
from foundation.models import Event
from partners import feed
from partners.feed import PartnerEvent
from partners.models import WebhookEndpoint, WebhookMessage

MAX_REPLAY = 10_000
State = WebhookMessage.State


def queue_message(endpoint: WebhookEndpoint, event: Event, seen: PartnerEvent) -> bool:
    """Put one event in the endpoint's queue; False when it is there already."""
    message = _message(endpoint, event, seen)
    return bool(_insert([message]))


def replay_webhooks(viewer: Viewer, endpoint: WebhookEndpoint, *, since: datetime) -> int:
    """Queue every event since then again, delivered or not, as the contract shows them today.

    Returns how many; at most MAX_REPLAY. Conflict `paused` while the endpoint is paused.
    """
    if endpoint.state != WebhookEndpoint.State.ACTIVE:
        raise Conflict("paused", "The endpoint is paused. Set its state to active first.")
    wanted = [
        (event, seen)
        for event in feed.events_since(viewer, since, MAX_REPLAY)
        if wants(endpoint, event.name) and (seen := feed.as_partner_sees(viewer, event)) is not None
    ]
    _insert([_message(endpoint, event, seen) for event, seen in wanted])
    endpoint.messages.filter(event_id__in=[event.id for event, _ in wanted]).exclude(
        state=State.PENDING
    ).update(state=State.PENDING, attempts=0, next_attempt_at=clock.now(), created_at=clock.now())
    return len(wanted)


def resend_message(endpoint: WebhookEndpoint, message_id: int) -> WebhookMessage:
    """Send a message once more, at once. NotVisible; Conflict `paused`."""
    if endpoint.state != WebhookEndpoint.State.ACTIVE:
        raise Conflict("paused", "The endpoint is paused. Set its state to active first.")
    again = endpoint.messages.filter(id=message_id).update(
        state=State.PENDING, attempts=0, next_attempt_at=clock.now(), created_at=clock.now()
    )
    if not again:
        raise NotVisible("message")
    return endpoint.messages.get(id=message_id)


def wants(endpoint: WebhookEndpoint, event_name: str) -> bool:
    """Whether the endpoint asked to be told of such events."""
    asked = "*" in endpoint.event_names or event_name in endpoint.event_names
    return asked or event_name in feed.ALWAYS_TOLD


def endpoints_wanting(event_name: str) -> Q:
    """The same as a filter."""
    if event_name in feed.ALWAYS_TOLD:
        return Q()
    return Q(event_names__contains=["*"]) | Q(event_names__contains=[event_name])


def _insert(messages: list[WebhookMessage]) -> list[WebhookMessage]:
    known = set(
        WebhookMessage.objects.filter(
            endpoint_id__in={message.endpoint_id for message in messages},
            event_id__in=[message.event_id for message in messages],
        ).values_list("endpoint_id", "event_id")
    )
    fresh = [message for message in messages if (message.endpoint_id, message.event_id) not in known]
    WebhookMessage.objects.bulk_create(fresh, ignore_conflicts=True)
    return fresh


def _message(endpoint: WebhookEndpoint, event: Event, seen: PartnerEvent) -> WebhookMessage:
    body = {
        "type": seen.name,
        "timestamp": seen.occurred_at,
        "data": {"customer_id": seen.customer_id, "hand": seen.hand, **seen.data},
    }
    return WebhookMessage(
        endpoint=endpoint,
        event=event,
        event_name=event.name,
        subject=event.subject,
        body=json.dumps(body, cls=DjangoJSONEncoder, separators=(",", ":")),
        next_attempt_at=clock.now(),
    )
