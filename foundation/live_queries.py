"""What a desktop missed: the heads of topics and the numbered nudges after a cursor."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from foundation.models import LiveEntry, LiveTopic
from foundation.tenancy import tenant

PAGE = 500


@dataclass(frozen=True)
class Missed:
    """Nudges after a cursor, oldest first, and the topic's head when they were read."""

    entries: list[dict[str, Any]]
    head: int


def heads(topics: Iterable[str]) -> dict[str, int]:
    """How many nudges each topic has had; 0 when none. Inside a tenant transaction.

    A page reads the heads *before* what it shows: a nudge between the two then arrives once more, never less.
    """
    topics = list(topics)
    known = dict(LiveTopic.objects.filter(topic__in=topics).values_list("topic", "n"))
    return {topic: known.get(topic, 0) for topic in topics}


def read_heads(organization_id: int, topics: Iterable[str]) -> dict[str, int]:
    """`heads` in a transaction of its own."""
    with tenant(organization_id):
        return heads(topics)


def missed(topic: str, *, after: int, limit: int = PAGE) -> Missed:
    """The nudges numbered above `after`. Inside a tenant transaction.

    When the oldest kept one is not `after + 1`, the desktop was away for too long and must read anew.
    """
    head = heads([topic])[topic]
    rows = LiveEntry.objects.filter(topic=topic, n__gt=after, n__lte=head).order_by("n")[:limit]
    entries = [{"n": row.n, "kind": row.kind, "body": row.body} for row in rows]
    return Missed(entries=entries, head=head)
