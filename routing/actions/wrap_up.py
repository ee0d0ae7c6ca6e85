"""After the contact: time to write down how it went."""

from datetime import timedelta

from django.db import transaction

from accounts.models import Member
from foundation import clock
from foundation.timers import cancel_timer, emit_at
from routing.actions.agent_state import State, leave_busy_state, lock_presence, move
from routing.events import WrapUpDue
from routing.models import Queue, WorkItem


def begin_wrap_up(member_id: int, *, interaction_id: int, queue: Queue) -> bool:
    """serving → wrap_up, for at most the queue's time. False when the agent serves something else."""
    presence = lock_presence(member_id)
    if presence.state != State.SERVING or presence.interaction_id != interaction_id:
        return False
    move(presence, State.WRAP_UP, interaction_id=interaction_id)
    due = WrapUpDue(member_id=member_id, interaction_id=interaction_id)
    emit_at(due, clock.now() + timedelta(seconds=queue.wrap_up_seconds), key=_key(member_id, interaction_id))
    return True


@transaction.atomic
def close_wrap_up(member: Member, *, interaction_id: int) -> bool:
    """wrap_up → ready, or what was asked for meanwhile. False when this wrap-up is over already."""
    presence = lock_presence(member.id)
    if presence.state != State.WRAP_UP or presence.interaction_id != interaction_id:
        return False
    leave_busy_state(presence)
    served = WorkItem.objects.filter(
        interaction_id=interaction_id, offers__member=member, done_at__isnull=False
    )
    served.filter(wrapped_up_at=None).update(wrapped_up_at=presence.since)
    cancel_timer(_key(member.id, interaction_id))
    return True


def _key(member_id: int, interaction_id: int) -> str:
    return f"wrap_up:{member_id}:{interaction_id}"
