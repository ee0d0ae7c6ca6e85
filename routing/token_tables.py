"""Reading the two token tables of all organisations: whole, or what came since."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection

from routing.engine import Contact
from routing.floor import SeatRow, WaitingRow
from routing.models import WaitingToken

_WAITING = """
SELECT id, organization_id, queue_id, key, extract(epoch FROM entered_at)::float8,
       extract(epoch FROM queued_at)::float8, base_score, preferred_member_id, language, avoid
FROM routing_waitingtoken
"""
_SEATS = """
SELECT id, organization_id, member_id, extract(epoch FROM ready_since)::float8 FROM routing_seattoken
"""
_SINCE = " WHERE id > %s OR id = ANY(%s)"
GAP_SECONDS = 2.0
LOOK_BACK = 200  # ids below the newest that may still be uncommitted when first read


class Tail:
    """Follows one token table by id. Ids commit out of order, so skipped ones are asked for again."""

    def __init__(self) -> None:
        self.last = 0
        self._gaps: dict[int, float] = {}

    def asked(self) -> tuple[int, list[int]]:
        """The parameters of the next read."""
        return self.last, list(self._gaps)

    def saw(self, ids: Iterable[int], now: float) -> None:
        """Note which ids a read returned; `now` in monotonic seconds."""
        for token_id in sorted(ids):
            self._gaps.pop(token_id, None)
            if token_id > self.last:
                first = max(self.last + 1, token_id - LOOK_BACK)
                self._gaps.update(dict.fromkeys(range(first, token_id), now))
                self.last = token_id
        self._gaps = {gap: since for gap, since in self._gaps.items() if now - since < GAP_SECONDS}


def read_waiting(tail: Tail | None = None) -> Iterator[tuple[int, WaitingRow]]:
    """(organisation, row) of every waiting token, or of those that `tail` does not know."""
    for row in _rows(_WAITING, tail):
        yield row[1], _waiting_row(row)


def read_seats(tail: Tail | None = None) -> Iterator[tuple[int, SeatRow]]:
    """(organisation, row) of every seat token, or of those that `tail` does not know."""
    for token_id, organization_id, member_id, ready_since in _rows(_SEATS, tail):
        yield organization_id, SeatRow(id=token_id, member_id=member_id, ready_since=ready_since)


def _rows(statement: str, tail: Tail | None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        if tail is None:
            cursor.execute(statement)
        else:
            cursor.execute(statement + _SINCE, list(tail.asked()))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _waiting_row(row: tuple[Any, ...]) -> WaitingRow:
    token_id, _, queue_id, key, entered_at, queued_at, base_score, preferred_id, language, avoid = row
    pairs = json.loads(avoid) if isinstance(avoid, str) else avoid
    contact = Contact(
        id=token_id,
        queue_id=queue_id,
        entered_at=entered_at,
        queued_at=queued_at,
        base_score=base_score,
        preferred_agent_id=preferred_id,
        language=language,
        avoid=tuple((int(agent_id), float(until)) for agent_id, until in pairs),
    )
    return WaitingRow(contact=contact, key=key)


def contact_of(token: WaitingToken) -> Contact:
    """The engine's view of one token."""
    return Contact(
        id=token.id,
        queue_id=token.queue_id,
        entered_at=token.entered_at.timestamp(),
        queued_at=token.queued_at.timestamp(),
        base_score=token.base_score,
        preferred_agent_id=token.preferred_member_id,
        language=token.language,
        avoid=tuple((int(agent_id), float(until)) for agent_id, until in token.avoid),
    )
