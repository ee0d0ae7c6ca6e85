"""People that you are asked to erase, and your receipt that you have."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from customers.privacy.receipts import (
    RECEIPT_STATES,
    access_receipt,
    confirm_receipt,
    in_state,
    visible_receipts,
)
from partners.api.base import PartnerView
from partners.openapi import CURSOR_PARAMETERS, list_of


class ErasureRequestQuery(serializers.Serializer):
    """Which requests are wanted."""

    state = serializers.ChoiceField(RECEIPT_STATES, required=False)


class ErasureRequestSerializer(serializers.Serializer):
    """A person that was erased here and is to be erased by you, under every number you knew them by."""

    id = serializers.IntegerField()
    customer_ids = serializers.ListField(child=serializers.IntegerField(), source="record_numbers")
    asked_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    state = serializers.ChoiceField(RECEIPT_STATES)
    confirmed_at = serializers.DateTimeField(allow_null=True)
    confirmed_by = serializers.CharField()


class ErasureRequestList(PartnerView):
    """People you are asked to erase."""

    scopes = {"GET": "customers:read"}

    @extend_schema(
        operation_id="list_erasure_requests",
        summary="List the people you are asked to erase",
        parameters=[ErasureRequestQuery, *CURSOR_PARAMETERS],
        responses=list_of(ErasureRequestSerializer),
    )
    def get(self, request: Request) -> Response:
        """The newest first; `state=waiting` is what you still owe, late or not."""
        asked = self.query(ErasureRequestQuery)
        rows = in_state(visible_receipts(self.viewer), asked.get("state", ""))
        return self.page(rows, lambda page: list(ErasureRequestSerializer(page, many=True).data))


class ErasureRequestDetail(PartnerView):
    """One person you are asked to erase."""

    scopes = {"GET": "customers:read"}

    @extend_schema(
        operation_id="get_erasure_request",
        summary="Read an erasure request",
        responses={200: ErasureRequestSerializer},
    )
    def get(self, request: Request, receipt_id: int) -> Response:
        """The request: numbers, and by when; nothing of the person is kept here."""
        return Response(ErasureRequestSerializer(access_receipt(self.viewer, receipt_id)).data)


class ErasureRequestConfirm(PartnerView):
    """Your receipt."""

    scopes = {"POST": "customers:write"}

    @extend_schema(
        operation_id="confirm_erasure",
        summary="Confirm that you have erased the person",
        request=None,
        responses={200: ErasureRequestSerializer},
    )
    def post(self, request: Request, receipt_id: int) -> Response:
        """Say that it is done. Said again, it changes nothing: the first time counts."""
        return Response(ErasureRequestSerializer(confirm_receipt(self.viewer, receipt_id)).data)
