"""Runs of the routing simulator that supervisors asked for."""

from django.db import models
from django.db.models.functions import Now

from accounts.models import Member
from foundation.models import TenantModel
from routing.models.surge import SurgePlanVersion


class SimulationRun(TenantModel):
    """One question to the simulator and its answer. requested → running → done | failed.

    `beat_at` moves while somebody computes; a run that stands still is taken up by another worker.
    """

    class State(models.TextChoices):
        REQUESTED = "requested", "Waits for a worker"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    member = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    source = models.CharField(max_length=80, help_text="`history`, or `example:` and its name")
    weeks = models.PositiveSmallIntegerField(default=0, help_text="Of history")
    change = models.JSONField(default=dict, help_text="seats by pool id, numbers by queue id")
    surge = models.ForeignKey(
        SurgePlanVersion, null=True, on_delete=models.CASCADE, related_name="previews", help_text="Tried out"
    )
    words = models.CharField(
        max_length=240, blank=True, default="", help_text="The change, to stand after “with”"
    )
    seed = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=9, choices=State, default=State.REQUESTED)
    progress = models.FloatField(default=0, help_text="0–1")
    problem = models.CharField(max_length=240, blank=True, default="")
    result = models.JSONField(null=True, help_text="Comparison, or one result where nothing was changed")
    created_at = models.DateTimeField(db_default=Now())
    beat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["organization_id", "-id"], name="simulation_of_day")]
