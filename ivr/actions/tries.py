"""Calling back those who waited: promised on the line, tried by the carrier, put off when nobody answers."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from accounts.actors import SYSTEM_ACTOR
from cases.permission import permissions_of
from customers.consent.queries import purposes, quiet_hours
from customers.consent.rules import Permission, quiet_until
from foundation import clock, live, timers
from foundation.phones import zones_of_phone
from ivr.events import CallbackOverdue
from ivr.models import CallSession
from routing.actions import (
    begin_try,
    end_callback,
    give_callback_back,
    lock_callback,
    note_reached,
    promise_callback,
    put_off,
    take_callback,
)
from routing.actions.callbacks import RETRY_AFTER
from routing.models import Callback

State = CallSession.State
PURPOSE = "service"
RING_SECONDS = 30
# Ringing, and listening whether it is a machine that speaks; the last word of the carrier may get lost.
OVERDUE_SECONDS = 120
NOT_REACHED = {
    "busy": "busy",
    "no-answer": "no answer",
    "canceled": "no answer",
    "failed": "the number could not be reached",
    "completed": "they hung up",
    "machine": "a machine answered",
    "away": "the line was away",
    "overdue": "no answer",
}
FOR_THE_AGENT = "Not reached: {how}. They are called again later."


@dataclass(frozen=True)
class Try:
    """One call to be made: to whom, from which number of ours, as which try of which callback."""

    callback_id: int
    number: int
    to: str
    session: CallSession


def permission_to_call(customer_id: int | None, number: str) -> Permission:
    """Whether they may be called now. They asked for it: only a no to all calls and the hour count."""
    now = clock.now()
    if customer_id is None:
        zones = [ZoneInfo(name) for name in zones_of_phone(number)]
        free = quiet_until(now, quiet_hours().get("voice"), zones)
        return Permission(True) if free == now else Permission(False, (), free)
    purpose = purposes()[PURPOSE]
    answers = permissions_of([customer_id], purposes=[purpose], channels=["voice"], at=now)
    return answers[customer_id, purpose.slug, "voice"]


def promise_call(session: CallSession, *, number: str) -> bool:
    """The waiting caller may hang up. False when an agent is just taking the call, or none may be made."""
    permission = permission_to_call(session.interaction.customer_id, number)
    if not permission.allowed and permission.until is None:
        return False
    callback = promise_callback(session.interaction_id, number=number, due_at=permission.until)
    if callback is None:
        return False
    session.callback_id = callback.id
    lay_down(session)
    return True


def lay_down(session: CallSession) -> None:
    """Nobody is on the line on the customer's side: what is still told of the last leg concerns nobody."""
    if session.call_sid.startswith("CA"):
        session.earlier_sids = [*session.earlier_sids, session.call_sid][-20:]
    session.call_sid = f"callback-{session.callback_id}"
    session.state = State.CALLBACK
    session.conference_name = f"call-{secrets.token_hex(12)}"
    session.conference_sid, session.conference_sequence = "", -1
    session.in_conference = session.on_hold = False
    session.hold_since = None
    session.save()
    live.hint("floor", "calls")


def begin_call(session: CallSession) -> Try | None:
    """A try to be made now, counted once; None when it is over, under way, or not allowed at this hour."""
    callback = lock_callback(session.callback_id) if session.callback_id and session.has_no_leg else None
    if callback is None or not _is_allowed(session, callback) or not begin_try(callback):
        return None
    overdue = CallbackOverdue(
        interaction_id=session.interaction_id,
        call_session_id=session.id,
        callback_id=callback.id,
        number=callback.tries,
    )
    due_at = clock.now() + timedelta(seconds=OVERDUE_SECONDS)
    timers.emit_at(overdue, due_at, key=f"callback_overdue:{callback.id}")
    return Try(callback.id, callback.tries, callback.number, session)


def _is_allowed(session: CallSession, callback: Callback) -> bool:
    """Otherwise it is put off until it is, or ends for good."""
    permission = permission_to_call(callback.customer_id, callback.number)
    if permission.allowed:
        return True
    why = " ".join(reason.text for reason in permission.reasons) or "It is quiet there."
    if permission.until is None:
        callback.last_result = why[:80]
        callback.save(update_fields=["last_result"])
        end_callback(callback, how="cancelled", actor=SYSTEM_ACTOR)
    else:
        _put_off(session, callback, until=permission.until, how=why, counts=False)
    return False


def take_owed(session: CallSession) -> None:
    """An agent has accepted a contact that is called back."""
    callback = lock_callback(session.callback_id) if session.callback_id else None
    if callback is not None:
        take_callback(callback)


def give_owed_back(session: CallSession) -> None:
    """The agent who accepted could not be reached."""
    callback = lock_callback(session.callback_id) if session.callback_id else None
    if callback is not None:
        give_callback_back(callback)


def is_owed(session: CallSession) -> bool:
    """Whether a call to them is still open, on the way or made."""
    return Callback.objects.filter(id=session.callback_id or 0, ended_at=None).exists()


def is_being_called(session: CallSession) -> bool:
    """Whether the customer's telephone rings, or is about to."""
    open_one = Callback.objects.filter(id=session.callback_id or 0, ended_at=None)
    return open_one.filter(state=Callback.State.DIALLING).exists()


def is_under_way(session: CallSession, *, number: int) -> bool:
    """Whether just this try is being made."""
    return Callback.objects.filter(
        id=session.callback_id or 0, state=Callback.State.DIALLING, tries=number
    ).exists()


def note_leg(session: CallSession, *, number: int, call_sid: str) -> bool:
    """The carrier named the leg of this try; False when another try, or none, is under way."""
    callback = lock_callback(session.callback_id) if session.callback_id else None
    under_way = {Callback.State.DIALLING, Callback.State.CONNECTED}
    if callback is None or callback.tries != number or callback.state not in under_way:
        return False
    if session.has_no_leg and call_sid:
        session.call_sid = call_sid
        session.save(update_fields=["call_sid"])
    return session.call_sid == call_sid


def note_answered_by_person(session: CallSession) -> bool:
    """The customer has answered: with an agent there, into the conference (True); else they wait for one."""
    callback = lock_callback(session.callback_id) if session.callback_id else None
    if callback is not None and note_reached(callback):
        timers.cancel_timer(f"callback_overdue:{callback.id}")
    if session.state in {State.CONNECTING, State.CONNECTED}:
        return True
    session.state = State.QUEUED
    session.save(update_fields=["state"])
    live.hint("floor", "calls")
    return False


def goes_on_waiting(session: CallSession, *, how: str) -> bool:
    """The leg of a call owed to them has ended: they wait on for the next try. False: the call is over."""
    callback = lock_callback(session.callback_id) if session.callback_id else None
    if callback is None:
        return False
    if callback.state == Callback.State.CONNECTED:
        end_callback(callback, how="done", actor=SYSTEM_ACTOR)
        return False
    counts = callback.state == Callback.State.DIALLING
    if callback.state == Callback.State.WAITING:
        return True
    return _put_off(
        session, callback, until=clock.now() + RETRY_AFTER, how=NOT_REACHED.get(how, how), counts=counts
    )


def _put_off(session: CallSession, callback: Callback, *, until: datetime, how: str, counts: bool) -> bool:
    timers.cancel_timer(f"callback_overdue:{callback.id}")
    callback.last_result = how[:80]
    if not put_off(callback, until=until, how=how, counts=counts):
        callback.save(update_fields=["last_result"])
        end_callback(callback, how="failed", actor=SYSTEM_ACTOR)
        return False
    lay_down(session)
    for member_id in set(session.legs.filter(released=False).values_list("member_id", flat=True)):
        live.nudge(
            f"member:{member_id}",
            "call.failed",
            interaction_id=session.interaction_id,
            command="connect",
            message=FOR_THE_AGENT.format(how=how),
        )
    return True
