"""The change feed."""

import base64
import binascii
import re

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from foundation.models import Event
from partners import feed
from partners.api.base import PartnerView
from partners.api.serializers import EventSerializer, FeedSerializer
from partners.openapi import LIMIT_PARAMETER
from partners.pagination import bad_cursor, page_size

_POSITION = re.compile(r"f1:([0-9]{1,18})")
_EVENT_ID = re.compile(r"evt_([0-9]{1,18})")


class EventFeed(PartnerView):
    """What has happened, in order."""

    scopes = {"GET": "events:read"}

    @extend_schema(
        operation_id="list_events",
        summary="Follow what happens",
        parameters=[
            OpenApiParameter("after", str, description="The `cursor` of the last page, or an event's `id`"),
            LIMIT_PARAMETER,
        ],
        responses={200: FeedSerializer},
    )
    def get(self, request: Request) -> Response:
        """Events after the cursor, oldest first; without one from the beginning. Nothing is skipped."""
        page = feed.page_after(self.viewer, _position(request), page_size(request))
        cursor = encode_position(page.position)
        here = replace_query_param(request.build_absolute_uri(), "after", cursor)
        results = [
            {
                "id": f"evt_{event.id}",
                "type": event.name,
                "occurred_at": event.occurred_at,
                "customer_id": event.customer_id,
                "hand": event.hand,
                "data": event.data,
            }
            for event in page.events
        ]
        data = EventSerializer(results, many=True).data
        following = here if page.more else None
        return Response({"results": data, "next": following, "previous": None, "cursor": cursor})


def encode_position(position: int) -> str:
    """A place in the feed as the opaque cursor partners keep."""
    return base64.urlsafe_b64encode(f"f1:{position}".encode()).decode().rstrip("=")


def _position(request: Request) -> int:
    given = request.query_params.get("after")
    if given is None:
        return 0
    if event_id := _EVENT_ID.fullmatch(given):
        return _position_of_event(int(event_id.group(1)))
    try:
        text = base64.b64decode(given + "=" * (-len(given) % 4), altchars=b"-_", validate=True).decode()
    except (ValueError, binascii.Error):
        raise bad_cursor("after") from None
    match = _POSITION.fullmatch(text)
    if match is None or encode_position(int(match.group(1))) != given:
        raise bad_cursor("after")
    return int(match.group(1))


def _position_of_event(event_id: int) -> int:
    position = Event.objects.filter(id=event_id).values_list("position", flat=True).first()
    if position is None:
        raise bad_cursor("after")
    return position
