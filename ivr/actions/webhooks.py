"""What the carrier sends, stored before anything is done about it and processed once."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db import connection

from accounts.actors import SYSTEM_ACTOR
from foundation import clock
from foundation.events import emit
from foundation.tenancy import current_organization_id
from ivr.events import WebhookStored
from ivr.models import ReceivedWebhook

_STORE = """
INSERT INTO ivr_receivedwebhook
  (organization_id, kind, url, call_sid, params, dedupe_key, announced, response, error)
VALUES
  (%(organization_id)s, %(kind)s, %(url)s, %(call_sid)s, %(params)s, %(dedupe_key)s, %(announced)s, '', '')
ON CONFLICT (organization_id, dedupe_key) DO NOTHING RETURNING id
"""
_FIND = "SELECT id FROM ivr_receivedwebhook WHERE organization_id = %s AND dedupe_key = %s"


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

    @property
    def dedupe_key(self) -> str:
        """The same for a repetition of the same request, which carries no number of its own."""
        text = f"{self.kind}\n{self.url}\n{urlencode(sorted(self.params.items()))}"
        return hashlib.sha256(text.encode()).hexdigest()


def store_webhook(webhook: Webhook, *, announce: bool) -> int:
    """Store it once; the id of the row, the first one's for a repetition.

    `announce`: nobody waits for an answer, so an event has it processed.
    """
    values: dict[str, str | int | bool] = {
        "organization_id": current_organization_id(),
        "kind": webhook.kind,
        "url": webhook.url[:500],
        "call_sid": webhook.call_sid,
        "params": json.dumps(dict(webhook.params)),
        "dedupe_key": webhook.dedupe_key,
        "announced": announce,
    }
    with connection.cursor() as cursor:
        cursor.execute(_STORE, values)
        stored = cursor.fetchone()
        if stored is None:
            cursor.execute(_FIND, [values["organization_id"], values["dedupe_key"]])
            return int(cursor.fetchone()[0])
    if announce:
        _announce(stored[0], webhook.call_sid)
    return int(stored[0])


def announce_unprocessed(webhook_id: int) -> bool:
    """Have a webhook processed in the background whose processing failed or never came. Once."""
    rows = ReceivedWebhook.objects.filter(id=webhook_id, processed_at=None, announced=False)
    if not rows.update(announced=True):
        return False
    _announce(webhook_id, "")
    return True


def locked_webhook(webhook_id: int) -> ReceivedWebhook:
    """The row, locked: a repetition waits until the first has been processed."""
    return ReceivedWebhook.objects.select_for_update().get(id=webhook_id)


def mark_processed(webhook: ReceivedWebhook, *, response: str = "") -> None:
    """It needs nothing more; `response` is what a repetition will be answered."""
    webhook.processed_at = clock.now()
    webhook.response = response
    webhook.save(update_fields=["processed_at", "response"])


def note_failure(webhook_id: int, error: Exception) -> None:
    """Keep why processing failed, and have it tried again."""
    ReceivedWebhook.objects.filter(id=webhook_id).update(error=f"{type(error).__name__}: {error}"[:2000])
    announce_unprocessed(webhook_id)


def _announce(webhook_id: int, call_sid: str) -> None:
    emit(WebhookStored(webhook_id=webhook_id, call_sid=call_sid), actor=SYSTEM_ACTOR.as_json())
