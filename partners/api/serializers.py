"""What the API takes and gives. What it gives is cut to the viewer's contract."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.access import Viewer
from accounts.actors import Hand
from cases.models import Case, Promise
from customers.access import may_read, shown, shown_name
from customers.models import Confidence, Customer, FactKey, Identity, Interaction, Subscription
from customers.timeline_queries import KINDS as TIMELINE_KINDS
from customers.timeline_queries import LONGEST_TEXT
from partners.models import WebhookEndpoint, WebhookMessage


class ForViewer(serializers.Serializer):
    """Base of what is given: knows who looks."""

    @property
    def viewer(self) -> Viewer:
        """Who looks."""
        viewer: Viewer = self.context["viewer"]
        return viewer


def given(serializer_class: type[ForViewer], viewer: Viewer, row: Any) -> dict[str, Any]:
    """One row as JSON."""
    data: dict[str, Any] = serializer_class(row, context={"viewer": viewer}).data
    return data


def given_many(serializer_class: type[ForViewer], viewer: Viewer, rows: Any) -> list[Any]:
    """Rows as JSON."""
    return list(serializer_class(rows, many=True, context={"viewer": viewer}).data)


class Shown(serializers.CharField):
    """A field of the customer as the contract shows it: whole, masked, or null."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, allow_null=True, **kwargs)

    def get_attribute(self, instance: Customer) -> str | None:
        """The value, cut to what the viewer may see."""
        name = str(self.field_name)
        return shown(self.context["viewer"], name, getattr(instance, name))


# --- customers ------------------------------------------------------------------------------------------
class IdentitySerializer(serializers.Serializer):
    """One way to recognise the customer; `masked` when the contract shows only its ends."""

    kind = serializers.ChoiceField(Identity.Kind.choices)
    value = serializers.CharField()
    extension = serializers.CharField(help_text="Of a telephone behind a switchboard")
    confidence = serializers.ChoiceField(Confidence.choices)
    masked = serializers.BooleanField()
    hand = serializers.ChoiceField(Hand.choices, help_text="Who said so")
    source = serializers.CharField(help_text="Where it was learned")  # type: ignore[assignment]
    known_since = serializers.DateTimeField()


class IdentityInput(serializers.Serializer):
    """Your own number for this customer."""

    kind = serializers.ChoiceField([("partner_reference", "Partner's reference")])
    value = serializers.CharField(max_length=254)


class SubscriptionSerializer(serializers.Serializer):
    """A product of the customer's and who fulfils it (null: in-house)."""

    id = serializers.IntegerField()
    product = serializers.CharField(source="product.code")
    product_name = serializers.CharField(source="product.name")
    state = serializers.ChoiceField(Subscription.State.choices)
    fulfilled_by_partner_id = serializers.IntegerField(source="fulfilled_by_id", allow_null=True)
    reference = serializers.CharField()
    started_on = serializers.DateField(allow_null=True)
    renews_on = serializers.DateField(allow_null=True)


def told_identity(identity: Identity, value: str) -> dict[str, Any]:
    """An identity as JSON, with its value as the viewer may see it."""
    masked = value != identity.value
    return {
        "kind": identity.kind,
        "value": value,
        "extension": "" if masked else identity.extension,
        "confidence": identity.confidence,
        "masked": masked,
        "hand": identity.hand,
        "source": identity.source,
        "known_since": IdentitySerializer().fields["known_since"].to_representation(identity.created_at),
    }


class CustomerSerializer(ForViewer):
    """A customer, as far as the contract shows it: null is not yours to see, or not known."""

    id = serializers.IntegerField()
    display_name = serializers.SerializerMethodField()
    given_name = Shown()
    family_name = Shown()
    company_name = Shown()
    language = Shown()
    country_code = Shown()
    region = Shown()
    postal_address = Shown()
    customer_since = serializers.SerializerMethodField()
    identities = serializers.SerializerMethodField()
    subscriptions = serializers.SerializerMethodField()
    version = serializers.IntegerField()

    def get_display_name(self, customer: Customer) -> str:
        """What to call the customer."""
        return shown_name(self.viewer, customer)

    def get_customer_since(self, customer: Customer) -> str | None:
        """Since when, ISO 8601 date."""
        if customer.customer_since is None or not may_read(self.viewer, "customer_since"):
            return None
        return customer.customer_since.isoformat()

    @extend_schema_field(IdentitySerializer(many=True))
    def get_identities(self, customer: Customer) -> list[dict[str, Any]]:
        """Numbers, addresses and references that the contract shows."""
        found = []
        for identity in customer.identities.all():
            if identity.partner_id not in {None, self._partner_id}:
                continue
            value = shown(self.viewer, identity.kind, identity.value)
            if value is not None:
                found.append(told_identity(identity, value))
        return found

    def get_subscriptions(self, customer: Customer) -> list[dict[str, Any]]:
        """All where the contract shows them, else those of the contract's products."""
        rows = list(customer.subscriptions.all())
        if self.viewer.scope is not None and not may_read(self.viewer, "subscriptions"):
            rows = [row for row in rows if row.product.code in self.viewer.scope.products]
        return list(SubscriptionSerializer(rows, many=True).data)

    @property
    def _partner_id(self) -> int | None:
        return self.viewer.scope.partner_id if self.viewer.scope else None


class FoundCustomerSerializer(CustomerSerializer):
    """A customer in a list, and what `q` found it by, in words; empty when it is the name as typed."""

    found_by = serializers.ListField(child=serializers.CharField(), read_only=True, required=False)


class CustomerChange(serializers.Serializer):
    """What may be changed of a customer, where the contract says so; at least one field."""

    display_name = serializers.CharField(required=False, max_length=200)
    given_name = serializers.CharField(required=False, allow_blank=True, max_length=100)
    family_name = serializers.CharField(required=False, allow_blank=True, max_length=100)
    company_name = serializers.CharField(required=False, allow_blank=True, max_length=200)
    language = serializers.CharField(required=False, allow_blank=True, max_length=8)
    country_code = serializers.CharField(required=False, allow_blank=True, max_length=2)
    region = serializers.CharField(required=False, allow_blank=True, max_length=100)
    postal_address = serializers.CharField(required=False, allow_blank=True, max_length=1000)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Not nothing."""
        if not attrs:
            raise serializers.ValidationError("Give at least one field to change.", code="nothing")
        return attrs


class CustomerQuery(serializers.Serializer):
    """How to find customers; one of the two, or neither for all."""

    phone = serializers.CharField(required=False, max_length=60, help_text="A phone number in any usual form")
    q = serializers.CharField(
        required=False, max_length=200, help_text="Words of a name, number, mail; best match first, one page"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Not both."""
        if len(attrs) > 1:
            raise serializers.ValidationError("Give phone or q, not both.", code="one_of")
        return attrs


class FactSerializer(ForViewer):
    """What is known about one question, who said so, and how sure it is."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    value = serializers.JSONField(help_text="Text, number, true or false, or a list, as the question takes")
    value_type = serializers.ChoiceField(FactKey.ValueType.choices)
    confidence = serializers.ChoiceField(Confidence.choices)
    hand = serializers.ChoiceField(Hand.choices)
    author = serializers.CharField()
    partner_name = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    recorded_at = serializers.DateTimeField(source="at")
    expires_at = serializers.DateTimeField(allow_null=True)


class FactInput(serializers.Serializer):
    """An answer. Which keys may be written is in the contract."""

    key = serializers.CharField(max_length=60)
    value = serializers.JSONField(help_text="Text, number, true or false, or a list, as the question takes")
    confidence = serializers.ChoiceField(Confidence.choices, default=Confidence.CLAIMED)
    interaction_id = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


class TimelineSerializer(ForViewer):
    """One line of the customer's story."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    kind = serializers.CharField()
    hand = serializers.ChoiceField(Hand.choices)
    author = serializers.CharField()
    partner_id = serializers.IntegerField(allow_null=True)
    interaction_id = serializers.IntegerField(allow_null=True)
    title = serializers.CharField()
    body = serializers.CharField()
    ref_kind = serializers.CharField(help_text="What the line tells of: fact, case, promise, …")
    ref_id = serializers.IntegerField(allow_null=True)


class TimelineQuery(serializers.Serializer):
    """What of the story: all that is given must fit."""

    kind = serializers.ChoiceField(
        [(kind, label) for kind, (label, _) in TIMELINE_KINDS.items()], required=False
    )
    q = serializers.CharField(
        required=False, max_length=LONGEST_TEXT, help_text="Words that stand in the line or are its author's"
    )
    by = serializers.CharField(
        required=False,
        max_length=130,
        help_text=f"Who wrote it: {', '.join(Hand.values)}, partner:<id> or person:<name>",
    )
    channel = serializers.ChoiceField(Interaction.Channel.choices, required=False)
    locals()["from"] = serializers.CharField(
        required=False, max_length=40, help_text="A day of the organisation's, or a time, ISO 8601"
    )
    to = serializers.CharField(required=False, max_length=40, help_text="The same; a day is included")


class NoteInput(serializers.Serializer):
    """A note for whoever serves this customer next."""

    text = serializers.CharField(max_length=10_000)
    interaction_id = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


class InteractionSerializer(ForViewer):
    """One contact on one channel."""

    id = serializers.IntegerField()
    customer_id = serializers.IntegerField(allow_null=True)
    channel = serializers.ChoiceField(Interaction.Channel.choices)
    direction = serializers.ChoiceField(Interaction.Direction.choices)
    state = serializers.ChoiceField(Interaction.State.choices)
    address = serializers.SerializerMethodField()
    queue = serializers.CharField(source="queue_slug")
    reason = serializers.CharField()
    disposition = serializers.CharField()
    summary = serializers.SerializerMethodField()
    served_by_partner_id = serializers.IntegerField(source="partner_id", allow_null=True)
    started_at = serializers.DateTimeField()
    queued_at = serializers.DateTimeField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)

    def get_summary(self, interaction: Interaction) -> str:
        """What was noted at the end; empty for a contact that another partner served."""
        scope = self.viewer.scope
        anothers = scope is not None and interaction.partner_id not in {None, scope.partner_id}
        return "" if anothers else interaction.summary

    def get_address(self, interaction: Interaction) -> str | None:
        """The number or mail it came from, as the contract shows it."""
        kind = "phone" if interaction.channel == Interaction.Channel.VOICE else "email"
        return shown(self.viewer, kind, interaction.address)


# --- cases and promises ---------------------------------------------------------------------------------
_LARGE = 2**63 - 1


class OfCustomerQuery(serializers.Serializer):
    """Only one customer's."""

    customer = serializers.IntegerField(required=False, min_value=1, max_value=_LARGE)


class CaseQuery(OfCustomerQuery):
    """Which cases."""

    state = serializers.ChoiceField(Case.State.choices, required=False)


class CaseSerializer(ForViewer):
    """One matter of the customer's across channels and companies."""

    id = serializers.IntegerField()
    customer_id = serializers.IntegerField()
    title = serializers.CharField()
    reason = serializers.CharField()
    state = serializers.ChoiceField(Case.State.choices)
    partner_id = serializers.IntegerField(allow_null=True, help_text="Who works on it; null: in-house")
    opened_at = serializers.DateTimeField()
    solved_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class CaseInput(serializers.Serializer):
    """A matter to open; you work on it."""

    customer_id = serializers.IntegerField(min_value=1, max_value=_LARGE)
    title = serializers.CharField(max_length=200)
    reason = serializers.CharField(max_length=60, required=False, default="")


class CaseChange(serializers.Serializer):
    """What may be changed of a case."""

    state = serializers.ChoiceField([("solved", "Solved")])
    outcome = serializers.CharField(max_length=240, required=False, default="")


class PromiseQuery(OfCustomerQuery):
    """Which promises."""

    state = serializers.ChoiceField(Promise.State.choices, required=False)
    owed_by_us = serializers.BooleanField(required=False, help_text="Only those your company owes")


class PromiseSerializer(ForViewer):
    """What was promised to the customer, until when, and which company owes it (null: in-house)."""

    id = serializers.IntegerField()
    customer_id = serializers.IntegerField()
    case_id = serializers.IntegerField(allow_null=True)
    text = serializers.CharField()
    due_at = serializers.DateTimeField()
    owed_by_partner_id = serializers.IntegerField(source="owed_by_id", allow_null=True)
    hand = serializers.ChoiceField(Hand.choices)
    promised_by = serializers.CharField()
    promised_at = serializers.DateTimeField()
    state = serializers.ChoiceField(Promise.State.choices)
    outcome = serializers.CharField()
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    acknowledged_by = serializers.CharField()
    warned_at = serializers.DateTimeField(allow_null=True)
    escalated_at = serializers.DateTimeField(allow_null=True)
    kept_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class PromiseInput(serializers.Serializer):
    """A promise of your company's."""

    customer_id = serializers.IntegerField(min_value=1, max_value=_LARGE)
    text = serializers.CharField(max_length=240)
    due_at = serializers.DateTimeField()
    case_id = serializers.IntegerField(required=False, min_value=1, max_value=_LARGE)


class KeepInput(serializers.Serializer):
    """How the promise was kept."""

    outcome = serializers.CharField(max_length=240)


# --- events and webhooks --------------------------------------------------------------------------------
class EventSerializer(serializers.Serializer):
    """Something that happened, cut to what the contract shows."""

    id = serializers.CharField(help_text="The same as the webhook-id of a webhook; a cursor too")
    type = serializers.CharField()
    occurred_at = serializers.DateTimeField()
    customer_id = serializers.IntegerField(allow_null=True)
    hand = serializers.CharField(help_text="Which hand did it: ivr, inhouse, partner, …")
    data = serializers.DictField()  # type: ignore[assignment]


class FeedSerializer(serializers.Serializer):
    """A page of the change feed."""

    results = EventSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="More is ready; null when you are up to date")
    previous = serializers.URLField(allow_null=True, help_text="Always null: keep your own cursor")
    cursor = serializers.CharField(help_text="Ask with this as `after` next time")


class EndpointSerializer(serializers.Serializer):
    """An address that is told what happens."""

    id = serializers.IntegerField()
    url = serializers.CharField()
    description = serializers.CharField()
    event_names = serializers.ListField(child=serializers.CharField())
    state = serializers.ChoiceField(WebhookEndpoint.State.choices)
    pause_reason = serializers.CharField()
    failing_since = serializers.DateTimeField(allow_null=True)
    last_delivered_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    version = serializers.IntegerField()


class EndpointWithSecretSerializer(EndpointSerializer):
    """The endpoint and its secret, which is told only now."""

    secret = serializers.CharField()


class EventNames(serializers.ListField):
    """Event names, or "*" for all."""

    child = serializers.CharField(max_length=80)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_length=1, max_length=50, **kwargs)


class EndpointInput(serializers.Serializer):
    """A new endpoint."""

    url = serializers.CharField(max_length=500)
    event_names = EventNames(default=["*"])
    description = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")


class EndpointChange(serializers.Serializer):
    """What may be changed of an endpoint."""

    url = serializers.CharField(max_length=500, required=False)
    event_names = EventNames(required=False)
    description = serializers.CharField(max_length=120, required=False, allow_blank=True)
    state = serializers.ChoiceField(WebhookEndpoint.State.choices, required=False)


class ReplayInput(serializers.Serializer):
    """From when on to send again."""

    since = serializers.DateTimeField()


class ReplaySerializer(serializers.Serializer):
    """What is sent again."""

    queued = serializers.IntegerField(help_text="How many messages; at most 10,000 at once")


class MessageQuery(serializers.Serializer):
    """Which messages."""

    state = serializers.ChoiceField(WebhookMessage.State.choices, required=False)


class MessageSerializer(serializers.Serializer):
    """One event on its way to an endpoint."""

    id = serializers.IntegerField()
    event_id = serializers.SerializerMethodField()
    type = serializers.CharField(source="event_name")
    state = serializers.ChoiceField(WebhookMessage.State.choices)
    attempts = serializers.IntegerField()
    next_attempt_at = serializers.DateTimeField()
    response_status = serializers.IntegerField(allow_null=True)
    last_error = serializers.CharField()
    created_at = serializers.DateTimeField()
    delivered_at = serializers.DateTimeField(allow_null=True)

    def get_event_id(self, message: WebhookMessage) -> str:
        """The `webhook-id` it carries."""
        return f"evt_{message.event_id}"
