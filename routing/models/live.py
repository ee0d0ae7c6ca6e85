"""Who is there and what they are busy with: presence, engagements, and the tokens of free capacity."""

from django.db import models
from django.db.models.functions import Now

from accounts.models import Member
from customers.models import Interaction
from foundation.models import TenantModel
from routing.models.setup import Queue
from routing.models.work import WorkItem


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


class Engagement(TenantModel):
    """One contact an agent is busy with, and the units it takes of their 100.

    offered → serving → wrap_up, or over at any of them: then `ended_at` is set. An agent may have several.
    """

    class State(models.TextChoices):
        OFFERED = "offered", "Offered"
        SERVING = "serving", "With a customer"
        WRAP_UP = "wrap_up", "Wrap-up"

    member = models.ForeignKey(Member, on_delete=models.CASCADE, db_index=False, related_name="engagements")
    work_item = models.ForeignKey(WorkItem, on_delete=models.CASCADE, db_index=False)
    interaction = models.ForeignKey(Interaction, on_delete=models.CASCADE, db_index=False)
    channel = models.CharField(max_length=10)
    units = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.OFFERED)
    since = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member", "work_item"], condition=models.Q(ended_at=None), name="engaged_once"
            )
        ]
        indexes = [
            models.Index(fields=["interaction"], condition=models.Q(ended_at=None), name="engaged_with")
        ]


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
    channel = models.CharField(max_length=10, default="voice")
    wants = models.JSONField(default=dict, help_text="See WorkItem")
    avoid = models.JSONField(default=list)


class SeatToken(TenantModel):
    """What capacity an agent who is ready has left: one row each, replaced whenever it changes.

    `held` is contacts per channel; the idle clocks are the queue's to choose (`Queue.IdleClock`).
    """

    member = models.ForeignKey(Member, on_delete=models.CASCADE, db_index=False, db_constraint=False)
    ready_since = models.DateTimeField(db_default=Now())
    units_used = models.PositiveSmallIntegerField(default=0)
    held = models.JSONField(default=dict)
    last_inbound_at = models.DateTimeField(null=True)
    last_offer_at = models.DateTimeField(null=True)
    last_end_at = models.DateTimeField(null=True)


class ChangeToken(TenantModel):
    """The owner of the order must read this organisation's rules and people anew. Rows come and go."""

    made_at = models.DateTimeField(db_default=Now())
