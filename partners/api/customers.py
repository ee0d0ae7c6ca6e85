"""Customers, what is known of them, their story, and notes."""

from collections.abc import Iterable, Mapping

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Organization
from customers.access import access_customer, may_read, readable_facts, visible_customers, visible_timeline
from customers.actions import add_identity, add_note, change_customer, record_fact
from customers.actions.customers import CHANGEABLE
from customers.history import fields_changed_since
from customers.models import Confidence, Customer, Fact, Identity
from customers.queries import KnownFact, current_facts, home_zone
from customers.search import find_customers
from customers.timeline_queries import filtered, read_filters
from foundation.errors import Conflict, Refusal
from foundation.phones import parse_phone
from partners.api.base import PartnerView
from partners.api.serializers import (
    CustomerChange,
    CustomerQuery,
    CustomerSerializer,
    FactInput,
    FactSerializer,
    FoundCustomerSerializer,
    IdentityInput,
    IdentitySerializer,
    NoteInput,
    TimelineQuery,
    TimelineSerializer,
    given,
    given_many,
    told_identity,
)
from partners.etags import stale
from partners.openapi import CURSOR_PARAMETERS, list_of
from partners.problems import Problem

SEARCH_RESULTS = 50


class CustomerList(PartnerView):
    """Customers shared with you."""

    scopes = {"GET": "customers:read"}

    @extend_schema(
        operation_id="list_customers",
        summary="Find customers",
        parameters=[CustomerQuery, *CURSOR_PARAMETERS],
        responses=list_of(FoundCustomerSerializer),
    )
    def get(self, request: Request) -> Response:
        """Customers shared with you, newest first; by phone number, or by words of a name or number."""
        asked = self.query(CustomerQuery)
        if "q" in asked:
            found = find_customers(self.viewer, asked["q"], limit=SEARCH_RESULTS)
            why = {one.customer.pk: list(one.why) for one in found}
            by_id = self._whole(visible_customers(self.viewer)).in_bulk(list(why))
            best_first = self._told([by_id[pk] for pk in why if pk in by_id], why)
            return Response({"results": best_first, "next": None, "previous": None})
        rows = visible_customers(self.viewer)
        if "phone" in asked:
            rows = rows.filter(pk__in=_with_phone(asked["phone"]))
        return self.page(self._whole(rows), self._told)

    def _whole(self, rows: QuerySet[Customer]) -> QuerySet[Customer]:
        return rows.prefetch_related("identities", "subscriptions__product")

    def _told(
        self, rows: Iterable[Customer], why: Mapping[int, list[str]] | None = None
    ) -> list[dict[str, object]]:
        told: list[dict[str, object]] = []
        rows = list(rows)
        self.note_reads((customer.pk for customer in rows), "found")
        for customer in rows:
            row = given(FoundCustomerSerializer, self.viewer, customer)
            told.append(row | {"found_by": (why or {}).get(customer.pk, [])})
        return told


class CustomerDetail(PartnerView):
    """One customer."""

    scopes = {"GET": "customers:read", "PATCH": "customers:write"}
    if_match = ("PATCH",)
    gives_etag = ("GET", "PATCH")

    @extend_schema(
        operation_id="get_customer", summary="Read a customer", responses={200: CustomerSerializer}
    )
    def get(self, request: Request, customer_id: int) -> Response:
        """The customer as far as your contract shows it."""
        customer = access_customer(self.viewer, customer_id)
        self.note_read(customer.pk, "record")
        return self.versioned(given(CustomerSerializer, self.viewer, customer), customer.version)

    @extend_schema(
        operation_id="change_customer",
        summary="Change a customer",
        request=CustomerChange,
        responses={200: CustomerSerializer},
    )
    def patch(self, request: Request, customer_id: int) -> Response:
        """Change what your contract lets you change. A change that came too late is answered 412 with the
        customer as it now stands, which of your fields differ, and what others changed."""
        version = self.expected_version()
        access_customer(self.viewer, customer_id)
        asked = self.body(CustomerChange)
        try:
            change_customer(customer_id, actor=self.viewer.actor, expected_version=version, **asked)
        except Conflict as conflict:
            if conflict.code != "stale":
                raise
            customer = access_customer(self.viewer, customer_id)
            problem = stale(given(CustomerSerializer, self.viewer, customer), asked, customer.version)
            problem.extra["changed"] = [
                name
                for name in fields_changed_since(customer_id, version)
                if name not in CHANGEABLE or may_read(self.viewer, name)
            ]
            raise problem from conflict
        customer = access_customer(self.viewer, customer_id)
        return self.versioned(given(CustomerSerializer, self.viewer, customer), customer.version)


class CustomerIdentities(PartnerView):
    """Your own numbers for one customer."""

    scopes = {"POST": "customers:write"}

    @extend_schema(
        operation_id="add_identity",
        summary="Add your reference",
        request=IdentityInput,
        responses={201: IdentitySerializer},
    )
    def post(self, request: Request, customer_id: int) -> Response:
        """Say what your system calls this customer; only you see it again."""
        asked = self.body(IdentityInput)
        access_customer(self.viewer, customer_id)
        identity = add_identity(
            customer_id,
            kind=asked["kind"],
            value=asked["value"],
            partner_id=self.partner_id,
            actor=self.viewer.actor,
            confidence=Confidence.VERIFIED,
            source="partner:api",
        )
        identity.refresh_from_db()
        return Response(told_identity(identity, identity.value), 201)


class CustomerTimeline(PartnerView):
    """One customer's story."""

    scopes = {"GET": "customers:read"}

    @extend_schema(
        operation_id="list_timeline",
        summary="Read a customer's timeline",
        parameters=[TimelineQuery, *CURSOR_PARAMETERS],
        responses=list_of(TimelineSerializer),
    )
    def get(self, request: Request, customer_id: int) -> Response:
        """What has happened, newest first, whichever hand wrote it."""
        try:
            filters = read_filters(self.query(TimelineQuery), home_zone())
        except Refusal as refusal:
            raise Problem(400, refusal.code, refusal.message, where="query", field=refusal.field) from None
        rows = filtered(visible_timeline(self.viewer, customer_id), filters)
        self.note_read(customer_id, "timeline")
        return self.page(rows, lambda page: given_many(TimelineSerializer, self.viewer, page), by="-at")


class CustomerFacts(PartnerView):
    """What is known of one customer."""

    scopes = {"GET": "customers:read", "POST": "customers:write"}

    @extend_schema(operation_id="list_facts", summary="Read what is known", responses=list_of(FactSerializer))
    def get(self, request: Request, customer_id: int) -> Response:
        """One answer per question your contract shows; all on one page."""
        access_customer(self.viewer, customer_id)
        self.note_read(customer_id, "facts")
        facts = current_facts(customer_id, readable_facts(self.viewer))
        results = given_many(FactSerializer, self.viewer, facts)
        return Response({"results": results, "next": None, "previous": None})

    @extend_schema(
        operation_id="record_fact",
        summary="Record an answer",
        request=FactInput,
        responses={201: FactSerializer},
    )
    def post(self, request: Request, customer_id: int) -> Response:
        """Write what you learned, so that nobody asks again."""
        asked = self.body(FactInput)
        access_customer(self.viewer, customer_id)
        interaction_id = self.interaction_of(asked, customer_id)
        fact = record_fact(
            customer_id,
            key=asked["key"],
            value=asked["value"],
            actor=self.viewer.actor,
            source="partner:api",
            confidence=asked["confidence"],
            interaction_id=interaction_id,
        )
        return Response(given(FactSerializer, self.viewer, _as_known(fact, self.viewer.actor.name)), 201)


class CustomerNotes(PartnerView):
    """Notes on one customer."""

    scopes = {"POST": "customers:write"}

    @extend_schema(
        operation_id="add_note", summary="Add a note", request=NoteInput, responses={201: TimelineSerializer}
    )
    def post(self, request: Request, customer_id: int) -> Response:
        """Write a note on the customer's timeline; open desktops show it at once."""
        asked = self.body(NoteInput)
        access_customer(self.viewer, customer_id)
        interaction_id = self.interaction_of(asked, customer_id)
        entry = add_note(
            customer_id, text=asked["text"], actor=self.viewer.actor, interaction_id=interaction_id
        )
        return Response(given(TimelineSerializer, self.viewer, entry), 201)


def _with_phone(text: str) -> QuerySet[Identity, int]:
    country_code = Organization.objects.values_list("country_code", flat=True).get()
    phone = parse_phone(text, country_code=country_code)
    identities = Identity.objects.filter(kind=Identity.Kind.PHONE, value=phone.e164 if phone else "")
    return identities.values_list("customer_id", flat=True)


def _as_known(fact: Fact, partner_name: str) -> KnownFact:
    return KnownFact(
        fact_id=fact.pk,
        key=fact.key.key,
        label=fact.key.label,
        question=fact.key.question,
        value=fact.value,
        text="",
        confidence=fact.confidence,
        hand=fact.hand,
        author="",
        partner_name=fact.partner.name if fact.partner else partner_name,
        at=fact.recorded_at,
        source=fact.source,
        value_type=fact.key.value_type,
    )
