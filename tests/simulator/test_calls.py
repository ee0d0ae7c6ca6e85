"""Whole calls, from dialling to hanging up, against a product that answers with TwiML."""

import asyncio

from aiohttp import web
from twilio.request_validator import RequestValidator

from tests.simulator.conftest import ACCOUNT, CALLER, COMPANY, TOKEN

MENU = '<Gather numDigits="1" action="/choice"><Say>Press 1 for a person.</Say></Gather><Say>Nothing heard.</Say>'


def test_a_caller_hears_the_greeting_and_the_call_ends_with_the_document(stage):
    call = stage.dial(voice="<Say>Welcome to Meridian.</Say>")
    call.wait_state("ended")
    assert call.heard() == "Welcome to Meridian."
    first = stage.product.at("/voice")[0]
    assert first.params["CallStatus"] == "ringing"
    assert first.params["Direction"] == "inbound"
    assert (first.params["From"], first.params["To"]) == (CALLER, COMPANY)
    assert first.params["FromCountry"] == "GB"


def test_every_request_is_signed_so_that_the_real_library_accepts_it(stage):
    stage.configure(voice_url=f"{stage.product.url}/voice?a=1&b=x%20y#rc=2")
    stage.dial(voice="<Hangup/>").wait_state("ended")
    stage.client.settle()
    validator = RequestValidator(TOKEN)
    assert len(stage.product.seen) == 2
    for seen in stage.product.seen:
        posted = {key: value for key, value in seen.params.items() if key not in {"a", "b"}}
        assert "#" not in seen.url
        assert validator.validate(seen.url.replace("%20", " ").replace(" ", "%20"), posted, seen.headers["X-Twilio-Signature"])
        assert seen.headers["I-Twilio-Idempotency-Token"]


def test_get_webhooks_carry_and_sign_their_parameters_in_the_address(stage):
    stage.configure(voice_method="GET")
    stage.dial(voice="<Hangup/>").wait_state("ended")
    entry = stage.client.requests(kind="voice")[0]
    assert entry["method"] == "GET"
    seen = stage.product.at("/voice")[0]
    assert seen.params["From"] == CALLER
    assert "CallSid=CA" in seen.url


def test_the_number_is_told_once_when_the_call_is_over(stage):
    stage.dial(voice="<Hangup/>").wait_state("ended")
    stage.client.settle()
    (status,) = stage.product.at("/status")
    assert status.params["CallStatus"] == "completed"
    assert status.params["CallbackSource"] == "call-progress-events"
    assert status.params["SequenceNumber"] == "0"
    assert {"CallDuration", "Duration", "SipResponseCode", "Timestamp"} <= set(status.params)


def test_a_key_interrupts_the_prompt_and_goes_to_the_action(stage):
    stage.client.set_speed(speech_rate=1)
    call = stage.dial(voice=MENU, choice="<Hangup/>")
    call.press("1")
    call.wait_state("ended")
    (choice,) = stage.product.at("/choice")
    assert choice.params["Digits"] == "1"
    assert choice.params["CallStatus"] == "in-progress"


def test_keys_are_collected_until_the_finishing_key(stage):
    call = stage.dial(voice='<Gather action="/choice" timeout="500"/>', choice="<Hangup/>")
    call.press("4711#")
    call.wait_state("ended")
    params = stage.product.at("/choice")[0].params
    assert (params["Digits"], params["FinishedOnKey"]) == ("4711", "#")


def test_silence_goes_on_to_the_next_verb(stage):
    call = stage.dial(voice=MENU)
    call.wait_state("ended")
    assert call.transcript("say") == ["Press 1 for a person.", "Nothing heard."]
    assert not stage.product.at("/choice")


def test_silence_is_reported_when_the_document_asks_for_it(stage):
    stage.dial(
        voice='<Gather actionOnEmptyResult="true" action="/choice" timeout="1"/>', choice="<Hangup/>"
    ).wait_state("ended")
    assert stage.product.at("/choice")[0].params["Digits"] == ""


def test_spoken_words_arrive_with_their_confidence(stage):
    call = stage.dial(
        voice='<Gather input="dtmf speech" action="/choice" timeout="500"><Say>Why do you call?</Say></Gather>',
        choice="<Hangup/>",
    )
    call.say("My magazine did not come", confidence=0.42)
    call.wait_state("ended")
    params = stage.product.at("/choice")[0].params
    assert (params["SpeechResult"], params["Confidence"]) == ("My magazine did not come", "0.42")
    assert "Digits" not in params


def test_words_are_not_heard_by_a_gather_for_keys(stage):
    call = stage.dial(voice='<Gather timeout="500"/>')
    call.wait_gather()
    assert stage.client.post(f"calls/{call.sid}/speech", {"text": "hello"}) == {"accepted": False}


def test_redirects_are_relative_to_the_document(stage):
    stage.configure(voice_url=f"{stage.product.url}/ivr/start")
    stage.product.replies |= {"/ivr/start": "<Redirect>next</Redirect>", "/ivr/next": "<Say>Here.</Say>"}
    call = stage.dial()
    call.wait_state("ended")
    assert call.heard() == "Here."


def test_cookies_are_kept_for_the_call_and_not_for_the_next(stage):
    def greet(params):
        response = web.Response(text="<Response><Redirect>/second</Redirect></Response>", content_type="text/xml")
        response.set_cookie("step", "one")
        return response

    for _ in range(2):
        stage.dial(voice=greet, second="<Hangup/>").wait_state("ended")
    assert all(seen.headers["Cookie"] == "step=one" for seen in stage.product.at("/second"))
    assert all("Cookie" not in seen.headers for seen in stage.product.at("/voice"))


def test_an_error_page_sends_the_call_to_the_fallback_with_the_reason(stage):
    call = stage.dial(voice=(500, ""), fallback="<Say>Please hold on.</Say>")
    call.wait_state("ended")
    assert call.heard() == "Please hold on."
    params = stage.product.at("/fallback")[0].params
    assert (params["ErrorCode"], params["ErrorUrl"]) == ("11200", f"{stage.product.url}/voice")


def test_broken_twiml_and_strange_verbs_go_to_the_fallback(stage):
    for body, code in (("<Say>Oh", "12100"), ("<Dance/>", "12200"), ("<Gather><Dial/></Gather>", "12200")):
        stage.product.seen.clear()
        stage.dial(voice=body, fallback="<Hangup/>").wait_state("ended")
        assert stage.product.at("/fallback")[0].params["ErrorCode"] == code


def test_without_any_answer_the_caller_hears_the_carriers_apology(stage):
    call = stage.dial(voice=(500, ""), fallback=(500, ""))
    call.wait_state("ended")
    assert "application error" in call.heard()
    assert {alert["code"] for alert in stage.client.alerts()} == {11200}


def test_a_document_over_64_kilobytes_is_refused(stage):
    stage.dial(voice=f"<Say>{'a' * 66_000}</Say>", fallback="<Hangup/>").wait_state("ended")
    assert stage.product.at("/fallback")[0].params["ErrorCode"] == "11750"


def test_a_slow_answer_is_given_up_after_the_time_the_address_allows(stage):
    async def slow():
        await asyncio.sleep(0.5)
        return web.Response(text="<Response/>", content_type="text/xml")

    stage.configure(voice_url=f"{stage.product.url}/voice#rt=100&rc=0")
    stage.dial(voice=lambda params: slow(), fallback="<Hangup/>").wait_state("ended")
    assert stage.product.at("/fallback")[0].params["ErrorCode"] == "11205"


def test_retries_follow_the_fragment_and_carry_one_token(stage):
    stage.configure(voice_url=f"{stage.product.url}/voice#rc=2&rp=5xx")
    stage.dial(voice=(503, ""), fallback="<Hangup/>").wait_state("ended")
    tries = stage.product.at("/voice")
    assert len(tries) == 3
    assert len({seen.headers["I-Twilio-Idempotency-Token"] for seen in tries}) == 1


def test_unknown_attributes_leave_an_alert_and_do_no_harm(stage):
    call = stage.dial(voice='<Say mood="happy">Hello.</Say>')
    call.wait_state("ended")
    assert call.heard() == "Hello."
    assert "mood" in stage.client.alerts()[0]["text"]


def test_a_rejected_call_is_never_answered(stage):
    call = stage.dial(voice='<Reject reason="busy"/>')
    view = call.wait_state("ended")
    assert (view["status"], view["answered_at"]) == ("busy", None)


def test_a_voicemail_ends_by_key_and_reports_the_recording(stage):
    call = stage.dial(
        voice='<Record action="/choice" recordingStatusCallback="/recorded" maxLength="60"/>', choice="<Hangup/>"
    )
    call.wait_state("recording")
    call.say("Please call me back.")
    call.press("#")
    call.wait_state("ended")
    stage.client.settle()
    params = stage.product.at("/choice")[0].params
    assert params["Digits"] == "#"
    assert params["RecordingUrl"].endswith(params["RecordingSid"])
    recorded = stage.product.at("/recorded")[0].params
    assert (recorded["RecordingStatus"], recorded["RecordingSource"]) == ("completed", "RecordVerb")
    assert recorded["RecordingSid"] == params["RecordingSid"]


def test_hanging_up_ends_a_voicemail_with_digits_hangup(stage):
    call = stage.dial(voice='<Record action="/choice" timeout="500"/>')
    call.wait_state("recording")
    call.hang_up()
    stage.client.settle()
    params = stage.product.at("/choice")[0].params
    assert (params["Digits"], params["CallStatus"]) == ("hangup", "completed")


def test_a_withheld_number_is_shown_as_carriers_show_it(stage):
    stage.answers(voice="<Hangup/>")
    stage.client.call(to=COMPANY).wait_state("ended")
    assert stage.product.at("/voice")[0].params["From"] == "+266696687"


def test_a_number_nobody_has_cannot_be_dialled(stage):
    response = stage.client.http.post(f"{stage.url}/carrier/control/calls", json={"to": "+441"}, timeout=5)
    assert response.status_code == 404
    assert "no account" in response.json()["error"]


def test_the_account_in_every_request_is_the_number_owners(stage):
    stage.dial(voice="<Hangup/>").wait_state("ended")
    assert stage.product.at("/voice")[0].params["AccountSid"] == ACCOUNT
