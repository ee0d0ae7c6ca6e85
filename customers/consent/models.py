"""What customers said about being contacted, append-only, and what an organisation keeps to."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from accounts.actors import Hand
from accounts.models import Member, Partner
from customers.consent import rules
from customers.models import Customer, Interaction
from foundation.crypto import EncryptedTextField
from foundation.models import TenantModel


class Channel(models.TextChoices):
    """The ways to reach somebody."""

    VOICE = "voice", "Call"
    SMS = "sms", "Text message"
    WHATSAPP = "whatsapp", "WhatsApp"
    MESSENGER = "messenger", "Messenger"
    EMAIL = "email", "E-mail"
    LETTER = "letter", "Letter"


class ContactPurpose(TenantModel):
    """What an organisation contacts people for, and what that needs; the usual ones need no row."""

    class Basis(models.TextChoices):
        CONSENT = rules.CONSENT, "Only after a yes"
        OPT_OUT = rules.OPT_OUT, "Until a no"
        NECESSARY = rules.NECESSARY, "Needed for what they ordered"

    slug = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    basis = models.CharField(max_length=10, choices=Basis, default=Basis.CONSENT)
    is_held = models.BooleanField(default=True, help_text="Waits while a case is open")
    keeps_quiet = models.BooleanField(default=True, help_text="Not in quiet hours")
    wording = models.TextField(
        blank=True, default="", help_text="What is read or shown when asking for a yes"
    )
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization_id", "slug"], name="purpose_slug")]


class ChannelHours(TenantModel):
    """When an organisation does not use a channel, in the customer's local time; the same twice is never."""

    channel = models.CharField(max_length=10, choices=Channel)
    starts = models.TimeField()
    ends = models.TimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization_id", "channel"], name="channel_hours")]


class Consent(TenantModel):
    """One thing a customer said about being contacted. Never changed: what was said later counts (`rules`).

    An empty purpose or channel means every one. `wording` is what they were shown or told, `evidence` names
    what proves it: a message's id, a recording, a form.
    """

    when_merged: ClassVar[str] = "moves"

    class Answer(models.TextChoices):
        GRANTED = rules.GRANTED, "Yes"
        REFUSED = rules.REFUSED, "No"
        LIFTED = rules.LIFTED, "No taken back"

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="consents")
    purpose = models.SlugField(max_length=40, blank=True, default="")
    channel = models.CharField(max_length=10, choices=Channel, blank=True, default="")
    answer = models.CharField(max_length=8, choices=Answer)
    hand = models.CharField(max_length=10, choices=Hand)
    author = models.CharField(max_length=120, blank=True, default="")
    member = models.ForeignKey(Member, null=True, blank=True, on_delete=models.PROTECT)
    partner = models.ForeignKey(Partner, null=True, blank=True, on_delete=models.PROTECT)
    interaction = models.ForeignKey(Interaction, null=True, blank=True, on_delete=models.SET_NULL)
    source = models.CharField(
        max_length=80, help_text='How it came: "desk", "sms", "ivr:keys", "partner:api"'
    )
    wording = models.TextField(blank=True, default="")
    evidence = models.CharField(max_length=200, blank=True, default="")
    said_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["customer", "said_at"], name="consent_of_customer")]


class ContactHold(TenantModel):
    """Somebody put contacting this customer on hold, until a moment or until it is ended."""

    when_merged: ClassVar[str] = "moves"

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="contact_holds")
    why = models.CharField(max_length=200)
    hand = models.CharField(max_length=10, choices=Hand)
    author = models.CharField(max_length=120, blank=True, default="")
    started_at = models.DateTimeField(db_default=Now())
    until = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["customer"], condition=models.Q(ended_at=None), name="hold_of_customer")
        ]


class ContactPreference(TenantModel):
    """How a customer likes to be reached: the channel, their time zone, quiet hours of their own."""

    when_merged: ClassVar[str] = "moves"

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="contact_preferences")
    channel = models.CharField(max_length=10, choices=Channel, blank=True, default="")
    time_zone = models.CharField(max_length=60, blank=True, default="")
    quiet_starts = models.TimeField(null=True, blank=True)
    quiet_ends = models.TimeField(null=True, blank=True)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer"], name="one_preference")]


class KeptStop(TenantModel):
    """A no of somebody who was erased: a keyed hash of their number or address, what was refused and when.
    It names nobody, and leads to no record."""

    kind = models.CharField(max_length=20, help_text="phone (also WhatsApp), email or messenger")
    digest = models.CharField(max_length=64, help_text="HMAC-SHA-256 of kind:value with the StopSalt")
    purpose = models.SlugField(max_length=40, blank=True, default="")
    channel = models.CharField(max_length=10, choices=Channel, blank=True, default="")
    said_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization_id", "digest", "kind", "purpose", "channel"], name="one_kept_stop"
            )
        ]


class StopSalt(TenantModel):
    """What an organisation's kept stops are hashed with; without it they say nothing."""

    salt = EncryptedTextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization_id"], name="one_stop_salt")]
