"""In the queue: where the caller stands, how waiting ends, and messages when nobody can answer."""

import wave
from array import array
from datetime import timedelta
from io import BytesIO
from urllib.parse import urlsplit

import pytest

from cases.models import Case
from customers.models import Interaction, TimelineEntry
from foundation import clock
from foundation.tenancy import tenant
from ivr.models import CallSession, Voicemail
from routing.models import WaitingToken
from routing.presence import set_presence
from tests.ivr.line import Call, Line, new_sid
from tests.ivr.test_a_call import connected_call, queued_call


def waited(line: Line, call: Call, seconds: int) -> None:
    with tenant(line.organization_id):
        CallSession.objects.filter(call_sid=call.sid).update(
            queued_at=clock.now() - timedelta(seconds=seconds)
        )


def recording(call: Call, seconds: str = "17", sid: str = "RE1") -> dict[str, str]:
    return call.params(
        RecordingSid=sid,
        RecordingUrl="https://carrier.test/Recordings/RE1",
        RecordingDuration=seconds,
        RecordingStatus="completed",
        Digits="#",
    )


def test_a_waiting_caller_hears_their_place_and_is_asked_nothing(line: Line) -> None:
    call = queued_call(line)
    heard = call.wait(QueuePosition="3", QueueTime="5")
    assert "You are next in line" in heard.words
    assert "Gather" not in heard.verbs
    assert heard.verbs[-1] == "Pause"


def test_the_music_on_hold_is_a_sound_a_telephone_can_play(line: Line) -> None:
    call = queued_call(line)
    url = call.wait(QueueTime="5").root.find("Play").text
    response = line.client.get(urlsplit(url).path)
    with wave.open(BytesIO(response.content)) as sound:
        assert (sound.getnchannels(), sound.getframerate()) == (1, 8_000)
        assert sound.getnframes() == 20 * 8_000
        samples = array("h", sound.readframes(sound.getnframes()))
    assert 3_000 < max(samples) < 16_000


def test_after_long_waiting_a_message_is_offered(line: Line) -> None:
    call = queued_call(line)
    with tenant(line.organization_id):
        set_presence(line.cast.ana, state="paused")
    waited(line, call, 1_000)
    heard = call.wait(QueueTime="1000")
    assert "press 1" in heard.words
    assert call.wait(QueueTime="1000", Digits="1").verbs == ["Leave"]
    assert call.leave_queue("leave").verbs[-1] == "Record"


def test_when_nobody_is_at_work_the_caller_is_not_kept(line: Line) -> None:
    call = queued_call(line)
    waited(line, call, 70)
    assert call.wait(QueueTime="70").verbs == ["Leave"]


@pytest.mark.parametrize("result", ["queue-full", "error", "system-error", "leave"])
def test_a_queue_that_cannot_keep_the_caller_takes_a_message(line: Line, result: str) -> None:
    call = queued_call(line)
    assert call.leave_queue(result).verbs[-1] == "Record"
    with tenant(line.organization_id):
        assert not WaitingToken.objects.exists()


def test_a_message_becomes_one_note_and_one_case_however_often_it_is_told(line: Line) -> None:
    call = queued_call(line)
    call.leave_queue("queue-full")
    for _ in range(2):
        assert "call you back" in _said(line, call, recording(call))
        line.post("/twilio/voicemail/recording/", recording(call))
        line.pump()
    call.hang_up()
    line.pump()
    with tenant(line.organization_id):
        customer = call.session.interaction.customer
        assert Voicemail.objects.get().seconds == 17
        assert Case.objects.get(customer=customer).reason == "missing_issue"
        note = TimelineEntry.objects.get(customer=customer, body__contains="17 seconds")
        assert not note.for_partners
        assert call.session.state == CallSession.State.ENDED


def test_a_message_is_kept_although_the_caller_hung_up_before_the_end(line: Line) -> None:
    call = queued_call(line)
    call.leave_queue("queue-full")
    call.hang_up()
    line.post("/twilio/voicemail/recording/", recording(call))
    line.pump()
    with tenant(line.organization_id):
        assert Voicemail.objects.count() == Case.objects.count() == 1


def test_silence_is_no_message(line: Line) -> None:
    call = queued_call(line)
    call.leave_queue("queue-full")
    line.post("/twilio/voicemail/recording/", recording(call, seconds="0") | {"RecordingStatus": "absent"})
    line.pump()
    with tenant(line.organization_id):
        assert not Case.objects.exists()


def test_a_message_without_a_number_gets_a_record_of_its_own(line: Line) -> None:
    call = line.call("anonymous")
    call.dial()
    call.press("0")
    call.leave_queue("error")
    line.post("/twilio/voicemail/recording/", recording(call, sid=new_sid("RE")))
    line.pump()
    with tenant(line.organization_id):
        assert Case.objects.get().customer.display_name == "Unknown caller"


def test_hanging_up_in_the_queue_abandons_it_once(line: Line) -> None:
    call = queued_call(line)
    assert call.leave_queue("hangup").verbs == ["Hangup"]
    call.hang_up()
    line.pump()
    with tenant(line.organization_id):
        assert call.session.interaction.state == Interaction.State.ABANDONED
        assert not WaitingToken.objects.exists()


def test_being_moved_to_the_agent_is_not_the_end(line: Line) -> None:
    call = connected_call(line)
    assert call.leave_queue("redirected").verbs == []
    assert call.session.state == CallSession.State.CONNECTED


def test_leaving_the_queue_as_an_agent_accepts_keeps_the_caller(line: Line) -> None:
    call = queued_call(line)
    line.take(call, line.cast.ana)
    line.pump()
    assert call.leave_queue("leave").verbs[-1] == "Enqueue"
    assert call.session.state == CallSession.State.CONNECTING


def test_hanging_up_in_the_menu_is_no_contact_for_an_agent(line: Line) -> None:
    call = line.call()
    call.dial()
    call.hang_up()
    line.pump()
    with tenant(line.organization_id):
        assert call.session.interaction.state == Interaction.State.ABANDONED


def _said(line: Line, call: Call, params: dict[str, str]) -> str:
    return line.post("/twilio/voicemail/", params).content.decode()
