"""What becomes of contacts that nobody took in time. Each does nothing once the contact waits no more."""

from typing import Any

from django.db import transaction

from accounts.actors import SYSTEM_ACTOR
from customers.actions import reroute_interaction
from foundation import clock
from foundation.events import emit
from foundation.live import hint
from routing.actions.tokens import live_item, lock_item, put_in_line, take_out_of_line
from routing.actions.work import leave_queue
from routing.engine import FinalAction
from routing.events import WorkFinalDue, WorkFinalWanted, WorkFinishedUnserved, WorkQueued
from routing.models import Pool, Queue, WaitingToken, WorkItem
from routing.wants import queue_and_wants

State = WorkItem.State


@transaction.atomic
def carry_out_final(token_id: int, action: FinalAction, *, works: bool = True) -> bool:
    """The time of this stay is over: move the contact on, or ask the door of its channel to end it.

    Moved to a queue, or given to a partner's people, it keeps its age, and has its time anew; what was tried
    before, or whose people are not at work (`works`), gives way to voicemail. True while it waits on where it
    is, until its door acts.
    """
    item = _waiting_item(token_id)
    if item is None:
        return False
    moved = False
    if action.kind == "queue":
        moved = _move(item, action.target_id)
    elif action.kind == "partner" and works:
        moved = _give(item, action.target_id)
    kind = action.kind
    if not moved and kind in ("queue", "partner"):
        kind = "voicemail"
    emit(WorkFinalDue(kind=kind, **_about(item)), actor=SYSTEM_ACTOR.as_json())
    if not moved:
        emit(WorkFinalWanted(kind=kind, text=action.text, **_about(item)), actor=SYSTEM_ACTOR.as_json())
    return not moved


@transaction.atomic
def finish_unserved(interaction_id: int, *, kind: str) -> bool:
    """Voicemail, callback or message ends the wait: out of the line. False when an agent has the contact."""
    item = live_item(interaction_id)
    if item is None:
        return True
    if not leave_queue(interaction_id):
        return False
    emit(WorkFinishedUnserved(kind=kind, **_about(item)), actor=SYSTEM_ACTOR.as_json())
    return True


def _waiting_item(token_id: int) -> WorkItem | None:
    token = WaitingToken.objects.filter(id=token_id).first()
    item = lock_item(token.work_item_id) if token else None
    if item is None or item.token_id != token_id or item.state != State.WAITING:
        return None
    return item


def _move(item: WorkItem, queue_id: int | None) -> bool:
    """To another queue, once each: two that name each other would pass a contact on for ever."""
    visited = [*item.wants.get("visited_queues", []), item.queue_id]
    queue = Queue.objects.filter(id=queue_id or 0, is_active=True).exclude(id__in=visited).first()
    if queue is None or not take_out_of_line(item):
        return False
    reroute_interaction(item.interaction_id, queue_slug=queue.slug, queue_name=queue.name, actor=SYSTEM_ACTOR)
    now = clock.now()
    item.queue, item.queued_at = queue, now
    item.wants = queue_and_wants(queue.slug, item.interaction_id)[1]
    _wait_on(item, visited_queues=visited)
    emit(WorkQueued(**_about(item)), actor=SYSTEM_ACTOR.as_json())
    return True


def _give(item: WorkItem, pool_id: int | None) -> bool:
    """To one pool alone, once."""
    pool = Pool.objects.filter(id=pool_id or 0, is_active=True).first()
    if pool is None or item.wants.get("pinned_pool_id") == pool.id or not take_out_of_line(item):
        return False
    _wait_on(item, pinned_pool_id=pool.id)
    return True


def _wait_on(item: WorkItem, **wants: object) -> None:
    item.wants = {**item.wants, **wants, "final_from": clock.now().timestamp()}
    item.save(update_fields=["queue", "queued_at", "wants"])
    put_in_line(item)
    hint("floor", "queues")


def _about(item: WorkItem) -> dict[str, Any]:
    return {
        "work_item_id": item.id,
        "interaction_id": item.interaction_id,
        "queue_slug": item.queue.slug,
    }
