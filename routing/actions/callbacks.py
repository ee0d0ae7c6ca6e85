"""Calls owed to those who waited: promised, put off, tried, ended. The phone line does the calling."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.actors import SYSTEM_ACTOR, Actor
from customers.actions import abandon_interaction, add_timeline_entry, return_interaction
from foundation import clock, timers
from foundation.events import emit
from foundation.live import hint, nudge
from routing.actions import offers
from routing.actions.agent_state import lock_presence, settle
from routing.actions.engagements import disengage
from routing.actions.tokens import close_item, lock_live_item, put_in_line, take_out_of_line
from routing.events import (
    CallbackDue,
    CallbackEnded,
    CallbackMissed,
    CallbackPromised,
    OfferReturned,
    WorkLeft,
)
from routing.models import Callback, Offer, Queue, WorkItem

State = Callback.State
RETRY_AFTER = timedelta(minutes=10)
# What becomes of those nobody took in time is not for those who do not hang on a line.
_NEVER = timedelta(days=3650)


@transaction.atomic
def promise_callback(interaction_id: int, *, number: str, due_at: datetime | None = None) -> Callback | None:
    """Whoever waits may hang up and keeps the place; the earlier open one of this customer and queue ends.

    None when the contact does not wait, or an agent is just about to take it.
    """
    item = lock_live_item(interaction_id)
    if item is None or item.state != WorkItem.State.WAITING:
        return None
    queue, customer_id = item.queue, item.interaction.customer_id
    if customer_id is not None:
        for earlier in Callback.objects.filter(customer_id=customer_id, queue=queue, ended_at=None):
            end_callback(earlier, how="cancelled", actor=SYSTEM_ACTOR)
    callback = Callback.objects.create(
        customer_id=customer_id,
        queue=queue,
        interaction_id=interaction_id,
        number=number,
        mode=queue.callback_mode,
        most_tries=max(queue.callback_tries, 1),
        due_at=due_at,
    )
    left_in_peace = (clock.now() + _NEVER).timestamp()
    take_out_of_line(item)
    item.wants = {**item.wants, "final_from": left_in_peace}
    WorkItem.objects.filter(id=item.id).update(wants=item.wants, token_id=None)
    _wait_on(callback, item)
    _note(callback, "Promised to call back", f"They keep their place in {queue.name}.")
    emit(CallbackPromised(mode=callback.mode, **_about(callback)), actor=SYSTEM_ACTOR.as_json())
    hint("floor", "calls")
    return callback


def _wait_on(callback: Callback, item: WorkItem) -> None:
    """Into the line when the agent comes first and it is time; else its turn is watched for, or timed."""
    if callback.due_at is not None and callback.due_at > clock.now():
        timers.emit_at(CallbackDue(**_about(callback)), callback.due_at, key=f"callback:{callback.id}:due")
    elif callback.mode == Queue.Callback.AGENT_FIRST:
        put_in_line(item)


@transaction.atomic
def resume_callback(callback_id: int) -> bool:
    """It may be tried again from now on. False when it is over, or not due yet."""
    callback = lock_callback(callback_id)
    if callback is None or callback.state != State.WAITING:
        return False
    if callback.due_at is not None and callback.due_at > clock.now():
        return False
    item = lock_live_item(callback.interaction_id)
    if item is None or item.state != WorkItem.State.WAITING or item.token_id is not None:
        return False
    _wait_on(callback, item)
    return True


def lock_callback(callback_id: int) -> Callback | None:
    """An open one, held until commit."""
    rows = Callback.objects.select_for_update(no_key=True, of=("self",)).select_related("queue")
    return rows.filter(id=callback_id, ended_at=None).first()


def take_callback(callback: Callback) -> None:
    """An agent has accepted a held one."""
    if callback.state == State.WAITING:
        _set(callback, State.OFFERED)


def give_callback_back(callback: Callback) -> None:
    """The agent who accepted a held one could not be reached."""
    if callback.state == State.OFFERED:
        _set(callback, State.WAITING)


def begin_try(callback: Callback) -> bool:
    """The customer is about to be called; False when somebody was faster."""
    if callback.state not in {State.WAITING, State.OFFERED}:
        return False
    callback.tries += 1
    _set(callback, State.DIALLING)
    return True


def note_reached(callback: Callback) -> bool:
    """The customer is on the line. Whoever was called first waits for an agent at the old place."""
    if callback.state != State.DIALLING:
        return False
    _set(callback, State.CONNECTED)
    _note(callback, "Called back", f"Try {callback.tries} of {callback.most_tries}.")
    item = lock_live_item(callback.interaction_id)
    if item is not None and item.state == WorkItem.State.WAITING and item.token_id is None:
        # They hang on a line again: what becomes of those counts from now.
        item.wants = {**item.wants, "final_from": clock.now().timestamp()}
        WorkItem.objects.filter(id=item.id).update(wants=item.wants)
        put_in_line(item)
    return True


def put_off(callback: Callback, *, until: datetime, how: str, counts: bool = True) -> bool:
    """Nobody answered, or they may not be called now: the next try is at `until`. The agent is free.

    `counts`: the try was made. False when it was the last one.
    """
    if counts and callback.tries >= callback.most_tries:
        return False
    callback.due_at, callback.last_result = until, how[:80]
    _set(callback, State.WAITING)
    item = lock_live_item(callback.interaction_id)
    if item is not None:
        _lay_aside(item, how)
        _wait_on(callback, item)
    if counts:
        missed = CallbackMissed(tries=callback.tries, how=how, **_about(callback))
        emit(missed, actor=SYSTEM_ACTOR.as_json())
        _note(callback, f"Called back, not reached: {how}", f"Try {callback.tries} of {callback.most_tries}.")
    return True


def _lay_aside(item: WorkItem, how: str) -> None:
    """Out of the line, from whoever has it; nobody missed anything."""
    take_out_of_line(item)
    revoked = offers.revoke_offers(item)
    if item.state == WorkItem.State.ASSIGNED:
        _free_agent(item, how)
    WorkItem.objects.filter(id=item.id).update(state=WorkItem.State.WAITING, token_id=None, assigned_at=None)
    item.state, item.token_id, item.assigned_at = WorkItem.State.WAITING, None, None
    offers.free_agents(revoked)


def _free_agent(item: WorkItem, how: str) -> None:
    offer = Offer.objects.filter(work_item=item, state=Offer.State.ACCEPTED).order_by("-id")[0]
    return_interaction(item.interaction_id, why=how, actor=SYSTEM_ACTOR)
    if disengage(item, offer.member_id):
        settle(lock_presence(offer.member_id))
    emit(OfferReturned(how="not_reached", **offers.event_fields(offer, item)), actor=SYSTEM_ACTOR.as_json())
    nudge(f"member:{offer.member_id}", "work.changed", interaction_id=item.interaction_id)


@transaction.atomic
def end_callback(callback: Callback, *, how: str, actor: Actor) -> bool:
    """It is over: done, failed, cancelled or called_again. False when it was before.

    Whoever still waits by it leaves the queue; an agent who has them keeps them.
    """
    state = {"done": State.DONE, "failed": State.FAILED}.get(how, State.CANCELLED)
    ended = Callback.objects.filter(id=callback.id, ended_at=None).update(state=state, ended_at=clock.now())
    if not ended:
        return False
    timers.cancel_timer(f"callback:{callback.id}:due")
    if how != "done":
        _leave(callback)
        _note(callback, _ENDS[how], callback.last_result, actor=actor)
    emit(CallbackEnded(how=how, **_about(callback)), actor=actor.as_json())
    hint("floor", "calls")
    return True


_ENDS = {
    "failed": "Could not be called back",
    "cancelled": "Will not be called back",
    "called_again": "Called again before we did",
}


def _leave(callback: Callback) -> None:
    item = lock_live_item(callback.interaction_id)
    if item is None or item.state == WorkItem.State.ASSIGNED:
        return
    take_out_of_line(item)
    revoked = offers.revoke_offers(item)
    close_item(item, expected=item.state, state=WorkItem.State.LEFT)
    abandon_interaction(item.interaction_id)
    about: dict[str, Any] = {
        "work_item_id": item.id,
        "interaction_id": item.interaction_id,
        "queue_slug": item.queue.slug,
    }
    emit(WorkLeft(**about), actor=SYSTEM_ACTOR.as_json())
    offers.free_agents(revoked)


@transaction.atomic
def take_place(callback_id: int) -> datetime | None:
    """The customer calls again while a call is owed: that ends, and its age is theirs. None: none is owed."""
    owed = lock_callback(callback_id)
    item = lock_live_item(owed.interaction_id) if owed and owed.state == State.WAITING else None
    if owed is None or item is None or item.state == WorkItem.State.ASSIGNED:
        return None
    end_callback(owed, how="called_again", actor=SYSTEM_ACTOR)
    return item.entered_at


def _set(callback: Callback, state: str) -> None:
    callback.state = state
    callback.save(update_fields=["state", "tries", "due_at", "last_result"])
    hint("floor", "calls")


def _note(callback: Callback, title: str, body: str = "", *, actor: Actor = SYSTEM_ACTOR) -> None:
    if callback.customer_id is not None:
        add_timeline_entry(
            callback.customer_id,
            kind="callback",
            title=title,
            body=body,
            actor=actor,
            interaction_id=callback.interaction_id,
        )


def _about(callback: Callback) -> dict[str, Any]:
    return {
        "callback_id": callback.id,
        "interaction_id": callback.interaction_id,
        "queue_slug": callback.queue.slug,
    }
