"""What a waiting customer was told, and what it was worth."""

from django.db.models import DurationField, ExpressionWrapper, F, Value
from django.db.models.functions import Extract

from foundation import clock, rows
from routing.models import WaitEstimate, WorkItem
from routing.queries.waits import Outlook

Outcome = WaitEstimate.Outcome


def note_estimate(outlook: Outlook) -> None:
    """Keep an estimate, so that it can be compared with what came; nothing when there is none."""
    if outlook.raw_seconds is None or outlook.seconds is None:
        return
    rows.add(
        WaitEstimate(
            work_item_id=outlook.work_item_id,
            queue_id=outlook.queue_id,
            told_at=clock.now(),
            position=outlook.position,
            raw_seconds=outlook.raw_seconds,
            seconds=outlook.seconds,
        )
    )


def settle_estimates(work_item_id: int, *, outcome: str) -> int:
    """The contact was answered, or left: its open estimates are compared. Returns how many; again none."""
    estimates = WaitEstimate.objects.filter(work_item_id=work_item_id, outcome=Outcome.OPEN)
    answered_at = WorkItem.objects.values_list("assigned_at", flat=True).get(id=work_item_id)
    if outcome != Outcome.ANSWERED or answered_at is None:
        return estimates.update(outcome=Outcome.LEFT)
    waited = ExpressionWrapper(Value(answered_at) - F("told_at"), output_field=DurationField())
    return estimates.update(outcome=outcome, actual_seconds=Extract(waited, "epoch"))
