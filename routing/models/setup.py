"""What an organisation sets up for routing: skills, pools, queues with their steps, channels, reasons."""

from django.db import models

from accounts.hours.models import BusinessHours
from accounts.models import Member, Partner
from foundation.models import TenantModel


class Skill(TenantModel):
    """Something an agent can do and a queue may require. A licence is one that runs out."""

    class Kind(models.TextChoices):
        SKILL = "skill", "Skill"
        LICENCE = "licence", "Licence"

    slug = models.SlugField()
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.SKILL)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization_id", "slug"], name="skill_slug")]


class AgentSkill(TenantModel):
    """What an agent can do, and how well (1–5); a licence counts up to and on `valid_until`."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="skills")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT)
    level = models.PositiveSmallIntegerField(default=3)
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "skill"], name="agent_skill_once")]


class Pool(TenantModel):
    """Agents who may be offered a queue's contacts together: a team in-house, or all of a partner's.

    Everybody in-house is one as well, without a row (`HOUSE_POOL`).
    """

    slug = models.SlugField()
    name = models.CharField(max_length=80)
    partner = models.OneToOneField(
        Partner, null=True, blank=True, on_delete=models.PROTECT, related_name="pool"
    )
    hours = models.ForeignKey(BusinessHours, null=True, blank=True, on_delete=models.PROTECT)
    regions = models.JSONField(default=list, blank=True, help_text="Served first where a queue prefers so")
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization_id", "slug"], name="pool_slug")]


class PoolMember(TenantModel):
    """Who belongs to a team. A partner's agents belong to its pool without a row."""

    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="members")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="pools")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pool", "member"], name="pool_member_once")]


class ChannelRule(TenantModel):
    """What a contact on a channel takes of an agent's 100 units; the usual channels need no row."""

    channel = models.CharField(max_length=10)
    units = models.PositiveSmallIntegerField(default=100)
    most = models.PositiveSmallIntegerField(null=True, blank=True, help_text="At once, per agent")
    excludes = models.JSONField(default=list, blank=True, help_text="Channels not served beside it")
    is_interruptible = models.BooleanField(
        default=False, help_text="Its units do not count where a call comes in"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization_id", "channel"], name="channel_rule")]


class PauseReason(TenantModel):
    """Why agents pause; productive time counts as work."""

    slug = models.SlugField()
    name = models.CharField(max_length=60)
    is_productive = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization_id", "slug"], name="pause_reason")]
        ordering = ["position", "id"]


class Queue(TenantModel):
    """Where contacts of one kind wait. Service level = answered within `target_seconds`."""

    class Fit(models.TextChoices):
        ALL = "all", "All required skills; enough is enough"
        BEST = "best", "All required skills; the most skilled first"
        ANY = "any", "One required skill is enough; the most skilled first"

    class IdleClock(models.TextChoices):
        READY = "ready", "Since ready"
        INBOUND = "inbound", "Since the last inbound contact"
        OFFER = "offer", "Since the last offer"
        END = "end", "Since the last contact ended"

    class Sticky(models.TextChoices):
        NONE = "none", "Anybody"
        AGENT = "agent", "The last agent first"
        TEAM = "team", "The last agent, then the last team"

    class WrapUp(models.TextChoices):
        NONE = "none", "None"
        OPTIONAL = "optional", "The agent may end it at once"
        TIMED = "timed", "Ends by itself"
        FORCED = "forced", "Until the agent has written it down"

    class Final(models.TextChoices):
        VOICEMAIL = "voicemail", "Leave a message"
        CALLBACK = "callback", "Call back"
        MESSAGE = "message", "Say this and end"
        QUEUE = "queue", "Another queue"
        PARTNER = "partner", "A partner"

    class Callback(models.TextChoices):
        AGENT_FIRST = "agent_first", "The agent first, then the customer"
        CUSTOMER_FIRST = "customer_first", "The customer first, then the agent"

    slug = models.SlugField()
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)
    announcement = models.CharField(max_length=240, blank=True, default="", help_text="Said while waiting")
    hours = models.ForeignKey(BusinessHours, null=True, blank=True, on_delete=models.PROTECT)
    target_seconds = models.PositiveIntegerField(default=20)
    short_abandon_seconds = models.PositiveIntegerField(default=5)
    waiting_target = models.PositiveIntegerField(default=8)

    # Who waits first.
    priority_class = models.PositiveSmallIntegerField(default=1, help_text="0 is emergency; strict")
    acceleration = models.FloatField(default=1.0, help_text="Priority points per minute of waiting")
    score_cap = models.FloatField(null=True, blank=True, help_text="Points a contact has at most")
    newest_first = models.BooleanField(default=False)
    delay_seconds = models.PositiveIntegerField(default=0, help_text="Offered to nobody before")

    # Who serves first.
    fit = models.CharField(max_length=4, choices=Fit, default=Fit.ALL)
    agent_order = models.JSONField(default=list, blank=True, help_text="Names of ranks; empty: the usual")
    idle_clock = models.CharField(max_length=8, choices=IdleClock, default=IdleClock.READY)
    local_first = models.BooleanField(default=False)
    sticky = models.CharField(max_length=5, choices=Sticky, default=Sticky.NONE)
    sticky_hours = models.PositiveIntegerField(default=72, help_text="How long the last contact counts")
    sticky_wait_seconds = models.PositiveIntegerField(default=0, help_text="Kept for them at most")

    # The offer and what follows.
    offer_seconds = models.PositiveIntegerField(default=20)
    offers_at_once = models.PositiveSmallIntegerField(default=1)
    wrap_up = models.CharField(max_length=8, choices=WrapUp, default=WrapUp.TIMED)
    wrap_up_seconds = models.PositiveIntegerField(default=120)

    # The end of patience: nobody is stranded.
    deadline_seconds = models.PositiveIntegerField(default=3600, help_text="Of the contact's age")
    final_action = models.CharField(max_length=9, choices=Final, default=Final.VOICEMAIL)
    final_queue = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT)
    final_pool = models.ForeignKey(Pool, null=True, blank=True, on_delete=models.PROTECT)
    final_text = models.CharField(max_length=240, blank=True, default="")

    # What callers are told and offered.
    tells_position = models.BooleanField(default=True)
    tells_wait = models.BooleanField(default=True)
    offers_callback = models.BooleanField(default=False)
    callback_after_seconds = models.PositiveIntegerField(default=120)
    callback_mode = models.CharField(max_length=14, choices=Callback, default=Callback.AGENT_FIRST)
    callback_tries = models.PositiveSmallIntegerField(default=3)

    # Committed shares (`QueueShare`).
    split_minutes = models.PositiveIntegerField(default=60)
    split_is_strict = models.BooleanField(default=False)
    split_override_seconds = models.PositiveIntegerField(
        null=True, blank=True, help_text="After so long anybody may serve"
    )

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
    """Who may take a contact from here on, and for how long until the next step opens too.

    "Rings twice in the office, then the partner" is two steps. A queue without steps is served by everybody
    in-house; so is a step without pools.
    """

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(max_length=80, blank=True, default="")
    wait_seconds = models.PositiveIntegerField(null=True, blank=True, help_text="Empty: until the deadline")
    is_alone = models.BooleanField(default=False, help_text="The pools of earlier steps no longer may")
    skip_if_unstaffed = models.BooleanField(default=False)
    own_requirements = models.BooleanField(
        default=False, help_text="Its skills instead of the queue's, from here on"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["queue", "position"],
                name="queue_step_position",
                deferrable=models.Deferrable.DEFERRED,
            )
        ]
        ordering = ["position", "id"]


class StepPool(TenantModel):
    """A pool that a step opens; empty: everybody in-house."""

    step = models.ForeignKey(QueueStep, on_delete=models.CASCADE, related_name="pools")
    pool = models.ForeignKey(Pool, null=True, blank=True, on_delete=models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["step", "pool"], name="step_pool_once", nulls_distinct=False)
        ]


class StepSkill(TenantModel):
    """A skill required from a step on, where the step has its own requirements."""

    step = models.ForeignKey(QueueStep, on_delete=models.CASCADE, related_name="requirements")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT)
    level = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["step", "skill"], name="step_skill_once")]


class QueueShare(TenantModel):
    """The share of a queue's contacts committed to a pool, in per cent of each interval."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="shares")
    pool = models.ForeignKey(Pool, null=True, blank=True, on_delete=models.PROTECT)
    percent = models.FloatField()
    floor_percent = models.FloatField(default=0)
    ceiling_percent = models.FloatField(default=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["queue", "pool"], name="queue_share_once", nulls_distinct=False)
        ]


class OverflowRule(TenantModel):
    """A pool that helps a queue while it breaches its target and the pool's own queue is well.

    Opened when the longest wait passes `opens_at_wait_seconds`, closed below `closes_at_wait_seconds`, never
    before `min_hold_seconds`; `home_queue` must not wait longer than `home_max_wait_seconds`.
    """

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="overflows")
    pool = models.ForeignKey(Pool, on_delete=models.CASCADE)
    home_queue = models.ForeignKey(
        Queue, null=True, blank=True, on_delete=models.CASCADE, related_name="lends_to"
    )
    opens_at_wait_seconds = models.PositiveIntegerField(default=60)
    closes_at_wait_seconds = models.PositiveIntegerField(default=20)
    home_max_wait_seconds = models.PositiveIntegerField(default=20)
    min_hold_seconds = models.PositiveIntegerField(default=300)
    is_active = models.BooleanField(default=True)
    opened_at = models.DateTimeField(null=True, blank=True, help_text="While it lends")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["queue", "pool"], name="overflow_once")]


class PilotPin(TenantModel):
    """A customer whose contacts of a queue go to one pool, for a pilot."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="pins")
    pool = models.ForeignKey(Pool, on_delete=models.CASCADE)
    customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="+")
    when_merged = "moves"
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["queue", "customer"], name="pilot_pin_once")]
