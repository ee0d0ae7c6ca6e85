"""A file on its way into the record: its bytes, its rows in chunks, and what became of each chunk."""

from django.db import models
from django.db.models.functions import Now

from accounts.models import Member
from foundation.models import TenantModel


class Import(TenantModel):
    """One file. uploading → reading → mapping → running → done; failed (the file cannot be read) or
    cancelled from any of them but done.

    `mapping` names a target per column (`rules.targets`), `settings` how the file and its rows are read.
    """

    class State(models.TextChoices):
        UPLOADING = "uploading", "Being uploaded"
        READING = "reading", "Being read"
        MAPPING = "mapping", "Waiting for you"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Not readable"
        CANCELLED = "cancelled", "Stopped"

    state = models.CharField(max_length=10, choices=State, default=State.UPLOADING)
    member = models.ForeignKey(Member, null=True, on_delete=models.PROTECT)
    file_name = models.CharField(max_length=120)
    size_bytes = models.BigIntegerField()
    settings = models.JSONField(default=dict)
    read_as = models.JSONField(default=dict, help_text="How it was read: format, encoding, delimiter")
    header = models.JSONField(default=list)
    mapping = models.JSONField(default=list)
    total_rows = models.IntegerField(default=0)
    problem = models.CharField(max_length=400, blank=True, default="")
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["organization_id", "-id"], name="import_newest")]


class ImportPart(TenantModel):
    """A megabyte of the uploaded file. In the database, because any machine's worker may read it next."""

    file = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="parts", db_index=False)
    number = models.IntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="import_part_once")]


class ImportChunk(TenantModel):
    """Some rows of the file (JSON, deflated), written in one transaction. waiting → done; emptied then."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"

    file = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="chunks", db_index=False)
    number = models.IntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    row_count = models.IntegerField()
    rows = models.BinaryField()
    created = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    unchanged = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="import_chunk_once")]
        indexes = [
            models.Index(
                fields=["file", "number"], condition=models.Q(state="waiting"), name="import_chunk_waiting"
            )
        ]


class ImportRefusal(TenantModel):
    """A row that was not taken, and why; with its cells, to be mended and uploaded again."""

    file = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="refusals", db_index=False)
    row = models.IntegerField(help_text="As the spreadsheet counts, the header being 1")
    reasons = models.JSONField(help_text="[[column, sentence], …]")
    cells = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "row"], name="import_refusal_once")]


class ImportKey(TenantModel):
    """Which row of the file first told of a customer (`key`: customer:17), and what it said: for rows that
    say otherwise."""

    file = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="keys", db_index=False)
    key = models.CharField(max_length=280)
    row = models.IntegerField()
    digest = models.CharField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "key"], name="import_key_once")]
