"""Hanging up and keeping the place: promised, called back, not reached, called again, put an end to."""

import json
from datetime import timedelta
from typing import Any

import pytest

from accounts.actors import IVR_ACTOR
from customers.consent.actions import stop_contact
from customers.consent.models import ChannelHours
from customers.models import Interaction, TimelineEntry
from foundation import clock
from foundation.tenancy import tenant
from ivr.models import AgentLeg, CallSession
from ivr.owed_calls import dial_owed
from routing.actions import end_callback, resume_callback
from routing.models import Callback, Presence, Queue, WaitingToken, WorkItem
from routing.presence import set_presence
from routing.queries import callbacks_of, place_of
from tests.ivr.line import CALLER, Call, Heard, Line, new_sid
from tests.ivr.stage import Stage
from tests.ivr.test_a_call import known_caller, queued_call
from tests.ivr.test_waiting import waited

State = Callback.State


@pytest.fixture
def line(line: Line) -> Line:
    """It is never quiet here, and the queue calls back."""
    with tenant(line.organization_id):
        set_presence(line.cast.mark, state="paused")
        ChannelHours.objects.create(channel="voice", starts="03:00", ends="03:00")
        Queue.objects.filter(id=line.service.id).update(offers_callback=True, callback_after_seconds=60)
    line.carrier.answering = _calling(line, line.carrier.answering)
    return line


def _calling(line: Line, usual: Any) -> Any:
    def answer(request: Any) -> tuple[int, str]:
        if request.method == "POST" and request.path.endswith("/Calls.json"):
            return 201, json.dumps({"sid": new_sid("CA"), "status": "queued"})
        return usual(request)

    return answer


def promised_call(line: Line, *, mode: str = "agent_first") -> Call:
    """A caller of 100 seconds' patience who was promised a call."""
    with tenant(line.organization_id):
        Queue.objects.filter(id=line.service.id).update(callback_mode=mode)
    call = queued_call(line)
    waited(line, call, 100)
    assert call.wait(QueueTime="100", Digits="2").verbs == ["Leave"]
    heard = call.leave_queue("leave")
    assert "ending in 0 1 2 3" in heard.words
    assert "keep your place" in heard.words
    assert heard.verbs[-1] == "Hangup"
    call.hang_up()
    line.pump()
    return call


def the(line: Line) -> tuple[Callback, CallSession, WorkItem]:
    with tenant(line.organization_id):
        callback = Callback.objects.latest("id")
        session = CallSession.objects.get(interaction_id=callback.interaction_id)
        return callback, session, WorkItem.objects.filter(interaction_id=callback.interaction_id).latest("id")


def accepted(line: Line, call: Call) -> CallSession:
    """Ana takes what waits, her telephone answers, and the customer is called."""
    _, session, _ = the(line)
    call.sid = session.call_sid
    line.take(call, line.cast.ana)
    line.pump()
    line.leg_status(line.leg(call), "in-progress")
    line.pump()
    return the(line)[1]


def picks_up(line: Line, session: CallSession, *, by: str = "human", n: int = 1) -> Heard:
    params = {
        "AccountSid": line.account_sid,
        "CallSid": session.call_sid,
        "CallStatus": "in-progress",
        "AnsweredBy": by,
    }
    return Heard(line.post(f"/twilio/called/?callback={session.callback_id}&n={n}", params))


def leg_ends(line: Line, session: CallSession, status: str, n: int = 1) -> None:
    params = {"AccountSid": line.account_sid, "CallSid": session.call_sid, "CallStatus": status}
    line.post(f"/twilio/status/?callback={session.callback_id}&n={n}", params)
    line.pump()


def test_after_a_while_the_caller_may_hang_up_and_keeps_the_place(line: Line) -> None:
    call = queued_call(line)
    assert "call you back" not in call.wait(QueueTime="5").words
    waited(line, call, 61)
    heard = call.wait(QueueTime="61")
    assert "Press 2 and we call you back at the number ending in 0 1 2 3; you keep your place" in heard.words
    with tenant(line.organization_id):
        entered_at = WaitingToken.objects.get().entered_at
    call.wait(QueueTime="62", Digits="2")
    call.leave_queue("leave")
    call.hang_up()
    line.pump()
    callback, session, item = the(line)
    with tenant(line.organization_id):
        assert (callback.state, callback.number, callback.tries) == (State.WAITING, CALLER, 0)
        assert WaitingToken.objects.get().entered_at == entered_at
        assert item.state == WorkItem.State.WAITING
        assert place_of(callback) == 1
        assert callbacks_of([callback.interaction_id])
        assert session.state == CallSession.State.CALLBACK
        assert session.earlier_sids == [call.sid]
        assert Interaction.objects.get(id=callback.interaction_id).state == Interaction.State.WAITING
        assert TimelineEntry.objects.filter(kind="callback", title="Promised to call back").exists()


def test_a_withheld_number_may_be_keyed_in_but_only_one_of_the_same_country(line: Line) -> None:
    call = line.call("+266696687")
    call.dial()
    call.press("", FinishedOnKey="#")
    call.press("1")
    waited(line, call, 100)
    assert "Press 2 and we call you back; you keep your place" in call.wait(QueueTime="100").words
    call.wait(QueueTime="101", Digits="2")
    assert "enter the number" in call.leave_queue("leave").words
    assert "no number we can call" in call.press("09098790000", FinishedOnKey="#").words  # at a premium
    assert "ending in 0 4 5 6" in call.press("07700900456", FinishedOnKey="#").words
    assert the(line)[0].number == "+447700900456"


def test_agent_first_the_customer_is_called_once_the_agent_is_there(line: Line) -> None:
    call = promised_call(line)
    session = accepted(line, call)
    [request] = line.asked("POST", r"/Calls\.json$")
    assert request.form["To"] == [CALLER]
    assert request.form["MachineDetection"] == ["DetectMessageEnd"]
    callback, _, item = the(line)
    assert (callback.state, callback.tries, item.state) == (State.DIALLING, 1, WorkItem.State.ASSIGNED)
    heard = picks_up(line, session)
    assert "You asked us to call you back" in heard.words
    assert heard.verbs[-1] == "Dial"
    assert picks_up(line, session).xml == heard.xml  # a repetition
    call.sid = session.call_sid
    line.conference_event(call, "participant-join", 2, CallSid=session.call_sid, ParticipantLabel="customer")
    line.pump()
    assert (the(line)[0].state, the(line)[1].state) == (State.CONNECTED, CallSession.State.CONNECTED)
    leg_ends(line, session, "completed")
    callback, session, item = the(line)
    assert (callback.state, session.state, item.state) == (State.DONE, "ended", WorkItem.State.DONE)
    with tenant(line.organization_id):
        assert Presence.objects.get(member=line.cast.ana).state == Presence.State.WRAP_UP


@pytest.mark.parametrize("how", ["busy", "no-answer", "machine"])
def test_who_does_not_answer_is_tried_again_later_and_the_agent_is_free(line: Line, how: str) -> None:
    session = accepted(line, promised_call(line))
    if how == "machine":
        heard = picks_up(line, session, by="machine_end_beep")
        assert "try again later" in heard.words
        assert heard.verbs[-1] == "Hangup"
        leg_ends(line, session, "completed")
    else:
        leg_ends(line, session, how)
        leg_ends(line, session, how)
    callback, session, item = the(line)
    assert (callback.state, callback.tries) == (State.WAITING, 1)
    assert callback.due_at > clock.now()
    assert (session.state, item.state, item.token_id) == ("callback", WorkItem.State.WAITING, None)
    with tenant(line.organization_id):
        assert not resume_callback(callback.id)  # not due yet
        assert Presence.objects.get(member=line.cast.ana).state == Presence.State.READY
        assert not AgentLeg.objects.filter(released=False).exists()
        Callback.objects.update(due_at=clock.now() - timedelta(seconds=1))
        assert resume_callback(callback.id)
        assert not resume_callback(callback.id)
        assert WaitingToken.objects.get().entered_at == item.entered_at


def test_after_the_last_try_it_has_failed_and_stands_on_the_timeline(line: Line) -> None:
    with tenant(line.organization_id):
        Queue.objects.filter(id=line.service.id).update(callback_tries=1)
    session = accepted(line, promised_call(line))
    leg_ends(line, session, "no-answer")
    callback, session, item = the(line)
    assert (callback.state, session.state, item.state) == (State.FAILED, "ended", WorkItem.State.DONE)
    with tenant(line.organization_id):
        assert TimelineEntry.objects.filter(title="Could not be called back", body="no answer").exists()


def test_customer_first_they_are_called_when_it_is_their_turn_and_come_first(line: Line) -> None:
    promised_call(line, mode="customer_first")
    with tenant(line.organization_id):
        assert not WaitingToken.objects.exists()
    assert dial_owed() == 0  # nobody is at work
    with tenant(line.organization_id):
        set_presence(line.cast.ana, state="ready")
    assert dial_owed() == 1
    callback, session, item = the(line)
    assert callback.state == State.DIALLING
    assert dial_owed() == 0
    heard = picks_up(line, session)
    assert "hold for the next agent" in heard.words
    assert heard.verbs[-1] == "Enqueue"
    with tenant(line.organization_id):
        assert WaitingToken.objects.get().entered_at == item.entered_at
    assert (the(line)[0].state, the(line)[1].state) == (State.CONNECTED, CallSession.State.QUEUED)
    leg_ends(line, session, "completed")
    callback, _, item = the(line)
    assert (callback.state, item.state) == (State.DONE, WorkItem.State.LEFT)


def test_calling_again_takes_the_place_over_and_ends_the_callback(line: Line) -> None:
    promised_call(line)
    callback, _, item = the(line)
    again = line.call()
    words = again.dial().words
    assert "You are number 1 in line; we would have called you back. You keep your place" in words
    line.pump()
    with tenant(line.organization_id):
        callback.refresh_from_db()
        assert callback.state == State.CANCELLED
        token = WaitingToken.objects.get()
        assert token.entered_at == item.entered_at
        assert token.work_item_id != item.id
        assert CallSession.objects.get(callback_id=callback.id).state == CallSession.State.ENDED


def test_at_a_quiet_hour_nobody_is_called_and_it_is_no_try(line: Line) -> None:
    call = promised_call(line)
    with tenant(line.organization_id):
        now = clock.now()
        hours = {"starts": (now - timedelta(hours=2)).time(), "ends": (now + timedelta(hours=2)).time()}
        ChannelHours.objects.update(**hours)
    accepted(line, call)
    callback, session, item = the(line)
    assert (callback.state, callback.tries, session.state) == (State.WAITING, 0, "callback")
    assert callback.due_at > clock.now()
    assert item.token_id is None
    assert not line.asked("POST", r"/Calls\.json$")


def test_who_said_no_to_all_calls_is_not_called(line: Line) -> None:
    call = promised_call(line)
    with tenant(line.organization_id):
        customer = the(line)[0].customer
        stop_contact(customer.id, said_on="voice", actor=IVR_ACTOR, source="agent")
    accepted(line, call)
    line.pump()
    callback, session, _ = the(line)
    assert (callback.state, session.state) == (State.CANCELLED, CallSession.State.ENDED)
    assert not line.asked("POST", r"/Calls\.json$")


def test_one_put_an_end_to_leaves_the_line_and_its_late_news_change_nothing(line: Line) -> None:
    call = promised_call(line)
    callback, session, _ = the(line)
    with tenant(line.organization_id):
        assert end_callback(callback, how="cancelled", actor=line.cast.sam.actor)
        assert not end_callback(callback, how="cancelled", actor=line.cast.sam.actor)
        assert not WaitingToken.objects.exists()
    line.pump()
    call.hang_up()
    heard = picks_up(line, session)
    assert heard.verbs == ["Hangup"]
    assert the(line)[1].state == CallSession.State.ENDED


def test_a_forged_answer_is_refused(line: Line) -> None:
    session = accepted(line, promised_call(line))
    url = f"/twilio/called/?callback={session.callback_id}&n=1"
    params = {"AccountSid": line.account_sid, "CallSid": session.call_sid, "AnsweredBy": "human"}
    assert line.post(url, params, token="b" * 32).status_code == 403
    assert the(line)[0].state == State.DIALLING


def test_on_the_carrier_a_telephone_rings_again_and_a_machine_is_told_from_a_person(stage: Stage) -> None:
    known_caller(stage)
    with tenant(stage.organization_id):
        ChannelHours.objects.create(channel="voice", starts="03:00", ends="03:00")
        Queue.objects.update(offers_callback=True, callback_after_seconds=0)
        set_presence(stage.cast.mark, state="paused")
    call = stage.dial()
    call.wait_text("Why are you calling?")
    call.press("1")
    call.wait_text("Press 2 and we call you back")
    call.press("2")
    call.wait_state("ended")
    assert "you keep your place in line. Goodbye" in call.heard()
    stage.until(lambda: Callback.objects.filter(state=State.WAITING).exists())

    stage.phones.set_policy(CALLER, "machine")
    ana = stage.cast.ana
    stage.at_work(ana)
    stage.accept(ana)
    tried = stage.until(lambda: Callback.objects.filter(state=State.WAITING, tries=1).first())
    assert tried.last_result == "a machine answered"
    machine = stage.phones.calls(to=CALLER, direction="outbound-api")[0]
    stage.phones.wait_until_over(machine["sid"])
    assert "we will try again later" in str(machine["transcript"])

    stage.phones.set_policy(CALLER, "ring")
    with tenant(stage.organization_id):
        Callback.objects.update(due_at=clock.now() - timedelta(seconds=1))
        assert resume_callback(tried.id)
    stage.accept(ana)
    rung = stage.phones.wait_incoming(CALLER)
    rung.answer()
    assert rung.wait_state("connected")["connected_with"] == [f"client:member_{ana.id}"]
    stage.until(lambda: Callback.objects.filter(state=State.CONNECTED, tries=2).exists())
    stage.until_state(rung, CallSession.State.CONNECTED)
    rung.hang_up()
    stage.until(lambda: Callback.objects.filter(state=State.DONE).exists())
    assert stage.phones.alerts() == []
