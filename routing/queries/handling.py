"""How long contacts have kept their agents lately."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from routing.models import WorkItem

RECENT = 50  # contacts whose handling time counts for an estimate


def handle_seconds(queue_ids: Sequence[int]) -> dict[int, list[float]]:
    """Talk and wrap-up of the last contacts of each queue, in one question."""
    seconds: dict[int, list[float]] = {queue_id: [] for queue_id in queue_ids}
    recent = [_recently_done(queue_id) for queue_id in queue_ids]
    if recent:
        for queue_id, began, done_at, wrapped in recent[0].union(*recent[1:], all=True):
            seconds[queue_id].append(((wrapped or done_at) - began).total_seconds())
    return seconds


def _recently_done(queue_id: int) -> QuerySet[WorkItem, tuple[Any, ...]]:
    done = WorkItem.objects.filter(queue_id=queue_id, state=WorkItem.State.DONE).exclude(assigned_at=None)
    rows = done.order_by("-id").values_list("queue_id", "assigned_at", "done_at", "wrapped_up_at")
    return rows[:RECENT]
