"""The tenant base, the event log with its deliveries and timers, and the live topics."""

from django.db import models

from foundation.tenancy import current_organization_id


class TenantModel(models.Model):
    """A row that belongs to one organisation; PostgreSQL enforces it (`foundation.schema.tenant_wall`).

    The organisation is a plain number without a foreign key: a key would share-lock the one organisation
    row in every insert (docs/decisions/0002).
    """

    organization_id = models.BigIntegerField(default=current_organization_id, editable=False)

    class Meta:
        abstract = True


class Event(TenantModel):
    """One recorded fact. `position` is its place in the change feed, stamped by the relay: ids commit out
    of order, positions never do, and the events of one subject keep the order they were committed in."""

    name = models.CharField(max_length=80)
    version = models.PositiveSmallIntegerField()
    subject = models.CharField(max_length=80)
    payload = models.JSONField()
    actor = models.JSONField()
    occurred_at = models.DateTimeField()
    position = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["position"], name="event_position")]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(position=None), name="event_unstamped"),
            models.Index(fields=["organization_id", "position"], name="event_feed"),
            models.Index(fields=["organization_id", "subject", "id"], name="event_subject"),
        ]


class Delivery(TenantModel):
    """One event for one handler: pending → sent (to Celery) → done; after the last failed attempt dead.

    Outward handlers are `running` meanwhile; others hold the row's lock instead. Sent and running are
    leases until `next_attempt_at`: then it is sent again. `attempts` counts failures, `sends` the leases
    since the last one.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        SENT = "sent"
        RUNNING = "running"
        DONE = "done"
        DEAD = "dead"

    event = models.ForeignKey(Event, on_delete=models.CASCADE)
    handler = models.CharField(max_length=120)
    lane = models.CharField(max_length=12)
    state = models.CharField(max_length=8, choices=State)
    attempts = models.PositiveSmallIntegerField(default=0)
    sends = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    last_error = models.TextField(default="", blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "handler"], name="one_delivery_per_handler")]
        indexes = [
            models.Index(
                fields=["lane", "next_attempt_at"],
                condition=models.Q(state__in=["pending", "sent", "running"]),
                name="delivery_open",
            ),
            models.Index(fields=["done_at"], condition=models.Q(state="done"), name="delivery_done"),
            models.Index(fields=["id"], condition=models.Q(state="dead"), name="delivery_dead"),
        ]


class Timer(TenantModel):
    """An event to be recorded at `due_at`."""

    key = models.CharField(max_length=120)
    due_at = models.DateTimeField(db_index=True)
    name = models.CharField(max_length=80)
    version = models.PositiveSmallIntegerField()
    subject = models.CharField(max_length=80)
    payload = models.JSONField()
    actor = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization_id", "key"], name="one_timer_per_key")]


class LiveTopic(TenantModel):
    """How many nudges a topic has had; its row lock puts them in commit order without gaps."""

    pk = models.CompositePrimaryKey("organization_id", "topic")
    topic = models.CharField(max_length=80)
    n = models.BigIntegerField()


class LiveEntry(TenantModel):
    """One nudge, kept for a day so that a desktop that was away can catch up."""

    pk = models.CompositePrimaryKey("organization_id", "topic", "n")
    topic = models.CharField(max_length=80)
    n = models.BigIntegerField()
    kind = models.CharField(max_length=60)
    body = models.JSONField()
    created_at = models.DateTimeField(db_index=True)
