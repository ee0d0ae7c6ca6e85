"""A pool begins, or ceases, to help another queue."""

from datetime import UTC, datetime

from django.db import transaction

from accounts.actors import SYSTEM_ACTOR
from foundation.events import emit
from foundation.live import hint
from routing.events import OverflowClosed, OverflowOpened
from routing.models import OverflowRule


@transaction.atomic
def set_lending(rule_id: int, *, was: float | None, now: float | None) -> bool:
    """Since when the pool helps (epoch seconds), or None. False: it had changed from `was` meanwhile."""
    rules = OverflowRule.objects.filter(id=rule_id, is_active=True, opened_at__isnull=was is None)
    opened_at = None if now is None else datetime.fromtimestamp(now, UTC)
    if not rules.update(opened_at=opened_at):
        return False
    rule = OverflowRule.objects.select_related("queue", "pool").get(id=rule_id)
    kind = OverflowClosed if now is None else OverflowOpened
    event = kind(rule_id=rule.id, queue_slug=rule.queue.slug, pool_slug=rule.pool.slug)
    emit(event, actor=SYSTEM_ACTOR.as_json())
    hint("floor", "queues")
    return True
