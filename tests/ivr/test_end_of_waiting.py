"""When a queue's time is over: the caller is led to voicemail, a promise to call back, or a farewell."""

import threading
from datetime import timedelta

import pytest

from cases.models import Case
from foundation import clock
from foundation.models import Delivery, Event
from foundation.tenancy import tenant
from ivr.models import CallSession
from routing.models import Queue, WaitingToken, WorkItem
from routing.owner import Owner
from tests.ivr.line import Call, Line
from tests.ivr.test_a_call import queued_call


def out_of_time(line: Line, call: Call, **final: object) -> None:
    """The owner finds that the caller has waited for too long."""
    with tenant(line.organization_id):
        Queue.objects.filter(id=line.service.id).update(deadline_seconds=60, **final)
        long_ago = clock.now() - timedelta(seconds=90)
        waiting = {"entered_at": long_ago, "queued_at": long_ago}
        WorkItem.objects.filter(interaction_id=call.session.interaction_id).update(**waiting)
        WaitingToken.objects.filter(work_item__interaction_id=call.session.interaction_id).update(**waiting)
    Owner(threading.Event()).round()


def led_to(line: Line, call: Call) -> list[str]:
    """The documents the carrier was asked to give the caller."""
    asked = line.asked("POST", f"/Calls/{call.sid}.json")
    return [one.form["Twiml"][0] for one in asked]


@pytest.mark.parametrize(
    ("kind", "verb", "words"),
    [
        ("voicemail", "<Record", "Nobody is here; tell us."),
        ("callback", "<Hangup", "We call you tomorrow."),
        ("message", "<Hangup", "Please write to us."),
    ],
)
def test_who_waited_for_too_long_hears_what_the_queue_says_and_is_not_stranded(
    line: Line, kind: str, verb: str, words: str
) -> None:
    call = queued_call(line)
    out_of_time(line, call, final_action=kind, final_text=words)
    line.pump()
    [document] = led_to(line, call)
    assert words in document
    assert verb in document
    with tenant(line.organization_id):
        assert not WaitingToken.objects.exists()
        assert call.session.state == CallSession.State.VOICEMAIL
        [left] = Event.objects.filter(name="work.finished_unserved").values_list("payload", flat=True)
        assert left["kind"] == kind
        assert Case.objects.filter(title="Call back: nobody was free").count() == (kind == "callback")


def test_who_hides_their_number_cannot_be_called_back_and_leaves_a_message(line: Line) -> None:
    call = line.call("anonymous")
    call.dial()
    call.press("0")
    out_of_time(line, call, final_action="callback")
    line.pump()
    assert "<Record" in led_to(line, call)[0]


def test_told_twice_a_caller_is_led_on_once(line: Line) -> None:
    call = queued_call(line)
    out_of_time(line, call)
    line.pump()
    with tenant(line.organization_id):
        Delivery.objects.filter(event__name="work.final_wanted").update(
            state="pending", next_attempt_at=clock.now()
        )
    line.pump()
    assert len(led_to(line, call)) == 1


def test_an_agent_who_accepts_at_the_last_moment_keeps_the_caller(line: Line) -> None:
    call = queued_call(line)
    out_of_time(line, call)
    line.take(call, line.cast.ana)
    line.pump()
    assert all("<Record" not in one for one in led_to(line, call))
    assert call.session.state == CallSession.State.CONNECTING


def test_when_the_carrier_did_not_hear_of_it_the_next_round_of_waiting_leads_on(line: Line) -> None:
    call = queued_call(line)
    with tenant(line.organization_id):
        CallSession.objects.filter(call_sid=call.sid).update(state="voicemail", step="farewell")
    assert call.wait(QueueTime="90").verbs == ["Leave"]
    assert call.leave_queue("leave").verbs == ["Say", "Hangup"]
