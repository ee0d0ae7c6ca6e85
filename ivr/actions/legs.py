"""Agents' telephones: rung for an accepted offer, joined with the caller, missed, lost."""

from datetime import timedelta

from accounts.actors import SYSTEM_ACTOR
from foundation import clock, live, timers
from foundation.events import emit
from ivr.actions.calls import locked_session, release_leg, tell_agent
from ivr.actions.tries import give_owed_back, take_owed
from ivr.events import (
    AgentLegAnswered,
    AgentLegLost,
    AgentLegOverdue,
    AgentLegWanted,
    CallControlRequested,
)
from ivr.models import AgentLeg, CallSession
from ivr.rules import TERMINAL_STATUSES
from routing.actions import finish_work, return_to_queue

State = CallSession.State
RING_SECONDS = 20
# The carrier adds 5 s to a time-out, and its last word may get lost.
OVERDUE_SECONDS = RING_SECONDS + 12
# Long enough for a reloaded page to be a telephone again, and for late callbacks of a hang-up.
LOST_SECONDS = 3
# An agent's line that breaks off this often in a row, each time before it carried this much talk, is broken.
MAX_BREAKS = 2
TALK_SECONDS = 10


def want_leg(session: CallSession, *, member_id: int, offer_id: int, attempt: int = 1) -> AgentLeg | None:
    """A leg to be dialled for this offer; the same one when asked twice; None when the caller is gone."""
    if session.is_over:
        # Accepted just as the caller hung up: the agent has nothing to do but wrap up.
        finish_work(session.interaction_id)
        return None
    leg, made = AgentLeg.objects.get_or_create(
        session=session, offer_id=offer_id, attempt=attempt, defaults={"member_id": member_id}
    )
    if made:
        session.state = State.CONNECTING
        session.save(update_fields=["state"])
        take_owed(session)
        due_at = clock.now() + timedelta(seconds=OVERDUE_SECONDS)
        timers.emit_at(AgentLegOverdue(**_ids(session, leg)), due_at, key=f"agent_leg_overdue:{leg.id}")
        tell_agent(session)
    return leg if leg.state != AgentLeg.State.ENDED else None


def note_dialled(leg_id: int, *, call_sid: str, conference_sid: str) -> None:
    """The carrier named the leg; its first callbacks may have come before."""
    AgentLeg.objects.filter(id=leg_id, call_sid="").update(call_sid=call_sid)
    AgentLeg.objects.filter(id=leg_id, conference_sid="").update(conference_sid=conference_sid)


def note_ringing(leg: AgentLeg) -> None:
    """The agent's telephone rings."""
    AgentLeg.objects.filter(id=leg.id, state=AgentLeg.State.DIALLING).update(state=AgentLeg.State.RINGING)


def note_answered(session: CallSession, leg: AgentLeg) -> None:
    """The agent's telephone answered: now the caller may come. Once."""
    waiting = [AgentLeg.State.DIALLING, AgentLeg.State.RINGING]
    changed = AgentLeg.objects.filter(id=leg.id, state__in=waiting).update(
        state=AgentLeg.State.IN_PROGRESS, answered_at=clock.now()
    )
    if not changed:
        return
    if session.is_over:
        release_leg(session, leg)
        return
    emit(AgentLegAnswered(**_ids(session, leg)), actor=SYSTEM_ACTOR.as_json())
    settle_connected(session)
    tell_agent(session)


def settle_connected(session: CallSession) -> None:
    """Connected is when the caller and an answered agent are in the conference together."""
    if session.state != State.CONNECTING or not session.in_conference:
        return
    if session.legs.filter(state=AgentLeg.State.IN_PROGRESS, released=False).exists():
        session.state = State.CONNECTED
        session.connected_at = session.connected_at or clock.now()
        session.save(update_fields=["state", "connected_at"])
        tell_agent(session)


def end_leg(session: CallSession, leg: AgentLeg, *, how: str) -> None:
    """The leg is over; `how` is a CallStatus. Once.

    Never answered: the caller goes back to the queue at once. Answered before: a moment later, unless the
    agent's telephone comes back or the call turns out to be over.
    """
    changed = (
        AgentLeg.objects.filter(id=leg.id)
        .exclude(state=AgentLeg.State.ENDED)
        .update(state=AgentLeg.State.ENDED, ended_how=how, ended_at=clock.now(), muted=False)
    )
    if not changed:
        return
    timers.cancel_timer(f"agent_leg_overdue:{leg.id}")
    leg.refresh_from_db()
    if session.is_over or leg.released:
        return
    if how == "completed":
        due_at = clock.now() + timedelta(seconds=LOST_SECONDS)
        timers.emit_at(AgentLegLost(**_ids(session, leg)), due_at, key=f"agent_leg_lost:{leg.id}")
    else:
        give_back(session, leg, message="Your line did not answer; the caller went back to the queue.")
    tell_agent(session)


def fail_leg(session: CallSession, leg: AgentLeg, *, message: str) -> None:
    """The leg could not even be dialled, or nobody knows what became of it."""
    if leg.call_sid:
        release_leg(session, leg)
    changed = (
        AgentLeg.objects.filter(id=leg.id)
        .exclude(state=AgentLeg.State.ENDED)
        .update(state=AgentLeg.State.ENDED, ended_how="failed", ended_at=clock.now())
    )
    if changed and not session.is_over:
        give_back(session, leg, message=message)


def replace_lost_leg(session: CallSession, lost: AgentLeg) -> None:
    """The caller is alone: ring the same agent once more, then let somebody else take over."""
    if session.is_over or session.state not in {State.CONNECTING, State.CONNECTED}:
        return
    if session.legs.exclude(id=lost.id).filter(released=False).exclude(state=AgentLeg.State.ENDED).exists():
        return
    if _breaks_in_a_row(lost) >= MAX_BREAKS:
        give_back(session, lost, message="Your line broke off; the caller went back to the queue.")
        return
    again = want_leg(session, member_id=lost.member_id, offer_id=lost.offer_id, attempt=lost.attempt + 1)
    if again is not None:
        emit(AgentLegWanted(**_ids(session, again)), actor=SYSTEM_ACTOR.as_json())
        park_caller(session)


def _breaks_in_a_row(lost: AgentLeg) -> int:
    """How many of the offer's last legs broke off, one after the other, before they carried any talk."""
    earlier = AgentLeg.objects.filter(session_id=lost.session_id, offer_id=lost.offer_id)
    legs = list(earlier.order_by("-attempt")[:MAX_BREAKS])
    talked = (
        leg.answered_at is not None
        and leg.ended_at is not None
        and leg.ended_at - leg.answered_at >= timedelta(seconds=TALK_SECONDS)
        for leg in legs
    )
    return next((count for count, enough in enumerate(talked) if enough), len(legs))


def give_back(session: CallSession, leg: AgentLeg, *, message: str) -> None:
    """The caller waits again, at the place they had; the agent is told why."""
    if session.state not in {State.CONNECTING, State.CONNECTED}:
        return
    session.state = State.CALLBACK if session.has_no_leg else State.QUEUED
    session.save(update_fields=["state"])
    give_owed_back(session)
    return_to_queue(session.interaction_id, why="The agent's line failed")
    park_caller(session)
    live.nudge(
        f"member:{leg.member_id}",
        "call.failed",
        interaction_id=session.interaction_id,
        command="connect",
        message=message,
    )
    tell_agent(session)


def park_caller(session: CallSession) -> None:
    """A caller who is in the conference already hears music until the next agent is there."""
    if session.in_conference:
        emit(
            CallControlRequested(
                interaction_id=session.interaction_id, call_session_id=session.id, command="park"
            ),
            actor=SYSTEM_ACTOR.as_json(),
        )


def note_leg_status(session: CallSession, leg: AgentLeg, *, status: str) -> None:
    """What a status callback says of an agent's leg."""
    if status in TERMINAL_STATUSES:
        end_leg(session, leg, how=status)
    elif status == "in-progress":
        note_answered(session, leg)
    elif status == "ringing":
        note_ringing(leg)


def locked_with_leg(leg_id: int) -> tuple[CallSession, AgentLeg] | None:
    """A leg and its session, the session locked."""
    session_id = AgentLeg.objects.filter(id=leg_id).values_list("session_id", flat=True).first()
    session = locked_session(id=session_id) if session_id else None
    return (session, AgentLeg.objects.get(id=leg_id)) if session else None


def _ids(session: CallSession, leg: AgentLeg) -> dict[str, int]:
    return {
        "interaction_id": session.interaction_id,
        "call_session_id": session.id,
        "agent_leg_id": leg.id,
    }
