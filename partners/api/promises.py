"""Promises: what customers were told they would get, and whether they did."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.access import access_case, access_promise, visible_promises
from cases.actions import acknowledge_promise, keep_promise, make_promise
from cases.models import Promise
from customers.access import access_customer, standing_for
from partners.api.base import PartnerView
from partners.api.serializers import (
    KeepInput,
    PromiseInput,
    PromiseQuery,
    PromiseSerializer,
    given,
    given_many,
)
from partners.openapi import CURSOR_PARAMETERS, list_of


class PromiseView(PartnerView):
    """Base: answers with one promise."""

    def _one(self, promise: Promise, *, status: int = 200) -> Response:
        return self.versioned(given(PromiseSerializer, self.viewer, promise), promise.version, status=status)

    def _stands(self, promise_id: int) -> tuple[dict[str, object], int]:
        promise = access_promise(self.viewer, promise_id)
        return given(PromiseSerializer, self.viewer, promise), promise.version


class PromiseList(PromiseView):
    """Promises to customers shared with you."""

    scopes = {"GET": "cases:read", "POST": "cases:write"}
    gives_etag = ("POST",)

    @extend_schema(
        operation_id="list_promises",
        summary="List promises",
        parameters=[PromiseQuery, *CURSOR_PARAMETERS],
        responses=list_of(PromiseSerializer),
    )
    def get(self, request: Request) -> Response:
        """Promises to customers shared with you, newest first."""
        asked = self.query(PromiseQuery)
        rows: QuerySet[Promise] = visible_promises(self.viewer)
        if "customer" in asked:
            rows = rows.filter(customer_id=standing_for(self.viewer, asked["customer"]))
        if "state" in asked:
            rows = rows.filter(state=asked["state"])
        if asked.get("owed_by_us"):
            rows = rows.filter(owed_by_id=self.partner_id)
        return self.page(rows, self._told)

    @extend_schema(
        operation_id="make_promise",
        summary="Record a promise",
        request=PromiseInput,
        responses={201: PromiseSerializer},
    )
    def post(self, request: Request) -> Response:
        """Record what your company promised; its clock starts, and both companies see it."""
        asked = self.body(PromiseInput)
        customer = access_customer(self.viewer, asked["customer_id"])
        if "case_id" in asked:
            access_case(self.viewer, asked["case_id"])
        promise = make_promise(
            customer.pk,
            text=asked["text"],
            due_at=asked["due_at"],
            actor=self.viewer.actor,
            owed_by_id=self.partner_id,
            case_id=asked.get("case_id"),
        )
        return self._one(promise, status=201)

    def _told(self, rows: list[Promise]) -> list[dict[str, object]]:
        self.note_reads((row.customer_id for row in rows), "promises")
        return given_many(PromiseSerializer, self.viewer, rows)


class PromiseDetail(PromiseView):
    """One promise."""

    scopes = {"GET": "cases:read"}
    gives_etag = ("GET",)

    @extend_schema(operation_id="get_promise", summary="Read a promise", responses={200: PromiseSerializer})
    def get(self, request: Request, promise_id: int) -> Response:
        """The promise, with its ETag."""
        promise = access_promise(self.viewer, promise_id)
        self.note_read(promise.customer_id, "promises")
        return self._one(promise)


class PromiseAcknowledge(PromiseView):
    """Taking note of a promise."""

    scopes = {"POST": "cases:write"}
    if_match = ("POST",)
    gives_etag = ("POST",)

    @extend_schema(
        operation_id="acknowledge_promise",
        summary="Acknowledge a promise",
        request=None,
        responses={200: PromiseSerializer},
    )
    def post(self, request: Request, promise_id: int) -> Response:
        """Say that your company has taken note of a promise it owes."""
        version = self.expected_version()
        access_promise(self.viewer, promise_id)
        acknowledge_promise(promise_id, actor=self.viewer.actor, expected_version=version)
        return self._one(access_promise(self.viewer, promise_id))


class PromiseKeep(PromiseView):
    """Fulfilling a promise."""

    scopes = {"POST": "cases:write"}
    if_match = ("POST",)
    gives_etag = ("POST",)

    @extend_schema(
        operation_id="keep_promise",
        summary="Fulfil a promise",
        request=KeepInput,
        responses={200: PromiseSerializer},
    )
    def post(self, request: Request, promise_id: int) -> Response:
        """Say that your company has kept a promise it owes, and how."""
        version = self.expected_version()
        asked = self.body(KeepInput)
        access_promise(self.viewer, promise_id)
        with self.tells_how_it_stands(lambda: self._stands(promise_id), asked):
            keep_promise(
                promise_id, actor=self.viewer.actor, outcome=asked["outcome"], expected_version=version
            )
        return self._one(access_promise(self.viewer, promise_id))
