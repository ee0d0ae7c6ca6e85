"""Events into counts. Each runs in the transaction that marks its delivery done, so it counts once."""

from datetime import datetime

from analytics.rollups import add_counts
from analytics.rules import Counts
from customers.models import Interaction
from foundation.events import RecordedEvent
from routing.models import Queue


def count_offered(event: RecordedEvent) -> None:
    """A contact began to wait."""
    queued_at = datetime.fromisoformat(event.payload["queued_at"])
    add_counts(event.payload["queue_slug"], queued_at, Counts(offered=1))


def count_answered(event: RecordedEvent) -> None:
    """An agent took it, within the queue's target or not."""
    payload = event.payload
    waited = payload["waited_seconds"]
    in_target = int(waited <= _seconds(payload["queue_slug"], "target_seconds"))
    counts = Counts(answered=1, answered_in_target=in_target, wait_seconds=waited)
    add_counts(payload["queue_slug"], event.occurred_at, counts, partner_id=payload["partner_id"])


def count_abandoned(event: RecordedEvent) -> None:
    """The customer left; so soon that the wait was not the reason, or not."""
    payload = event.payload
    short = int(payload["waited_seconds"] <= _seconds(payload["queue_slug"], "short_abandon_seconds"))
    counts = Counts(abandoned=1, short_abandoned=short)
    add_counts(payload["queue_slug"], event.occurred_at, counts)


def count_transferred(event: RecordedEvent) -> None:
    """It waits again: a new stay, in another queue or, when the agent's line failed, in the same."""
    payload = event.payload
    add_counts(payload["from_queue_slug"], event.occurred_at, Counts(transferred=1))
    add_counts(payload["to_queue_slug"], event.occurred_at, Counts(offered=1))


def count_ended(event: RecordedEvent) -> None:
    """The conversation is over."""
    payload = event.payload
    if payload["member_id"] is None:
        return
    counts = Counts(handled=1, talk_seconds=payload["talk_seconds"])
    add_counts(payload["queue_slug"], event.occurred_at, counts, partner_id=payload["partner_id"])


def count_wrapped_up(event: RecordedEvent) -> None:
    """The work after it is over."""
    payload = event.payload
    counts = Counts(wrap_up_seconds=payload["wrap_up_seconds"])
    add_counts(payload["queue_slug"], event.occurred_at, counts, partner_id=payload["partner_id"])


def count_asked_again(event: RecordedEvent) -> None:
    """Somebody asked what was known; counted in the queue of the contact it happened in."""
    interaction = Interaction.objects.filter(id=event.payload["interaction_id"]).first()
    if interaction is not None:
        partner_id = event.actor.get("partner_id")
        add_counts(interaction.queue_slug, event.occurred_at, Counts(asked_again=1), partner_id=partner_id)


def _seconds(queue_slug: str, limit: str) -> float:
    known = Queue.objects.filter(slug=queue_slug).values_list(limit, flat=True).first()
    return float(known or 0)
