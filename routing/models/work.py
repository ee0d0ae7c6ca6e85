"""What waits, to whom it was offered, and why."""

from django.db import models
from django.db.models.functions import Now

from accounts.models import Member
from customers.models import Interaction
from foundation.models import TenantModel
from routing.models.setup import Queue


class WorkItem(TenantModel):
    """What waits: one interaction in one queue. waiting → offered → assigned → done; waiting → left.

    `done_at` is empty as long as it is live: neither done nor left.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        OFFERED = "offered", "Offered"
        ASSIGNED = "assigned", "Assigned"
        DONE = "done", "Done"
        LEFT = "left", "Left"

    interaction = models.ForeignKey(Interaction, on_delete=models.CASCADE, related_name="work_items")
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, db_index=False)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    base_score = models.FloatField(default=0)
    channel = models.CharField(max_length=10, default="voice")
    wants = models.JSONField(
        default=dict,
        help_text="language, region, preferred_member_id, preferred_pool_id, pinned_pool_id, barred_pools, "
        "requirements",
    )
    entered_at = models.DateTimeField(help_text="The contact's age counts from here, in any queue")
    queued_at = models.DateTimeField(help_text="This queue's steps count from here")
    avoid = models.JSONField(default=list, help_text="[member id, until epoch second] after a decline")
    token_id = models.BigIntegerField(null=True, help_text="The waiting token, while waiting")
    assigned_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    wrapped_up_at = models.DateTimeField(null=True, blank=True)
    handed_over_by = models.ForeignKey(
        Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    note = models.TextField(blank=True, default="", help_text="Of who handed it over")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["interaction"],
                # Not the state: an index that knows it would be written at every step of the way.
                condition=models.Q(done_at=None),
                name="one_live_work_item",
            )
        ]
        indexes = [models.Index(fields=["queue", "-id"], name="work_of_queue")]


class Offer(TenantModel):
    """A contact reserved for one agent. offered → accepted | declined | expired | revoked | superseded.

    Several at once for one contact are possible; the first to accept wins, the others are superseded.
    """

    class State(models.TextChoices):
        OFFERED = "offered", "Offered"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        EXPIRED = "expired", "Expired"
        REVOKED = "revoked", "Revoked"
        SUPERSEDED = "superseded", "Somebody else was first"

    work_item = models.ForeignKey(WorkItem, on_delete=models.CASCADE, related_name="offers", db_index=False)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, db_index=False)
    state = models.CharField(max_length=10, choices=State, default=State.OFFERED)
    waiting_token_id = models.BigIntegerField()
    seat_token_id = models.BigIntegerField()
    pool_id = models.BigIntegerField(null=True, help_text="For which pool; 0: everybody in-house")
    ready_since = models.DateTimeField(help_text="The seat's, given back when the customer leaves")
    reasons = models.JSONField(default=list, help_text="Sentences")
    offered_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    decline_reason = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["waiting_token_id", "seat_token_id"], name="offer_of_pair")
        ]
        indexes = [
            models.Index(fields=["member", "-id"], name="offer_of_agent"),
            models.Index(fields=["work_item", "-id"], name="offer_of_work"),
            models.Index(fields=["organization_id", "offered_at"], name="offer_of_day"),
        ]


class RuleVersion(TenantModel):
    """A plan, pool, channel or agent as decisions saw it: written once, named by all that saw the same."""

    kind = models.CharField(max_length=8)
    digest = models.CharField(max_length=32)
    body = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization_id", "digest"], name="rule_version_once")
        ]


class DecisionRecord(TenantModel):
    """What the engine saw and chose, so that it can be explained and replayed.

    `inputs` names rules and people by their `RuleVersion`; `routing.rule_versions.inputs_of_record` fills
    them in.
    """

    work_item = models.ForeignKey(WorkItem, on_delete=models.CASCADE, db_index=False)
    offer = models.OneToOneField(Offer, null=True, on_delete=models.CASCADE)
    inputs = models.JSONField()
    reasons = models.JSONField()
    decided_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["work_item", "-id"], name="decision_of_work")]
