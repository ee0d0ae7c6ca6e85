"""Nudges to open desktops: numbered per topic in the writing transaction, published after commit.

A nudge says that something changed; the desktop fetches what. `nudge` is lossless: its number lives in
the database, so a desktop that missed one sees the gap (`foundation.live_queries`). `hint` is not: it
only makes a figure refresh sooner than its own slow poll. See docs/decisions/0005.

Topics: `member:<id>` (one person's desktop), `record:<customer_id>` (whoever has that record open),
`audience:all`, `audience:inhouse`, `audience:partner:<id>` (marquee), `floor` (hints only).
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from foundation import wake

_collector: ContextVar["Nudges | None"] = ContextVar("nudges", default=None)

_NUMBER_AND_STORE = "SELECT foundation_number_nudges(%s, %s::text[], %s::text[], %s::jsonb[])"


def channel(organization_id: int) -> str:
    """The Redis channel that carries one organisation's nudges: payload `topic`, newline, JSON."""
    return f"rt:{organization_id}"


@dataclass
class Nudges:
    """What one transaction will tell desktops."""

    numbered: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    hints: dict[tuple[str, str], None] = field(default_factory=dict)

    def number_and_publish_after_commit(self, organization_id: int) -> None:
        """Take the topic counters, the last locks of this transaction, in sorted order."""
        if transaction.get_rollback():
            return
        frames = self._number(organization_id) if self.numbered else []
        frames += [(topic, json.dumps({"t": topic, "kind": kind})) for topic, kind in self.hints]
        if not frames:
            return
        name = channel(organization_id)
        messages = [(name, f"{topic}\n{frame}") for topic, frame in frames]
        wake.publish_after_commit(messages)

    def _number(self, organization_id: int) -> list[tuple[str, str]]:
        topics, kinds, bodies = zip(*self.numbered, strict=True)
        columns = [list(topics), list(kinds), [json.dumps(body) for body in bodies]]
        with connection.cursor() as cursor:
            cursor.execute(_NUMBER_AND_STORE, [organization_id, *columns])
            [numbers] = cursor.fetchone()
        return [
            (topic, json.dumps({"t": topic, "n": number, "kind": kind, "body": body}))
            for (topic, kind, body), number in zip(self.numbered, numbers, strict=True)
        ]


@contextmanager
def collecting() -> Iterator[Nudges]:
    """Collect the nudges of one tenant transaction."""
    nudges = Nudges()
    token = _collector.set(nudges)
    try:
        yield nudges
    finally:
        _collector.reset(token)


def nudge(topic: str, kind: str, **body: Any) -> None:
    """Tell whoever follows `topic`, without loss, once this transaction commits. JSON values only."""
    _nudges().numbered.append((topic, kind, body))


def hint(topic: str, kind: str) -> None:
    """Tell whoever follows `topic` to refresh `kind` soon; may be lost."""
    _nudges().hints[topic, kind] = None


def _nudges() -> Nudges:
    nudges = _collector.get()
    if nudges is None:
        raise RuntimeError("Nudges belong inside tenancy.tenant().")
    return nudges
