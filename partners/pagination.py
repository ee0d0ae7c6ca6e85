"""Pages by cursor: what is added meanwhile moves nothing, and no page number to fall off."""

import base64
import binascii
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from partners.problems import Problem

PAGE_SIZE = 50
LARGEST_PAGE = 200
_FARTHEST = 2**63 - 1
# Beyond, a moment in another zone may have no name in ours.
_FIRST_YEAR, _LAST_YEAR = 1, 9999


class NewestFirst(CursorPagination):
    """Cursor pages; `by` is the ordering field, a number or a time."""

    page_size = PAGE_SIZE
    max_page_size = LARGEST_PAGE
    page_size_query_param = "limit"

    def __init__(self, by: str = "-id") -> None:
        self.by = by

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> tuple[str, ...]:
        """Ties are broken by id."""
        return (self.by,) if self.by.lstrip("-") == "id" else (self.by, "-id" if self.by[0] == "-" else "id")

    def get_page_size(self, request: Request) -> int:
        """The `limit` asked for. Problem 400 unless it is 1 to LARGEST_PAGE."""
        return page_size(request)

    def decode_cursor(self, request: Request) -> Cursor | None:
        """The cursor of the request. Problem 400 for what we never gave out."""
        encoded = request.query_params.get(self.cursor_query_param)
        if encoded is None:
            return None
        try:
            return _cursor(encoded, self.by)
        except (ValueError, binascii.Error):
            raise bad_cursor("cursor") from None

    def get_paginated_response(self, data: Any) -> Response:
        """The list as every list of the API is answered."""
        return Response({"results": data, "next": self.get_next_link(), "previous": self.get_previous_link()})


def _cursor(encoded: str, by: str) -> Cursor:
    text = base64.b64decode(encoded.encode("ascii"), validate=True).decode("ascii")
    tokens = parse_qs(text, keep_blank_values=True, strict_parsing=True, max_num_fields=3)
    if not set(tokens) <= {"o", "r", "p"} or not tokens:
        raise ValueError("not a cursor")
    offset = int(tokens.get("o", ["0"])[0])
    if not 0 <= offset <= CursorPagination.offset_cutoff or tokens.get("r", ["1"]) != ["1"]:
        raise ValueError("not a cursor")
    position = tokens["p"][0] if "p" in tokens else None
    if position is not None:
        _check_position(position, by)
    return Cursor(offset=offset, reverse="r" in tokens, position=position)  # type: ignore[arg-type]


def _check_position(position: str, by: str) -> None:
    if by.lstrip("-") != "id":
        moment = datetime.fromisoformat(position)
        if moment.tzinfo is None or not _FIRST_YEAR < moment.year < _LAST_YEAR:
            raise ValueError("not a position")
    elif not position.isdecimal() or not position.isascii() or int(position) > _FARTHEST:
        raise ValueError("not a position")


def page_size(request: Request) -> int:
    """How many rows are asked for. Problem 400 unless it is 1 to LARGEST_PAGE."""
    given = request.query_params.get("limit")
    if given is None:
        return PAGE_SIZE
    if not (given.isascii() and given.isdecimal() and len(given) < 6 and 1 <= int(given) <= LARGEST_PAGE):
        message = f"The limit is a number from 1 to {LARGEST_PAGE}."
        raise Problem(400, "bad_limit", message, where="query", field="limit")
    return int(given)


def bad_cursor(name: str) -> Problem:
    """What a cursor that is none is told."""
    message = "That is not a cursor we gave out. Take it from `next` or `cursor` of an earlier answer."
    return Problem(400, "bad_cursor", message, where="query", field=name)
