"""Who takes the work. Waiting contacts and ready seats are token rows: inserted, deleted, never updated."""

from django.db import models
from django.db.models.functions import Now

from accounts.models import Member, Partner
from customers.models import Interaction
from foundation.models import TenantModel


class Skill(TenantModel):
    """Something an agent can do and a queue may require."""

    slug = models.SlugField()
    name = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization_id", "slug"], name="skill_slug")]


class Queue(TenantModel):
    """Where contacts of one kind wait. Service level = answered within `target_seconds`."""

    slug = models.SlugField()
    name = models.CharField(max_length=120)
    announcement = models.CharField(max_length=240, blank=True, default="", help_text="Said while waiting")
    priority_class = models.PositiveSmallIntegerField(default=1, help_text="0 is emergency; strict")
    acceleration = models.FloatField(default=1.0, help_text="Priority points per minute of waiting")
    target_seconds = models.PositiveIntegerField(default=20)
    short_abandon_seconds = models.PositiveIntegerField(default=5)
    offer_seconds = models.PositiveIntegerField(default=20)
    wrap_up_seconds = models.PositiveIntegerField(default=120)
    waiting_target = models.PositiveIntegerField(default=8)
    best_skill_first = models.BooleanField(default=False, help_text="The more skilled before the longer idle")
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization_id", "slug"], name="queue_slug")]


class QueueSkill(TenantModel):
    """A skill that a queue requires at `level` (1–5)."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="requirements")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT)
    level = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["queue", "skill"], name="queue_skill_once")]


class QueueStep(TenantModel):
    """Who may take a contact from `after_seconds` of waiting on: in-house, or a partner.

    "Rings twice in the office, then the partner" is two steps.
    """

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="steps")
    partner = models.ForeignKey(Partner, null=True, blank=True, on_delete=models.PROTECT)
    after_seconds = models.PositiveIntegerField(default=0)


class AgentSkill(TenantModel):
    """What an agent can do, and how well (1–5)."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="skills")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT)
    level = models.PositiveSmallIntegerField(default=3)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "skill"], name="agent_skill_once")]


class Presence(TenantModel):
    """An agent's state now. `state` is what routing counts; `heartbeat_at` is a second, separate fact.

    offline ⇄ ready ⇄ paused; ready → offered → serving → wrap_up → ready | paused | offline;
    offered → ready (declined, expired) | not_responding. Whatever was asked for while busy, or a desktop
    gone silent, decides where busy states lead (`after_work`). No index but the keys: updates stay cheap.
    """

    class State(models.TextChoices):
        OFFLINE = "offline", "Offline"
        READY = "ready", "Ready"
        PAUSED = "paused", "Paused"
        OFFERED = "offered", "Offered"
        SERVING = "serving", "With a customer"
        WRAP_UP = "wrap_up", "Wrap-up"
        NOT_RESPONDING = "not_responding", "Not responding"

    member = models.OneToOneField(Member, on_delete=models.CASCADE, related_name="presence")
    state = models.CharField(max_length=16, choices=State, default=State.OFFLINE)
    reason = models.CharField(max_length=60, blank=True, default="", help_text="Why paused")
    after_work = models.CharField(
        max_length=10, blank=True, default="", help_text="State asked for while busy: paused or offline"
    )
    after_reason = models.CharField(max_length=60, blank=True, default="")
    interaction = models.ForeignKey(
        Interaction,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        db_index=False,
        help_text="What the agent is busy with",
    )
    seat_token_id = models.BigIntegerField(null=True, help_text="The seat token, while ready")
    since = models.DateTimeField(db_default=Now())
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    misses = models.PositiveSmallIntegerField(default=0)


class PresencePeriod(TenantModel):
    """How an agent's time went: periods touch, never overlap."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE)
    state = models.CharField(max_length=16)
    reason = models.CharField(max_length=60, blank=True, default="")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member"], condition=models.Q(ended_at=None), name="one_open_period_per_agent"
            )
        ]


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
    preferred_member = models.ForeignKey(
        Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    language = models.CharField(max_length=8, blank=True, default="", help_text="The customer's, if known")
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


class WaitingToken(TenantModel):
    """One stay in a queue. Its id is the fencing token; `key` is the order (lower first).

    It carries all that a decision needs and nothing about the person, because the owner of the routing
    order reads the tokens of all organisations. Rows come and go: no foreign key may lock what they name.
    """

    work_item = models.ForeignKey(WorkItem, on_delete=models.CASCADE, db_index=False, db_constraint=False)
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, db_index=False, db_constraint=False)
    key = models.BigIntegerField()
    entered_at = models.DateTimeField()
    queued_at = models.DateTimeField()
    base_score = models.FloatField(default=0)
    preferred_member_id = models.BigIntegerField(null=True)
    language = models.CharField(max_length=8, blank=True, default="")
    avoid = models.JSONField(default=list)


class SeatToken(TenantModel):
    """One unit of ready capacity of one agent."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, db_index=False, db_constraint=False)
    ready_since = models.DateTimeField(db_default=Now())


class Offer(TenantModel):
    """A contact reserved for one agent. offered → accepted | declined | expired | revoked."""

    class State(models.TextChoices):
        OFFERED = "offered", "Offered"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        EXPIRED = "expired", "Expired"
        REVOKED = "revoked", "Revoked"

    work_item = models.ForeignKey(WorkItem, on_delete=models.CASCADE, related_name="offers", db_index=False)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, db_index=False)
    state = models.CharField(max_length=10, choices=State, default=State.OFFERED)
    waiting_token_id = models.BigIntegerField(unique=True)
    seat_token_id = models.BigIntegerField()
    ready_since = models.DateTimeField(help_text="The seat's, given back when the customer leaves")
    reasons = models.JSONField(default=list, help_text="Sentences")
    offered_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    decline_reason = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["member", "-id"], name="offer_of_agent"),
            models.Index(fields=["work_item", "-id"], name="offer_of_work"),
            models.Index(fields=["organization_id", "offered_at"], name="offer_of_day"),
        ]


class DecisionRecord(TenantModel):
    """What the engine saw and chose, so that it can be explained and replayed."""

    work_item = models.ForeignKey(WorkItem, on_delete=models.CASCADE, db_index=False)
    offer = models.OneToOneField(Offer, null=True, on_delete=models.CASCADE)
    inputs = models.JSONField()
    reasons = models.JSONField()
    decided_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["work_item", "-id"], name="decision_of_work")]
