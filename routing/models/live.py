"""Who is there and what they are busy with: presence, engagements, and the tokens of free capacity."""

from django.db import models
from django.db.models.functions import Now

from accounts.models import Member
from customers.models import Interaction
from foundation.models import TenantModel
from routing.models.setup import Queue
from routing.models.work import WorkItem


class Presence(TenantModel):
    """An agent's state in one word, from two facts: what they declare, and what they are engaged with.

    Declared: offline ⇄ ready ⇄ paused, or not_responding after missed offers. While engaged the word is
    serving before offered before wrap_up, and what is declared waits in `after_work` (empty: ready). That
    the desktop breathes (`heartbeat_at`) and its microphone works are facts of their own. No index but the
    keys: updates stay cheap.
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
        max_length=16, blank=True, default="", help_text="What is declared while busy, when not ready"
    )
    after_reason = models.CharField(max_length=60, blank=True, default="")
    interaction = models.ForeignKey(
        Interaction,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        db_index=False,
        help_text="The contact that `state` speaks of, the last of several",
    )
    seat_token_id = models.BigIntegerField(null=True, help_text="The seat token, while capacity is left")
    since = models.DateTimeField(db_default=Now())
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    microphone_lost_at = models.DateTimeField(null=True, blank=True, help_text="No calls since then")
    misses = models.PositiveSmallIntegerField(default=0)
    notice = models.CharField(
        max_length=240, blank=True, default="", help_text="Why somebody else changed the state, and what next"
    )
    ready_since = models.DateTimeField(null=True, blank=True)
    last_inbound_at = models.DateTimeField(null=True, blank=True)
    last_offer_at = models.DateTimeField(null=True, blank=True)
    last_end_at = models.DateTimeField(null=True, blank=True)


class PresencePeriod(TenantModel):
    """How an agent's time went: periods touch, never overlap."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE)
    state = models.CharField(max_length=16)
    reason = models.CharField(max_length=60, blank=True, default="")
    is_productive = models.BooleanField(db_default=False, help_text="A pause that counts as work")
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
    Written by the claim, so no foreign key may cost a look at what it names.
    """

    class State(models.TextChoices):
        OFFERED = "offered", "Offered"
        SERVING = "serving", "With a customer"
        WRAP_UP = "wrap_up", "Wrap-up"

    class ClosedBy(models.TextChoices):
        AGENT = "agent", "The agent"
        TIMER = "timer", "The time was over"
        SUPERVISOR = "supervisor", "A supervisor"
        NONE = "none", "The queue has no wrap-up"

    member = models.ForeignKey(
        Member, on_delete=models.CASCADE, db_index=False, db_constraint=False, related_name="engagements"
    )
    work_item = models.ForeignKey(
        WorkItem, on_delete=models.CASCADE, db_index=False, db_constraint=False, related_name="engagements"
    )
    interaction = models.ForeignKey(
        Interaction, on_delete=models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )
    channel = models.CharField(max_length=10)
    units = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.OFFERED)
    since = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(
        max_length=10, choices=ClosedBy, blank=True, db_default="", help_text="Who ended the wrap-up"
    )
    closed_by_member = models.ForeignKey(
        Member, null=True, on_delete=models.SET_NULL, db_index=False, db_constraint=False, related_name="+"
    )

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

    `held` is contacts per channel, `without` the channels the agent cannot serve just now; the idle clocks
    are the queue's to choose (`Queue.IdleClock`).
    """

    member = models.ForeignKey(Member, on_delete=models.CASCADE, db_index=False, db_constraint=False)
    ready_since = models.DateTimeField(db_default=Now())
    units_used = models.PositiveSmallIntegerField(default=0)
    held = models.JSONField(default=dict)
    without = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    last_inbound_at = models.DateTimeField(null=True)
    last_offer_at = models.DateTimeField(null=True)
    last_end_at = models.DateTimeField(null=True)


class ChangeToken(TenantModel):
    """The owner of the order must read this organisation's rules and people anew. Rows come and go."""

    made_at = models.DateTimeField(db_default=Now())
