"""Moving events from the log to their handlers: the relay's steps and the worker's one."""

import json
import logging
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import QuerySet

from foundation import clock
from foundation.events import RecordedEvent, emit_raw, listener_named
from foundation.models import Delivery, Event
from foundation.tenancy import system, tenant

logger = logging.getLogger(__name__)

LANES = ("realtime", "background")

# After this long without being done, a delivery is sent again: twice as long each time, so that a full
# queue is not filled with copies and a handler that kills its worker does so ever more rarely.
LEASE_SECONDS = {"realtime": 5, "background": 60}
# Outward handlers call the carrier twice at most, with time-outs of 4 s to connect and to read. When the
# worker is killed, a caller waits so long for what it had begun.
RUNNING_SECONDS = 20
MAX_ATTEMPTS = 14  # with the back-off below, about half a day
# How many deliveries a worker gets at once. Calls must not wait for each other, figures may.
TOGETHER = {"realtime": 1, "background": 25}
STAMPED_AT_ONCE = 1000
_STAMP_LOCK = 0x626F7468  # "both": one stamper at a time, whichever relay comes first

# MATERIALIZED here and below: as a plain subquery the planner may run it once per row, and each run skips
# what the one before has locked and takes the next, past the limit.
_CLAIM = """
WITH due AS MATERIALIZED (
  SELECT id FROM foundation_delivery
  WHERE lane = %s AND state IN ('pending', 'sent', 'running') AND next_attempt_at <= now()
  ORDER BY next_attempt_at LIMIT %s FOR UPDATE SKIP LOCKED
)
UPDATE foundation_delivery d
SET state = 'sent', sends = sends + 1,
    next_attempt_at = now() + make_interval(secs => %s * power(2, least(sends, 6)))
FROM due WHERE d.id = due.id RETURNING d.organization_id, d.id, d.sends
"""
_GIVE_BACK = """
UPDATE foundation_delivery SET state = 'pending', sends = greatest(sends - 1, 0), next_attempt_at = now()
WHERE id = ANY(%s) AND state = 'sent'
"""
_STAMP = """
WITH base AS (SELECT coalesce(max(position), 0) AS p FROM foundation_event),
fresh AS (
  SELECT id, row_number() OVER (ORDER BY id) AS step FROM foundation_event WHERE position IS NULL
  ORDER BY id LIMIT %s
)
UPDATE foundation_event e SET position = base.p + fresh.step FROM fresh, base WHERE e.id = fresh.id
"""
_DUE = """
WITH due AS MATERIALIZED (
  SELECT id FROM foundation_timer WHERE due_at <= now() ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED
)
DELETE FROM foundation_timer t USING due
WHERE t.id = due.id RETURNING t.organization_id, t.name, t.version, t.subject, t.payload, t.actor
"""

SendToWorker = Callable[[list[int], int, str], None]


def fire_due_timers(limit: int = 200) -> int:
    """Record the events whose time has come. Returns how many."""
    with system():
        with connection.cursor() as cursor:
            cursor.execute(_DUE, [limit])
            due = cursor.fetchall()
        for organization_id, name, version, subject, payload, actor in sorted(due, key=lambda row: row[0]):
            with tenant(organization_id):
                emit_raw(name, version, subject, _as_json(payload), json.loads(_as_json(actor)))
    return len(due)


def stamp_positions() -> int:
    """Give each committed event its place in the feed, in the order of ids among those now visible.

    An event that was committed before another of its subject was even recorded is visible whenever that
    one is, and has the lower id: so one subject's order is kept, and no event is ever passed over.
    """
    with system(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_STAMP_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_STAMP, [STAMPED_AT_ONCE])
        return int(cursor.rowcount)


def send_due_deliveries(send: SendToWorker, limit: int = 200, lanes: Sequence[str] = LANES) -> int:
    """Hand up to `limit` deliveries of each lane to workers, the first lane first. Returns how many.

    One not done within its lease is handed out again. Raises OSError when the broker is away: what it did
    not take is pending again.
    """
    return sum(_send_lane(send, lane, limit) for lane in lanes)


def _send_lane(send: SendToWorker, lane: str, limit: int) -> int:
    with system(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, [lane, limit, LEASE_SECONDS[lane]])
        claimed = cursor.fetchall()
    parcels = list(_parcels(claimed, TOGETHER[lane]))
    for sent, (organization_id, delivery_ids) in enumerate(parcels):
        try:
            send(delivery_ids, organization_id, lane)
        except OSError:
            _give_back([left for _, ids in parcels[sent:] for left in ids])
            raise
    return len(claimed)


def _parcels(claimed: list[tuple[int, int, int]], size: int) -> Iterator[tuple[int, list[int]]]:
    """One organisation's deliveries together; what was sent before goes alone, for it may kill its worker."""
    fresh: dict[int, list[int]] = {}
    for organization_id, delivery_id, sends in sorted(claimed):
        if sends == 1:
            fresh.setdefault(organization_id, []).append(delivery_id)
        else:
            yield organization_id, [delivery_id]
    for organization_id, delivery_ids in fresh.items():
        for start in range(0, len(delivery_ids), size):
            yield organization_id, delivery_ids[start : start + size]


def _give_back(delivery_ids: list[int]) -> None:
    with system(), connection.cursor() as cursor:
        cursor.execute(_GIVE_BACK, [delivery_ids])


def run_deliveries(delivery_ids: Sequence[int], organization_id: int) -> None:
    """Run several, at best in one transaction; when one of them fails, each in its own."""
    done = _run_together(delivery_ids, organization_id) if len(delivery_ids) > 1 else set()
    for delivery_id in delivery_ids:
        if delivery_id not in done:
            run_delivery(delivery_id, organization_id)


def _run_together(delivery_ids: Sequence[int], organization_id: int) -> set[int]:
    """The deliveries done, together with their handlers' effects; none after a failure."""
    done: set[int] = set()
    try:
        with tenant(organization_id):
            for delivery in _held(delivery_ids):
                listener = listener_named(delivery.handler)
                if listener is not None and not listener.outward:
                    listener.handler(_recorded(delivery.event))
                    done.add(delivery.id)
            Delivery.objects.filter(id__in=done).update(state=Delivery.State.DONE, done_at=clock.now())
    except Exception:
        logger.info("deliveries are run one by one", exc_info=True, extra={"delivery_ids": delivery_ids})
        return set()
    return done


def _held(delivery_ids: Sequence[int]) -> QuerySet[Delivery]:
    """Those to be run, held until commit; not what another worker holds."""
    held = Delivery.objects.select_for_update(skip_locked=True, of=("self",)).select_related("event")
    return held.filter(id__in=delivery_ids, state__in=[Delivery.State.PENDING, Delivery.State.SENT]).order_by(
        "id"
    )


def run_delivery(delivery_id: int, organization_id: int) -> None:
    """Run one handler for one event, unless that is done or another worker is at it."""
    try:
        _run(delivery_id, organization_id)
    except Exception as error:
        logger.exception("delivery failed", extra={"delivery_id": delivery_id})
        _retry_later(delivery_id, organization_id, error)


def _run(delivery_id: int, organization_id: int) -> None:
    with tenant(organization_id):
        delivery = _held([delivery_id]).first()
        if delivery is None:
            return
        listener = listener_named(delivery.handler)
        recorded = _recorded(delivery.event)
        if listener is None or not listener.outward:
            if listener is not None:
                listener.handler(recorded)
            _set_state(delivery_id, state=Delivery.State.DONE, done_at=clock.now())
            return
        lease = clock.now() + timedelta(seconds=RUNNING_SECONDS)
        _set_state(delivery_id, state=Delivery.State.RUNNING, next_attempt_at=lease)
    listener.handler(recorded)
    with tenant(organization_id):
        _set_state(delivery_id, state=Delivery.State.DONE, done_at=clock.now())


def _set_state(delivery_id: int, **changes: object) -> None:
    Delivery.objects.filter(id=delivery_id).update(**changes)


def _retry_later(delivery_id: int, organization_id: int, error: Exception) -> None:
    with tenant(organization_id):
        delivery = Delivery.objects.filter(id=delivery_id).exclude(state=Delivery.State.DONE).first()
        if delivery is None:
            return
        delivery.last_error = f"{type(error).__name__}: {error}"[:2000].replace("\0", "")
        delivery.attempts += 1
        delivery.sends = 0
        if delivery.attempts >= MAX_ATTEMPTS:
            delivery.state = Delivery.State.DEAD
        else:
            delivery.state = Delivery.State.PENDING
            delivery.next_attempt_at = clock.now() + backoff(delivery.attempts)
        delivery.save(update_fields=["state", "next_attempt_at", "last_error", "attempts", "sends"])


def backoff(attempts: int) -> timedelta:
    """0.5 s doubling to at most two hours, with jitter so that failures do not come back in step."""
    seconds = min(0.5 * 2 ** max(attempts - 1, 0), 7200)
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311


def retry_dead(delivery_id: int) -> None:
    """Give a dead delivery a new life (the dead-letter view's button)."""
    Delivery.objects.filter(id=delivery_id, state=Delivery.State.DEAD).update(
        state=Delivery.State.PENDING, attempts=0, sends=0, next_attempt_at=clock.now()
    )


def _recorded(event: Event) -> RecordedEvent:
    return RecordedEvent(
        id=event.id,
        organization_id=event.organization_id,
        name=event.name,
        version=event.version,
        subject=event.subject,
        payload=event.payload,
        actor=event.actor,
        occurred_at=event.occurred_at,
    )


def _as_json(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def sweep_finished(keep: timedelta = timedelta(days=2)) -> int:
    """Remove done deliveries and old live entries; the events themselves stay."""
    before = clock.now() - keep
    with system(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM foundation_delivery WHERE state = 'done' AND done_at < %s", [before])
        removed = int(cursor.rowcount)
        cursor.execute("DELETE FROM foundation_liveentry WHERE created_at < %s", [before])
        return removed
