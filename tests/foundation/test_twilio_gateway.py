"""The gateway: signatures as Twilio makes them, documents it accepts, requests it understands."""

import base64
import json
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from foundation.twilio_gateway import Carrier, CarrierError, Document, access_token, http, verify_signature
from tests.scripted_carrier import ScriptedCarrier

TOKEN = "12345"
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
PARAMS = QueryDict(
    "CallSid=CA1234567890ABCDE&Digits=1234&From=%2B14158675309&To=%2B18005551212&Caller=%2B14158675309"
)
SIGNATURE = "RSOYDt4T1cUTdK1PDd93/VVr8B8="


@pytest.mark.parametrize(
    ("url", "params", "signature"),
    [
        (URL, PARAMS, SIGNATURE),
        (
            URL,
            QueryDict("Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234"),
            "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
        ),
        ("http://mycompany.com:1234/myapp.php?foo=1&bar=2", PARAMS, "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
        ("https://mycompany.com:443/myapp.php?foo=1&bar=2", PARAMS, "kvajT1Ptam85bY51eRf/AJRuM3w="),
        (URL, PARAMS, "kvajT1Ptam85bY51eRf/AJRuM3w="),
    ],
)
def test_a_signature_that_the_carrier_made_is_true(url: str, params: QueryDict, signature: str) -> None:
    assert verify_signature([TOKEN], url, params, signature)


def test_an_empty_parameter_is_signed_too() -> None:
    params = QueryDict("Digits=&CallSid=CA1")
    from twilio.request_validator import RequestValidator  # noqa: TID251 - the carrier's side of the wire

    signature = RequestValidator(TOKEN).compute_signature(URL, params)
    assert verify_signature([TOKEN], URL, params, signature)
    assert not verify_signature([TOKEN], URL, QueryDict("CallSid=CA1"), signature)


def test_while_tokens_are_rotated_either_is_accepted_and_no_other() -> None:
    assert verify_signature(["new", TOKEN], URL, PARAMS, SIGNATURE)
    assert not verify_signature(["new", ""], URL, PARAMS, SIGNATURE)
    assert not verify_signature([], URL, PARAMS, SIGNATURE)


@pytest.mark.parametrize("signature", [None, "", "x", "ÄÖ", SIGNATURE[:-1], SIGNATURE.lower()])
def test_a_missing_or_wrong_signature_is_false(signature: str | None) -> None:
    assert not verify_signature([TOKEN], URL, PARAMS, signature)


@pytest.mark.parametrize(
    "url",
    [
        "http://mycompany.com/myapp.php?foo=1&bar=2",
        "https://mycompany.com/myapp.php?bar=2&foo=1",
        "https://mycompany.com/myapp.php/?foo=1&bar=2",
        "https://mycompany.com:70000/myapp.php",
        "https://mycompany.com:x/myapp.php",
        "https://[bad/",
        "https://mycompany.com/\ud800",
    ],
)
def test_another_or_impossible_address_is_false_and_no_error(url: str) -> None:
    assert not verify_signature([TOKEN], url, PARAMS, SIGNATURE)


@given(st.text(), st.text(), st.text())
def test_a_document_is_well_formed_and_small_whatever_is_said(text: str, name: str, url: str) -> None:
    document = Document(language="en-GB")
    document.say(text * 50)
    document.say(name)
    document.ask(action="https://x.test/?a=1&b=2", hints=text[:50])
    xml = document.xml()
    assert len(xml.encode()) < 64 * 1024
    root = ElementTree.fromstring(xml)
    assert root.tag == "Response"
    assert root.find("Gather").get("action") == "https://x.test/?a=1&b=2"


def test_what_is_said_is_escaped_and_comes_back_as_it_was() -> None:
    document = Document()
    document.say("O'BRIEN & SONS <LTD>\x00\x0b")
    document.hang_up()
    root = ElementTree.fromstring(document.xml())
    assert [child.tag for child in root] == ["Say", "Hangup"]
    assert root.find("Say").text == "O'BRIEN & SONS <LTD>"


def test_a_very_long_text_is_cut_between_words() -> None:
    document = Document()
    document.say("word " * 5_000)
    said = ElementTree.fromstring(document.xml()).find("Say").text
    assert len(said) <= 2_010
    assert said.endswith("word …")


def test_a_question_can_be_interrupted_while_it_is_said() -> None:
    document = Document(language="en-GB", voice="alice")
    document.say("Why are you calling?")
    document.ask(action="https://x.test/", digits=1, speech=True, hints="billing")
    gather = ElementTree.fromstring(document.xml()).find("Gather")
    assert gather.find("Say").text == "Why are you calling?"
    assert gather.find("Say").attrib == {"language": "en-GB", "voice": "alice"}
    assert gather.get("actionOnEmptyResult") == "true"
    assert gather.get("input") == "dtmf speech"
    assert gather.get("numDigits") == "1"


def test_an_odd_language_is_left_to_the_carrier() -> None:
    document = Document(language="tlh")
    document.say("nuqneH")
    assert ElementTree.fromstring(document.xml()).find("Say").attrib == {}


def test_the_browsers_token_lets_exactly_this_identity_receive_calls() -> None:
    token = access_token(
        account_sid="AC1",
        api_key_sid="SK1",
        api_key_secret="secret" * 6,
        identity="member_7",
        twiml_app_sid="AP1",
    )
    head, body, _ = (part + "=" * (-len(part) % 4) for part in token.split("."))
    header, claims = json.loads(base64.urlsafe_b64decode(head)), json.loads(base64.urlsafe_b64decode(body))
    assert header["cty"] == "twilio-fpa;v=1"
    assert claims["sub"] == "AC1"
    assert claims["iss"] == "SK1"
    assert claims["grants"]["identity"] == "member_7"
    assert claims["grants"]["voice"]["incoming"] == {"allow": True}
    assert claims["exp"] - claims["nbf"] == 3600


@pytest.fixture
def scripted(settings: Any) -> Iterator[ScriptedCarrier]:
    carrier = ScriptedCarrier()
    settings.TWILIO_API_URL = carrier.url
    yield carrier
    carrier.stop()


ACCOUNT = SimpleNamespace(account_sid="AC" + "1" * 32, auth_token="secret")


def _participant(**changes: object) -> str:
    participant = {
        "call_sid": "CA" + "2" * 32,
        "conference_sid": "CF" + "3" * 32,
        "status": "queued",
        "hold": False,
        "muted": False,
    }
    return json.dumps(participant | changes)


def test_an_agent_is_dialled_into_the_conference_at_the_carrier_of_the_settings(
    scripted: ScriptedCarrier,
) -> None:
    scripted.status, scripted.body = 201, _participant()
    state = Carrier(ACCOUNT).dial_participant(
        "call-abc",
        to="client:member_7",
        from_="+442079460000",
        label="agent_1",
        ring_seconds=20,
        status_url="https://us.test/status",
        conference_url="https://us.test/conference",
    )
    assert state.call_sid == "CA" + "2" * 32
    [request] = scripted.requests
    assert request.method == "POST"
    assert (
        request.path == f"/2010-04-01/Accounts/{ACCOUNT.account_sid}/Conferences/call-abc/Participants.json"
    )
    assert request.authorization.startswith("Basic ")
    assert request.form["To"] == ["client:member_7"]
    assert request.form["EndConferenceOnExit"][0].lower() == "false"
    assert request.form["StatusCallbackEvent"] == ["initiated", "ringing", "answered", "completed"]
    assert "join" in request.form["ConferenceStatusCallbackEvent"]


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (404, 20404, "gone"),
        (400, 21220, "gone"),
        (429, 20429, "away"),
        (500, 20500, "away"),
        (503, 0, "away"),
        (400, 21201, "refused"),
        (401, 20003, "refused"),
    ],
)
def test_what_the_carrier_answers_is_one_of_three_things(
    scripted: ScriptedCarrier, status: int, code: int, kind: str
) -> None:
    scripted.fails(status, code)
    with pytest.raises(CarrierError) as caught:
        Carrier(ACCOUNT).end_call("CA" + "2" * 32)
    assert caught.value.kind == kind


def test_a_silent_carrier_is_away_after_the_time_out(
    scripted: ScriptedCarrier, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TWILIO_TIMEOUT_SECONDS = 0.2
    # The client that this thread keeps has the time-out of before.
    monkeypatch.setattr(http, "_threads", threading.local())
    scripted.status = 0
    with pytest.raises(CarrierError) as caught:
        Carrier(ACCOUNT).fetch_call("CA" + "2" * 32)
    assert caught.value.kind == "away"


def test_a_carrier_that_answers_nonsense_is_away(scripted: ScriptedCarrier) -> None:
    scripted.body = "<html>bad gateway</html>"
    with pytest.raises(CarrierError) as caught:
        Carrier(ACCOUNT).fetch_call("CA" + "2" * 32)
    assert caught.value.kind == "away"


def test_no_carrier_at_all_is_away(settings: Any) -> None:
    settings.TWILIO_API_URL = "http://127.0.0.1:9"
    with pytest.raises(CarrierError) as caught:
        Carrier(ACCOUNT).remove_participant("CF1", "CA1")
    assert caught.value.kind == "away"


def test_a_participant_who_left_is_none_and_no_error(scripted: ScriptedCarrier) -> None:
    scripted.fails(404, 20404)
    assert Carrier(ACCOUNT).fetch_participant("CF" + "3" * 32, "agent_1") is None


def test_requests_of_one_thread_share_a_connection(scripted: ScriptedCarrier) -> None:
    scripted.body = json.dumps({"sid": "CA" + "2" * 32, "status": "in-progress"})
    for _ in range(5):
        assert not Carrier(ACCOUNT).fetch_call("CA" + "2" * 32).is_over
    assert len(scripted.connections) == 1
