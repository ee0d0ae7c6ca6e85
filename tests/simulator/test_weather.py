"""Bad weather on request: late, twice, out of order, lost, forged; and a REST interface in trouble."""

import time

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator

from simulator.client import SimulatorError
from tests.simulator.stage import COMPANY, TOKEN

MOBILE = "+447700900777"
ALL_EVENTS = ["initiated", "ringing", "answered", "completed"]


def a_whole_call(stage, rest):
    stage.client.set_policy(MOBILE, "answer")
    made = rest.calls.create(
        to=MOBILE,
        from_=COMPANY,
        twiml="<Response><Hangup/></Response>",
        status_callback=f"{stage.product.url}/leg",
        status_callback_event=ALL_EVENTS,
    )
    stage.client.wait_until_over(made.sid)
    stage.client.settle()
    return [(seen.params["CallStatus"], seen.params["SequenceNumber"]) for seen in stage.product.at("/leg")]


IN_ORDER = [("initiated", "0"), ("ringing", "1"), ("in-progress", "2"), ("completed", "3")]


def test_clean_weather_keeps_everything_in_order(stage, rest):
    assert a_whole_call(stage, rest) == IN_ORDER


def test_callbacks_come_twice_with_the_same_token_and_number(stage, rest):
    stage.client.set_weather({"effect": "duplicate", "kinds": ["status"]})
    assert sorted(a_whole_call(stage, rest)) == sorted(IN_ORDER * 2)
    tokens = [seen.headers["I-Twilio-Idempotency-Token"] for seen in stage.product.at("/leg")]
    assert len(set(tokens)) == 4


def test_callbacks_come_out_of_order(stage, rest):
    stage.client.set_weather({"effect": "reorder", "kinds": ["status"], "ms": 200})
    told = a_whole_call(stage, rest)
    assert told != IN_ORDER
    assert sorted(told) == sorted(IN_ORDER)


def test_some_callbacks_are_lost(stage, rest):
    stage.client.set_weather({"effect": "drop", "kinds": ["status"], "events": ["completed"]})
    assert a_whole_call(stage, rest) == IN_ORDER[:3]
    lost = stage.client.requests(event="completed")[0]
    assert (lost["status"], lost["error"]) == (None, "dropped by weather")


def test_callbacks_come_late(stage, rest):
    stage.client.set_weather({"effect": "delay", "kinds": ["status"], "events": ["initiated"], "ms": 50})
    assert a_whole_call(stage, rest) == IN_ORDER
    assert stage.client.requests(event="initiated")[0]["weather"] == ["delay"]


def test_a_forged_signature_does_not_validate(stage, rest):
    stage.client.set_weather({"effect": "bad_signature", "kinds": ["status"], "times": 1})
    a_whole_call(stage, rest)
    good = [
        RequestValidator(TOKEN).validate(seen.url, seen.params, seen.headers["X-Twilio-Signature"])
        for seen in stage.product.at("/leg")
    ]
    assert good == [False, True, True, True]


def test_a_document_asked_for_twice_is_answered_by_the_first(stage):
    stage.client.set_weather({"effect": "duplicate", "kinds": ["voice"], "path": "/voice"})
    call = stage.dial(voice="<Say>Hello.</Say>")
    call.wait_state("ended")
    stage.client.settle()
    assert call.heard() == "Hello."
    assert len(stage.product.at("/voice")) == 2


def test_a_lost_document_goes_to_the_fallback(stage):
    stage.client.set_weather({"effect": "drop", "kinds": ["voice"], "path": "/voice"})
    stage.dial(fallback="<Hangup/>").wait_state("ended")
    assert stage.product.at("/fallback")[0].params["ErrorCode"] == "11205"


@pytest.mark.parametrize(("status", "code"), [(500, 20500), (503, 20500), (429, 20429)])
def test_the_next_rest_requests_fail_and_then_recover(stage, rest, status, code):
    stage.client.set_weather({"effect": "rest_status", "status": status, "times": 1})
    with pytest.raises(TwilioRestException) as refused:
        rest.queues.create(friendly_name="support")
    assert (refused.value.status, refused.value.code) == (status, code)
    assert rest.queues.create(friendly_name="support").current_size == 0


def test_rest_answers_come_late(stage, rest):
    stage.client.set_weather({"effect": "rest_delay", "ms": 60, "times": 1})
    started = time.monotonic()
    rest.queues.create(friendly_name="support")
    assert time.monotonic() - started >= 0.06


def test_nonsense_weather_is_refused(stage):
    for rule in ({"effect": "frogs"}, {"effect": "drop", "chance": 1}):
        with pytest.raises(SimulatorError, match="400"):
            stage.client.set_weather(rule)
