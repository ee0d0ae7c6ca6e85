"""After the contact: time to write down how it went, as the queue wants it."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.actors import SYSTEM_ACTOR, Actor
from accounts.models import Member
from customers.actions import wrap_up_interaction
from customers.models import Interaction
from foundation import clock
from foundation.events import emit
from foundation.live import nudge
from foundation.timers import cancel_timer, emit_at
from routing.actions.agent_state import lock_presence, settle
from routing.actions.engagements import ClosedBy, begin_wrap_up_of, disengage
from routing.actions.tokens import lock_item
from routing.events import WrapUpClosed, WrapUpDue
from routing.models import Engagement, Queue, WorkItem

_TIMED = {Queue.WrapUp.OPTIONAL, Queue.WrapUp.TIMED}


def begin_wrap_up(item: WorkItem, member_id: int) -> bool:
    """serving → wrap_up of a held item, for at most the queue's time; over at once where it has none.

    False when the agent no longer serves the contact.
    """
    now = clock.now()
    if not begin_wrap_up_of(item, member_id):
        return False
    if item.queue.wrap_up == Queue.WrapUp.NONE:
        _end(item, member_id, by=ClosedBy.NONE, since=now)
        _end_without_words(item.interaction_id, member_id, actor=SYSTEM_ACTOR)
    elif item.queue.wrap_up in _TIMED:
        due = WrapUpDue(member_id=member_id, interaction_id=item.interaction_id)
        due_at = now + timedelta(seconds=item.queue.wrap_up_seconds)
        emit_at(due, due_at, key=_key(member_id, item.interaction_id))
    presence = lock_presence(member_id)
    presence.last_end_at = now
    settle(presence)
    return True


@transaction.atomic
def close_wrap_up(
    member: Member, *, interaction_id: int, by: str = ClosedBy.AGENT, closer: Member | None = None
) -> bool:
    """The contact is off the agent's desk. False when this wrap-up is over already.

    `by` is who ended it: the agent, the timer, or a supervisor (`closer`).
    """
    found = Engagement.objects.filter(
        member=member, interaction_id=interaction_id, state=Engagement.State.WRAP_UP, ended_at=None
    ).first()
    if found is None:
        return False
    item = lock_item(found.work_item_id)
    if not _end(item, member.id, by=by, since=found.since, closer=closer):
        return False
    cancel_timer(_key(member.id, interaction_id))
    settle(lock_presence(member.id))
    return True


def end_wrap_up_for(
    member: Member, *, interaction_id: int, by: str, actor: Actor, closer: Member | None = None
) -> bool:
    """End a wrap-up in the agent's stead: the contact ends without disposition. False when it is over."""
    if not close_wrap_up(member, interaction_id=interaction_id, by=by, closer=closer):
        return False
    _end_without_words(interaction_id, member.id, actor=actor)
    nudge(f"member:{member.id}", "work.changed", interaction_id=interaction_id)
    return True


def _end(item: WorkItem, member_id: int, *, by: str, since: datetime, closer: Member | None = None) -> bool:
    if not disengage(item, member_id, closed_by=by, closer=closer):
        return False
    now = clock.now()
    WorkItem.objects.filter(id=item.id, wrapped_up_at=None).update(wrapped_up_at=now)
    closed = WrapUpClosed(
        work_item_id=item.id,
        interaction_id=item.interaction_id,
        queue_slug=item.queue.slug,
        member_id=member_id,
        by=str(by),
        seconds=max((now - since).total_seconds(), 0.0),
    )
    emit(closed, actor=SYSTEM_ACTOR.as_json())
    return True


def _end_without_words(interaction_id: int, member_id: int, *, actor: Actor) -> None:
    """What became of a contact that was passed on is for the next agent to write down."""
    if Interaction.objects.filter(id=interaction_id, member_id=member_id).exists():
        wrap_up_interaction(interaction_id, actor=actor, disposition="", summary="")


def _key(member_id: int, interaction_id: int) -> str:
    return f"wrap_up:{member_id}:{interaction_id}"
