"""Seats you are asked for while a surge plan runs, your answer, and what you delivered."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from partners.api.base import PartnerView
from partners.openapi import CURSOR_PARAMETERS, list_of
from routing.actions.seat_asks import ANSWERS, answer_ask
from routing.models import SeatAsk
from routing.queries.surges import access_seat_ask, deliveries, visible_seat_asks
from routing.surge.bundle import MOST_SEATS


class SeatAskQuery(serializers.Serializer):
    """Which asks are wanted."""

    state = serializers.ChoiceField(SeatAsk.State.choices, required=False)


class SeatAskSerializer(serializers.Serializer):
    """More seats wanted from `starts_at` to `ends_at`; unanswered by `answer_by`, it counts as refused."""

    id = serializers.IntegerField()
    seats = serializers.IntegerField(help_text="On top of those at work when it was asked")
    seats_before = serializers.IntegerField(help_text="At work when it was asked")
    asked_at = serializers.DateTimeField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    answer_by = serializers.DateTimeField()
    state = serializers.ChoiceField(SeatAsk.State.choices)
    seats_promised = serializers.IntegerField()
    note = serializers.CharField()
    answered_at = serializers.DateTimeField(allow_null=True)
    answered_by = serializers.CharField(help_text="Empty: nobody, by the deadline")
    at_work = serializers.FloatField(
        allow_null=True, help_text="Your people at work on average in that time so far; null before it begins"
    )
    seats_delivered = serializers.FloatField(allow_null=True, help_text="Of these, on top of seats_before")


class SeatAnswerInput(serializers.Serializer):
    """Your answer; `seats` only with `partial`."""

    answer = serializers.ChoiceField([(one.value, one.label) for one in ANSWERS])
    seats = serializers.IntegerField(min_value=0, max_value=MOST_SEATS, required=False)
    note = serializers.CharField(max_length=240, required=False, allow_blank=True)


def told(asks: list[SeatAsk]) -> list[Any]:
    """Asks as JSON, with what was delivered."""
    brought = deliveries(asks)
    return [
        SeatAskSerializer(
            {
                **{name: getattr(ask, name) for name in _OWN},
                "at_work": found.at_work if (found := brought[ask.id]) else None,
                "seats_delivered": found.delivered if found else None,
            }
        ).data
        for ask in asks
    ]


_OWN = [name for name in map(str, SeatAskSerializer().fields) if name not in {"at_work", "seats_delivered"}]


class SeatAskList(PartnerView):
    """Seats you are asked for."""

    scopes = {"GET": "seats:read"}

    @extend_schema(
        operation_id="list_seat_asks",
        summary="List the asks for more seats",
        parameters=[SeatAskQuery, *CURSOR_PARAMETERS],
        responses=list_of(SeatAskSerializer),
    )
    def get(self, request: Request) -> Response:
        """The newest first; `state=open` is what waits for your answer."""
        asked = self.query(SeatAskQuery)
        rows = visible_seat_asks(self.viewer)
        return self.page(rows.filter(state=asked["state"]) if "state" in asked else rows, told)


class SeatAskDetail(PartnerView):
    """One ask for more seats."""

    scopes = {"GET": "seats:read"}

    @extend_schema(
        operation_id="get_seat_ask", summary="Read an ask for seats", responses={200: SeatAskSerializer}
    )
    def get(self, request: Request, ask_id: int) -> Response:
        """The ask, your answer, and what you delivered so far."""
        return Response(told([access_seat_ask(self.viewer, ask_id)])[0])


class SeatAskAnswer(PartnerView):
    """Your answer to an ask for more seats."""

    scopes = {"POST": "seats:write"}

    @extend_schema(
        operation_id="answer_seat_ask",
        summary="Answer an ask for seats",
        request=SeatAnswerInput,
        responses={200: SeatAskSerializer},
    )
    def post(self, request: Request, ask_id: int) -> Response:
        """Accept, accept in part, or refuse. The first answer counts; 409 afterwards, or when it is late."""
        access_seat_ask(self.viewer, ask_id)
        asked = self.body(SeatAnswerInput)
        answer_ask(
            ask_id,
            actor=self.viewer.actor,
            answer=asked["answer"],
            seats=asked.get("seats"),
            note=asked.get("note", ""),
        )
        return Response(told([access_seat_ask(self.viewer, ask_id)])[0])
