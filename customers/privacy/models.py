"""Legal holds, erasures with their receipts, and how long each kind of data is kept."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from accounts.models import Member, Partner
from foundation import clock
from foundation.models import TenantModel


class LegalHold(TenantModel):
    """Nothing of this customer's may be erased until `lifted_at`. Several may stand at once."""

    when_merged: ClassVar[str] = "moves"

    customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="legal_holds")
    reason = models.CharField(max_length=200)
    placed_by = models.CharField(max_length=120)
    placed_by_member = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField(db_default=Now())
    lifted_by = models.CharField(max_length=120, blank=True, default="")
    lifted_reason = models.CharField(max_length=200, blank=True, default="")
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["organization_id", "customer"],
                condition=models.Q(lifted_at=None),
                name="hold_standing",
            )
        ]


class Erasure(TenantModel):
    """The certificate that a person was erased. It names nobody: numbers of records that are gone, counts,
    and keyed hashes, by which only somebody who brings the identifier and the key can tell that it was meant.

    `digest` covers the certificate and the digest before it, so that none can be changed or taken out.
    """

    class Basis(models.TextChoices):
        ASKED = "asked", "The person asked for it"
        WITHDRAWN = "withdrawn", "Consent was withdrawn"
        NEEDLESS = "needless", "The data is no longer needed"
        UNLAWFUL = "unlawful", "The data should not have been kept"
        ORDERED = "ordered", "An authority ordered it"

    record_number = models.BigIntegerField(help_text="The number of the record that is gone")
    merged_record_numbers = ArrayField(models.BigIntegerField(), default=list)
    basis = models.CharField(max_length=10, choices=Basis)
    erased_by = models.CharField(max_length=120)
    erased_by_member = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    erased_at = models.DateTimeField()
    erased = models.JSONField(help_text="{kind: rows}")
    stripped = models.JSONField(help_text="{kind: rows}: they stay without the person")
    looked = models.JSONField(help_text="{company: reads} of the record while it was there")
    salt = models.CharField(max_length=32)
    identifier_hashes = ArrayField(models.CharField(max_length=64), default=list)
    previous_digest = models.CharField(max_length=64, blank=True, default="")
    digest = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["organization_id", "-id"], name="erasures_newest")]


class ErasureReceipt(TenantModel):
    """A partner that could see the person is to erase them too, and says when it has."""

    class How(models.TextChoices):
        SYSTEM = "system", "By their system"
        HAND = "hand", "Entered by hand"

    erasure = models.ForeignKey(Erasure, on_delete=models.PROTECT, related_name="receipts")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    record_numbers = ArrayField(models.BigIntegerField(), help_text="The numbers under which they knew them")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.CharField(max_length=120, blank=True, default="")
    how = models.CharField(max_length=8, choices=How, blank=True, default="")

    @property
    def state(self) -> str:
        """Waiting, overdue or confirmed."""
        if self.confirmed_at is not None:
            return "confirmed"
        return "overdue" if self.due_at < clock.now() else "waiting"

    class Meta:
        constraints = [models.UniqueConstraint(fields=["erasure", "partner"], name="one_receipt_per_partner")]
        indexes = [
            models.Index(
                fields=["organization_id", "due_at"],
                condition=models.Q(confirmed_at=None),
                name="receipt_waiting",
            ),
            models.Index(fields=["partner", "-id"], name="receipts_of_partner"),
        ]


class RetentionRule(TenantModel):
    """How long this organisation keeps one kind of data, where that is not the usual time."""

    kind = models.CharField(max_length=40)
    keep_days = models.PositiveIntegerField(null=True, blank=True, help_text="Empty: for good")
    changed_by = models.CharField(max_length=120)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization_id", "kind"], name="one_retention_rule")]


class RetentionRun(TenantModel):
    """One night's work on one kind of data. running → done | stopped (more is left for the next night) |
    failed."""

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        STOPPED = "stopped", "To be continued"
        FAILED = "failed", "Failed"

    kind = models.CharField(max_length=40)
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    keep_days = models.PositiveIntegerField()
    removed = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0, help_text="Old enough, but under a legal hold")
    problem = models.CharField(max_length=200, blank=True, default="")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["organization_id", "kind", "-id"], name="retention_newest")]
