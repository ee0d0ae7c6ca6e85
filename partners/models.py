"""Partners' systems: API clients, keys of repeated requests, webhook endpoints and their messages."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from oauth2_provider.models import AbstractApplication

from accounts.models import Partner
from foundation.crypto import EncryptedTextField
from foundation.models import Event, TenantModel
from foundation.tenancy import current_organization_id


class ApiClient(AbstractApplication):
    """A partner's system, known by OAuth2 client credentials; without a partner the company's own, which may
    only ask whom it may contact."""

    objects: models.Manager["ApiClient"] = models.Manager()

    organization_id = models.BigIntegerField(default=current_organization_id, editable=False)
    partner = models.ForeignKey(
        Partner, null=True, blank=True, on_delete=models.CASCADE, related_name="api_clients"
    )
    allowed_scopes = models.TextField(default="", blank=True, help_text="Space-separated")
    is_active = models.BooleanField(default=True)

    def is_usable(self, request: Any) -> bool:
        """Whether tokens may be had for it."""
        return self.is_active

    @property
    def scopes(self) -> frozenset[str]:
        """What its tokens may be good for."""
        return frozenset(self.allowed_scopes.split())


class IdempotencyKey(TenantModel):
    """What a POST with this key was answered; written in the transaction of what it did, kept for a day.

    The row is inserted first: a second request with the same key waits on it until the first has committed
    (and then gets its answer) or rolled back (and then runs).
    """

    client = models.ForeignKey(ApiClient, on_delete=models.CASCADE)
    key = models.CharField(max_length=255)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = EncryptedTextField(default="", blank=True)
    etag = models.CharField(max_length=80, default="", blank=True)
    location = models.CharField(max_length=500, default="", blank=True)
    created_at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "key"], name="idempotency_key_once")]


class WebhookEndpoint(TenantModel):
    """An address of the partner's that wants to be told. active ↔ paused.

    After a rotation both secrets sign until `previous_secret_until`, so that no message is lost meanwhile.
    """

    class State(models.TextChoices):
        ACTIVE = "active", "Active"
        PAUSED = "paused", "Paused"

    class PauseReason(models.TextChoices):
        ASKED = "asked", "Paused by the partner"
        GONE = "gone", "Answered 410 Gone"
        FAILING = "failing", "Failed for too long"

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="webhook_endpoints")
    url = models.CharField(max_length=500)
    description = models.CharField(max_length=120, blank=True, default="")
    event_names = ArrayField(models.CharField(max_length=80), help_text='Names, or "*" for all')
    secret = EncryptedTextField()
    previous_secret = EncryptedTextField(blank=True, default="")
    previous_secret_until = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.ACTIVE)
    pause_reason = models.CharField(max_length=8, choices=PauseReason, blank=True, default="")
    failing_since = models.DateTimeField(null=True, blank=True)
    resting_until = models.DateTimeField(
        null=True, blank=True, help_text="After a failure: no other message is tried before"
    )
    last_delivered_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now())


class WebhookMessage(TenantModel):
    """One event for one endpoint. pending → delivered | dead; delivered | dead → pending when resent."""

    class State(models.TextChoices):
        PENDING = "pending", "Waiting to be sent"
        DELIVERED = "delivered", "Delivered"
        DEAD = "dead", "Given up"

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="messages")
    event = models.ForeignKey(Event, on_delete=models.CASCADE)
    event_name = models.CharField(max_length=80)
    subject = models.CharField(max_length=80, help_text="Messages of one subject are sent in order")
    body = models.TextField(help_text="The JSON that is signed and sent")
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(db_default=Now())
    response_status = models.PositiveSmallIntegerField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField(db_default=Now())
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["endpoint", "event"], name="one_message_per_endpoint")]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=models.Q(state="pending"), name="webhook_message_due"
            ),
            models.Index(
                fields=["endpoint", "subject", "event"],
                condition=models.Q(state="pending"),
                name="webhook_message_order",
            ),
        ]
