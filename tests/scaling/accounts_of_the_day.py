"""What must be true in the database after the day, however many processes died during it."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable

from django.db.models import Sum

from analytics.models import QueueInterval
from customers.models import Interaction, TimelineEntry
from foundation.events import listeners_of
from foundation.models import Delivery, Event, LiveEntry
from ivr.models import AgentLeg, CallSession, ReceivedWebhook
from partners.models import WebhookMessage
from routing.models import DecisionRecord, Offer, WorkItem
from tests.routing.invariants import assert_sound

OPEN_DELIVERIES = ("pending", "sent", "running")


def unfinished() -> dict[str, int]:
    """What is still to be done; empty when nothing is."""
    over = [Interaction.State.ENDED, Interaction.State.ABANDONED]
    counts = {
        "deliveries": Delivery.objects.filter(state__in=OPEN_DELIVERIES).count(),
        "unstamped events": Event.objects.filter(position=None).count(),
        "interactions": Interaction.objects.exclude(state__in=over).count(),
        "calls": CallSession.objects.exclude(state="ended").count(),
        "agents' legs": AgentLeg.objects.exclude(state="ended").count(),
        "webhook messages": WebhookMessage.objects.filter(state="pending").count(),
        "callbacks": ReceivedWebhook.objects.filter(processed_at=None).count(),
    }
    return {name: count for name, count in counts.items() if count}


def assert_every_event_reached_every_handler_once() -> None:
    wanted = [
        (id_, listener.name)
        for id_, name in Event.objects.values_list("id", "name")
        for listener in listeners_of(name)
    ]
    done = Delivery.objects.filter(state="done").values_list("event_id", "handler")
    assert Counter(done) == Counter(wanted)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"done"}


def assert_the_feed_has_every_event_at_one_place() -> None:
    positions = sorted(Event.objects.values_list("position", flat=True))
    assert positions == list(range(positions[0], positions[0] + len(positions)))


def assert_every_call_has_one_story(calls: int) -> None:
    """Opened once, answered and returned as often as written, over once; no step told twice."""
    assert Interaction.objects.count() == CallSession.objects.count() == calls
    for interaction in Interaction.objects.all():
        told = Counter(_names_of(interaction.id))
        assert told["interaction.opened"] == 1
        ended = interaction.state == Interaction.State.ENDED
        served = interaction.member_id is not None
        assert told["interaction.ended"] == int(ended)
        assert told["interaction.abandoned"] == int(not ended)
        assert told["interaction.wrapped_up"] == int(ended and served)
        assert told["interaction.answered"] == told["interaction.transferred"] + int(served)
        assert told["offer.accepted"] == told["interaction.answered"]
        titles = TimelineEntry.objects.filter(interaction=interaction).values_list("title", flat=True)
        assert sum(title.startswith("Answered by") for title in titles) == told["interaction.answered"]


def _names_of(interaction_id: int) -> Iterable[str]:
    return Event.objects.filter(payload__interaction_id=interaction_id).values_list("name", flat=True)


def assert_nobody_was_offered_two_at_once() -> None:
    """Neither a contact to two agents nor two contacts to an agent; each offer decided and explained once."""
    assert_sound()
    offers = list(Offer.objects.order_by("id"))
    assert not [offer for offer in offers if offer.state == Offer.State.OFFERED]
    for whose in ("work_item_id", "member_id"):
        keyed = sorted(offers, key=lambda offer: (getattr(offer, whose), offer.id))
        for _, group in itertools.groupby(keyed, key=lambda offer: getattr(offer, whose)):
            for earlier, later in itertools.pairwise(group):
                assert earlier.settled_at is not None
                assert earlier.settled_at <= later.offered_at
    assert sorted(DecisionRecord.objects.values_list("offer_id", flat=True)) == [o.id for o in offers]
    assert set(WorkItem.objects.values_list("state", flat=True)) <= {"done", "left"}
    legs = Counter(AgentLeg.objects.filter(attempt=1).values_list("offer_id", flat=True))
    assert set(legs) <= {offer.id for offer in offers if offer.state == Offer.State.ACCEPTED}
    assert set(legs.values()) == {1}


_COUNTED = {
    "offered": ("interaction.queued", "queue_slug"),
    "offered again": ("interaction.transferred", "to_queue_slug"),
    "transferred": ("interaction.transferred", "from_queue_slug"),
    "answered": ("interaction.answered", "queue_slug"),
    "abandoned": ("interaction.abandoned", "queue_slug"),
    "handled": ("interaction.ended", "queue_slug"),
}


def assert_the_figures_are_those_of_the_events() -> None:
    recounted: Counter[tuple[str, str]] = Counter()
    for figure, (name, field) in _COUNTED.items():
        for payload in Event.objects.filter(name=name).values_list("payload", flat=True):
            if payload[field] and not (figure == "handled" and payload["member_id"] is None):
                recounted[payload[field], figure.removesuffix(" again")] += 1
    figures = {figure.removesuffix(" again"): 0 for figure in _COUNTED}
    counted: Counter[tuple[str, str]] = Counter()
    for row in QueueInterval.objects.values("queue_slug").annotate(**{f"n_{f}": Sum(f) for f in figures}):
        counted.update({(row["queue_slug"], figure): row[f"n_{figure}"] for figure in figures})
    assert +counted == +recounted


def assert_partners_were_told_once(received: list[str], feed: list[str]) -> None:
    """One message for every event of the feed, delivered; a receiver tells repetitions by their id."""
    messages = WebhookMessage.objects.all()
    assert set(messages.values_list("state", flat=True)) == {"delivered"}
    ids = [f"evt_{event_id}" for event_id in messages.values_list("event_id", flat=True)]
    assert Counter(ids) == Counter(feed)
    assert set(received) == set(ids)


def assert_a_desk_saw_every_nudge_once(topic: str, seen: list[tuple[int, str]]) -> None:
    kept = LiveEntry.objects.filter(topic=topic).order_by("n").values_list("n", "kind")
    assert seen == list(kept)
