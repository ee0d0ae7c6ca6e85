"""Who looked: written down once per reader, what and ten minutes, with one insert, and never changed."""

from collections.abc import Iterable

from django.db import connection

from accounts.access import Viewer
from foundation import clock
from foundation.tenancy import current_organization_id

MINUTES = 10
# A record that is being erased at this moment is not looked at any more: nothing is written then.
_INSERT = """
INSERT INTO customers_recordread
  (organization_id, customer_id, member_id, partner_id, reader, what, why, read_at, minute)
SELECT %s, c.id, %s, %s, %s, %s, %s, %s, %s
FROM customers_customer c WHERE c.id = ANY (%s) ORDER BY c.id FOR KEY SHARE OF c
ON CONFLICT DO NOTHING
"""


def note_read(viewer: Viewer, customer_id: int, what: str, *, why: str = "") -> None:
    """Write down that a partner looked at a record; in-house only sensitive reads are noted."""
    note_reads(viewer, [customer_id], what, why=why)


def note_reads(viewer: Viewer, customer_ids: Iterable[int], what: str, *, why: str = "") -> None:
    """The same for several at once, a list's."""
    if viewer.is_partner:
        _write(viewer, customer_ids, what, why)


def note_record_read(
    viewer: Viewer, customer_id: int, *, personal: bool, what: str = "record", why: str = ""
) -> None:
    """The record, or a part of it, was shown: a partner's look is noted, and anybody's when answers of the
    personal class (`personal`) were among what was shown."""
    if viewer.is_partner or personal:
        _write(viewer, [customer_id], f"{what}, personal answers" if personal else what, why)


def note_sensitive_read(viewer: Viewer, customer_id: int, what: str, *, why: str = "") -> None:
    """Write down that anybody looked at what is personal: answers of that class, the whole file of a person,
    what an erasure would take, who looked."""
    _write(viewer, [customer_id], what, why)


def _write(viewer: Viewer, customer_ids: Iterable[int], what: str, why: str) -> None:
    ids = sorted(set(customer_ids))
    if not ids:
        return
    now = clock.now()
    values = (
        current_organization_id(),
        viewer.actor.member_id,
        viewer.actor.partner_id,
        viewer.actor.name[:120],
        what[:80],
        (viewer.why or why)[:120],
        now,
        int(now.timestamp()) // 60 // MINUTES * MINUTES,
        ids,
    )
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)
