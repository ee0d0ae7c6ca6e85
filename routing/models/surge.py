"""Surge plans: bundles of changes kept ready, when they ran, and the seats partners were asked for."""

from django.db import models
from django.db.models.functions import Now

from accounts.models import Member, Partner
from foundation.models import TenantModel


class SurgePlan(TenantModel):
    """A plan for the day when too many contact at once. What it changes is its newest version."""

    name = models.CharField(max_length=80)
    purpose = models.CharField(max_length=240, blank=True, default="", help_text="When to start it")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization_id", "name"], name="surge_plan_name")]


class SurgePlanVersion(TenantModel):
    """What a plan changes (`routing.surge.bundle`). Written once."""

    plan = models.ForeignKey(SurgePlan, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    bundle = models.JSONField()
    made_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="surge_plan_version")]


class SurgeRun(TenantModel):
    """One time that a version ran: from `started_at` until `expires_at`, or until it was reverted.

    It is laid over what is set up and changes none of it. `before` is what stood beneath at the start,
    `changed_by_hand` what somebody changed there meanwhile, written down at the end. `announcement_id` is the
    marquee's, whose package is a neighbour.
    """

    class End(models.TextChoices):
        REVERTED = "reverted", "Reverted"
        EXPIRED = "expired", "Ran out"

    plan = models.ForeignKey(SurgePlan, on_delete=models.CASCADE, related_name="runs")
    version = models.ForeignKey(SurgePlanVersion, on_delete=models.CASCADE, related_name="runs")
    started_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    started_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    before = models.JSONField(default=dict)
    changed_by_hand = models.JSONField(default=list)
    reverted_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    reverted_at = models.DateTimeField(null=True)
    end = models.CharField(max_length=8, choices=End, blank=True, default="")
    announcement_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan"], condition=models.Q(reverted_at=None), name="surge_runs_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["organization_id"], condition=models.Q(reverted_at=None), name="surge_running"
            )
        ]


class SeatAsk(TenantModel):
    """Seats that a partner was asked for while a plan runs, and what came of it.

    open → accepted | partial | refused (also when nobody answers by `answer_by`), or withdrawn when the plan
    ends first. `seats_before` were at work when it was asked; `at_work` were on average from `starts_at` to
    `ends_at`, measured when that is over.
    """

    class State(models.TextChoices):
        OPEN = "open", "Waits for an answer"
        ACCEPTED = "accepted", "Accepted"
        PARTIAL = "partial", "Accepted in part"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Withdrawn"

    run = models.ForeignKey(SurgeRun, on_delete=models.CASCADE, related_name="asks")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="seat_asks")
    seats = models.PositiveIntegerField()
    seats_before = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    seats_promised = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=240, blank=True, default="")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=120, blank=True, default="", help_text="Empty: the deadline")
    at_work = models.FloatField(null=True)

    class Meta:
        indexes = [models.Index(fields=["partner", "-id"], name="seat_ask_of_partner")]
