"""Which events a partner learns of, and how much of each: the change feed and the webhooks share it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, Exists, OuterRef, Q, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from accounts.access import Viewer
from customers.access import known_records, may_read, readable_facts
from customers.models import CustomerMerge, TimelineEntry
from foundation.models import Event

_INTERACTION = ("interaction_id", "channel")
_CASE = ("case_id",)
_PROMISE = ("promise_id", "owed_by_id")

# Event → the payload fields a partner gets. What is not here stays in the house: who of our people did
# what, notes meant for colleagues, the work of routing and of the phone line.
PARTNER_EVENTS: Mapping[str, tuple[str, ...]] = {
    "customer.created": (),
    "customer.changed": ("fields", "version"),
    "customer.merged": ("merged_customer_id",),
    "customer.unmerged": ("from_customer_id",),
    "customer.erasure_requested": ("receipt_id", "merged_customer_ids", "due_at"),
    "fact.recorded": ("fact_id", "key", "interaction_id"),
    "fact.asked_again": ("key", "interaction_id"),
    "consent.changed": ("purpose", "channel", "answer"),
    "note.added": ("timeline_entry_id", "interaction_id"),
    "interaction.opened": _INTERACTION,
    "interaction.identified": (*_INTERACTION, "confidence"),
    "interaction.queued": (*_INTERACTION, "queue_slug", "queued_at"),
    "interaction.answered": (*_INTERACTION, "queue_slug", "waited_seconds"),
    "interaction.abandoned": (*_INTERACTION, "queue_slug", "waited_seconds"),
    "interaction.transferred": (*_INTERACTION, "from_queue_slug", "to_queue_slug"),
    "interaction.ended": (*_INTERACTION, "queue_slug"),
    "interaction.wrapped_up": (*_INTERACTION, "queue_slug", "disposition"),
    "case.opened": _CASE,
    "case.solved": _CASE,
    "case.reopened": _CASE,
    "promise.made": (*_PROMISE, "text", "due_at"),
    "promise.acknowledged": _PROMISE,
    "promise.kept": (*_PROMISE, "late"),
    "promise.withdrawn": _PROMISE,
    "promise.warned": _PROMISE,
    "promise.broken": _PROMISE,
    "seats.asked": ("ask_id", "seats", "starts_at", "ends_at", "answer_by"),
    "seats.answered": ("ask_id", "answer", "seats_promised", "by_deadline"),
    "seats.released": ("ask_id", "at_work"),
}

# Told to every endpoint of the partner's, whatever else it asked for: the law wants an answer.
ALWAYS_TOLD = frozenset({"customer.erasure_requested"})

# How many events of the organisation one page looks through, at most; the cursor moves on past all of them.
SCAN = 5_000


@dataclass(frozen=True)
class PartnerEvent:
    """An event as a partner sees it."""

    id: int
    name: str
    occurred_at: datetime
    customer_id: int | None
    hand: str
    data: dict[str, Any]


@dataclass(frozen=True)
class FeedPage:
    """Events after a cursor; `position` is where the next page begins, `more` whether it has been reached."""

    events: list[PartnerEvent]
    position: int
    more: bool


def page_after(viewer: Viewer, position: int, limit: int) -> FeedPage:
    """The partner's next events. Pages by position, which is stamped in commit order, never by id."""
    stamped = Event.objects.filter(position__gt=position)
    ahead = list(stamped.order_by("position").values_list("position", flat=True)[SCAN - 1 : SCAN])
    in_reach = stamped.filter(position__lte=ahead[0]) if ahead else stamped
    found = list(_in_scope(viewer, in_reach).order_by("position")[: limit + 1])
    page, more_found = found[:limit], len(found) > limit
    reached: int
    if more_found:
        reached = page[-1].position or position
    elif ahead:
        reached = ahead[0] or position
    else:
        # Only what this page has looked at: an event stamped meanwhile belongs to the next one.
        reached = max((event.position or 0 for event in page), default=position)
    events = [seen for event in page if (seen := as_partner_sees(viewer, event)) is not None]
    return FeedPage(events=events, position=reached, more=more_found or bool(ahead))


def events_since(viewer: Viewer, since: datetime, limit: int) -> QuerySet[Event]:
    """The partner's events from a moment on, oldest first, for a replay."""
    return _in_scope(viewer, Event.objects.filter(occurred_at__gte=since)).order_by("id")[:limit]


def _in_scope(viewer: Viewer, events: QuerySet[Event]) -> QuerySet[Event]:
    if viewer.scope is None or not viewer.scope.in_force:
        return events.none()
    return (
        events.filter(name__in=list(PARTNER_EVENTS))
        .annotate(
            of_customer=Cast(KT("payload__customer_id"), BigIntegerField()),
            owed_by=Cast(KT("payload__owed_by_id"), BigIntegerField()),
            asked_partner=Cast(KT("payload__asked_partner_id"), BigIntegerField()),
        )
        .filter(
            Exists(known_records(viewer).filter(pk=OuterRef("of_customer")))
            | Q(owed_by=viewer.scope.partner_id)
            | Q(asked_partner=viewer.scope.partner_id)
        )
    )


def is_in_scope(viewer: Viewer, event_id: int) -> bool:
    """Whether the partner may learn of this event at all."""
    return _in_scope(viewer, Event.objects.filter(id=event_id)).exists()


def as_partner_sees(viewer: Viewer, event: Event) -> PartnerEvent | None:
    """The event with only what the contract shows; None when nothing of it may be told."""
    if not _may_be_told(viewer, event):
        return None
    data = {name: event.payload.get(name) for name in PARTNER_EVENTS[event.name]}
    if event.name == "customer.changed":
        data["fields"] = _readable_changes(viewer, event.payload)
    return PartnerEvent(
        id=event.id,
        name=event.name,
        occurred_at=event.occurred_at,
        customer_id=event.payload.get("customer_id"),
        hand=str(event.actor.get("hand", "")),
        data=data,
    )


def _readable_changes(viewer: Viewer, payload: dict[str, Any]) -> list[str]:
    # That the record is shared with another partner is nobody else's business.
    return [name for name in payload["fields"] if name == "identities" or may_read(viewer, name)]


def _something_readable_changed(viewer: Viewer, payload: dict[str, Any]) -> bool:
    return bool(_readable_changes(viewer, payload))


def _knew_the_merged_record(viewer: Viewer, payload: dict[str, Any]) -> bool:
    # Whoever knew only the other half has nothing to put together.
    merge = CustomerMerge.objects.filter(id=payload["merge_id"]).first()
    return merge is not None and (viewer.scope is None or viewer.scope.partner_id in merge.loser_partner_ids)


def _fact_is_readable(viewer: Viewer, payload: dict[str, Any]) -> bool:
    readable = readable_facts(viewer)
    return readable is None or payload["key"] in readable


def _note_is_for_partners(viewer: Viewer, payload: dict[str, Any]) -> bool:
    entry = TimelineEntry.objects.filter(id=payload["timeline_entry_id"], for_partners=True).first()
    return entry is not None and _no_other_partners(viewer, entry.partner_id)


def _case_is_no_other_partners(viewer: Viewer, payload: dict[str, Any]) -> bool:
    return _no_other_partners(viewer, payload["partner_id"])


def _promise_is_no_other_partners(viewer: Viewer, payload: dict[str, Any]) -> bool:
    return _no_other_partners(viewer, payload["owed_by_id"])


def _no_other_partners(viewer: Viewer, partner_id: int | None) -> bool:
    return viewer.scope is None or partner_id in {None, viewer.scope.partner_id}


_CONDITIONS: Mapping[str, Callable[[Viewer, dict[str, Any]], bool]] = {
    "customer.changed": _something_readable_changed,
    "customer.merged": _knew_the_merged_record,
    "customer.unmerged": _knew_the_merged_record,
    "fact": _fact_is_readable,
    "note": _note_is_for_partners,
    "case": _case_is_no_other_partners,
    "promise": _promise_is_no_other_partners,
}


def _may_be_told(viewer: Viewer, event: Event) -> bool:
    kind = event.name.split(".", 1)[0]
    condition = _CONDITIONS.get(event.name) or _CONDITIONS.get(kind)
    return condition is None or condition(viewer, event.payload)
