"""Requests carry the parameters that Twilio documents, by name; values are checked where they are made."""

import pytest

from tests.simulator.stage import COMPANY
from tests.simulator.test_conferences import AGENT, ROOM, join

GEOGRAPHY = {
    party + field
    for party in ("From", "To", "Caller", "Called")
    for field in ("City", "State", "Zip", "Country")
}
VOICE = GEOGRAPHY | {
    *("AccountSid", "ApiVersion", "CallSid", "From", "Caller", "To", "Called", "Direction", "CallStatus"),
}
INBOUND = VOICE | {"StirVerstat"}
PROGRESS = {"CallbackSource", "SequenceNumber", "Timestamp"}
ENDED = {"Duration", "CallDuration", "SipResponseCode"}
CONFERENCE = {
    *("AccountSid", "ConferenceSid", "FriendlyName", "SequenceNumber", "StatusCallbackEvent", "Timestamp"),
}
PERSON = {
    "CallSid",
    "ParticipantLabel",
    "Muted",
    "Hold",
    "Coaching",
    "StartConferenceOnEnter",
    "EndConferenceOnExit",
}
RECORDING = {
    *("AccountSid", "RecordingSid", "RecordingUrl", "RecordingStatus", "RecordingChannels"),
    *("RecordingStartTime", "RecordingSource", "RecordingTrack"),
}


def names(stage, path, index=0):
    stage.client.settle()
    return set(stage.product.at(path)[index].params)


def test_the_first_request_and_a_status(stage):
    stage.dial(voice="<Hangup/>").wait_state("ended")
    assert names(stage, "/voice") == INBOUND
    assert names(stage, "/status") == INBOUND | PROGRESS | ENDED


def test_a_key_words_and_silence(stage):
    gather = (
        '<Gather input="dtmf speech" numDigits="1" action="/got" timeout="%s" actionOnEmptyResult="true"/>'
    )
    call = stage.dial(voice=gather % 3000, got="<Hangup/>")
    call.press("1")
    call.wait_state("ended")
    assert names(stage, "/got") == INBOUND | {"Digits", "msg", "FinishedOnKey"}
    call = stage.dial()
    call.say("Hello")
    call.wait_state("ended")
    assert names(stage, "/got", 1) == INBOUND | {"SpeechResult", "Confidence"}
    stage.dial(voice=gather % 1).wait_state("ended")
    assert names(stage, "/got", 2) == INBOUND | {"Digits"}


def test_waiting_and_its_end(stage):
    call = stage.dial(voice='<Enqueue action="/after" waitUrl="/wait">q</Enqueue>', wait="<Pause/>")
    call.wait_state("in-queue")
    call.wait_until(lambda view: any(entry["url"].endswith("/wait") for entry in view["requests"]))
    call.hang_up()
    queue = {"QueueSid", "QueuePosition", "QueueTime", "AvgQueueTime", "CurrentQueueSize"}
    assert names(stage, "/wait") == INBOUND | queue
    assert names(stage, "/after") == INBOUND | {"QueueResult", "QueueSid", "QueueTime"}


@pytest.mark.parametrize("outcome", ["answer", "busy"])
def test_the_end_of_a_dial(stage, outcome):
    stage.client.set_policy(AGENT, outcome)
    call = stage.dial(voice=f'<Dial action="/parted">{AGENT}</Dial>', parted="<Hangup/>")
    if outcome == "answer":
        call.wait_state("connected")
        stage.client.post(f"calls/{stage.client.calls(to=AGENT)[0]['sid']}/hangup")
    call.wait_state("ended")
    extra = {"DialCallDuration"} if outcome == "answer" else set()
    assert names(stage, "/parted") == INBOUND | {"DialCallSid", "DialCallStatus", "DialBridged"} | extra


def test_a_conference_from_start_to_end(stage, rest):
    call = stage.dial(voice=ROOM, music="<Pause/>")
    call.wait_state("waiting")
    person = join(stage, rest)
    call.wait_state("connected")
    call.hang_up()
    stage.client.settle()
    seen = {entry.params["StatusCallbackEvent"]: set(entry.params) for entry in stage.product.at("/room")}
    assert seen["participant-join"] == CONFERENCE | PERSON
    assert seen["conference-start"] == CONFERENCE
    assert seen["participant-leave"] == CONFERENCE | PERSON | {
        "ReasonParticipantLeft",
        "ParticipantCallStatus",
    }
    assert seen["conference-end"] == CONFERENCE | {
        *("ReasonConferenceEnded", "Reason", "CallSidEndingConference", "ParticipantLabelEndingConference"),
    }
    assert names(stage, "/parted") == INBOUND | {"DialCallStatus", "ConferenceSid"}
    assert person.call_sid in {entry.params.get("CallSid") for entry in stage.product.at("/room")}


def test_a_leg_to_a_browser_has_no_geography(stage, rest):
    rest.conferences("room").participants.create(
        from_=COMPANY, to="client:agent_42", status_callback=f"{stage.product.url}/leg"
    )
    assert names(stage, "/leg") == (VOICE - GEOGRAPHY) | PROGRESS | ENDED


def test_a_voicemail_and_its_recording(stage):
    call = stage.dial(
        voice='<Record action="/got" recordingStatusCallback="/recorded" timeout="3000"/>', got="<Hangup/>"
    )
    call.press("#")
    call.wait_state("ended")
    assert names(stage, "/got") == INBOUND | {"RecordingSid", "RecordingUrl", "RecordingDuration", "Digits"}
    assert names(stage, "/recorded") == RECORDING | {"CallSid", "RecordingDuration"}
