"""Events set for a later time: rows with a due time, claimed by the relay with SKIP LOCKED.

When due, the relay records the event as if it had been emitted then. Its handler checks that it still
applies (the offer may be taken, the promise kept); cancelling is only a courtesy.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from foundation.events import DomainEvent
from foundation.models import Timer
from foundation.postgres.base import send_with_next
from foundation.tenancy import current_organization_id

_SET = """
INSERT INTO foundation_timer (organization_id, key, due_at, name, version, subject, payload, actor)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (organization_id, key) DO UPDATE
SET due_at = excluded.due_at, name = excluded.name, version = excluded.version,
    subject = excluded.subject, payload = excluded.payload, actor = excluded.actor
"""


# The same for many at once.
_SET_MANY = """
INSERT INTO foundation_timer (organization_id, key, due_at, name, version, subject, payload, actor)
SELECT %(organization_id)s, g.key, g.due_at, %(name)s, %(version)s, g.subject, g.payload, %(actor)s
FROM unnest(%(keys)s::text[], %(due)s::timestamptz[], %(subjects)s::text[], %(payloads)s::jsonb[])
  AS g (key, due_at, subject, payload)
ON CONFLICT (organization_id, key) DO UPDATE
SET due_at = excluded.due_at, name = excluded.name, version = excluded.version,
    subject = excluded.subject, payload = excluded.payload, actor = excluded.actor
"""


def emit_at(
    event: DomainEvent, due_at: datetime, *, key: str, actor: Mapping[str, Any] | None = None
) -> None:
    """Record `event` at `due_at`. A timer of the same key is replaced."""
    told = json.dumps(dict(actor or {}), cls=DjangoJSONEncoder)
    what = [event.NAME, event.VERSION, event.subject, event.as_json(), told]
    send_with_next(_SET, [current_organization_id(), key, due_at, *what])


def emit_many_at(timers: Sequence[tuple[DomainEvent, datetime, str]]) -> None:
    """Record many events of one name, each (event, due at, key), at their times; the keys all differ."""
    if not timers:
        return
    events, due, keys = zip(*timers, strict=True)
    values = {
        "organization_id": current_organization_id(),
        "name": events[0].NAME,
        "version": events[0].VERSION,
        "actor": "{}",
        "keys": list(keys),
        "due": list(due),
        "subjects": [event.subject for event in events],
        "payloads": [event.as_json() for event in events],
    }
    send_with_next(_SET_MANY, values)


def cancel_timer(key: str) -> None:
    """Forget a timer, if it has not fired yet."""
    Timer.objects.filter(key=key).delete()
