"""The REST interface, judged by the real client library."""

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from tests.simulator.stage import ACCOUNT, CALLER, COMPANY, KEY, SECRET, TOKEN

MOBILE = "+447700900777"
HELLO = "<Response><Say>Hello.</Say></Response>"


def test_a_call_out_rings_is_answered_and_runs_its_document(stage, rest):
    stage.answers(out="<Say>Here is Meridian.</Say>")
    made = rest.calls.create(
        to=MOBILE,
        from_=COMPANY,
        url=f"{stage.product.url}/out",
        timeout=500,
        status_callback=f"{stage.product.url}/leg",
        status_callback_event=["initiated", "ringing", "answered", "completed"],
    )
    assert made.sid.startswith("CA")
    assert made.status == "queued"
    call = stage.client.wait_incoming(MOBILE)
    call.answer()
    call.wait_state("ended")
    stage.client.settle()
    assert call.heard() == "Here is Meridian."
    assert stage.product.at("/out")[0].params["Direction"] == "outbound-api"
    assert [s.params["CallStatus"] for s in stage.product.at("/leg")] == [
        "initiated",
        "ringing",
        "in-progress",
        "completed",
    ]
    fetched = rest.calls(made.sid).fetch()
    assert (fetched.status, fetched.direction, fetched.to) == ("completed", "outbound-api", MOBILE)
    assert fetched.start_time is not None


@pytest.mark.parametrize("outcome", ["busy", "failed", "no-answer"])
def test_calls_out_fail_in_the_ways_calls_fail(stage, rest, outcome):
    stage.client.set_policy(MOBILE, outcome)
    made = rest.calls.create(
        to=MOBILE, from_=COMPANY, twiml=HELLO, status_callback=f"{stage.product.url}/leg"
    )
    stage.client.settle()
    assert rest.calls(made.sid).fetch().status == outcome
    assert [s.params["CallStatus"] for s in stage.product.at("/leg")] == [outcome]


def test_a_ringing_call_can_be_canceled(stage, rest):
    made = rest.calls.create(to=MOBILE, from_=COMPANY, twiml=HELLO, timeout=500)
    stage.client.wait_incoming(MOBILE)
    assert rest.calls(made.sid).update(status="canceled").status == "canceled"


def test_an_ended_call_cannot_be_updated(stage, rest):
    call = stage.dial(voice="<Hangup/>")
    call.wait_state("ended")
    with pytest.raises(TwilioRestException) as refused:
        rest.calls(call.sid).update(twiml=HELLO)
    assert (refused.value.status, refused.value.code) == (400, 21220)
    assert "not in-progress" in refused.value.msg


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"to": "0123", "from_": COMPANY, "twiml": HELLO}, 21211),
        ({"to": MOBILE, "from_": CALLER, "twiml": HELLO}, 21210),
        ({"to": MOBILE, "from_": COMPANY}, 21205),
        ({"to": MOBILE, "from_": COMPANY, "url": "not-an-address"}, 21205),
        ({"to": MOBILE, "from_": COMPANY, "twiml": "x" * 4001}, 21605),
    ],
)
def test_bad_calls_are_refused_with_twilios_numbers(stage, rest, arguments, code):
    with pytest.raises(TwilioRestException) as refused:
        rest.calls.create(**arguments)
    assert (refused.value.status, refused.value.code) == (400, code)


def test_required_parameters_are_required_and_unknown_ones_tolerated(stage):
    url = f"{stage.url}/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
    missing = requests.post(url, data={"From": COMPANY}, auth=(ACCOUNT, TOKEN), timeout=5)
    assert (missing.status_code, missing.json()["code"]) == (400, 21201)
    fine = {"From": COMPANY, "To": MOBILE, "Twiml": HELLO, "Mood": "happy"}
    assert requests.post(url, data=fine, auth=(ACCOUNT, TOKEN), timeout=5).status_code == 201


@pytest.mark.parametrize("auth", [None, (ACCOUNT, "wrong"), ("AC" + "f" * 32, "other"), (KEY, "wrong")])
def test_strangers_are_refused(stage, auth):
    url = f"{stage.url}/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
    response = requests.get(url, auth=auth, timeout=5)
    assert (response.status_code, response.json()["code"]) == (401, 20003)


def test_an_api_key_signs_in_like_the_account(stage):
    url = f"{stage.url}/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
    assert requests.get(url, auth=(KEY, SECRET), timeout=5).status_code == 200


def test_another_accounts_call_is_not_found(stage):
    call = stage.dial(voice="<Pause length='500'/>")
    other = "AC" + "f" * 32
    url = f"{stage.url}/2010-04-01/Accounts/{other}/Calls/{call.sid}.json"
    response = requests.get(url, auth=(other, "other"), timeout=5)
    assert (response.status_code, response.json()["code"]) == (404, 20404)


def test_unknown_resources_are_twilios_404(stage):
    url = f"{stage.url}/2010-04-01/Accounts/{ACCOUNT}/Faxes.json"
    response = requests.get(url, auth=(ACCOUNT, TOKEN), timeout=5)
    assert (response.status_code, response.json()["code"]) == (404, 20404)


def test_lists_are_paged_and_filtered(stage, rest):
    stage.client.set_policy(MOBILE, "busy")
    for _ in range(5):
        rest.calls.create(to=MOBILE, from_=COMPANY, twiml=HELLO)
    stage.client.settle()
    assert len(rest.calls.list(page_size=2)) == 5
    assert len(rest.calls.list(status="busy", page_size=2)) == 5
    assert rest.calls.list(to=CALLER) == []


def test_dial_rings_two_telephones_and_the_first_to_answer_talks(stage, rest):
    call = stage.dial(
        voice=f'<Dial action="/parted" timeout="500" callerId="{COMPANY}">'
        "<Number>+447700900001</Number><Number>+447700900002</Number></Dial>",
        parted="<Hangup/>",
    )
    one, two = stage.client.wait_incoming("+447700900001"), stage.client.wait_incoming("+447700900002")
    two.answer()
    call.wait_state("connected")
    assert one.wait_state("ended")["status"] == "canceled"
    assert two.look()["from"] == COMPANY
    two.hang_up()
    call.wait_state("ended")
    params = stage.product.at("/parted")[0].params
    assert (params["DialCallStatus"], params["DialCallSid"], params["DialBridged"]) == (
        "completed",
        two.sid,
        "true",
    )
    assert rest.calls(two.sid).fetch().parent_call_sid == call.sid


def test_dial_reports_who_did_not_answer(stage):
    stage.client.set_policy(MOBILE, "busy")
    call = stage.dial(voice=f'<Dial action="/parted">{MOBILE}</Dial>', parted="<Say>Nobody is free.</Say>")
    call.wait_text("Nobody is free.")
    params = stage.product.at("/parted")[0].params
    assert (params["DialCallStatus"], params["DialBridged"]) == ("busy", "false")
    assert "DialCallDuration" not in params


def test_hanging_up_while_it_rings_cancels_the_other_leg(stage):
    call = stage.dial(voice=f'<Dial timeout="500">{MOBILE}</Dial>')
    other = stage.client.wait_incoming(MOBILE)
    call.hang_up()
    assert other.wait_state("ended")["status"] == "canceled"


def test_a_call_is_recorded_paused_and_resumed(stage, rest):
    call = stage.dial(voice='<Pause length="500"/>')
    call.wait_state("speaking")
    recordings = rest.calls(call.sid).recordings
    made = recordings.create(
        recording_channels="dual",
        recording_status_callback=f"{stage.product.url}/recorded",
        recording_status_callback_event=["in-progress", "completed"],
    )
    assert made.status == "in-progress"
    current = rest.calls(call.sid).recordings("Twilio.CURRENT")
    assert current.update(status="paused", pause_behavior="skip").status == "paused"
    assert current.update(status="in-progress").status == "in-progress"
    call.hang_up()
    stage.client.settle()
    told = [seen.params for seen in stage.product.at("/recorded")]
    assert [params["RecordingStatus"] for params in told] == ["in-progress", "completed"]
    assert (told[1]["RecordingChannels"], told[1]["CallSid"]) == ("2", call.sid)
    sound = requests.get(told[1]["RecordingUrl"], auth=(ACCOUNT, TOKEN), timeout=5)
    assert sound.content.startswith(b"RIFF")
    with pytest.raises(TwilioRestException) as gone:
        current.update(status="paused")
    assert gone.value.code == 20404


def test_a_conference_recording_is_reported_by_its_conference(stage, rest):
    room = (
        '<Dial><Conference record="record-from-start" recordingStatusCallback="/recorded"'
        ' recordingStatusCallbackEvent="in-progress completed">r</Conference></Dial>'
    )
    call = stage.dial(voice=room)
    call.wait_state("waiting")
    sid = call.look()["conference"]["sid"]
    current = rest.conferences(sid).recordings("Twilio.CURRENT")
    assert current.update(status="paused").status == "paused"
    call.hang_up()
    stage.client.settle()
    for seen in stage.product.at("/recorded"):
        assert seen.params["ConferenceSid"] == sid
        assert "CallSid" not in seen.params
