"""What the customer is waiting for."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from accounts.actors import Hand
from accounts.models import Member, Partner
from cases.reasons.models import ReasonModel as ReasonModel
from cases.reasons.models import TrainingRun as TrainingRun
from customers.models import Customer, Interaction
from foundation.models import TenantModel


class Case(TenantModel):
    """One matter of one customer across channels and companies. open ⇄ solved."""

    when_merged: ClassVar[str] = "moves"
    gives_partner_reason: ClassVar[tuple[str, tuple[str, ...]]] = ("partner", ("open",))

    class State(models.TextChoices):
        OPEN = "open", "Open"
        SOLVED = "solved", "Solved"

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="cases")
    title = models.CharField(max_length=200)
    reason = models.CharField(max_length=60, blank=True, default="", help_text="Reason for contact")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    partner = models.ForeignKey(
        Partner, null=True, blank=True, on_delete=models.PROTECT, help_text="Who works on it; empty: in-house"
    )
    version = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField(db_default=Now())
    solved_at = models.DateTimeField(null=True, blank=True)
    turns = ArrayField(
        models.DateTimeField(),
        default=list,
        db_default=[],
        help_text="When solved, reopened, solved …",
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["organization_id", "customer"], condition=models.Q(state="open"), name="case_open"
            )
        ]


class Promise(TenantModel):
    """What was promised, to whom, until when, and which company owes it.

    open → kept | broken | withdrawn; broken → kept late (kept with kept_at > due_at).
    """

    when_merged: ClassVar[str] = "moves"
    gives_partner_reason: ClassVar[tuple[str, tuple[str, ...]]] = ("owed_by", ("open", "broken"))

    class State(models.TextChoices):
        OPEN = "open", "Open"
        KEPT = "kept", "Kept"
        BROKEN = "broken", "Broken"
        WITHDRAWN = "withdrawn", "Withdrawn"

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="promises")
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.PROTECT, related_name="promises")
    interaction = models.ForeignKey(Interaction, null=True, blank=True, on_delete=models.PROTECT)
    text = models.CharField(max_length=240, help_text='What, in plain words: "access link by e-mail"')
    due_at = models.DateTimeField()
    owed_by = models.ForeignKey(
        Partner, null=True, blank=True, on_delete=models.PROTECT, help_text="Empty: in-house owes it"
    )
    owner = models.ForeignKey(Member, null=True, blank=True, on_delete=models.PROTECT)
    hand = models.CharField(max_length=10, choices=Hand)
    promised_by = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    outcome = models.CharField(max_length=240, blank=True, default="")
    version = models.PositiveIntegerField(default=1)
    promised_at = models.DateTimeField(db_default=Now())
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.CharField(max_length=120, blank=True, default="")
    warned_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    kept_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["organization_id", "due_at"],
                condition=models.Q(state__in=["open", "broken"]),
                name="promise_due",
            ),
            models.Index(fields=["customer", "-due_at"], name="promise_of_customer"),
        ]
