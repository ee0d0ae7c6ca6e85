"""How long a contact will still wait, and how right such estimates have been."""

import time
from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection

from foundation import clock
from foundation.tenancy import current_organization_id
from routing.engine.filters import could_serve
from routing.engine.scene import Scene
from routing.known import known_setup
from routing.models import Presence, WorkItem
from routing.queries.handling import handle_seconds
from routing.queries.places import ahead_of
from routing.rules import ESTIMATES_COUNT_FOR, Accuracy, Staffing, wait_seconds

ACCURACY_KEPT_SECONDS = 60.0


@dataclass(frozen=True)
class Outlook:
    """Where a waiting contact stands. `seconds` is None when nobody who could answer is at work.

    `raw_seconds` is before the correction, `error_seconds` how far such estimates are usually off.
    """

    work_item_id: int
    queue_id: int
    position: int | None
    raw_seconds: float | None
    seconds: float | None
    error_seconds: float | None
    tells_position: bool = True
    tells_wait: bool = True
    announcement: str = ""  # said while waiting, by a surge plan or by the queue
    callback_after_seconds: int | None = None  # None: nobody is offered to be called back


def outlook_of(interaction_id: int) -> Outlook | None:
    """The contact's place and wait; None when it does not wait."""
    item = (
        WorkItem.objects.filter(interaction_id=interaction_id, done_at=None)
        .exclude(state=WorkItem.State.ASSIGNED)
        .select_related("queue")
        .first()
    )
    if item is None:
        return None
    ahead = _ahead_of(item)
    accuracy = _accuracy_lately(item.queue_id)
    raw = 0.0 if ahead is None else _raw_seconds(item.queue_id, ahead)
    return Outlook(
        work_item_id=item.id,
        queue_id=item.queue_id,
        position=1 if ahead is None else ahead + 1,
        raw_seconds=raw,
        seconds=None if raw is None else accuracy.corrected(raw),
        error_seconds=accuracy.error(),
        tells_position=item.queue.tells_position,
        tells_wait=item.queue.tells_wait,
        announcement=known_setup().lent_texts.get(item.queue_id, item.queue.announcement),
        callback_after_seconds=item.queue.callback_after_seconds if item.queue.offers_callback else None,
    )


def _ahead_of(item: WorkItem) -> int | None:
    """How many come before it; None while it is offered to somebody."""
    if item.state == WorkItem.State.OFFERED or item.token_id is None:
        return None
    return ahead_of(item.token_id, item.queue)


def _raw_seconds(queue_id: int, ahead: int) -> float | None:
    setup = known_setup()
    plan = setup.rules.plans.get(queue_id)
    if plan is None:
        return None
    scene = Scene(setup.rules, clock.now().timestamp())
    able = [agent.id for agent in setup.agents.values() if could_serve(agent, plan, scene)]
    states = Presence.objects.filter(member_id__in=able).values_list("state", flat=True)
    return wait_seconds(Staffing.of(list(states)), ahead, handle_seconds([queue_id])[queue_id])


_lately: dict[tuple[int, int], tuple[float, Accuracy]] = {}


def _accuracy_lately(queue_id: int) -> Accuracy:
    """As of the last minute: it is asked for with every round of every caller."""
    name = current_organization_id(), queue_id
    read_at, accuracy = _lately.get(name, (float("-inf"), Accuracy()))
    if time.monotonic() - read_at > ACCURACY_KEPT_SECONDS:
        accuracy = accuracy_by_queue([queue_id]).get(queue_id, Accuracy())
        _lately[name] = time.monotonic(), accuracy
    return accuracy


def accuracy_by_queue(queue_ids: Collection[int] | None = None) -> dict[int, Accuracy]:
    """What the last week's estimates were worth, of these queues or all that have any."""
    since = clock.now() - ESTIMATES_COUNT_FOR
    chosen = None if queue_ids is None else list(queue_ids)
    with connection.cursor() as cursor:
        cursor.execute(_ACCURACY, {"since": since, "queue_ids": chosen})
        return {
            queue_id: Accuracy(told=told, mean_error=error, bias=bias, factor=factor or 1.0)
            for queue_id, told, error, bias, factor in cursor.fetchall()
        }


_ACCURACY = """
SELECT queue_id, count(*), avg(abs(actual_seconds - seconds)), avg(actual_seconds - seconds),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY actual_seconds / raw_seconds)
         FILTER (WHERE raw_seconds > 0)
FROM routing_waitestimate
WHERE outcome = 'answered' AND told_at > %(since)s
  AND (%(queue_ids)s::bigint[] IS NULL OR queue_id = ANY (%(queue_ids)s))
GROUP BY queue_id
"""
