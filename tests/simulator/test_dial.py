"""What else can be said to <Dial>: the star key, limits, one after another, a word before connecting."""

import pytest

from tests.simulator.stage import COMPANY

FIRST, SECOND = "+447700900001", "+447700900002"


def dialled(stage, attributes="", number=f"<Number>{FIRST}</Number>", **replies):
    stage.client.set_policy(FIRST, "answer")
    voice = f'<Dial action="/parted" {attributes}>{number}</Dial>'
    return stage.dial(**({"voice": voice, "parted": "<Say>Parted.</Say>"} | replies))


def test_the_star_key_parts_the_callers_when_that_is_wanted(stage):
    call = dialled(stage, 'hangupOnStar="true"')
    call.wait_state("connected")
    stage.client.post(f"calls/{call.sid}/digits", {"digits": "5*"})
    call.wait_text("Parted.")
    assert stage.client.calls(to=FIRST)[0]["state"] == "ended"


def test_the_time_limit_parts_them_too(stage):
    dialled(stage, 'timeLimit="5"').wait_text("Parted.")
    assert stage.product.at("/parted")[0].params["DialCallStatus"] == "completed"


def test_numbers_are_rung_one_after_another_when_that_is_wanted(stage):
    stage.client.set_policy(SECOND, "busy")
    both = f"<Number>{SECOND}</Number><Number>{FIRST}</Number>"
    dialled(stage, 'sequential="true"', both).wait_state("connected")
    ends = {call["to"]: call["status"] for call in stage.client.calls(direction="outbound-dial")}
    assert ends == {SECOND: "busy", FIRST: "in-progress"}


def test_who_answers_hears_a_word_before_being_connected(stage):
    call = dialled(
        stage, number=f'<Number url="/whisper">{FIRST}</Number>', whisper="<Say>A subscriber.</Say>"
    )
    call.wait_state("connected")
    heard = stage.client.calls(to=FIRST)[0]["transcript"]
    assert "A subscriber." in [line["text"] for line in heard]


def test_who_answers_may_be_kept_from_being_connected(stage):
    number = f'<Number url="/whisper">{FIRST}</Number>'
    dialled(stage, number=number, whisper="<Hangup/>").wait_text("Parted.")


@pytest.mark.parametrize(
    ("record", "channels"), [("record-from-answer", "1"), ("record-from-answer-dual", "2")]
)
def test_the_conversation_is_recorded_under_the_callers_leg(stage, record, channels):
    call = dialled(stage, f'record="{record}" recordingStatusCallback="/recorded"')
    call.wait_state("connected")
    call.hang_up()
    stage.client.settle()
    params = stage.product.at("/recorded")[0].params
    assert (params["CallSid"], params["RecordingChannels"]) == (call.sid, channels)
    assert params["RecordingSource"] == "DialVerb"


def test_the_leg_tells_its_own_life_when_asked(stage):
    number = (
        f'<Number statusCallback="/leg" statusCallbackEvent="initiated answered completed">{FIRST}</Number>'
    )
    call = dialled(stage, number=number)
    call.wait_state("connected")
    call.hang_up()
    stage.client.settle()
    told = [(seen.params["CallStatus"], seen.params["ParentCallSid"]) for seen in stage.product.at("/leg")]
    assert told == [("initiated", call.sid), ("in-progress", call.sid), ("completed", call.sid)]


def test_a_key_alone_that_ends_the_input_is_an_empty_answer(stage):
    call = stage.dial(
        voice='<Gather action="/got" timeout="3000" actionOnEmptyResult="true"/>', got="<Hangup/>"
    )
    call.press("#")
    call.wait_state("ended")
    params = stage.product.at("/got")[0].params
    assert (params["Digits"], params["FinishedOnKey"]) == ("", "#")


def test_a_sound_that_is_missing_leaves_an_alert_and_the_call_goes_on(stage):
    call = stage.dial(voice="<Play>/none.wav</Play><Say>After.</Say>", **{"none.wav": (404, "")})
    call.wait_text("After.")
    assert "none.wav" in stage.client.alerts()[0]["text"]


def test_a_caller_in_a_room_hears_that_a_full_room_is_full(stage):
    room = '<Dial action="/parted"><Conference maxParticipants="1">tiny</Conference></Dial>'
    stage.dial(voice=room, parted="<Say>Parted.</Say>").wait_state("waiting")
    second = stage.client.call(from_=SECOND, to=COMPANY)
    second.wait_text("Parted.")
    assert stage.product.at("/parted")[0].params["DialCallStatus"] == "failed"
