"""Sending webhook messages: claim one, post it outside of any transaction, write down how it went.

Many workers may do this at once. A claim is a lease: a worker that dies loses it, and the message is sent
again, which receivers tell by its `webhook-id`.
"""

import random
import time
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from standardwebhooks.webhooks import Webhook

from accounts.access import scope_of_partner
from foundation import clock
from foundation.tenancy import system, tenant
from partners import outbound
from partners.actions import pause_webhook_endpoint
from partners.models import WebhookEndpoint, WebhookMessage
from partners.rules import GIVE_UP_AFTER, UnfitAddress, rest_after_failure, retry_after

LEASE_SECONDS = 30
_ROUND_SECONDS = 20.0

# The earliest unsent message of each subject only: a customer's events arrive in order.
# MATERIALIZED: run once per row, the limit would not hold.
_CLAIM = """
WITH first AS MATERIALIZED (
  SELECT due.id FROM partners_webhookmessage due
  WHERE due.endpoint_id = %(endpoint_id)s AND due.state = 'pending' AND due.next_attempt_at <= now()
    AND NOT EXISTS (
      SELECT 1 FROM partners_webhookmessage earlier
      WHERE earlier.endpoint_id = due.endpoint_id AND earlier.subject = due.subject AND due.subject <> ''
        AND earlier.state = 'pending' AND earlier.event_id < due.event_id)
  ORDER BY due.next_attempt_at, due.event_id LIMIT 1 FOR UPDATE SKIP LOCKED
)
UPDATE partners_webhookmessage m
SET attempts = attempts + 1, next_attempt_at = now() + make_interval(secs => %(lease)s)
FROM first WHERE m.id = first.id RETURNING m.id
"""
_DUE_ENDPOINTS = """
SELECT DISTINCT endpoint_id, organization_id FROM partners_webhookmessage
WHERE state = 'pending' AND next_attempt_at <= now() LIMIT 500
"""


@dataclass(frozen=True)
class _Claimed:
    message: WebhookMessage
    endpoint: WebhookEndpoint


@dataclass(frozen=True)
class _Outcome:
    status: int | None
    error: str

    @property
    def delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def due_endpoints() -> list[tuple[int, int]]:
    """(endpoint, organisation) of every endpoint with something due."""
    with system(), connection.cursor() as cursor:
        cursor.execute(_DUE_ENDPOINTS)
        return list(cursor.fetchall())


def send_due_messages(endpoint_id: int, organization_id: int) -> int:
    """Send what is due at one endpoint until nothing is, one fails, or a while has passed; say how many."""
    until = time.monotonic() + _ROUND_SECONDS
    sent = 0
    while time.monotonic() < until and _send_next(endpoint_id, organization_id):
        sent += 1
    return sent


def _send_next(endpoint_id: int, organization_id: int) -> bool:
    with tenant(organization_id):
        claimed = _claim(endpoint_id)
    if claimed is None:
        return False
    outcome = _post(claimed)
    with tenant(organization_id):
        if outcome.delivered:
            _delivered(claimed, outcome)
        else:
            _failed(claimed, outcome)
    return outcome.delivered


def _claim(endpoint_id: int) -> _Claimed | None:
    endpoint = WebhookEndpoint.objects.filter(id=endpoint_id).first()
    if endpoint is None:
        return None
    if endpoint.state != WebhookEndpoint.State.ACTIVE:
        _give_up_all(endpoint, "The endpoint is paused.")
        return None
    if not scope_of_partner(endpoint.partner_id).in_force:
        _give_up_all(endpoint, "No contract is in force.")
        return None
    if endpoint.resting_until is not None and endpoint.resting_until > clock.now():
        return None
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"lease": LEASE_SECONDS, "endpoint_id": endpoint_id})
        row = cursor.fetchone()
    return _Claimed(WebhookMessage.objects.get(id=row[0]), endpoint) if row else None


def _give_up_all(endpoint: WebhookEndpoint, why: str) -> None:
    endpoint.messages.filter(state=WebhookMessage.State.PENDING).update(
        state=WebhookMessage.State.DEAD, last_error=why
    )


def _post(claimed: _Claimed) -> _Outcome:
    body = claimed.message.body
    try:
        answer = outbound.post(claimed.endpoint.url, body.encode(), _signed_headers(claimed, body))
    except (UnfitAddress, outbound.NotDelivered) as error:
        return _Outcome(status=None, error=str(error))
    if 300 <= answer.status < 400:
        return _Outcome(status=answer.status, error="Redirects are not followed.")
    return _Outcome(status=answer.status, error=f"Answered {answer.status}.")


def _signed_headers(claimed: _Claimed, body: str) -> dict[str, str]:
    endpoint, now = claimed.endpoint, clock.now()
    message_id = f"evt_{claimed.message.event_id}"
    secrets = [endpoint.secret]
    if endpoint.previous_secret and endpoint.previous_secret_until and endpoint.previous_secret_until > now:
        secrets.append(endpoint.previous_secret)
    return {
        "Content-Type": "application/json",
        "User-Agent": "Bothhands-Webhooks/1",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(message_id, now, body) for secret in secrets),
    }


def _delivered(claimed: _Claimed, outcome: _Outcome) -> None:
    now = clock.now()
    WebhookMessage.objects.filter(id=claimed.message.id, state=WebhookMessage.State.PENDING).update(
        state=WebhookMessage.State.DELIVERED,
        delivered_at=now,
        response_status=outcome.status,
        last_error="",
    )
    WebhookEndpoint.objects.filter(id=claimed.endpoint.id).update(
        failing_since=None, resting_until=None, last_delivered_at=now
    )


def _failed(claimed: _Claimed, outcome: _Outcome) -> None:
    now = clock.now()
    message = claimed.message
    wait = retry_after(message.attempts, random.random())  # noqa: S311
    given_up = wait is None or outcome.status == 410 or now - message.created_at > GIVE_UP_AFTER
    WebhookMessage.objects.filter(id=message.id, state=WebhookMessage.State.PENDING).update(
        state=WebhookMessage.State.DEAD if given_up else WebhookMessage.State.PENDING,
        next_attempt_at=now + (wait or timedelta()),
        response_status=outcome.status,
        last_error=outcome.error[:300],
    )
    since = claimed.endpoint.failing_since or now
    WebhookEndpoint.objects.filter(id=claimed.endpoint.id).update(
        failing_since=since, resting_until=now + rest_after_failure(now - since)
    )
    if outcome.status == 410:
        pause_webhook_endpoint(claimed.endpoint.id, reason=WebhookEndpoint.PauseReason.GONE)
    elif now - since > GIVE_UP_AFTER:
        pause_webhook_endpoint(claimed.endpoint.id, reason=WebhookEndpoint.PauseReason.FAILING)
