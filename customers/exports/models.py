"""A file that was asked for, and its bytes until they expire."""

from django.db import models
from django.db.models.functions import Now

from accounts.models import Member
from foundation.models import TenantModel


class Export(TenantModel):
    """One file. waiting → running → done → expired; failed instead of done."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Being written"
        DONE = "done", "Ready"
        EXPIRED = "expired", "Expired"
        FAILED = "failed", "Failed"

    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    kind = models.CharField(max_length=40, help_text="A list's name, or organization")
    file_format = models.CharField(max_length=6)
    choices = models.JSONField(default=dict, help_text="What of the list: search text, state, customer")
    member = models.ForeignKey(Member, null=True, on_delete=models.PROTECT)
    file_name = models.CharField(max_length=120)
    row_count = models.BigIntegerField(default=0)
    size_bytes = models.BigIntegerField(default=0)
    problem = models.CharField(max_length=400, blank=True, default="")
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["organization_id", "-id"], name="export_newest")]


class ExportPart(TenantModel):
    """A megabyte of the file."""

    file = models.ForeignKey(Export, on_delete=models.CASCADE, related_name="parts", db_index=False)
    number = models.IntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="export_part_once")]
