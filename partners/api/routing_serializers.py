"""Settings of routing as the company's own systems send and get them."""

from typing import Any

from rest_framework import serializers

from accounts.hours.models import BusinessHours
from routing.models import ChannelRule, OverflowRule, PauseReason, Pool, Queue, QueueShare, QueueStep, Skill
from routing.queries.setup import (
    CHANNEL_FIELDS,
    OVERFLOW_FIELDS,
    QUEUE_FIELDS,
    REASON_FIELDS,
    SHARE_FIELDS,
    STEP_FIELDS,
)


class _Strict(serializers.Serializer):
    """Nothing is overlooked: a member that means nothing here is refused."""

    def to_internal_value(self, data: Any) -> Any:
        """Refuse unknown members, then as usual."""
        if isinstance(data, dict) and (unknown := sorted(set(map(str, data)) - set(self.fields))):
            raise serializers.ValidationError({unknown[0]: ["There is no such member."]})
        if self.parent is not None and isinstance(data, dict):
            # A change may leave out what it does not touch, an entry of a list may not.
            self._refuse_missing(data)
        return super().to_internal_value(data)

    def _refuse_missing(self, data: dict[str, Any]) -> None:
        needed = [name for name, field in self.fields.items() if field.required and not field.read_only]
        if missing := [name for name in needed if name not in data]:
            raise serializers.ValidationError({name: ["This field is required."] for name in missing})


class _StrictModel(_Strict, serializers.ModelSerializer):
    """The same for columns."""


def _slug(*, null: bool = False, **more: Any) -> serializers.CharField:
    return serializers.CharField(max_length=50, allow_null=null, required=not null, **more)


def _many(serializer: Any, most: int, *, required: bool = True) -> Any:
    """A list of entries."""
    return serializer(many=True, max_length=most, required=required)


class NeedSerializer(_Strict):
    """A skill that is asked for."""

    skill = _slug()
    level = serializers.IntegerField(min_value=1, max_value=5, required=False)


class RoutingStepSerializer(_StrictModel):
    """A step: from here on these pools may take a contact; `in-house` is everybody of the company."""

    pools = serializers.ListField(child=_slug(), max_length=50, min_length=1)
    requirements = _many(NeedSerializer, 50, required=False)

    class Meta:
        model = QueueStep
        fields = [*STEP_FIELDS, "pools", "requirements"]


class ShareSerializer(_StrictModel):
    """A pool's committed share, in per cent."""

    pool = _slug()

    class Meta:
        model = QueueShare
        fields = ["pool", *SHARE_FIELDS]


class OverflowSerializer(_StrictModel):
    """A pool that helps while the queue waits too long."""

    pool = _slug()
    home_queue = _slug(null=True)

    class Meta:
        model = OverflowRule
        fields = ["pool", "home_queue", *OVERFLOW_FIELDS]


class QueueSettingsSerializer(_StrictModel):
    """A queue with its steps, shares and overflow rules; other things by slug."""

    slug = serializers.CharField(max_length=50)
    agent_order = serializers.ListField(
        child=serializers.CharField(max_length=20), max_length=100, required=False
    )
    hours = _slug(null=True)
    final_queue = _slug(null=True)
    final_pool = _slug(null=True)
    requirements = _many(NeedSerializer, 50, required=False)
    steps = _many(RoutingStepSerializer, 50, required=False)
    shares = _many(ShareSerializer, 50, required=False)
    overflows = _many(OverflowSerializer, 50, required=False)

    class Meta:
        model = Queue
        fields = [
            "slug",
            *QUEUE_FIELDS,
            "hours",
            "final_queue",
            "final_pool",
            "requirements",
            "steps",
            "shares",
            "overflows",
        ]
        extra_kwargs = {"name": {"required": True}}


class PoolSettingsSerializer(_StrictModel):
    """A team with its members' ids, or a partner's people."""

    slug = serializers.CharField(max_length=50)
    partner = _slug(null=True, help_text="Slug; stays as it is")
    hours = _slug(null=True)
    regions = serializers.ListField(
        child=serializers.CharField(max_length=80), max_length=100, required=False
    )
    members = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), max_length=5000, required=False
    )

    class Meta:
        model = Pool
        fields = ["slug", "name", "partner", "hours", "regions", "is_active", "members"]


class SkillSettingsSerializer(_StrictModel):
    """A skill, or a licence that runs out."""

    slug = serializers.CharField(max_length=50)

    class Meta:
        model = Skill
        fields = ["slug", "name", "kind"]


class HeldSkillSerializer(_Strict):
    """What an agent can do, and how well; a licence up to and on `valid_until`."""

    skill = _slug()
    level = serializers.IntegerField(min_value=1, max_value=5)
    valid_until = serializers.DateField(allow_null=True, required=False)


class AgentSkillsSerializer(_Strict):
    """All that an agent can do."""

    member_id = serializers.IntegerField(read_only=True)
    skills = _many(HeldSkillSerializer, 200)


class SpanSerializer(_Strict):
    """Open on a weekday (0 is Monday); 00:00 closes at midnight."""

    weekday = serializers.IntegerField(min_value=0, max_value=6)
    opens = serializers.TimeField()
    closes = serializers.TimeField()


class HolidaySerializer(_Strict):
    """A day that differs: closed, or open for one span."""

    date = serializers.DateField()
    name = serializers.CharField(max_length=80, allow_blank=True, required=False)
    opens = serializers.TimeField(allow_null=True, required=False)
    closes = serializers.TimeField(allow_null=True, required=False)


class HoursSettingsSerializer(_StrictModel):
    """Opening hours with their spans and holidays."""

    slug = serializers.CharField(max_length=50)
    spans = _many(SpanSerializer, 100)
    holidays = _many(HolidaySerializer, 1000, required=False)

    class Meta:
        model = BusinessHours
        fields = ["slug", "name", "time_zone", "spans", "holidays"]


class PauseReasonSettingsSerializer(_StrictModel):
    """Why agents pause."""

    slug = serializers.CharField(max_length=50)

    class Meta:
        model = PauseReason
        fields = [*REASON_FIELDS]


class ChannelSettingsSerializer(_StrictModel):
    """What a contact on a channel takes of an agent's 100 units."""

    channel = serializers.CharField(read_only=True)
    excludes = serializers.ListField(
        child=serializers.CharField(max_length=10), max_length=100, required=False
    )

    class Meta:
        model = ChannelRule
        fields = [*CHANNEL_FIELDS]
