"""Reading the two token tables of all organisations: whole, or what came since."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from routing.capacity import Load
from routing.engine import Contact
from routing.floor import SeatRow, WaitingRow
from routing.models import WaitingToken

_TAIL = "SELECT * FROM routing_tail(%s, %s, %s, %s)"
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


@dataclass(frozen=True)
class Read:
    """Tokens with their organisations, as one look found them."""

    waiting: list[tuple[int, WaitingRow]]
    seats: list[tuple[int, SeatRow]]


def read_since(waiting: Tail, seats: Tail, now: float) -> Read:
    """What the tails do not know yet; they know it afterwards. `now` in monotonic seconds."""
    found = _read([*waiting.asked(), *seats.asked()])
    waiting.saw((row.contact.id for _, row in found.waiting), now)
    seats.saw((row.id for _, row in found.seats), now)
    return found


def read_all(waiting: Tail, seats: Tail, now: float) -> Read:
    """Both tables whole."""
    found = _read([0, [], 0, []])
    waiting.saw((row.contact.id for _, row in found.waiting), now)
    seats.saw((row.id for _, row in found.seats), now)
    return found


def _read(parameters: list[Any]) -> Read:
    with connection.cursor() as cursor:
        cursor.execute(_TAIL, parameters)
        rows = cursor.fetchall()
    return Read(
        waiting=[(row[2], _waiting_row(row)) for row in rows if row[0] == "waiting"],
        seats=[(row[2], _seat_row(row)) for row in rows if row[0] == "seat"],
    )


def _seat_row(row: tuple[Any, ...]) -> SeatRow:
    _, token_id, *_, member_id, ready_since, used, held, inbound_at, offer_at, end_at, without = row
    load = Load(used, _json(held), tuple(_json(without)))
    return SeatRow(token_id, member_id, ready_since, load, inbound_at, offer_at, end_at)


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _waiting_row(row: tuple[Any, ...]) -> WaitingRow:
    _, token_id, _, queue_id, key, entered_at, queued_at, base_score, channel = row[:9]
    wants, avoid = _json(row[9]), _json(row[10])
    contact = Contact(
        id=token_id,
        queue_id=queue_id,
        entered_at=entered_at,
        queued_at=queued_at,
        base_score=base_score,
        preferred_agent_id=wants.get("preferred_member_id"),
        language=wants.get("language", ""),
        avoid=tuple((int(agent_id), float(until)) for agent_id, until in avoid),
    )
    return WaitingRow(contact=contact, key=key, channel=channel)


def contact_of(token: WaitingToken) -> Contact:
    """The engine's view of one token."""
    return Contact(
        id=token.id,
        queue_id=token.queue_id,
        entered_at=token.entered_at.timestamp(),
        queued_at=token.queued_at.timestamp(),
        base_score=token.base_score,
        preferred_agent_id=token.wants.get("preferred_member_id"),
        language=token.wants.get("language", ""),
        avoid=tuple((int(agent_id), float(until)) for agent_id, until in token.avoid),
    )
