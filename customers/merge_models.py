"""Records that turned out to be one person's: pairs that may be, merges that were made, numbers of many."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from accounts.actors import Hand
from accounts.models import Member
from foundation.models import TenantModel


class CustomerMerge(TenantModel):
    """One record (the loser) became part of another (the winner): what moved, what changed, so that it can
    be undone exactly. Standing until `undone_at`; a record is the loser of at most one standing merge.

    `moved` and `high_water`: per relation ("cases.Case.customer") the rows that came from the loser, and the
    highest row id of either record then: what is above arrived since. `changes`: [{label, pk, field, before,
    after}], what the merge wrote on rows that stayed. `arrivals`: what came since, and whose it became.
    """

    when_merged: ClassVar[str] = "stays"

    winner = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="merges")
    loser = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="merged_by")
    merged_at = models.DateTimeField(db_default=Now())
    hand = models.CharField(max_length=10, choices=Hand)
    author = models.CharField(max_length=120, blank=True, default="")
    member = models.ForeignKey(Member, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=160, blank=True, default="")
    score = models.PositiveSmallIntegerField(null=True, blank=True)
    reasons = models.JSONField(default=list, blank=True)
    moved = models.JSONField(default=dict, blank=True)
    high_water = models.JSONField(default=dict, blank=True)
    changes = models.JSONField(default=list, blank=True)
    winner_partner_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    loser_partner_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=120, blank=True, default="")
    arrivals = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["loser"], condition=models.Q(undone_at=None), name="one_standing_merge"
            )
        ]
        indexes = [models.Index(fields=["organization_id", "-merged_at"], name="merges_newest")]


class DuplicatePair(TenantModel):
    """Two records that may be one person's (`first` has the lower id): waiting → merged | different.

    `score` is 0 to 100, `reasons` [{code, text, points}]; `is_safe` means that a rule may merge them.
    """

    when_merged: ClassVar[str] = "derived"

    class State(models.TextChoices):
        WAITING = "waiting", "To be looked at"
        MERGED = "merged", "Merged"
        DIFFERENT = "different", "Not a duplicate"

    first = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="+")
    score = models.PositiveSmallIntegerField()
    reasons = models.JSONField(default=list)
    is_safe = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    found_by = models.CharField(max_length=10, help_text="write, sweep or person")
    found_at = models.DateTimeField(db_default=Now())
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(Member, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="duplicate_pair_once")]
        indexes = [
            models.Index(
                fields=["organization_id", "-score", "id"],
                condition=models.Q(state="waiting"),
                name="duplicates_waiting",
            )
        ]


class CandidateKey(TenantModel):
    """What a record shares with its possible duplicates: records with an equal key are compared."""

    when_merged: ClassVar[str] = "derived"

    customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=120)

    class Meta:
        indexes = [models.Index(fields=["organization_id", "key", "customer"], name="candidate_key")]


class SharedIdentity(TenantModel):
    """A number or address that many people use (a hotel's, a family's): it never says who is calling."""

    kind = models.CharField(max_length=20)
    value = models.CharField(max_length=254)
    note = models.CharField(max_length=120, blank=True, default="")
    hand = models.CharField(max_length=10, choices=Hand)
    author = models.CharField(max_length=120, blank=True, default="")
    marked_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization_id", "kind", "value"], name="shared_identity_once")
        ]
