"""The shared record. Written only by `customers.actions`; read through `customers.access`."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now

from accounts.actors import Hand
from accounts.models import Member, Partner
from customers.fact_models import AskedAgain as AskedAgain
from customers.fact_models import FactKey as FactKey
from customers.fact_models import every_form as every_form
from customers.merge_models import CandidateKey as CandidateKey
from customers.merge_models import CustomerMerge as CustomerMerge
from customers.merge_models import DuplicatePair as DuplicatePair
from customers.merge_models import SharedIdentity as SharedIdentity
from customers.order_models import FulfilmentChange as FulfilmentChange
from customers.order_models import Order as Order
from customers.order_models import OutsideReference as OutsideReference
from foundation.models import TenantModel


class Confidence(models.TextChoices):
    """How sure we are: drawn solid, outlined, dotted."""

    VERIFIED = "verified", "Verified"
    CLAIMED = "claimed", "Claimed"
    GUESSED = "guessed", "Guessed"


def _where_given(field: str, name: str) -> models.Index:
    """An index of the rows that have it: most leave it empty."""
    return models.Index(fields=[field], condition=~models.Q((field, None)), name=name)


class Customer(TenantModel):
    """A person or company that is served. `version` counts changes (ETag).

    One that was merged into another keeps its fields and names the record that stands for it now.
    """

    when_merged: ClassVar[str] = "stays"

    display_name = models.CharField(max_length=200)
    given_name = models.CharField(max_length=100, blank=True, default="")
    family_name = models.CharField(max_length=100, blank=True, default="")
    company_name = models.CharField(max_length=200, blank=True, default="")
    language = models.CharField(max_length=8, blank=True, default="")
    country_code = models.CharField(max_length=2, blank=True, default="")
    region = models.CharField(max_length=100, blank=True, default="")
    postal_address = models.TextField(blank=True, default="")
    customer_since = models.DateField(null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="merged", db_index=False
    )
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            models.Index(fields=["organization_id", "-id"], name="customer_newest"),
            _where_given("merged_into", "customer_merged"),
        ]


class Identity(TenantModel):
    """One way to recognise a customer. A shared number belongs to several; then candidates are offered.

    `source` is where it was learned, `confirmed_at` when it got the confidence it has.
    """

    when_merged: ClassVar[str] = "moves"
    gives_partner_reason: ClassVar[tuple[str, tuple[str, ...]]] = ("partner", ())

    class Kind(models.TextChoices):
        PHONE = "phone", "Phone"
        EMAIL = "email", "E-mail"
        WHATSAPP = "whatsapp", "WhatsApp"
        MESSENGER = "messenger", "Messenger"
        WEB_VISITOR = "web_visitor", "Web-chat visitor"
        SOCIAL = "social", "Social handle"
        SUBSCRIBER_NUMBER = "subscriber_number", "Subscriber number"
        PARTNER_REFERENCE = "partner_reference", "Partner's reference"

    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="identities", db_index=False
    )
    kind = models.CharField(max_length=20, choices=Kind)
    value = models.CharField(max_length=254, help_text="Normalised: E.164, lower-cased e-mail, digits")
    partner = models.ForeignKey(
        Partner,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_index=False,
        help_text="Whose reference it is",
    )
    extension = models.CharField(max_length=12, blank=True, default="", db_default="")
    confidence = models.CharField(max_length=10, choices=Confidence, default=Confidence.CLAIMED)
    hand = models.CharField(max_length=10, choices=Hand)
    source = models.CharField(max_length=80, blank=True, default="", db_default="")
    created_at = models.DateTimeField(db_default=Now())
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "kind", "value", "partner"],
                nulls_distinct=False,
                name="identity_once_per_customer",
            )
        ]
        indexes = [
            models.Index(fields=["organization_id", "kind", "value"], name="identity_lookup"),
            _where_given("partner", "identity_of_partner"),
        ]


class Product(TenantModel):
    """Something customers subscribe to."""

    code = models.CharField(max_length=60)
    name = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization_id", "code"], name="product_code")]


class Subscription(TenantModel):
    """A customer's product and who fulfils it. active → paused | switching | cancelled | ended."""

    when_merged: ClassVar[str] = "moves"
    gives_partner_reason: ClassVar[tuple[str, tuple[str, ...]]] = (
        "fulfilled_by",
        ("active", "switching", "paused"),
    )

    class State(models.TextChoices):
        ACTIVE = "active", "Active"
        SWITCHING = "switching", "Being switched"
        PAUSED = "paused", "Paused"
        CANCELLED = "cancelled", "Cancelled"
        ENDED = "ended", "Ended"

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="subscriptions")
    product = models.ForeignKey(Product, on_delete=models.PROTECT)
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    fulfilled_by = models.ForeignKey(
        Partner, null=True, blank=True, on_delete=models.PROTECT, help_text="Empty: in-house"
    )
    reference = models.CharField(max_length=80, blank=True, default="")
    started_on = models.DateField(null=True, blank=True)
    renews_on = models.DateField(null=True, blank=True)


class Interaction(TenantModel):
    """One contact on one channel, from first ring to wrap-up.

    opened → waiting → serving → wrap_up → ended; opened | waiting → abandoned.
    A transfer goes from serving back to waiting.
    """

    when_merged: ClassVar[str] = "moves"
    gives_partner_reason: ClassVar[tuple[str, tuple[str, ...]]] = ("partner", ("serving", "wrap_up"))

    class Channel(models.TextChoices):
        VOICE = "voice", "Call"
        WEB_FORM = "web_form", "Web form"
        EMAIL = "email", "E-mail"

    class State(models.TextChoices):
        OPENED = "opened", "In the IVR"
        WAITING = "waiting", "Waiting"
        SERVING = "serving", "With an agent"
        WRAP_UP = "wrap_up", "Wrap-up"
        ENDED = "ended", "Ended"
        ABANDONED = "abandoned", "Abandoned"

    class Direction(models.TextChoices):
        INBOUND = "inbound", "Inbound"
        OUTBOUND = "outbound", "Outbound"

    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, related_name="interactions")
    channel = models.CharField(max_length=10, choices=Channel)
    direction = models.CharField(max_length=10, choices=Direction, default=Direction.INBOUND)
    state = models.CharField(max_length=10, choices=State, default=State.OPENED)
    member = models.ForeignKey(Member, null=True, blank=True, on_delete=models.PROTECT)
    partner = models.ForeignKey(Partner, null=True, blank=True, on_delete=models.PROTECT)
    address = models.CharField(max_length=254, blank=True, default="", help_text="Caller's number, mail…")
    identified_by = models.CharField(max_length=20, blank=True, default="", help_text="Identity kind used")
    identity_confidence = models.CharField(max_length=10, choices=Confidence, default=Confidence.GUESSED)
    queue_name = models.CharField(max_length=120, blank=True, default="")
    queue_slug = models.CharField(max_length=60, blank=True, default="")
    reason = models.CharField(max_length=60, blank=True, default="", help_text="Why they say they contact us")
    disposition = models.CharField(max_length=60, blank=True, default="")
    summary = models.TextField(blank=True, default="")
    started_at = models.DateTimeField(db_default=Now())
    queued_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["organization_id", "customer", "-started_at"], name="interaction_of_customer"
            ),
            models.Index(
                fields=["organization_id", "-started_at"],
                condition=~models.Q(reason=""),
                name="interaction_with_reason",
            ),
            models.Index(
                fields=["organization_id", "state"],
                condition=~models.Q(state__in=["ended", "abandoned"]),
                name="interaction_open",
            ),
        ]


class Fact(TenantModel):
    """One answer, append-only: value, who wrote it, how sure, when. The current one is chosen by rule."""

    when_merged: ClassVar[str] = "moves"

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="facts")
    key = models.ForeignKey(FactKey, on_delete=models.PROTECT)
    value = models.JSONField()
    confidence = models.CharField(max_length=10, choices=Confidence, default=Confidence.CLAIMED)
    hand = models.CharField(max_length=10, choices=Hand)
    source = models.CharField(max_length=80, help_text='Where it was learned, e.g. "ivr:reason"')
    member = models.ForeignKey(Member, null=True, blank=True, on_delete=models.PROTECT)
    partner = models.ForeignKey(Partner, null=True, blank=True, on_delete=models.PROTECT)
    interaction = models.ForeignKey(Interaction, null=True, blank=True, on_delete=models.PROTECT)
    recorded_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True, blank=True)
    search_value = models.CharField(
        max_length=80,
        default="",
        db_default="",
        db_collation="C",
        help_text="Lower-cased, of searchable questions only",
    )

    class Meta:
        indexes = [
            models.Index(fields=["customer", "key", "-recorded_at"], name="fact_of_customer"),
            models.Index(
                fields=["organization_id", "search_value"],
                condition=~models.Q(search_value=""),
                name="fact_search",
            ),
        ]


class TimelineEntry(TenantModel):
    """One line of the customer's story, of any kind, written with the thing it tells of.

    `kind` is one of interaction, note, fact, case, promise, order, customer, message, partner, marketing;
    (`ref_kind`, `ref_id`) names the row behind it. `for_partners` is whether partners in scope see it.
    """

    when_merged: ClassVar[str] = "moves"

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="timeline", db_index=False)
    at = models.DateTimeField(db_default=Now())
    kind = models.CharField(max_length=20)
    hand = models.CharField(max_length=10, choices=Hand)
    author = models.CharField(max_length=120, blank=True, default="")
    partner = models.ForeignKey(Partner, null=True, blank=True, on_delete=models.PROTECT, db_index=False)
    interaction = models.ForeignKey(
        Interaction, null=True, blank=True, on_delete=models.CASCADE, db_index=False
    )
    title = models.CharField(max_length=240)
    body = models.TextField(blank=True, default="")
    ref_kind = models.CharField(max_length=20, blank=True, default="")
    ref_id = models.BigIntegerField(null=True, blank=True)
    for_partners = models.BooleanField(default=True)

    class Meta:
        indexes = [
            models.Index(fields=["customer", "-at", "-id"], name="timeline_newest"),
            _where_given("partner", "timeline_of_partner"),
            _where_given("interaction", "timeline_interaction"),
        ]


class RecordShare(TenantModel):
    """A partner may see this customer's record, for a stated reason, until `ended_at`.

    The one place partner scope is decided: a share is made when the customer has a product of the
    partner's contract, is routed to the partner, or is owed something by the partner.
    """

    when_merged: ClassVar[str] = "moves"

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="shares")
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="shares")
    reason = models.CharField(max_length=80, help_text='"product digital", "routed call", "promise"')
    started_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "customer"], condition=models.Q(ended_at=None), name="one_open_share"
            )
        ]


class RecordRead(TenantModel):
    """A partner, or anyone on a sensitive field, looked at this record: who, what, why."""

    when_merged: ClassVar[str] = "moves"

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="reads")
    member = models.ForeignKey(Member, null=True, blank=True, on_delete=models.PROTECT)
    partner = models.ForeignKey(Partner, null=True, blank=True, on_delete=models.PROTECT)
    reader = models.CharField(max_length=120)
    what = models.CharField(max_length=80)
    why = models.CharField(max_length=120, blank=True, default="")
    read_at = models.DateTimeField(db_default=Now())
    minute = models.BigIntegerField(help_text="Minutes since 1970, in tens: one row per reader, what and ten")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "member", "partner", "reader", "what", "minute"],
                nulls_distinct=False,
                name="one_read_a_minute",
            )
        ]
        indexes = [models.Index(fields=["customer", "-read_at"], name="reads_of_customer")]


class SearchEntry(TenantModel):
    """What a customer is found by: every word and number behind one letter that says what it is, and the keys
    of their parts (`customers.search`). Written with the record, in the same transaction.

    Beside the customer, not in it: a changed word must not rewrite the customer's row and its indexes.
    """

    when_merged: ClassVar[str] = "derived"

    customer = models.OneToOneField(
        Customer, primary_key=True, on_delete=models.CASCADE, related_name="search_entry"
    )
    tokens = models.TextField()
    keys = ArrayField(models.IntegerField())

    class Meta:
        indexes = [
            # Without the pending list: ten thousand rows on it make every search a hundred times slower.
            GinIndex(fields=["keys"], name="search_entry_keys", fastupdate=False),
            models.Index(fields=["organization_id", "-customer"], name="search_entry_newest"),
        ]


class SearchWord(TenantModel):
    """A word that customers have, for misspelt, half-typed and inner parts; `^ma` stands for a beginning.

    `customers` is how many have it, counted nightly; it chooses the quickest way, never what is found.
    """

    pk = models.CompositePrimaryKey("organization_id", "word")
    word = models.CharField(max_length=48, db_collation="C")
    customers = models.IntegerField(default=1)
    keys = ArrayField(models.IntegerField())

    class Meta:
        indexes = [GinIndex(fields=["keys"], name="search_word_keys", fastupdate=False)]


class SearchNote(TenantModel):
    """What a note is found by: hashes of its words (`customers.search.notes`). Goes with the note."""

    when_merged: ClassVar[str] = "derived"

    entry = models.OneToOneField(
        TimelineEntry, primary_key=True, on_delete=models.CASCADE, related_name="search_note"
    )
    keys = ArrayField(models.IntegerField())

    class Meta:
        indexes = [
            GinIndex(fields=["keys"], name="search_note_keys", fastupdate=False),
            models.Index(fields=["organization_id", "-entry"], name="search_note_newest"),
        ]


# Kept with what they belong to; Django finds an app's tables through this module.
from customers.consent.models import (  # noqa: E402, F401
    ChannelHours,
    Consent,
    ContactHold,
    ContactPreference,
    ContactPurpose,
)
from customers.exports.models import Export, ExportPart  # noqa: E402, F401
from customers.imports.models import (  # noqa: E402, F401
    Import,
    ImportChunk,
    ImportKey,
    ImportPart,
    ImportRefusal,
)
from customers.privacy.models import (  # noqa: E402, F401
    Erasure,
    ErasureReceipt,
    LegalHold,
    RetentionRule,
    RetentionRun,
)
