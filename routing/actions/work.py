"""A contact's way through the queues: in, out, on to another queue, back, and done."""

from datetime import datetime

from django.db import transaction

from accounts.actors import SYSTEM_ACTOR, Actor
from accounts.models import Member
from customers.actions import (
    abandon_interaction,
    end_interaction,
    queue_interaction,
    return_interaction,
    transfer_interaction,
)
from customers.models import Interaction
from foundation import clock, rows
from foundation.errors import Conflict
from foundation.events import emit
from foundation.live import hint, nudge
from routing.actions import offers
from routing.actions.agent_state import lock_presence, settle
from routing.actions.engagements import disengage
from routing.actions.tokens import (
    close_item,
    live_item,
    lock_live_item,
    open_queue,
    put_in_line,
    take_out_of_line,
)
from routing.actions.wrap_up import begin_wrap_up
from routing.events import OfferReturned, WorkLeft, WorkQueued
from routing.models import Offer, Queue, WorkItem
from routing.rules import also_avoiding
from routing.wants import queue_and_wants

State = WorkItem.State


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
    queue, wants = queue_and_wants(queue_slug, interaction_id)
    if preferred_member_id is not None:
        wants["preferred_member_id"] = preferred_member_id
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
            wants=wants,
            entered_at=min(entered_at or now, now),
            queued_at=now,
        ),
        actor=actor,
    )


@transaction.atomic
def leave_queue(interaction_id: int) -> bool:
    """The customer left: out of the line, or the open offers revoked. False when an agent has them."""
    item = lock_live_item(interaction_id)
    if item is None or item.state == State.ASSIGNED:
        return False
    take_out_of_line(item)
    revoked = offers.revoke_offers(item)
    _abandon(item)
    offers.free_agents(revoked)
    return True


@transaction.atomic
def requeue(interaction_id: int, *, queue_slug: str, actor: Actor, note: str = "") -> WorkItem:
    """Transfer: the contact waits for another queue's agents with its original age; this one wraps up.

    Refusal `unknown_queue`; Conflict `not_serving` when no agent has the contact.
    """
    queue = open_queue(queue_slug)
    item = lock_live_item(interaction_id)
    if item is None or not close_item(item, expected=State.ASSIGNED, state=State.DONE):
        raise Conflict("not_serving", "No agent has this contact.")
    moved = transfer_interaction(
        interaction_id, to_queue_slug=queue.slug, to_queue_name=queue.name, note=note, actor=actor
    )
    if moved is None:
        raise Conflict("not_serving", "The customer has left.")
    server_id = _server_of(item)
    begin_wrap_up(item, server_id)
    nudge(f"member:{server_id}", "work.changed", interaction_id=interaction_id)
    return _enter(
        _next_stay(item, moved, queue, handed_over_by_id=server_id, note=note),
        actor=actor,
    )


def enter_queue(item: WorkItem, moved: Interaction, queue: Queue, *, by: Member, note: str) -> WorkItem:
    """The contact of a stay just closed waits in another queue, with its age."""
    return _enter(_next_stay(item, moved, queue, handed_over_by_id=by.id, note=note), actor=by.actor)


def _next_stay(
    item: WorkItem, moved: Interaction, queue: Queue, *, handed_over_by_id: int, note: str
) -> WorkItem:
    return WorkItem(
        interaction=moved,
        queue=queue,
        base_score=item.base_score,
        channel=item.channel,
        wants=queue_and_wants(queue.slug, item.interaction_id)[1],
        entered_at=item.entered_at,
        queued_at=clock.now(),
        avoid=also_avoiding([], handed_over_by_id, clock.now()),
        handed_over_by_id=handed_over_by_id,
        note=note.strip(),
    )


@transaction.atomic
def return_to_queue(interaction_id: int, *, why: str) -> bool:
    """The agent accepted but could not be reached: the contact waits again at its old place.

    Counts as a miss of the agent. False when no agent has the contact.
    """
    item = lock_live_item(interaction_id)
    return item is not None and take_back(item, why=why, actor=SYSTEM_ACTOR, how="not_reached")


def take_back(item: WorkItem, *, why: str, actor: Actor, how: str, missed: bool = True) -> bool:
    """A held, assigned item waits again at its old place; its agent is asked for others first.

    `missed`: it counts as a miss of the agent. False when nobody has it.
    """
    if item.state != State.ASSIGNED or return_interaction(item.interaction_id, why=why, actor=actor) is None:
        return False
    offer = _accepted_offer(item)
    item.avoid = also_avoiding(item.avoid, offer.member_id, clock.now())
    put_in_line(item)
    if disengage(item, offer.member_id):
        presence = lock_presence(offer.member_id)
        if missed:
            offers.note_miss(presence)
        else:
            settle(presence)
    emit(OfferReturned(how=how, **offers.event_fields(offer, item)), actor=actor.as_json())
    nudge(f"member:{offer.member_id}", "work.changed", interaction_id=item.interaction_id)
    return True


@transaction.atomic
def finish_work(interaction_id: int) -> bool:
    """The contact is over: its agent goes to wrap-up. False when no agent has it, or it was done before."""
    item = lock_live_item(interaction_id)
    if item is None or not close_item(item, expected=State.ASSIGNED, state=State.DONE):
        return False
    end_interaction(interaction_id)
    server_id = _server_of(item)
    begin_wrap_up(item, server_id)
    nudge(f"member:{server_id}", "work.changed", interaction_id=interaction_id)
    hint("floor", "calls")
    return True


def _enter(item: WorkItem, *, actor: Actor) -> WorkItem:
    put_in_line(rows.insert(item))
    emit(
        WorkQueued(work_item_id=item.id, interaction_id=item.interaction_id, queue_slug=item.queue.slug),
        actor=actor.as_json(),
    )
    return item


def _abandon(item: WorkItem) -> None:
    close_item(item, expected=item.state, state=State.LEFT)
    abandon_interaction(item.interaction_id)
    emit(
        WorkLeft(work_item_id=item.id, interaction_id=item.interaction_id, queue_slug=item.queue.slug),
        actor=SYSTEM_ACTOR.as_json(),
    )


def _accepted_offer(item: WorkItem) -> Offer:
    return Offer.objects.filter(work_item=item, state=Offer.State.ACCEPTED).order_by("-id")[0]


def _server_of(item: WorkItem) -> int:
    return _accepted_offer(item).member_id
