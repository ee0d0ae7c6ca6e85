"""Reading the two token tables of all organisations: whole, or what came since."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from foundation import clock
from foundation.tenancy import system
from routing.engine import Contact, Requirement
from routing.floor import SeatRow
from routing.models import ChangeToken, SeatToken, WaitingToken

# What has changed comes with every row: it is empty nearly always.
_TAIL = """
SELECT t.*, c.changes FROM routing_changes(%s, %s) c (changes)
LEFT JOIN routing_tail(%s, %s, %s, %s) t ON true
"""
PRUNE_AFTER = timedelta(minutes=5)
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
    """Tokens with their organisations, as one look found them; `changed`: organisations to read anew."""

    waiting: list[tuple[int, Contact]]
    seats: list[tuple[int, SeatRow]]
    changed: set[int]


@dataclass
class Tails:
    """What is known of the three token tables."""

    waiting: Tail = field(default_factory=Tail)
    seats: Tail = field(default_factory=Tail)
    changes: Tail = field(default_factory=Tail)

    def read_since(self, now: float) -> Read:
        """What the tails do not know yet; they know it afterwards. `now` in monotonic seconds."""
        return self._read([*self.waiting.asked(), *self.seats.asked()], now)

    def read_all(self, now: float) -> Read:
        """Contacts and seats whole."""
        return self._read([0, [], 0, []], now)

    def _read(self, parameters: list[Any], now: float) -> Read:
        found, changes = _read([*self.changes.asked(), *parameters])
        self.waiting.saw((contact.id for _, contact in found.waiting), now)
        self.seats.saw((row.id for _, row in found.seats), now)
        self.changes.saw(changes, now)
        return found


def prune_changes() -> int:
    """Delete notes of changes that every owner has read long ago. Returns how many."""
    with system():
        old = ChangeToken.objects.filter(made_at__lt=clock.now() - PRUNE_AFTER)
        return old.delete()[0]


def _read(parameters: list[Any]) -> tuple[Read, list[int]]:
    with connection.cursor() as cursor:
        cursor.execute(_TAIL, parameters)
        rows = cursor.fetchall()
    changes = rows[0][-1] or []
    return Read(
        waiting=[(row[2], _contact_row(row)) for row in rows if row[0] == "waiting"],
        seats=[(row[2], _seat_row(row)) for row in rows if row[0] == "seat"],
        changed={organization_id for _, organization_id in changes},
    ), [change_id for change_id, _ in changes]


def _contact_row(row: tuple[Any, ...]) -> Contact:
    _, token_id, _, queue_id, _key, entered_at, queued_at, base_score, channel = row[:9]
    wants, avoid = (_parsed(one) for one in row[9:11])
    return _contact(token_id, queue_id, (entered_at, queued_at), base_score, channel, wants, avoid)


def _seat_row(row: tuple[Any, ...]) -> SeatRow:
    inbound_at, offer_at, end_at = row[15:18]
    held, without = _parsed(row[14]), _parsed(row[18])
    return SeatRow(row[1], row[11], row[12], row[13], held, inbound_at, offer_at, end_at, without)


def _parsed(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def contact_of(token: WaitingToken) -> Contact:
    """The engine's view of one token."""
    since = token.entered_at.timestamp(), token.queued_at.timestamp()
    return _contact(
        token.id, token.queue_id, since, token.base_score, token.channel, token.wants, token.avoid
    )


def seat_of(token: SeatToken) -> SeatRow:
    """The same of a seat token."""
    return SeatRow(
        token.id,
        token.member_id,
        token.ready_since.timestamp(),
        token.units_used,
        token.held,
        inbound_at=_epoch(token.last_inbound_at),
        offer_at=_epoch(token.last_offer_at),
        end_at=_epoch(token.last_end_at),
        without=token.without,
    )


def _epoch(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()


def _contact(
    token_id: int,
    queue_id: int,
    since: tuple[float, float],
    base_score: float,
    channel: str,
    wants: dict[str, Any],
    avoid: list[list[float]],
) -> Contact:
    return Contact(
        id=token_id,
        queue_id=queue_id,
        entered_at=since[0],
        queued_at=since[1],
        base_score=base_score,
        channel=channel,
        language=wants.get("language") or "",
        region=wants.get("region") or "",
        preferred_agent_id=wants.get("preferred_member_id"),
        preferred_pool_id=wants.get("preferred_pool_id"),
        pinned_pool_id=wants.get("pinned_pool_id"),
        barred_pools=frozenset(wants.get("barred_pools") or ()),
        requirements=tuple(Requirement(**need) for need in wants.get("requirements") or ()),
        final_from=wants.get("final_from"),
        avoid=tuple((int(agent_id), float(until)) for agent_id, until in avoid),
    )
