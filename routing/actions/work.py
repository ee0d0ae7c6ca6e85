"""A contact's way through the queues: in, out, on to another queue, back, and done."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.actors import SYSTEM_ACTOR, Actor
from customers.actions import (
    abandon_interaction,
    end_interaction,
    queue_interaction,
    return_interaction,
    transfer_interaction,
)
from customers.models import Interaction
from foundation import clock, rows
from foundation.errors import Conflict, Refusal
from foundation.events import emit
from foundation.live import hint, nudge
from routing.actions import offers
from routing.actions.agent_state import State as Presence
from routing.actions.agent_state import lock_presence
from routing.actions.tokens import close_item, live_item, lock_item, put_in_line, take_out_of_line
from routing.actions.wrap_up import begin_wrap_up
from routing.events import OfferReturned, WorkLeft, WorkQueued
from routing.models import Offer, Queue, WorkItem
from routing.rules import also_avoiding

State = WorkItem.State
# Between two looks an item may change hands: offered, returned, accepted. It cannot do so for ever.
_LOOKS = 20


def queue_work(
    interaction_id: int,
    *,
    queue_slug: str,
    actor: Actor,
    base_score: float = 0,
    preferred_member_id: int | None = None,
    entered_at: datetime | None = None,
) -> WorkItem:
    """The contact waits in a queue from now; its age counts from `entered_at`, if earlier.

    Calling it again answers with the item already waiting. Refusal `unknown_queue`; Conflict `not_queueable`
    for a contact that is over: both before anything is written.
    """
    queue = _open_queue(queue_slug)
    waiting = queue_interaction(interaction_id, queue_slug=queue.slug, queue_name=queue.name, actor=actor)
    if waiting is None:
        known = live_item(interaction_id)
        if known is None:
            raise Conflict("not_queueable", "This contact is over and cannot wait in a queue.")
        return known
    now = clock.now()
    return _enter(
        WorkItem(
            interaction=waiting,
            queue=queue,
            base_score=base_score,
            channel=waiting.channel,
            wants=_wants(waiting, preferred_member_id),
            entered_at=min(entered_at or now, now),
            queued_at=now,
        ),
        actor=actor,
    )


@transaction.atomic
def leave_queue(interaction_id: int) -> bool:
    """The customer left: out of the line, or the open offer revoked. False when an agent has them already."""
    for _ in range(_LOOKS):
        item = live_item(interaction_id)
        if item is None or item.state == State.ASSIGNED:
            return False
        if take_out_of_line(item):
            return _abandon(item, expected=State.WAITING)
        if offers.revoke_offer(item):
            _abandon(item, expected=State.OFFERED)
            offers.free_agent_of_revoked(item)
            return True
    return False


@transaction.atomic
def requeue(interaction_id: int, *, queue_slug: str, actor: Actor, note: str = "") -> WorkItem:
    """Transfer: the contact waits for another queue's agents with its original age; this one wraps up.

    Refusal `unknown_queue`; Conflict `not_serving` when no agent has the contact.
    """
    queue = _open_queue(queue_slug)
    item = live_item(interaction_id)
    if item is None or not close_item(item, expected=State.ASSIGNED, state=State.DONE):
        raise Conflict("not_serving", "No agent has this contact.")
    moved = transfer_interaction(
        interaction_id, to_queue_slug=queue.slug, to_queue_name=queue.name, note=note, actor=actor
    )
    if moved is None:
        raise Conflict("not_serving", "The customer has left.")
    server_id = _server_of(item)
    begin_wrap_up(server_id, interaction_id=interaction_id, queue=item.queue)
    nudge(f"member:{server_id}", "work.changed", interaction_id=interaction_id)
    return _enter(
        WorkItem(
            interaction=moved,
            queue=queue,
            base_score=item.base_score,
            channel=item.channel,
            wants={"language": item.wants.get("language", "")},
            entered_at=item.entered_at,
            queued_at=clock.now(),
            avoid=also_avoiding([], server_id, clock.now()),
            handed_over_by_id=server_id,
            note=note.strip(),
        ),
        actor=actor,
    )


@transaction.atomic
def return_to_queue(interaction_id: int, *, why: str) -> bool:
    """The agent accepted but could not be reached: the contact waits again at its old place.

    Counts as a miss of the agent. False when no agent has the contact.
    """
    item = live_item(interaction_id)
    if item is None:
        return False
    item = lock_item(item.id)
    if (
        item.state != State.ASSIGNED
        or return_interaction(interaction_id, why=why, actor=SYSTEM_ACTOR) is None
    ):
        return False
    offer = _accepted_offer(item)
    item.avoid = also_avoiding(item.avoid, offer.member_id, clock.now())
    put_in_line(item)
    presence = lock_presence(offer.member_id)
    if presence.state == Presence.SERVING and presence.interaction_id == interaction_id:
        offers.note_miss(presence)
    emit(OfferReturned(how="not_reached", **offers.event_fields(offer, item)), actor=SYSTEM_ACTOR.as_json())
    nudge(f"member:{offer.member_id}", "work.changed", interaction_id=interaction_id)
    return True


@transaction.atomic
def finish_work(interaction_id: int) -> bool:
    """The contact is over: its agent goes to wrap-up. False when no agent has it, or it was done before."""
    item = live_item(interaction_id)
    if item is None or not close_item(item, expected=State.ASSIGNED, state=State.DONE):
        return False
    end_interaction(interaction_id)
    server_id = _server_of(item)
    begin_wrap_up(server_id, interaction_id=interaction_id, queue=item.queue)
    nudge(f"member:{server_id}", "work.changed", interaction_id=interaction_id)
    hint("floor", "calls")
    return True


def _open_queue(slug: str) -> Queue:
    queue = rows.first(Queue, "WHERE slug = %s AND is_active", [slug])
    if queue is None:
        raise Refusal("unknown_queue", f"There is no queue “{slug}”.", field="queue_slug")
    return queue


def _enter(item: WorkItem, *, actor: Actor) -> WorkItem:
    put_in_line(rows.insert(item))
    emit(
        WorkQueued(work_item_id=item.id, interaction_id=item.interaction_id, queue_slug=item.queue.slug),
        actor=actor.as_json(),
    )
    return item


def _abandon(item: WorkItem, *, expected: str) -> bool:
    close_item(item, expected=expected, state=State.LEFT)
    abandon_interaction(item.interaction_id)
    emit(
        WorkLeft(work_item_id=item.id, interaction_id=item.interaction_id, queue_slug=item.queue.slug),
        actor=SYSTEM_ACTOR.as_json(),
    )
    return True


def _accepted_offer(item: WorkItem) -> Offer:
    return Offer.objects.filter(work_item=item, state=Offer.State.ACCEPTED).order_by("-id")[0]


def _server_of(item: WorkItem) -> int:
    return _accepted_offer(item).member_id


def _wants(interaction: Interaction, preferred_member_id: int | None) -> dict[str, Any]:
    customer = interaction.customer
    return {
        "language": customer.language[:2].lower() if customer else "",
        "preferred_member_id": preferred_member_id,
    }
