"""The carrier's doors: only signed requests come in, each is stored before it is processed, none fails."""

from typing import Any
from unittest import mock

import pytest
from django.conf import settings
from django.db import OperationalError

from foundation.tenancy import system, tenant
from ivr.models import CallSession, ReceivedWebhook
from tests.ivr.line import CALLER, NUMBER, Heard, Line, new_sid, sign
from tests.ivr.test_a_call import known_caller, queued_call

DOORS = [
    "/twilio/voice/",
    "/twilio/voice/step/reason/?n=1",
    "/twilio/voice/wait/",
    "/twilio/voice/hold/",
    "/twilio/voice/after-queue/",
    "/twilio/voice/after-call/",
    "/twilio/voicemail/",
    "/twilio/voicemail/recording/",
    "/twilio/status/",
    "/twilio/conference/",
]


def stored(line: Line) -> int:
    with tenant(line.organization_id):
        return ReceivedWebhook.objects.count()


@pytest.mark.parametrize(
    "headers",
    [{}, {"x-twilio-signature": ""}, {"x-twilio-signature": "bm9uc2Vuc2U="}, {"x-twilio-signature": "ÄÖ"}],
    ids=["missing", "empty", "wrong", "not ascii"],
)
def test_an_unsigned_request_is_turned_away_and_leaves_nothing(line: Line, headers: dict[str, str]) -> None:
    for door in DOORS:
        assert line.client.post(door, line.call().params(), headers=headers).status_code == 403
    assert stored(line) == 0


def test_another_accounts_signature_is_turned_away(line: Line) -> None:
    params = line.call().params()
    for door in DOORS:
        assert line.post(door, params, token="b" * 32).status_code == 403
        assert line.post(door, params | {"AccountSid": new_sid("AC")}).status_code == 403
        assert line.post(door, params | {"AccountSid": ""}).status_code == 403
    assert stored(line) == 0


def test_a_parameter_added_after_signing_is_turned_away(line: Line) -> None:
    params = line.call().params()
    signature = sign(settings.PUBLIC_BASE_URL + "/twilio/voice/", params)
    response = line.client.post(
        "/twilio/voice/", params | {"Digits": "1"}, headers={"x-twilio-signature": signature}
    )
    assert response.status_code == 403


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b'{"AccountSid": "AC"}', "application/json"),
        (b"&".join(b"a%d=1" % n for n in range(2_000)), "application/x-www-form-urlencoded"),
    ],
    ids=["multipart", "bytes", "json", "too many"],
)
def test_a_malformed_body_is_turned_away(line: Line, body: bytes, content_type: str) -> None:
    response = line.client.post("/twilio/voice/", body, content_type=content_type)
    assert response.status_code in {400, 403}


def test_the_old_token_still_counts_while_tokens_are_rotated(line: Line) -> None:
    with tenant(line.organization_id):
        line.number.account.auth_token = "new" * 10
        line.number.account.secondary_auth_token = "a" * 32
        line.number.account.save()
    assert line.call().dial().response.status_code == 200


def test_an_unknown_parameter_is_no_reason_to_refuse(line: Line) -> None:
    params = line.call().params(CallToken="%7B%22a%22", StirVerstat="TN-Validation-Passed-A", Sparkle="✨")
    assert line.post("/twilio/voice/", params).status_code == 200


@pytest.mark.parametrize(
    "caller",
    [
        "",
        "anonymous",
        "Restricted",
        "+266696687",
        "client:member_1",
        "sip:alice@example.com",
        "12",
        "+0",
        "x" * 3_000,
        "+44770090012\x003",
        "'; DROP TABLE ivr_callsession; --",
    ],
)
def test_whatever_stands_in_from_the_caller_is_received(line: Line, caller: str) -> None:
    heard = line.call(caller).dial()
    assert heard.response.status_code == 200
    assert "Welcome to Publisher" in heard.words
    assert "subscriber number" in heard.words


def test_a_name_full_of_markup_is_said_as_text(line: Line) -> None:
    with tenant(line.organization_id):
        line.number.greeting = "O'BRIEN & SONS <LTD> ]]> &amp; \x0b"
        line.number.save()
    assert "O'BRIEN & SONS <LTD> ]]> &amp;" in line.call().dial().words


def test_a_call_to_a_number_that_is_not_ours_is_politely_ended(line: Line) -> None:
    params = line.call("client:member_1").params(To="", dial_to="+447700900999")
    heard = Heard(line.post("/twilio/voice/", params))
    assert heard.verbs == ["Say", "Hangup"]
    with tenant(line.organization_id):
        assert not CallSession.objects.exists()
    assert stored(line) == 1


def test_a_repeated_webhook_gets_the_same_answer_and_changes_nothing(line: Line) -> None:
    known_caller(line)
    call = line.call()
    first = call.dial()
    again = Heard(line.post("/twilio/voice/", call.params(CallStatus="ringing")))
    assert again.xml == first.xml
    action, params = first.action("Gather"), call.params(Digits="1")
    answered = Heard(line.post(action, params))
    assert Heard(line.post(action, params)).xml == answered.xml
    with tenant(line.organization_id):
        assert CallSession.objects.count() == 1
        assert len(call.session.heard) == 1
    assert stored(line) == 2


def test_an_answer_to_a_question_no_longer_asked_repeats_the_present_one(line: Line) -> None:
    known_caller(line)
    call = line.call()
    first = call.dial()
    call.stay_silent()
    stale = Heard(line.post(first.action("Gather"), call.params(Digits="2")))
    assert "Why are you calling?" in stale.words
    assert call.session.heard == []


def test_a_webhook_about_an_unknown_call_is_no_error(line: Line) -> None:
    for door in DOORS:
        response = line.post(door, line.call().params(CallStatus="completed", QueueResult="hangup"))
        assert response.status_code in {200, 204}
    line.pump()


@pytest.mark.parametrize(
    "params",
    [
        {"SequenceNumber": "NaN", "StatusCallbackEvent": "participant-join"},
        {"SequenceNumber": "9" * 40, "StatusCallbackEvent": "conference-end"},
        {"StatusCallbackEvent": "something-new", "Timestamp": "yesterday"},
        {},
    ],
)
def test_nonsense_in_a_callback_is_stored_and_changes_nothing(line: Line, params: dict[str, str]) -> None:
    call = queued_call(line)
    line.conference_event(call, "x", 1, **params)
    line.post("/twilio/status/", call.params(CallStatus="sleeping", SequenceNumber="x"))
    other = call.params(CallStatus="busy") | {"CallSid": new_sid("CA")}
    line.post("/twilio/status/?leg=99999999999999999999", other)
    line.pump()
    assert call.session.state == CallSession.State.QUEUED


@pytest.fixture
def no_database() -> Any:
    with mock.patch(
        "django.db.backends.base.base.BaseDatabaseWrapper.cursor", side_effect=OperationalError("away")
    ) as broken:
        yield broken


def test_without_a_database_the_caller_is_asked_to_stay_and_comes_back(line: Line, no_database: Any) -> None:
    for door in (door for door in DOORS if "/voice/" in door):
        heard = Heard(line.post(door, line.call().params(QueueResult="leave")))
        assert heard.response.status_code == 200
        assert "technical problem" in heard.words
        assert heard.verbs == ["Say", "Pause", "Redirect"]
        assert "again=1" in heard.root.find("Redirect").text


def test_the_redirect_of_the_apology_is_received_as_a_call_once_the_database_is_back(line: Line) -> None:
    known_caller(line)
    call = line.call()
    with mock.patch(
        "django.db.backends.base.base.BaseDatabaseWrapper.cursor", side_effect=OperationalError("away")
    ):
        apology = call.dial()
    call.heard = Heard(line.post(apology.root.find("Redirect").text, call.params()))
    assert "Why are you calling?" in call.heard.words


def test_the_apology_does_not_go_on_for_ever(line: Line, no_database: Any) -> None:
    url, rounds = "/twilio/voice/", 0
    while True:
        heard = Heard(line.post(url, line.call().params()))
        if heard.verbs[-1] == "Hangup":
            break
        url, rounds = heard.root.find("Redirect").text, rounds + 1
        assert rounds < 20
    assert "call us again" in heard.words


def test_a_callback_that_could_not_be_stored_asks_for_another_attempt(line: Line, no_database: Any) -> None:
    assert line.post("/twilio/status/", line.call().params()).status_code == 503


def test_the_fallback_needs_neither_database_nor_signature(line: Line, no_database: Any) -> None:
    heard = Heard(line.client.post("/twilio/fallback/", {"ErrorCode": "11200", "ErrorUrl": "x"}))
    assert "Redirect" in heard.verbs


def test_a_step_that_fails_leads_to_a_person_and_is_kept(line: Line) -> None:
    known_caller(line)
    call = line.call()
    call.dial()
    with mock.patch("ivr.steps.reason.chosen", side_effect=RuntimeError("a fault")):
        heard = call.press("1")
    assert heard.response.status_code == 200
    assert heard.verbs[-1] == "Enqueue"
    with tenant(line.organization_id):
        kept = ReceivedWebhook.objects.get(kind="step")
        assert "a fault" in kept.error
        assert kept.announced


def test_a_first_webhook_that_fails_apologises_and_is_tried_again(line: Line) -> None:
    call = line.call()
    with mock.patch("ivr.answers.flow.begin", side_effect=RuntimeError("a fault")):
        heard = call.dial()
    assert "technical problem" in heard.words
    line.pump()
    assert call.session.state == CallSession.State.IN_IVR
    with tenant(line.organization_id):
        assert ReceivedWebhook.objects.get().processed_at is not None


def test_get_is_for_documents_the_carrier_may_ask_that_way(line: Line) -> None:
    call = queued_call(line)
    path = "/twilio/voice/hold/"
    query = "&".join(
        f"{key}={value}" for key, value in {"AccountSid": line.account_sid, "CallSid": call.sid}.items()
    )
    signature = sign(f"{settings.PUBLIC_BASE_URL}{path}?{query}", {})
    response = line.client.get(f"{path}?{query}", headers={"x-twilio-signature": signature})
    assert "hold the line" in Heard(response).words
    assert line.client.get("/twilio/voice/").status_code == 405


def test_two_companies_do_not_see_each_others_calls(line: Line) -> None:
    call = queued_call(line)
    with system():
        assert not CallSession.objects.filter(call_sid=call.sid).exists()


def test_everything_received_is_kept_as_it_came(line: Line) -> None:
    call = line.call()
    call.dial()
    with tenant(line.organization_id):
        kept = ReceivedWebhook.objects.get()
        assert kept.params["From"] == CALLER
        assert kept.params["To"] == NUMBER
        assert kept.processed_at is not None
