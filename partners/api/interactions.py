"""Interactions: contacts on any channel."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from customers.access import access_interaction, standing_for, visible_interactions
from customers.models import Interaction
from partners.api.base import PartnerView
from partners.api.serializers import InteractionSerializer, OfCustomerQuery, given, given_many
from partners.openapi import CURSOR_PARAMETERS, list_of


class InteractionList(PartnerView):
    """Contacts with customers shared with you."""

    scopes = {"GET": "customers:read"}

    @extend_schema(
        operation_id="list_interactions",
        summary="List interactions",
        parameters=[OfCustomerQuery, *CURSOR_PARAMETERS],
        responses=list_of(InteractionSerializer),
    )
    def get(self, request: Request) -> Response:
        """Contacts with customers shared with you, newest first."""
        asked = self.query(OfCustomerQuery)
        rows = visible_interactions(self.viewer)
        if "customer" in asked:
            rows = rows.filter(customer_id=standing_for(self.viewer, asked["customer"]))
        return self.page(rows, self._told)

    def _told(self, rows: list[Interaction]) -> list[dict[str, object]]:
        self.note_reads((row.customer_id for row in rows), "interactions")
        return given_many(InteractionSerializer, self.viewer, rows)


class InteractionDetail(PartnerView):
    """One contact."""

    scopes = {"GET": "customers:read"}

    @extend_schema(
        operation_id="get_interaction",
        summary="Read an interaction",
        responses={200: InteractionSerializer},
    )
    def get(self, request: Request, interaction_id: int) -> Response:
        """The contact."""
        interaction = access_interaction(self.viewer, interaction_id)
        self.note_read(interaction.customer_id, "interactions")
        return Response(given(InteractionSerializer, self.viewer, interaction))
