"""Yesterday's and today's figures, counted from the contacts as the events would have counted them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from analytics.models import QueueInterval
from analytics.rules import Counts, quarter_of
from customers.models import Interaction
from routing.models import Queue

COUNTED_DAYS = 2
_WRAP_UP_SECONDS = 45.0
Key = tuple[str, int | None, datetime]


def write_figures(interactions: Sequence[Interaction], *, now: datetime) -> None:
    """Write the quarter hours since two days ago; mail has no place among the calls' waits."""
    queues = {queue.slug: queue for queue in Queue.objects.all()}
    intervals: dict[Key, Counts] = defaultdict(Counts)
    for contact in interactions:
        recent = contact.channel == "voice" and contact.started_at > now - timedelta(days=COUNTED_DAYS)
        if recent and contact.queue_slug in queues:
            for key, counts in _counted(contact, queues[contact.queue_slug]):
                intervals[key] += counts
    QueueInterval.objects.bulk_create(
        [
            QueueInterval(queue_slug=slug, partner_id=partner_id, starts_at=starts_at, **vars(counts))
            for (slug, partner_id, starts_at), counts in intervals.items()
        ]
    )


def _counted(contact: Interaction, queue: Queue) -> Iterator[tuple[Key, Counts]]:
    slug, partner_id = contact.queue_slug, contact.partner_id
    queued_at, ended_at = contact.queued_at or contact.started_at, contact.ended_at or contact.started_at
    yield (slug, None, quarter_of(queued_at)), Counts(offered=1)
    if contact.answered_at is None:
        waited = (ended_at - queued_at).total_seconds()
        short = int(waited <= queue.short_abandon_seconds)
        yield (slug, None, quarter_of(ended_at)), Counts(abandoned=1, short_abandoned=short)
        return
    waited = (contact.answered_at - queued_at).total_seconds()
    in_target = int(waited <= queue.target_seconds)
    yield (
        (slug, partner_id, quarter_of(contact.answered_at)),
        Counts(answered=1, answered_in_target=in_target, wait_seconds=waited),
    )
    talked = (ended_at - contact.answered_at).total_seconds()
    yield (
        (slug, partner_id, quarter_of(ended_at)),
        Counts(handled=1, talk_seconds=talked, wrap_up_seconds=_WRAP_UP_SECONDS),
    )
