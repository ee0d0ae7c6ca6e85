"""What `/healthz` and `/metrics` look at: the one page."""

from django.db import connection

from accounts.models import Organization
from foundation import health
from foundation.health import Part
from foundation.tenancy import system, tenant

# The carrier hangs up after 15 s without an answer; what is unprocessed for longer is stuck.
WEBHOOK_OVERDUE_SECONDS = 30.0


def register() -> None:
    """Register every part. Called once, when Django is ready."""
    health.register("database", health.check_database)
    health.register("redis", health.check_redis)
    health.register("relay", health.process_part("relay"))
    health.register("live", health.process_part("live"))
    health.register("realtime", health.lane_part("realtime"))
    health.register("background", health.lane_part("background"))
    health.register("events", health.check_events)
    health.register("routing", health.process_part("routing"))
    health.register("webhooks", check_webhooks)


_WEBHOOK_AGES = """
SELECT extract(epoch FROM now() - (
    SELECT processed_at FROM ivr_receivedwebhook WHERE processed_at IS NOT NULL ORDER BY id DESC LIMIT 1
  )),
  extract(epoch FROM now() - (SELECT min(received_at) FROM ivr_receivedwebhook WHERE processed_at IS NULL))
"""


def check_webhooks() -> Part:
    """When the carrier's last webhook was processed, and whether one is stuck. Seconds; none yet is well."""
    with system():
        organization_ids = list(Organization.objects.values_list("id", flat=True))
    processed: list[float] = []
    unprocessed: list[float] = []
    for organization_id in organization_ids:
        with tenant(organization_id), connection.cursor() as cursor:
            cursor.execute(_WEBHOOK_AGES)
            last, oldest = cursor.fetchone()
        processed += [float(last)] if last is not None else []
        unprocessed += [float(oldest)] if oldest is not None else []
    stuck = max(unprocessed, default=0.0)
    figures = {
        "last_processed_seconds": round(min(processed), 3) if processed else None,
        "oldest_unprocessed_seconds": round(stuck, 3),
    }
    return Part(ok=stuck <= WEBHOOK_OVERDUE_SECONDS, figures=figures)
