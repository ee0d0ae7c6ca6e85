"""Domain events: past-tense facts that an action records in the same transaction as its rows.

The event log is the outbox, the partners' change feed, the audit trail and the source of analytics.
`contactcenter/event_map.py` says who listens. Delivery is at least once per (event, handler), in no
promised order; handlers are idempotent.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal

from django.core.serializers.json import DjangoJSONEncoder

from foundation.postgres.base import send_with_next
from foundation.tenancy import current_organization_id
from foundation.wake import wake_after_commit

Lane = Literal["realtime", "background"]


@dataclass(frozen=True, kw_only=True)
class DomainEvent:
    """Base of all events. Subclasses carry ids and the few facts that must not change; JSON values only."""

    NAME: ClassVar[str]
    VERSION: ClassVar[int] = 1
    # Which field names the record whose events keep their order, e.g. ("customer", "customer_id").
    SUBJECT: ClassVar[tuple[str, str]]

    def as_json(self) -> str:
        """The payload: its fields, which hold JSON values only."""
        return json.dumps(vars(self), cls=DjangoJSONEncoder)

    @property
    def subject(self) -> str:
        """The record this event belongs to, e.g. `customer:17`; empty when it has none."""
        kind, field = self.SUBJECT
        value = getattr(self, field)
        return f"{kind}:{value}" if value is not None else ""


@dataclass(frozen=True)
class RecordedEvent:
    """An event as its handlers and readers get it."""

    id: int
    organization_id: int
    name: str
    version: int
    subject: str
    payload: dict[str, Any]
    actor: dict[str, Any]
    occurred_at: datetime


Handler = Callable[[RecordedEvent], None]


@dataclass(frozen=True)
class Listener:
    """One handler of one event. An `outward` one talks to the outside world, so it runs outside a
    transaction and must bear being run twice; others commit together with the mark that they are done."""

    name: str
    handler: Handler
    lane: Lane
    outward: bool = False


_listeners: dict[str, list[Listener]] = {}
_by_name: dict[str, Listener] = {}


def listen(
    event: type[DomainEvent] | str, handler: Handler, *, lane: Lane = "background", outward: bool = False
) -> None:
    """Register a handler; called by `contactcenter/event_map.py` only. `"*"` listens to every event."""
    name = f"{handler.__module__}.{handler.__qualname__}"
    event_name = event if isinstance(event, str) else event.NAME
    listener = Listener(name=name, handler=handler, lane=lane, outward=outward)
    mine = _listeners.setdefault(event_name, [])
    if all(known.name != name for known in mine):
        mine.append(listener)
    _by_name[name] = listener


def listeners_of(event_name: str) -> list[Listener]:
    """Everyone who listens to this event."""
    return [*_listeners.get(event_name, []), *_listeners.get("*", [])]


def listener_named(name: str) -> Listener | None:
    """The registered handler called `name`, if this release still has it."""
    return _by_name.get(name)


_EMIT = """
SELECT foundation_record_event(
  %(organization_id)s, %(name)s, %(version)s, %(subject)s, %(payload)s, %(actor)s,
  %(handlers)s::text[], %(lanes)s::text[])
"""

# The same for many events of one name, in the order given.
_EMIT_MANY = """
WITH e AS (
  INSERT INTO foundation_event (organization_id, name, version, subject, payload, actor, occurred_at)
  SELECT %(organization_id)s, %(name)s, %(version)s, g.subject, g.payload, %(actor)s, clock_timestamp()
  FROM unnest(%(subjects)s::text[], %(payloads)s::jsonb[]) WITH ORDINALITY AS g (subject, payload, place)
  ORDER BY g.place
  RETURNING id
)
INSERT INTO foundation_delivery
  (organization_id, event_id, handler, lane, state, attempts, sends, next_attempt_at, last_error)
SELECT %(organization_id)s, e.id, h.handler, h.lane, 'pending', 0, 0, now(), ''
FROM e, unnest(%(handlers)s::text[], %(lanes)s::text[]) AS h (handler, lane)
"""


def emit(event: DomainEvent, *, actor: Mapping[str, Any] | None = None) -> None:
    """Record an event and what must be delivered, in the current tenant transaction.

    Emit after the changed rows are locked: that keeps one record's events in order in the feed.
    """
    emit_raw(event.NAME, event.VERSION, event.subject, event.as_json(), actor)


def emit_many(events: Sequence[DomainEvent], *, actor: Mapping[str, Any] | None = None) -> None:
    """Record many events of one name at once, in the current tenant transaction."""
    if not events:
        return
    first = events[0]
    values = _values(current_organization_id(), first.NAME, first.VERSION, "", "", actor)
    values["subjects"] = [event.subject for event in events]
    values["payloads"] = [event.as_json() for event in events]
    send_with_next(_EMIT_MANY, values)
    wake_after_commit("relay")


def emit_raw(name: str, version: int, subject: str, payload: str, actor: Mapping[str, Any] | None) -> None:
    """Record an event whose payload is already JSON (timers keep theirs so)."""
    values = _values(current_organization_id(), name, version, subject, payload, actor)
    send_with_next(_EMIT, values)
    if "realtime" in values["lanes"]:  # the relay comes for background work four times a second anyway
        wake_after_commit("relay")


def statement_of(
    event: DomainEvent, *, organization_id: int, actor: Mapping[str, Any] | None = None
) -> tuple[str, dict[str, Any]]:
    """The SQL that records an event, and its values: for a door that stores and emits in one round trip.

    Who runs it sets the organisation first and wakes the relay after.
    """
    payload = event.as_json()
    return _EMIT, _values(organization_id, event.NAME, event.VERSION, event.subject, payload, actor)


def _values(
    organization_id: int, name: str, version: int, subject: str, payload: str, actor: Mapping[str, Any] | None
) -> dict[str, Any]:
    listeners = listeners_of(name)
    return {
        "organization_id": organization_id,
        "name": name,
        "version": version,
        "subject": subject,
        "payload": payload,
        "actor": json.dumps(dict(actor or {}), cls=DjangoJSONEncoder),
        "handlers": [listener.name for listener in listeners],
        "lanes": [listener.lane for listener in listeners],
    }
