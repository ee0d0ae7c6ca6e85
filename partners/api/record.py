"""What is asked once, what was answered before, and what became of subscriptions and orders."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from customers.access import access_customer
from customers.ask_once import asked_again_report
from customers.history import Fulfilment, answers_to, fulfilment_of_subscriptions, orders_of
from customers.queries import KnownSubscription, questions, record_view
from foundation import clock
from partners.api.base import PartnerView
from partners.api.record_serializers import (
    AnswerSerializer,
    AnswersQuery,
    AskedAgainQuery,
    AskedAgainSerializer,
    FieldSerializer,
    OrderSerializer,
    SubscriptionLifeSerializer,
)
from partners.api.serializers import given_many
from partners.openapi import list_of

MOST_ORDERS = 100


@dataclass(frozen=True)
class SubscriptionLife:
    """A subscription and what became of it."""

    row: KnownSubscription
    fulfilment: Fulfilment

    @property
    def id(self) -> int:
        """The subscription's."""
        return self.row.id


class FieldList(PartnerView):
    """The organisation's questions."""

    scopes = {"GET": "customers:read"}

    @extend_schema(
        operation_id="list_fields",
        summary="Read which questions there are",
        responses=list_of(FieldSerializer),
    )
    def get(self, request: Request) -> Response:
        """The questions your contract shows, in the order they are asked; all on one page."""
        return _whole(given_many(FieldSerializer, self.viewer, questions(self.viewer)))


class CustomerAnswers(PartnerView):
    """Every answer to one question."""

    scopes = {"GET": "customers:read"}

    @extend_schema(
        operation_id="list_answers",
        summary="Read every answer to a question",
        parameters=[AnswersQuery],
        responses=list_of(AnswerSerializer),
    )
    def get(self, request: Request, customer_id: int) -> Response:
        """The one that counts first, then the others, newest first, each with why it does not count."""
        access_customer(self.viewer, customer_id)
        asked = self.query(AnswersQuery)
        told = answers_to(self.viewer, customer_id, asked["key"])
        self.note_read(customer_id, "facts")
        return _whole(given_many(AnswerSerializer, self.viewer, told.answers))


class CustomerOrders(PartnerView):
    """One customer's orders."""

    scopes = {"GET": "customers:read"}

    @extend_schema(
        operation_id="list_orders", summary="Read a customer's orders", responses=list_of(OrderSerializer)
    )
    def get(self, request: Request, customer_id: int) -> Response:
        """The newest hundred, each with its references and history."""
        access_customer(self.viewer, customer_id)
        self.note_read(customer_id, "orders")
        orders = orders_of(self.viewer, customer_id, limit=MOST_ORDERS)
        return _whole(given_many(OrderSerializer, self.viewer, orders))


class CustomerSubscriptions(PartnerView):
    """One customer's subscriptions."""

    scopes = {"GET": "customers:read"}

    @extend_schema(
        operation_id="list_subscriptions",
        summary="Read what became of a customer's subscriptions",
        responses=list_of(SubscriptionLifeSerializer),
    )
    def get(self, request: Request, customer_id: int) -> Response:
        """Each with its references and history."""
        view = record_view(self.viewer, customer_id)
        self.note_read(customer_id, "subscriptions")
        lives = fulfilment_of_subscriptions(self.viewer, [row.id for row in view.subscriptions])
        told = [SubscriptionLife(row, lives[row.id]) for row in view.subscriptions]
        return _whole(given_many(SubscriptionLifeSerializer, self.viewer, told))


class AskedAgainView(PartnerView):
    """How often your people asked what was known."""

    scopes = {"GET": "customers:read"}

    @extend_schema(
        operation_id="asked_again",
        summary="Read how often your people asked again",
        parameters=[AskedAgainQuery],
        responses={200: AskedAgainSerializer},
    )
    def get(self, request: Request) -> Response:
        """Of the contacts your company served: per queue, agent and question."""
        days = self.query(AskedAgainQuery)["days"]
        now = clock.now()
        midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
        report = asked_again_report(
            since=midnight - timedelta(days=days - 1),
            until=now + timedelta(seconds=1),
            house=self.viewer.actor.name,
            partner_id=self.partner_id,
        )
        told = {
            "days": days,
            "total": report.total,
            "queues": report.queues,
            "agents": report.agents,
            "questions": [{"question": name, "times": times} for name, times in report.questions],
        }
        return Response(AskedAgainSerializer(told).data)


def _whole(results: list[object]) -> Response:
    return Response({"results": results, "next": None, "previous": None})
