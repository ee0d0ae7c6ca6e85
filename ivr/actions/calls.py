"""The life of a call: opened by its first webhook, queued, connected, ended exactly once."""

import secrets
from collections.abc import Iterable
from datetime import datetime

from django.db import connection
from django.db.models import Q

from accounts.actors import IVR_ACTOR, SYSTEM_ACTOR
from customers.actions import (
    FoundCaller,
    abandon_interaction,
    end_interaction,
    find_or_create_by_phone,
    open_interaction,
)
from customers.models import Confidence, Interaction
from foundation import clock, live, rows
from foundation.errors import NotVisible
from foundation.events import emit
from foundation.phones import is_withheld, parse_phone
from foundation.tenancy import current_organization_id
from ivr.actions.tries import goes_on_waiting
from ivr.events import CallControlRequested
from ivr.known_lines import line_of
from ivr.models import AgentLeg, CallSession, PhoneNumber
from routing.actions import finish_unserved, finish_work, leave_queue, queue_work

State = CallSession.State
ALIVE = ~Q(state=State.ENDED)
_HOLD = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_OF_CALL = "WHERE call_sid = %s FOR NO KEY UPDATE"
NOBODY = FoundCaller(None, Confidence.GUESSED)


def open_call(*, call_sid: str, caller: str, number: PhoneNumber, attested: bool = False) -> CallSession:
    """The session of this call, made with its interaction when this is the first that is heard of it.

    `attested` is whether the carriers vouch for the caller's number.
    """
    session = new_call(call_sid=call_sid, caller=caller, number=number, attested=attested)
    keep(session)
    return session


def new_call(*, call_sid: str, caller: str, number: PhoneNumber, attested: bool = False) -> CallSession:
    """As `open_call`, but a new session is yet to be written, with `keep`, when the call was led on."""
    known = _locked_call(call_sid)
    if known is not None:
        return known
    phone = None if is_withheld(caller) else parse_phone(caller, country_code="")
    e164 = phone.e164 if phone else ""
    try:
        found, interaction = _begin(e164, caller, attested=attested)
    except NotVisible:
        # Whoever was found is being erased at this moment: the caller is a new person.
        found, interaction = _begin(e164, caller, attested=attested)
    now = clock.now()
    session = CallSession(
        interaction=interaction,
        number=number,
        call_sid=call_sid,
        caller_id=e164,
        is_recognised=found.customer is not None and not found.created,
        conference_name=f"call-{secrets.token_hex(12)}",
        started_at=now,
        news_at=now,
    )
    live.hint("floor", "calls")
    return session


def _begin(e164: str, caller: str, *, attested: bool) -> tuple[FoundCaller, Interaction]:
    found = find_or_create_by_phone(e164, actor=IVR_ACTOR, attested=attested) if e164 else NOBODY
    interaction = open_interaction(
        actor=IVR_ACTOR,
        channel=Interaction.Channel.VOICE,
        address=caller[:254],
        customer=found.customer,
        confidence=found.confidence,
        identified_by="phone" if found.customer else "",
    )
    return found, interaction


def keep(session: CallSession, fields: Iterable[str] = ()) -> None:
    """Write a new session, or these fields of a known one."""
    if session._state.adding:
        rows.insert(session)
    elif fields:
        rows.update(session, fields)


def locked_session(**which: object) -> CallSession | None:
    """A session, locked until this transaction ends, with its number."""
    condition = " AND ".join(f'"{name}" = %s' for name in which)
    session = rows.first(CallSession, f"WHERE {condition} FOR NO KEY UPDATE", list(which.values()))
    return None if session is None else _with_number(session)


def _with_number(session: CallSession) -> CallSession:
    session.number = line_of(session.number_id).number
    return session


def queue_call(session: CallSession, *, queue_slug: str, entered_at: datetime | None = None) -> set[str]:
    """The caller waits for an agent, with the age of `entered_at` if that is earlier; the session's fields
    that are yet to be written, with `keep`.

    Raises routing's Refusal when that queue takes nobody.
    """
    queue_work(session.interaction_id, queue_slug=queue_slug, actor=IVR_ACTOR, entered_at=entered_at)
    session.state = State.QUEUED
    session.queue_slug = queue_slug
    session.queued_at = clock.now()
    live.hint("floor", "calls")
    return {"state", "queue_slug", "queued_at"}


def take_to_voicemail(session: CallSession, *, kind: str = "voicemail") -> bool:
    """The caller stops waiting and leaves a message, or hears what else ends the call (`kind`).

    False when an agent has just taken the call.
    """
    if session.state not in {State.IN_IVR, State.QUEUED, State.VOICEMAIL}:
        return False
    if session.state == State.QUEUED and not finish_unserved(session.interaction_id, kind=kind):
        return False
    session.state = State.VOICEMAIL
    keep(session, ["state"])
    live.hint("floor", "calls")
    return True


def end_call(session: CallSession, *, how: str = "completed") -> bool:
    """The caller is gone. Whoever hears of it first does what follows; False for everybody after.

    Waiting: leaves the queue. With an agent: the agent goes to wrap-up and the agent's line is put down.
    Called back and not reached (`how`: a CallStatus, or machine, away, overdue): they wait on; False.
    """
    if session.callback_id is not None and goes_on_waiting(session, how=how):
        release_legs(session)
        return False
    ended = CallSession.objects.filter(ALIVE, id=session.id).update(
        state=State.ENDED, ended_at=clock.now(), on_hold=False, hold_since=None, in_conference=False
    )
    if not ended:
        return False
    session.refresh_from_db(fields=["state", "ended_at", "on_hold", "hold_since", "in_conference"])
    _settle_interaction(session)
    release_legs(session)
    return True


def release_legs(session: CallSession) -> None:
    """Put all agents' lines down, and tell them."""
    for leg in session.legs.exclude(state=AgentLeg.State.ENDED):
        release_leg(session, leg)
    tell_agent(session)


def _settle_interaction(session: CallSession) -> None:
    interaction_id = session.interaction_id
    state = Interaction.objects.values_list("state", flat=True).get(id=interaction_id)
    if state == Interaction.State.OPENED and session.tries.get("tell"):
        # They called, were told how things stand, and needed nobody.
        end_interaction(interaction_id, actor=SYSTEM_ACTOR)
    elif state == Interaction.State.OPENED:
        abandon_interaction(interaction_id)
    elif not finish_work(interaction_id) and not leave_queue(interaction_id):
        # Accepted between the two looks.
        finish_work(interaction_id)


def release_leg(session: CallSession, leg: AgentLeg) -> None:
    """Put an agent's line down; its end will mean nothing more."""
    if AgentLeg.objects.filter(id=leg.id, released=False).update(released=True):
        emit(
            CallControlRequested(
                interaction_id=session.interaction_id,
                call_session_id=session.id,
                command="release",
                agent_leg_id=leg.id,
            ),
            actor=SYSTEM_ACTOR.as_json(),
        )


def note_news(session: CallSession) -> None:
    """The carrier told about this call just now."""
    session.news_at = clock.now()
    rows.update(session, ["news_at"])


def tell_agent(session: CallSession) -> None:
    """The line changed: the agents who are on it look again, and so does the floor."""
    for member_id in set(session.legs.values_list("member_id", flat=True)):
        live.nudge(f"member:{member_id}", "call.changed", interaction_id=session.interaction_id)
    live.hint("floor", "calls")


def _locked_call(call_sid: str) -> CallSession | None:
    """The session of a call, whose SID is held against a second first webhook until the transaction ends.

    Two statements in one round trip: the second sees what was committed while the first waited.
    """
    key = f"call:{current_organization_id()}:{call_sid}"
    with connection.cursor() as cursor:
        cursor.execute(f"{_HOLD}; {rows.select(CallSession)} {_OF_CALL}", [key, call_sid])
        values = cursor.fetchone()
    return None if values is None else _with_number(rows.built(CallSession, values))
