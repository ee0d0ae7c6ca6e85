"""What the API gives of questions, answers, orders, and how often people are asked again."""

from rest_framework import serializers

from accounts.actors import Hand
from customers.access import may_write
from customers.models import Confidence, FactKey, Order, Subscription
from partners.api.serializers import ForViewer


class ReferenceSerializer(serializers.Serializer):
    """What a system calls a subscription or an order."""

    system = serializers.CharField()
    value = serializers.CharField()


class StepSerializer(serializers.Serializer):
    """One thing that became of a subscription or an order."""

    at = serializers.DateTimeField()
    what = serializers.CharField()
    state = serializers.CharField()
    hand = serializers.ChoiceField(Hand.choices)
    author = serializers.CharField()
    partner_name = serializers.CharField()


class OrderSerializer(ForViewer):
    """Something the customer ordered, who fulfils it (null: in-house), and what became of it."""

    id = serializers.IntegerField()
    product = serializers.CharField(source="product_code")
    product_name = serializers.CharField()
    quantity = serializers.IntegerField()
    state = serializers.ChoiceField(Order.State.choices)
    fulfilled_by_partner_id = serializers.IntegerField(source="partner_id", allow_null=True)
    ordered_at = serializers.DateTimeField()
    references = ReferenceSerializer(source="fulfilment.references", many=True)
    history = StepSerializer(source="fulfilment.steps", many=True)


class SubscriptionLifeSerializer(ForViewer):
    """A subscription with what other systems call it and what became of it."""

    id = serializers.IntegerField()
    product = serializers.CharField(source="row.product_code")
    product_name = serializers.CharField(source="row.product_name")
    state = serializers.ChoiceField(Subscription.State.choices, source="row.state")
    references = ReferenceSerializer(source="fulfilment.references", many=True)
    history = StepSerializer(source="fulfilment.steps", many=True)


class AnswerSerializer(ForViewer):
    """One answer that was given; `why_not` says why it does not count, empty for the one that does."""

    text = serializers.CharField()
    confidence = serializers.ChoiceField(Confidence.choices)
    hand = serializers.ChoiceField(Hand.choices)
    author = serializers.CharField()
    partner_name = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    recorded_at = serializers.DateTimeField(source="at")
    expires_at = serializers.DateTimeField(allow_null=True)
    why_not = serializers.CharField()


class AnswersQuery(serializers.Serializer):
    """Which question."""

    key = serializers.CharField(max_length=60)


class FieldSerializer(ForViewer):
    """A question of the organisation's, and what an answer may be."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    question = serializers.CharField()
    value_type = serializers.ChoiceField(FactKey.ValueType.choices)
    choices = serializers.ListField(child=serializers.CharField())
    text_kind = serializers.ChoiceField(FactKey.TextKind.choices)
    minimum = serializers.FloatField(allow_null=True)
    maximum = serializers.FloatField(allow_null=True)
    expires_after_days = serializers.IntegerField(allow_null=True)
    precedence = serializers.ChoiceField(FactKey.Precedence.choices)
    sensitivity = serializers.ChoiceField(FactKey.Sensitivity.choices)
    queues = serializers.ListField(child=serializers.CharField(), help_text="Whose script asks; empty: all")
    writable = serializers.SerializerMethodField()

    def get_writable(self, key: FactKey) -> bool:
        """Whether you may answer it."""
        return may_write(self.viewer, f"fact.{key.key}")


class AskedAgainQuery(serializers.Serializer):
    """Of how many days, today included."""

    days = serializers.IntegerField(required=False, default=30, min_value=1, max_value=90)


class RateSerializer(serializers.Serializer):
    """Of how many contacts, in how many something known was asked again (`percent`), how often in all."""

    name = serializers.CharField()
    contacts = serializers.IntegerField()
    asked_in = serializers.IntegerField()
    times = serializers.IntegerField()
    percent = serializers.FloatField()


class QuestionCountSerializer(serializers.Serializer):
    """How often one question was asked again."""

    question = serializers.CharField()
    times = serializers.IntegerField()


class AskedAgainSerializer(serializers.Serializer):
    """How often your people asked what was known."""

    days = serializers.IntegerField()
    total = RateSerializer()
    queues = RateSerializer(many=True)
    agents = RateSerializer(many=True)
    questions = QuestionCountSerializer(many=True)
