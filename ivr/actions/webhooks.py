"""What the carrier sends, stored before anything is done about it and processed once."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import connection

from accounts.actors import SYSTEM_ACTOR
from foundation import clock
from foundation.events import emit, statement_of
from foundation.postgres.base import send_with_next
from foundation.tenancy import current_organization_id
from foundation.wake import wake_after_commit
from ivr.events import WebhookStored
from ivr.models import ReceivedWebhook

_STORE = """
INSERT INTO ivr_receivedwebhook
  (organization_id, kind, url, call_sid, params, dedupe_key, announced, response, error)
VALUES
  (%(organization_id)s, %(kind)s, %(url)s, %(call_sid)s, %(params)s, %(dedupe_key)s, %(announced)s, '', '')
ON CONFLICT (organization_id, dedupe_key) DO NOTHING
"""
_ENTER = "SELECT set_config('app.organization_id', %(organization_id)s::text, true)"
_LEAVE = "SELECT set_config('app.organization_id', '', true)"
_LOCK = """
SELECT id, processed_at IS NOT NULL, response FROM ivr_receivedwebhook
WHERE organization_id = %s AND dedupe_key = %s FOR UPDATE
"""
_MARK = "UPDATE ivr_receivedwebhook SET processed_at = %s, response = %s WHERE id = %s"


@dataclass(frozen=True)
class Webhook:
    """One verified request of the carrier. `url` is path and query."""

    kind: str
    url: str
    params: Mapping[str, str]

    @property
    def call_sid(self) -> str:
        """The leg it is about; empty when it is about none."""
        return self.params.get("CallSid", "")[:64]

    @cached_property
    def dedupe_key(self) -> str:
        """The same for a repetition of the same request, which carries no number of its own."""
        text = f"{self.kind}\n{self.url}\n{self.params_as_json}"
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def params_as_json(self) -> str:
        """The parameters in one order."""
        return json.dumps(dict(self.params), sort_keys=True)


def store_webhook(organization_id: int, webhook: Webhook) -> None:
    """Store a webhook whose sender waits; a repetition is there already. One round trip, as below."""
    with connection.cursor() as cursor:
        cursor.execute(_alone(_STORE), _row(organization_id, webhook, announced=False))


def store_callback(organization_id: int, webhook: Webhook) -> None:
    """Store a webhook that nobody waits for, and have it processed. A repetition is processed once.

    One round trip and one commit, which is why it is not inside `tenant()`: callbacks come in floods. The
    statements sent together are one transaction.
    """
    event = WebhookStored(webhook_key=webhook.dedupe_key, call_sid=webhook.call_sid)
    emit_it, values = statement_of(event, organization_id=organization_id, actor=SYSTEM_ACTOR.as_json())
    with connection.cursor() as cursor:
        cursor.execute(
            _alone(_STORE, emit_it),
            values | _row(organization_id, webhook, announced=True),
        )
    wake_after_commit("relay")


def _alone(*statements: str) -> str:
    """These statements as one transaction of the organisation, in one round trip."""
    # The setting ends with the transaction; within another one it must be taken back.
    after = [_LEAVE] if connection.in_atomic_block else []
    return "; ".join([_ENTER, *statements, *after])


def _row(organization_id: int, webhook: Webhook, *, announced: bool) -> dict[str, Any]:
    return {
        "organization_id": organization_id,
        "kind": webhook.kind,
        "url": webhook.url[:500],
        "call_sid": webhook.call_sid,
        "params": webhook.params_as_json,
        "dedupe_key": webhook.dedupe_key,
        "announced": announced,
    }


def announce_unprocessed(webhook_id: int) -> bool:
    """Have a webhook processed in the background whose processing failed or never came. Once."""
    rows = ReceivedWebhook.objects.filter(id=webhook_id, processed_at=None, announced=False)
    if not rows.update(announced=True):
        return False
    webhook = ReceivedWebhook.objects.get(id=webhook_id)
    event = WebhookStored(webhook_key=webhook.dedupe_key, call_sid=webhook.call_sid)
    emit(event, actor=SYSTEM_ACTOR.as_json())
    return True


def locked_webhook(**which: object) -> ReceivedWebhook:
    """The row, locked: a repetition waits until the first has been processed."""
    return ReceivedWebhook.objects.select_for_update().get(**which)


@dataclass(frozen=True)
class Stored:
    """A stored webhook whose sender waits, locked. `response`: what it was answered before, else empty."""

    id: int
    response: str


def lock_stored(webhook: Webhook) -> Stored:
    """The row of a webhook that is in our hands: only what the row alone knows is read."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [current_organization_id(), webhook.dedupe_key])
        webhook_id, is_processed, response = cursor.fetchone()
    return Stored(webhook_id, response if is_processed else "")


def mark_answered(stored: Stored, response: str) -> None:
    """It needs nothing more; a repetition will be answered the same."""
    send_with_next(_MARK, [clock.now(), response, stored.id])


def mark_processed(webhook: ReceivedWebhook) -> None:
    """It needs nothing more."""
    webhook.processed_at = clock.now()
    webhook.save(update_fields=["processed_at"])


def note_failure(webhook: Webhook, error: Exception) -> None:
    """Keep why processing failed, and have it tried again."""
    stored = ReceivedWebhook.objects.get(dedupe_key=webhook.dedupe_key)
    stored.error = f"{type(error).__name__}: {error}"[:2000]
    stored.save(update_fields=["error"])
    announce_unprocessed(stored.id)
