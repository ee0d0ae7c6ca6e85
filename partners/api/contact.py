"""May a customer be contacted, and what did they say about it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.address_permission import address_permissions
from cases.permission import MOST_CUSTOMERS, Asked, contact_permissions
from customers.access import access_customer
from customers.consent.actions import record_consent, stop_contact
from customers.consent.models import Channel, Consent
from customers.consent.queries import consents_of
from foundation import clock
from foundation.errors import Refusal
from partners.api.base import PartnerView
from partners.api.serializers import ForViewer, given_many
from partners.openapi import list_of
from partners.problems import Problem

_LARGE = 2**63 - 1
_STOP = "stop"
_REASONS = ["unknown", "not_an_address", "no_consent", "stopped", "open_case", "hold", "quiet_hours"]


class _Asking(serializers.Serializer):
    """What is to be sent, how and when."""

    purpose = serializers.SlugField(max_length=40, help_text="For example marketing")
    channel = serializers.ChoiceField(Channel.choices)
    at = serializers.DateTimeField(required=False, help_text="When it would be sent; now, unless given")


class PermissionQuery(_Asking):
    """May this customer be contacted?"""

    customer = serializers.IntegerField(min_value=1, max_value=_LARGE)


class PermissionInput(_Asking):
    """May these customers be contacted?"""

    customer_ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=_LARGE), min_length=1, max_length=MOST_CUSTOMERS
    )


class AddressesInput(_Asking):
    """May whoever has these numbers or addresses be contacted?"""

    addresses = serializers.ListField(
        child=serializers.CharField(max_length=254),
        min_length=1,
        max_length=MOST_CUSTOMERS,
        help_text="Telephone numbers for voice, sms and whatsapp; mail addresses for email",
    )


class ReasonSerializer(serializers.Serializer):
    """One reason why not."""

    code = serializers.ChoiceField(_REASONS)
    text = serializers.CharField()
    until = serializers.DateTimeField(allow_null=True, help_text="When this reason ends by itself")


class _AnswerSerializer(ForViewer):
    """The answer. Ask again right before sending: it may change at any moment."""

    allowed = serializers.BooleanField(source="permission.allowed")
    reasons = ReasonSerializer(source="permission.reasons", many=True)
    until = serializers.DateTimeField(
        source="permission.until", allow_null=True, help_text="Allowed from then on, if nothing else changes"
    )


class PermissionSerializer(_AnswerSerializer):
    """The answer for one customer. Ask again right before sending: it may change at any moment."""

    customer_id = serializers.IntegerField()
    stands_for_id = serializers.IntegerField(
        allow_null=True, help_text="The record that this one was merged into, whose answer this is"
    )


class AddressPermissionSerializer(_AnswerSerializer):
    """The answer for one number or address: the strictest of all who have it."""

    address = serializers.CharField(help_text="As you wrote it")
    read_as = serializers.CharField(help_text="As it is kept; empty when it is no address")


class ConsentSerializer(ForViewer):
    """One thing the customer said. An empty purpose or channel means every one."""

    id = serializers.IntegerField()
    answer = serializers.ChoiceField(Consent.Answer.choices)
    purpose = serializers.CharField()
    channel = serializers.ChoiceField(Channel.choices, allow_blank=True)
    hand = serializers.CharField()
    author = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    wording = serializers.CharField()
    evidence = serializers.CharField()
    said_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()


class ConsentInput(serializers.Serializer):
    """What the customer told you. `stop` is "no more of it", for every purpose; `channel` is then the one it
    was said on. A yes (`granted`) names its purpose and the wording they saw.
    """

    answer = serializers.ChoiceField([*Consent.Answer.choices, (_STOP, "Stop everything")])
    purpose = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    channel = serializers.ChoiceField(Channel.choices, required=False, default="", allow_blank=True)
    wording = serializers.CharField(max_length=4_000, required=False, default="", allow_blank=True)
    evidence = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    said_at = serializers.DateTimeField(required=False)
    interaction_id = serializers.IntegerField(required=False, min_value=1, max_value=_LARGE)


_ANSWERS = inline_serializer(
    "PermissionAnswers",
    {"asked_at": serializers.DateTimeField(), "results": PermissionSerializer(many=True)},
)


_ADDRESS_ANSWERS = inline_serializer(
    "AddressPermissionAnswers",
    {"asked_at": serializers.DateTimeField(), "results": AddressPermissionSerializer(many=True)},
)


class ContactPermission(PartnerView):
    """Whether customers may be contacted. Ask before you send."""

    open_to_company = True

    scopes = {"GET": "customers:read", "POST": "customers:read"}
    only_asks = ("POST",)

    @extend_schema(
        operation_id="get_contact_permission",
        summary="May this customer be contacted?",
        parameters=[PermissionQuery],
        responses={200: _ANSWERS},
    )
    def get(self, request: Request) -> Response:
        """Allowed or refused, with every reason."""
        asked = self.query(PermissionQuery)
        try:
            return self._answers([asked["customer"]], asked)
        except Refusal as refusal:
            raise Problem(400, refusal.code, refusal.message, where="query", field=refusal.field) from None

    @extend_schema(
        operation_id="ask_contact_permission",
        summary="May these customers be contacted?",
        request=PermissionInput,
        responses={200: _ANSWERS},
    )
    def post(self, request: Request) -> Response:
        """The same for up to 1,000 at once, in the order asked; it changes nothing and takes no
        Idempotency-Key."""
        asked = self.body(PermissionInput)
        return self._answers(asked["customer_ids"], asked)

    def _answers(self, customer_ids: Sequence[int], asked: dict[str, Any]) -> Response:
        at: datetime = asked.get("at") or clock.now()
        found: list[Asked] = contact_permissions(
            self.viewer, customer_ids, purpose=asked["purpose"], channel=asked["channel"], at=at
        )
        return Response({"asked_at": at, "results": given_many(PermissionSerializer, self.viewer, found)})


class AddressPermission(PartnerView):
    """Whether whoever has a number or address may be contacted. Never in a URL, which others write down."""

    open_to_company = True
    scopes = {"POST": "customers:read"}
    only_asks = ("POST",)

    @extend_schema(
        operation_id="ask_address_permission",
        summary="May these numbers or addresses be contacted?",
        request=AddressesInput,
        responses={200: _ADDRESS_ANSWERS},
    )
    def post(self, request: Request) -> Response:
        """For up to 1,000 at once, each once, in the order asked; it changes nothing and takes no
        Idempotency-Key."""
        asked = self.body(AddressesInput)
        at: datetime = asked.get("at") or clock.now()
        found = address_permissions(
            self.viewer, asked["addresses"], purpose=asked["purpose"], channel=asked["channel"], at=at
        )
        return Response(
            {"asked_at": at, "results": given_many(AddressPermissionSerializer, self.viewer, found)}
        )


class CustomerConsents(PartnerView):
    """What one customer said about being contacted."""

    scopes = {"GET": "customers:read", "POST": "customers:write"}

    @extend_schema(
        operation_id="list_consents", summary="Read what they said", responses=list_of(ConsentSerializer)
    )
    def get(self, request: Request, customer_id: int) -> Response:
        """Newest first, all on one page; only what came through you unless your contract names `consent`."""
        access_customer(self.viewer, customer_id)
        self.note_read(customer_id, "consent")
        results = given_many(ConsentSerializer, self.viewer, consents_of(self.viewer, customer_id))
        return Response({"results": results, "next": None, "previous": None})

    @extend_schema(
        operation_id="record_consent",
        summary="Tell what they said",
        request=ConsentInput,
        responses={201: ConsentSerializer(many=True)},
    )
    def post(self, request: Request, customer_id: int) -> Response:
        """Write down a yes or a no; it counts everywhere at once."""
        asked = self.body(ConsentInput)
        access_customer(self.viewer, customer_id)
        said = {
            "actor": self.viewer.actor,
            "source": "partner:api",
            "wording": asked["wording"],
            "evidence": asked["evidence"],
            "said_at": asked.get("said_at"),
            "interaction_id": self.interaction_of(asked, customer_id),
        }
        if asked["answer"] == _STOP:
            rows = stop_contact(customer_id, said_on=asked["channel"], **said)
        else:
            one = {name: asked[name] for name in ("answer", "purpose", "channel")}
            rows = [record_consent(customer_id, **one, **said)]
        for row in rows:
            row.refresh_from_db()
        return Response(given_many(ConsentSerializer, self.viewer, rows), 201)
