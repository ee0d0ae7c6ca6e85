"""What the carrier tells about a conference, in whatever order it comes."""

from dataclasses import dataclass

from foundation import clock
from ivr.actions.calls import end_call, tell_agent
from ivr.actions.legs import end_leg, note_answered, settle_connected
from ivr.models import AgentLeg, CallSession
from ivr.rules import TERMINAL_STATUSES


@dataclass(frozen=True)
class ConferenceNews:
    """One event of one conference. `sequence` orders the events of a conference; -1 when not sent."""

    event: str
    conference_sid: str
    sequence: int
    call_sid: str = ""
    label: str = ""
    on_hold: bool = False
    muted: bool = False
    call_status: str = ""
    ended_by_call_sid: str = ""


def note_conference(session: CallSession, news: ConferenceNews) -> None:
    """Take the event in; a repetition, or one older than what is known, changes nothing."""
    if news.event == "conference-end":
        _conference_ended(session, news)
    elif news.call_sid == session.call_sid:
        _caller_in_conference(session, news)
    else:
        leg = _leg_of(session, news)
        if leg is not None:
            _agent_in_conference(session, leg, news)


def _conference_ended(session: CallSession, news: ConferenceNews) -> None:
    was_callers = session.conference_sid == news.conference_sid
    if was_callers or news.ended_by_call_sid == session.call_sid:
        end_call(session)
    elif news.conference_sid not in session.ended_conferences:
        # The caller's join may still be on its way.
        session.ended_conferences = [*session.ended_conferences, news.conference_sid][-20:]
        session.save(update_fields=["ended_conferences"])


def _caller_in_conference(session: CallSession, news: ConferenceNews) -> None:
    if session.is_over:
        return
    if news.conference_sid in session.ended_conferences:
        end_call(session)
        return
    if news.event == "participant-leave" and news.call_status in TERMINAL_STATUSES:
        end_call(session)
        return
    if session.conference_sid == news.conference_sid and news.sequence <= session.conference_sequence:
        return
    session.conference_sid = news.conference_sid
    session.conference_sequence = news.sequence
    session.in_conference = news.event != "participant-leave"
    session.save(update_fields=["conference_sid", "conference_sequence", "in_conference"])
    note_hold(session, on_hold=news.on_hold and session.in_conference)
    settle_connected(session)


def note_moved(session: CallSession, *, conference_sid: str) -> None:
    """The carrier took the caller into the conference, whether or not it will say so again."""
    if session.is_over:
        return
    if session.conference_sequence < 0:
        session.in_conference = True
        session.conference_sid = session.conference_sid or conference_sid
        session.save(update_fields=["in_conference", "conference_sid"])
    settle_connected(session)


def note_hold(session: CallSession, *, on_hold: bool) -> None:
    """The caller is on hold, or is not."""
    if session.is_over or session.on_hold == on_hold:
        return
    session.on_hold = on_hold
    session.hold_since = clock.now() if on_hold else None
    session.save(update_fields=["on_hold", "hold_since"])
    tell_agent(session)


def _leg_of(session: CallSession, news: ConferenceNews) -> AgentLeg | None:
    legs = list(session.legs.all())
    by_sid = (leg for leg in legs if leg.call_sid and leg.call_sid == news.call_sid)
    by_label = (leg for leg in legs if news.label and leg.label == news.label)
    return next(by_sid, None) or next(by_label, None)


def _agent_in_conference(session: CallSession, leg: AgentLeg, news: ConferenceNews) -> None:
    if news.event == "participant-leave":
        end_leg(session, leg, how=news.call_status if news.call_status in TERMINAL_STATUSES else "completed")
        return
    if leg.state == AgentLeg.State.ENDED or news.sequence <= leg.conference_sequence:
        return
    leg.conference_sequence = news.sequence
    leg.conference_sid = news.conference_sid
    leg.call_sid = leg.call_sid or news.call_sid
    leg.save(update_fields=["conference_sequence", "conference_sid", "call_sid"])
    if news.event.startswith("participant-"):
        note_answered(session, leg)
        note_muted(session, leg, muted=news.muted)


def note_muted(session: CallSession, leg: AgentLeg, *, muted: bool) -> None:
    """The agent's microphone is off, or on."""
    alive = AgentLeg.objects.filter(id=leg.id).exclude(state=AgentLeg.State.ENDED).exclude(muted=muted)
    if alive.update(muted=muted):
        tell_agent(session)
