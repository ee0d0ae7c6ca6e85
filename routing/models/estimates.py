"""What callers were told of their wait, and how long it was."""

from django.db import models
from django.db.models.functions import Now

from foundation.models import TenantModel
from routing.models.setup import Queue
from routing.models.work import WorkItem


class WaitEstimate(TenantModel):
    """One estimate of how long a contact would still wait, given to the customer or kept unsaid.

    `raw_seconds` is before the correction by what earlier ones were worth. `actual_seconds` is known when an
    agent has accepted; who left before has none.
    """

    class Outcome(models.TextChoices):
        OPEN = "", "Still waiting"
        ANSWERED = "answered", "Answered"
        LEFT = "left", "Left before"

    work_item = models.ForeignKey(WorkItem, on_delete=models.CASCADE)
    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, db_index=False)
    told_at = models.DateTimeField(db_default=Now())
    position = models.PositiveIntegerField(null=True)
    raw_seconds = models.FloatField()
    seconds = models.FloatField()
    actual_seconds = models.FloatField(null=True, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.OPEN, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["queue", "-told_at"],
                condition=models.Q(outcome="answered"),
                name="estimates_to_learn_from",
            )
        ]
