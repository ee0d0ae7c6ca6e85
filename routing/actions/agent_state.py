"""The steps of an agent's presence: state, period, seat token, event and nudges in one move."""

from datetime import datetime

from accounts.models import Member
from foundation import clock
from foundation.events import emit
from foundation.live import hint, nudge
from foundation.wake import wake_after_commit
from routing.events import PresenceChanged
from routing.models import Presence, PresencePeriod, SeatToken
from routing.rules import CONNECTION_LOST, next_state

State = Presence.State
BUSY = {State.OFFERED, State.SERVING, State.WRAP_UP}


def lock_presence(member_id: int) -> Presence:
    """The agent's presence, held until commit; made when it is their first."""
    held = Presence.objects.select_for_update(no_key=True, of=("self",)).select_related("member")
    presence = held.filter(member_id=member_id).first()
    if presence is None:
        Presence.objects.bulk_create(
            [Presence(member_id=member_id, since=clock.now())], ignore_conflicts=True
        )
        presence = held.get(member_id=member_id)
    return presence


def move(
    presence: Presence,
    state: str,
    *,
    reason: str = "",
    interaction_id: int | None = None,
    ready_since: datetime | None = None,
) -> None:
    """Put a locked presence into a new state, at one moment for state, period and seat."""
    at = max(clock.now(), presence.since)
    replace_seat(presence, ready_since or at, ready=state == State.READY)
    presence.state, presence.reason, presence.since = state, reason, at
    presence.interaction_id = interaction_id
    presence.save()
    PresencePeriod.objects.filter(member_id=presence.member_id, ended_at=None).update(ended_at=at)
    PresencePeriod.objects.create(member_id=presence.member_id, state=state, reason=reason, started_at=at)
    emit(_changed(presence.member, state, reason), actor=presence.member.actor.as_json())
    tell(presence)


def replace_seat(presence: Presence, ready_since: datetime, *, ready: bool) -> None:
    """Take the agent's seat token away, and give a new one when `ready`; the caller saves."""
    if presence.seat_token_id is not None:
        SeatToken.objects.filter(id=presence.seat_token_id).delete()
        presence.seat_token_id = None
    if ready:
        seat = SeatToken.objects.create(member_id=presence.member_id, ready_since=ready_since)
        presence.seat_token_id = seat.id
        wake_after_commit("routing")


def leave_busy_state(presence: Presence, *, ready_since: datetime | None = None) -> None:
    """From offered, serving or wrap-up to where the agent belongs next."""
    state = next_state(presence.after_work, presence.heartbeat_at, clock.now())
    reason = presence.after_reason
    if state == State.OFFLINE and not presence.after_work:
        reason = CONNECTION_LOST
    presence.after_work = presence.after_reason = ""
    move(presence, state, reason=reason, ready_since=ready_since)


def tell(presence: Presence) -> None:
    """Nudge the agent's desktops and the floor."""
    nudge(f"member:{presence.member_id}", "presence.changed", state=presence.state)
    hint("floor", "agents")


def _changed(member: Member, state: str, reason: str) -> PresenceChanged:
    return PresenceChanged(member_id=member.id, partner_id=member.partner_id, state=state, reason=reason)
