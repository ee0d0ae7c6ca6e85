"""The steps of an agent's presence: word, period, seat token, event and nudges in one move."""

from collections.abc import Iterable
from datetime import datetime

from accounts.models import Member
from foundation import clock
from foundation.events import emit
from foundation.live import hint, nudge
from foundation.wake import wake_after_commit
from routing.capacity import NO_MICROPHONE, Load, load_channels, load_of
from routing.events import PresenceChanged
from routing.models import Engagement, Presence, PresencePeriod, SeatToken
from routing.pauses import is_productive
from routing.rules import CONNECTION_LOST, HEARTBEAT_LOST, declared_of, heard_within, word_of

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


def lock_presences(member_ids: Iterable[int]) -> dict[int, Presence]:
    """Several agents' presences, always in the same order, so that nobody waits in a circle."""
    return {member_id: lock_presence(member_id) for member_id in sorted(set(member_ids))}


def engagements_of(member_id: int) -> list[Engagement]:
    """What the agent is busy with, the earliest first."""
    return list(Engagement.objects.filter(member_id=member_id, ended_at=None).order_by("since", "id"))


def settle(
    presence: Presence,
    *,
    declared: str = "",
    reason: str = "",
    notice: str | None = None,
    ready_since: datetime | None = None,
) -> None:
    """Bring a locked presence in line with its engagements and what is declared, at one moment for word,
    period and seat.

    Without `declared`, what was declared before counts; after work, a desktop that is gone means offline.
    """
    engaged = engagements_of(presence.member_id)
    if not declared:
        declared, reason = _declared_before(presence, leaves_work=not engaged)
    at = max(clock.now(), presence.since)
    word = word_of([one.state for one in engaged], declared)
    presence.notice = presence.notice if notice is None else notice
    presence.interaction_id = next(
        (one.interaction_id for one in reversed(engaged) if one.state == word), None
    )
    presence.after_work = declared if engaged and declared != State.READY else ""
    presence.after_reason = reason if presence.after_work else ""
    if declared != State.READY:
        presence.ready_since = None
    elif word == State.READY:
        still = presence.ready_since if presence.state == State.READY else None
        presence.ready_since = ready_since or still or at
    replace_seat(presence, engaged, at, ready=declared == State.READY)
    _turn(presence, word, "" if engaged else reason, at)
    tell(presence)


def _declared_before(presence: Presence, *, leaves_work: bool) -> tuple[str, str]:
    if presence.state not in BUSY:
        return presence.state, presence.reason
    declared = declared_of(presence.state, presence.after_work)
    gone = not heard_within(presence.heartbeat_at, clock.now(), HEARTBEAT_LOST)
    if leaves_work and declared == State.READY and gone:
        return State.OFFLINE, CONNECTION_LOST
    return declared, presence.after_reason


def _turn(presence: Presence, word: str, reason: str, at: datetime) -> None:
    """Write the presence; where word or reason change, one period ends and the next begins."""
    turned = (word, reason) != (presence.state, presence.reason)
    if turned:
        presence.state, presence.reason, presence.since = word, reason, at
    presence.save()
    if not turned:
        return
    PresencePeriod.objects.filter(member_id=presence.member_id, ended_at=None).update(ended_at=at)
    PresencePeriod.objects.create(
        member_id=presence.member_id,
        state=word,
        reason=reason,
        is_productive=word == State.PAUSED and is_productive(reason),
        started_at=presence.since,
    )
    emit(_changed(presence.member, word, reason), actor=presence.member.actor.as_json())


def replace_seat(presence: Presence, engaged: list[Engagement], at: datetime, *, ready: bool) -> None:
    """Take the agent's seat token away; give a new one when `ready` with capacity left. The caller saves."""
    if presence.seat_token_id is not None:
        SeatToken.objects.filter(id=presence.seat_token_id).delete()
        presence.seat_token_id = None
    load = load_of(engaged, NO_MICROPHONE if presence.microphone_lost_at else ())
    if not ready or not _has_room(load):
        return
    seat = SeatToken.objects.create(
        member_id=presence.member_id,
        ready_since=presence.ready_since or at,
        units_used=load.used,
        held=dict(load.held),
        without=list(load.without),
        last_inbound_at=presence.last_inbound_at,
        last_offer_at=presence.last_offer_at,
        last_end_at=presence.last_end_at,
    )
    presence.seat_token_id = seat.id
    wake_after_commit("routing")


def _has_room(load: Load) -> bool:
    return not load.held or load_channels().has_room(load)


def tell(presence: Presence) -> None:
    """Nudge the agent's desktops and the floor."""
    nudge(f"member:{presence.member_id}", "presence.changed", state=presence.state)
    hint("floor", "agents")


def _changed(member: Member, state: str, reason: str) -> PresenceChanged:
    return PresenceChanged(member_id=member.id, partner_id=member.partner_id, state=state, reason=reason)
