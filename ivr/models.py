"""The phone line: accounts and numbers, calls with their agents' legs, what the carrier sent."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from accounts.models import Member
from customers.models import Interaction
from foundation.crypto import EncryptedTextField
from foundation.models import TenantModel
from routing.models import Queue


class TelephonyAccount(TenantModel):
    """An account at the carrier. Open to `system()`, so that a webhook finds its organisation."""

    account_sid = models.CharField(max_length=34, unique=True)
    auth_token = EncryptedTextField()
    secondary_auth_token = EncryptedTextField(blank=True, default="", help_text="While tokens are rotated")
    api_key_sid = models.CharField(max_length=34, blank=True, default="")
    api_key_secret = EncryptedTextField(blank=True, default="", help_text="Signs the browsers' tokens")
    twiml_app_sid = models.CharField(max_length=34, blank=True, default="")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    @property
    def auth_tokens(self) -> list[str]:
        """The tokens a signature may have been made with."""
        return [token for token in (self.auth_token, self.secondary_auth_token) if token]


class PhoneNumber(TenantModel):
    """A number customers call, and how they are received on it."""

    account = models.ForeignKey(TelephonyAccount, on_delete=models.PROTECT)
    e164 = models.CharField(max_length=16, unique=True)
    name = models.CharField(max_length=120)
    queue = models.ForeignKey(
        Queue, on_delete=models.PROTECT, help_text="For callers who name no reason, or one without a queue"
    )
    greeting = models.CharField(
        max_length=300, blank=True, default="", help_text="Empty: welcome to the company"
    )
    language = models.CharField(max_length=8, default="en-GB")
    voice = models.CharField(max_length=60, blank=True, default="")
    asks = models.BooleanField(default=True, help_text="Off: callers go straight to the queue (urgent lines)")
    voicemail_after_seconds = models.PositiveIntegerField(
        default=900, help_text="Waiting this long, the caller may leave a message"
    )
    is_active = models.BooleanField(default=True)


class MenuChoice(TenantModel):
    """One key of a number's menu: why people call, and which queue that goes to."""

    number = models.ForeignKey(PhoneNumber, on_delete=models.CASCADE, related_name="menu")
    digit = models.CharField(max_length=1, blank=True, default="", help_text="Empty: reachable by words only")
    reason = models.SlugField(max_length=60)
    label = models.CharField(max_length=80, help_text='As spoken: "a missing issue"')
    keywords = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    queue = models.ForeignKey(Queue, null=True, blank=True, on_delete=models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number", "reason"], name="menu_reason_once"),
            models.UniqueConstraint(
                fields=["number", "digit"], condition=~models.Q(digit=""), name="menu_digit_once"
            ),
        ]


class CallSession(TenantModel):
    """A caller's leg, from the first ring to the last.

    in_ivr → queued → connecting → connected → ended; connecting | connected → queued (agent's line failed,
    transfer); in_ivr | queued → voicemail → ended. `ended` never reopens. queued → callback: the caller has
    hung up and will be called; then `call_sid` is the leg of the next call, and no leg's until then.
    """

    class State(models.TextChoices):
        IN_IVR = "in_ivr", "In the IVR"
        QUEUED = "queued", "Waiting"
        CONNECTING = "connecting", "Being connected"
        CONNECTED = "connected", "Connected"
        VOICEMAIL = "voicemail", "Leaving a message"
        CALLBACK = "callback", "To be called back"
        ENDED = "ended", "Ended"

    interaction = models.OneToOneField(Interaction, on_delete=models.CASCADE, related_name="call")
    number = models.ForeignKey(PhoneNumber, on_delete=models.PROTECT)
    call_sid = models.CharField(max_length=34)
    earlier_sids = ArrayField(models.CharField(max_length=34), default=list, db_default=[], blank=True)
    callback_id = models.BigIntegerField(null=True, help_text="The call owed to them, or made")
    state = models.CharField(max_length=12, choices=State, default=State.IN_IVR)
    caller_id = models.CharField(max_length=16, blank=True, default="", help_text="E.164; empty: withheld")
    is_recognised = models.BooleanField(default=False, help_text="The number is one customer's, known before")
    step = models.CharField(max_length=20, default="greet")
    document_number = models.PositiveIntegerField(
        default=0, help_text="Of the question last asked: an answer to another is stale"
    )
    tries = models.JSONField(default=dict, help_text="How often each step has been asked")
    heard = models.JSONField(default=list, help_text="What the caller answered, as recorded on facts")
    queue_slug = models.SlugField(blank=True, default="")
    # Opaque: names of conferences are seen by the carrier and shared by a whole account.
    conference_name = models.CharField(max_length=64, unique=True)
    conference_sid = models.CharField(max_length=34, blank=True, default="")
    conference_sequence = models.IntegerField(default=-1, help_text="Of the last news about the caller in it")
    ended_conferences = ArrayField(models.CharField(max_length=34), default=list, blank=True)
    in_conference = models.BooleanField(default=False)
    on_hold = models.BooleanField(default=False)
    hold_since = models.DateTimeField(null=True, blank=True)
    hang_up_asked = models.BooleanField(default=False, help_text="The agent ended it, not the caller")
    started_at = models.DateTimeField(db_default=Now())
    queued_at = models.DateTimeField(null=True, blank=True)
    connected_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    news_at = models.DateTimeField(db_default=Now(), help_text="When the carrier last told about this call")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization_id", "call_sid"], name="call_sid_once")]
        indexes = [
            models.Index(
                fields=["organization_id", "news_at"], condition=~models.Q(state="ended"), name="call_live"
            )
        ]

    @property
    def is_over(self) -> bool:
        """Whether the caller is gone."""
        return self.state == self.State.ENDED

    @property
    def has_no_leg(self) -> bool:
        """Whether nobody is on the line, nor called, on the customer's side."""
        return self.callback_id is not None and not self.call_sid.startswith("CA")


class AgentLeg(TenantModel):
    """One attempt to bring one agent's telephone into a call's conference.

    dialling → ringing → in_progress → ended; any → ended, which never reopens. `released`: we put it out
    ourselves (transfer, hang-up), so that its end means nothing more.
    """

    class State(models.TextChoices):
        DIALLING = "dialling", "Dialling"
        RINGING = "ringing", "Ringing"
        IN_PROGRESS = "in_progress", "In progress"
        ENDED = "ended", "Ended"

    session = models.ForeignKey(CallSession, on_delete=models.CASCADE, related_name="legs")
    member = models.ForeignKey(Member, on_delete=models.PROTECT)
    offer_id = models.BigIntegerField()
    attempt = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=12, choices=State, default=State.DIALLING)
    call_sid = models.CharField(max_length=34, blank=True, default="", db_index=True)
    conference_sid = models.CharField(max_length=34, blank=True, default="")
    conference_sequence = models.IntegerField(default=-1)
    muted = models.BooleanField(default=False)
    released = models.BooleanField(default=False)
    ended_how = models.CharField(max_length=12, blank=True, default="", help_text="The carrier's CallStatus")
    dialled_at = models.DateTimeField(db_default=Now())
    answered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "offer_id", "attempt"], name="one_leg_per_attempt")
        ]

    @property
    def label(self) -> str:
        """Its name within the conference."""
        return f"agent_{self.id}"

    @property
    def address(self) -> str:
        """The agent's telephone."""
        return f"client:{identity_of(self.member_id)}"


def identity_of(member_id: int) -> str:
    """The name under which a member's browser registers as a telephone."""
    return f"member_{member_id}"


class Voicemail(TenantModel):
    """A message a caller left, once per recording."""

    session = models.ForeignKey(CallSession, on_delete=models.CASCADE, related_name="voicemails")
    recording_sid = models.CharField(max_length=34)
    recording_url = models.CharField(max_length=300)
    seconds = models.PositiveIntegerField(default=0)
    case_id = models.BigIntegerField(null=True)
    left_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization_id", "recording_sid"], name="voicemail_once")
        ]


class ReceivedWebhook(TenantModel):
    """What the carrier sent, stored before anything is done about it.

    `dedupe_key` is the same for a repetition; `response` is what the first was answered, for the repetition.
    """

    kind = models.CharField(max_length=12)
    url = models.CharField(max_length=500)
    call_sid = models.CharField(max_length=64, blank=True, default="")
    params = models.JSONField()
    dedupe_key = models.CharField(max_length=64)
    received_at = models.DateTimeField(db_default=Now())
    processed_at = models.DateTimeField(null=True, blank=True)
    announced = models.BooleanField(default=False, help_text="An event has it processed")
    response = models.TextField(blank=True, default="")
    error = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization_id", "dedupe_key"], name="webhook_once"),
        ]
        indexes = [
            models.Index(
                fields=["organization_id", "received_at"],
                condition=models.Q(processed_at=None),
                name="webhook_unprocessed",
            )
        ]
