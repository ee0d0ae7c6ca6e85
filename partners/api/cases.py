"""Cases."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.access import access_case, visible_cases
from cases.actions import open_case, solve_case
from cases.models import Case
from customers.access import access_customer, standing_for
from partners.api.base import PartnerView
from partners.api.serializers import (
    CaseChange,
    CaseInput,
    CaseQuery,
    CaseSerializer,
    given,
    given_many,
)
from partners.openapi import CURSOR_PARAMETERS, list_of


class CaseList(PartnerView):
    """Cases of customers shared with you."""

    scopes = {"GET": "cases:read", "POST": "cases:write"}
    gives_etag = ("POST",)

    @extend_schema(
        operation_id="list_cases",
        summary="List cases",
        parameters=[CaseQuery, *CURSOR_PARAMETERS],
        responses=list_of(CaseSerializer),
    )
    def get(self, request: Request) -> Response:
        """Cases of customers shared with you, newest first."""
        asked = self.query(CaseQuery)
        rows: QuerySet[Case] = visible_cases(self.viewer)
        if "customer" in asked:
            rows = rows.filter(customer_id=standing_for(self.viewer, asked["customer"]))
        if "state" in asked:
            rows = rows.filter(state=asked["state"])
        return self.page(rows, self._told)

    @extend_schema(
        operation_id="open_case", summary="Open a case", request=CaseInput, responses={201: CaseSerializer}
    )
    def post(self, request: Request) -> Response:
        """Open a matter that you work on."""
        asked = self.body(CaseInput)
        customer = access_customer(self.viewer, asked["customer_id"])
        case = open_case(
            customer.pk,
            title=asked["title"],
            reason=asked["reason"],
            actor=self.viewer.actor,
            partner_id=self.partner_id,
        )
        return self.versioned(given(CaseSerializer, self.viewer, case), case.version, status=201)

    def _told(self, rows: list[Case]) -> list[dict[str, object]]:
        self.note_reads((row.customer_id for row in rows), "cases")
        return given_many(CaseSerializer, self.viewer, rows)


class CaseDetail(PartnerView):
    """One case."""

    scopes = {"GET": "cases:read", "PATCH": "cases:write"}
    if_match = ("PATCH",)
    gives_etag = ("GET", "PATCH")

    @extend_schema(operation_id="get_case", summary="Read a case", responses={200: CaseSerializer})
    def get(self, request: Request, case_id: int) -> Response:
        """The case."""
        case = access_case(self.viewer, case_id)
        self.note_read(case.customer_id, "cases")
        return self.versioned(given(CaseSerializer, self.viewer, case), case.version)

    @extend_schema(
        operation_id="change_case",
        summary="Solve a case",
        request=CaseChange,
        responses={200: CaseSerializer},
    )
    def patch(self, request: Request, case_id: int) -> Response:
        """Set `state` to solved when the matter is settled."""
        version = self.expected_version()
        asked = self.body(CaseChange)
        access_case(self.viewer, case_id)
        with self.tells_how_it_stands(lambda: self._stands(case_id), asked):
            solve_case(case_id, actor=self.viewer.actor, outcome=asked["outcome"], expected_version=version)
        case = access_case(self.viewer, case_id)
        return self.versioned(given(CaseSerializer, self.viewer, case), case.version)

    def _stands(self, case_id: int) -> tuple[dict[str, object], int]:
        case = access_case(self.viewer, case_id)
        return given(CaseSerializer, self.viewer, case), case.version
