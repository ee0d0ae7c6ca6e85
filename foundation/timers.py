"""Events set for a later time: rows with a due time, claimed by the relay with SKIP LOCKED.

When due, the relay records the event as if it had been emitted then. Its handler checks that it still
applies (the offer may be taken, the promise kept); cancelling is only a courtesy.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from foundation.events import DomainEvent
from foundation.models import Timer


def emit_at(
    event: DomainEvent, due_at: datetime, *, key: str, actor: Mapping[str, Any] | None = None
) -> None:
    """Record `event` at `due_at`. A timer of the same key is replaced."""
    timer = Timer(
        key=key,
        due_at=due_at,
        name=event.NAME,
        version=event.VERSION,
        subject=event.subject,
        payload=json.loads(json.dumps(asdict(event), cls=DjangoJSONEncoder)),
        actor=dict(actor or {}),
    )
    Timer.objects.bulk_create(
        [timer],
        update_conflicts=True,
        unique_fields=["organization_id", "key"],
        update_fields=["due_at", "name", "version", "subject", "payload", "actor"],
    )


def cancel_timer(key: str) -> None:
    """Forget a timer, if it has not fired yet."""
    Timer.objects.filter(key=key).delete()
