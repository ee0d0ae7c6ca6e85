"""The trained models, newest last; the latest decides what is in force. And the trainings under way."""

from django.db import models
from django.db.models.functions import Now

from foundation.models import TenantModel


class ReasonModel(TenantModel):
    """One training: what it was made from, how often it was right, and its weights as JSON.

    `in_force` is False where there were too few contacts or the plain frequency does as well; then the rules
    guess, and `verdict` says why. `made_from` is a digest of everything it was trained on.
    """

    made_from = models.CharField(max_length=64)
    trained_at = models.DateTimeField(db_default=Now())
    in_force = models.BooleanField(default=False)
    verdict = models.CharField(max_length=20, help_text="better, too_few, too_short, no_better, rules_better")
    contacts = models.PositiveIntegerField()
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    held_out_from = models.DateTimeField(null=True)
    seconds = models.FloatField(default=0, help_text="How long reading and training took")
    evaluation = models.JSONField(default=dict)
    weights = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization_id", "made_from"], name="one_training_of_the_same")
        ]
        indexes = [models.Index(fields=["organization_id", "-id"], name="reason_model_newest")]


class TrainingRun(TenantModel):
    """One training being asked for and made: waiting → running → done | failed. One at a time is open.

    `told_at` is its last sign of life: one that has been silent for long is taken for dead.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "About to start"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    asked_by = models.CharField(max_length=120)
    asked_at = models.DateTimeField(db_default=Now())
    told_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)
    contacts_read = models.PositiveIntegerField(default=0)
    contacts_wanted = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization_id"],
                condition=models.Q(state__in=["waiting", "running"]),
                name="one_training_at_once",
            )
        ]
        indexes = [models.Index(fields=["organization_id", "-id"], name="training_run_newest")]
