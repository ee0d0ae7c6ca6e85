"""Counts by quarter hour, written by handlers of events only."""

from django.db import models

from accounts.models import Partner
from foundation.models import TenantModel


class QueueInterval(TenantModel):
    """What happened in one queue in one quarter hour, counted when it happened.

    `partner` is whose agent it was; empty in-house, and for contacts before anybody answered. Every stay in
    a queue is offered once and ends answered or abandoned; all counts are kept, so that any service level
    formula can be computed. Seconds are sums.
    """

    queue_slug = models.CharField(max_length=60)
    partner = models.ForeignKey(Partner, null=True, blank=True, on_delete=models.CASCADE, db_index=False)
    starts_at = models.DateTimeField()
    offered = models.PositiveIntegerField(default=0)
    answered = models.PositiveIntegerField(default=0)
    answered_in_target = models.PositiveIntegerField(default=0)
    abandoned = models.PositiveIntegerField(default=0)
    short_abandoned = models.PositiveIntegerField(default=0)
    transferred = models.PositiveIntegerField(default=0)
    handled = models.PositiveIntegerField(default=0)
    asked_again = models.PositiveIntegerField(default=0)
    wait_seconds = models.FloatField(default=0)
    talk_seconds = models.FloatField(default=0)
    wrap_up_seconds = models.FloatField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization_id", "queue_slug", "partner", "starts_at"],
                nulls_distinct=False,
                name="one_row_per_interval",
            )
        ]
        indexes = [models.Index(fields=["organization_id", "starts_at"], name="interval_of_day")]
