"""Adding to a quarter hour's counts."""

from datetime import datetime

from django.db import connection

from analytics.rules import COUNTED, Counts, quarter_of
from foundation.live import hint
from foundation.tenancy import current_organization_id

_ADD = f"""
INSERT INTO analytics_queueinterval AS t
  (organization_id, queue_slug, partner_id, starts_at, {", ".join(COUNTED)})
VALUES (%s, %s, %s, %s, {", ".join(["%s"] * len(COUNTED))})
ON CONFLICT (organization_id, queue_slug, partner_id, starts_at)
DO UPDATE SET {", ".join(f"{name} = t.{name} + excluded.{name}" for name in COUNTED)}
"""  # noqa: S608


def add_counts(queue_slug: str, at: datetime, counts: Counts, *, partner_id: int | None = None) -> None:
    """Count something that happened in this queue at this moment; contacts without a queue do not count."""
    if not queue_slug:
        return
    values = [getattr(counts, name) for name in COUNTED]
    with connection.cursor() as cursor:
        row = [current_organization_id(), queue_slug, partner_id, quarter_of(at), *values]
        cursor.execute(_ADD, row)
    hint("floor", "figures")
