"""Work items and the waiting tokens that stand for their stays in a queue."""

from datetime import datetime

from foundation import clock, rows
from foundation.errors import Refusal
from foundation.live import hint
from foundation.wake import wake_after_commit
from routing.engine import order_key
from routing.models import Queue, WaitingToken, WorkItem

State = WorkItem.State


def open_queue(slug: str) -> Queue:
    """The queue. Refusal `unknown_queue` when it is none, or closed for good."""
    queue = rows.first(Queue, "WHERE slug = %s AND is_active", [slug])
    if queue is None:
        raise Refusal("unknown_queue", f"There is no queue “{slug}”.", field="queue_slug")
    return queue


def live_item(interaction_id: int) -> WorkItem | None:
    """The contact's work item that is not over yet."""
    found = WorkItem.objects.select_related("queue", "interaction")
    return found.filter(interaction_id=interaction_id, done_at=None).first()


def lock_live_item(interaction_id: int) -> WorkItem | None:
    """The contact's live work item, held until commit; its state is final for this transaction.

    While it is waited for, the contact may go on to a stay in another queue: then that one is held.
    """
    while (known := live_item(interaction_id)) is not None:
        item = lock_item(known.id)
        if item.done_at is None:
            return item
    return None


def lock_item(work_item_id: int) -> WorkItem:
    """The work item, held until commit."""
    held = WorkItem.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "queue", "interaction"
    )
    return held.get(id=work_item_id)


def hold_work(interaction_id: int) -> None:
    """Hold a contact's work until commit: before its record, for who will change both."""
    rows.every(WorkItem, "WHERE interaction_id = %s ORDER BY id FOR NO KEY UPDATE", [interaction_id])


def put_in_line(item: WorkItem) -> None:
    """Give the item a fresh token at the place its age deserves, and wake the owner of the order."""
    token = rows.insert(
        WaitingToken(
            work_item_id=item.id,
            queue_id=item.queue_id,
            key=key_of(item.queue, item.base_score, item.entered_at),
            entered_at=item.entered_at,
            queued_at=item.queued_at,
            base_score=item.base_score,
            channel=item.channel,
            wants=item.wants,
            avoid=item.avoid,
        )
    )
    item.state, item.token_id, item.assigned_at = State.WAITING, token.id, None
    rows.update(item, ["state", "token_id", "avoid", "assigned_at"])
    hint("floor", "queues")
    wake_after_commit("routing")


def take_out_of_line(item: WorkItem) -> bool:
    """Delete a held item's token; False when it has none."""
    deleted, _ = WaitingToken.objects.filter(id=item.token_id).delete() if item.token_id else (0, {})
    return bool(deleted)


def close_item(item: WorkItem, *, expected: str, state: str) -> bool:
    """Conditional change to a final state; False when the item was no longer in `expected`."""
    open_item = WorkItem.objects.filter(id=item.id, state=expected)
    changed = open_item.update(state=state, token_id=None, done_at=clock.now())
    hint("floor", "queues")
    return bool(changed)


def key_of(queue: Queue, base_score: float, entered_at: datetime) -> int:
    """Where a contact that entered then stands in the line of a queue."""
    return order_key(
        priority_class=queue.priority_class,
        acceleration=queue.acceleration,
        base_score=base_score,
        entered_us=round(entered_at.timestamp() * 1_000_000),
    )
