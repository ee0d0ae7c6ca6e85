"""STOP by text, by key and by voice: the same thing, and it holds at once."""

import pytest

from customers.consent.actions import record_consent
from customers.consent.models import Consent
from customers.models import TimelineEntry
from foundation.models import LiveEntry
from foundation.tenancy import tenant
from ivr.models import MenuChoice, PhoneNumber
from tests.ivr.line import CALLER, NUMBER, Line, new_sid
from tests.ivr.test_a_call import known_caller


def text(line: Line, body: str, sender: str = CALLER, **more: str) -> str:
    sid = new_sid("SM")
    params = {"AccountSid": line.account_sid, "MessageSid": sid, "From": sender, "To": NUMBER, "Body": body}
    for _ in range(2):  # carriers repeat themselves
        assert line.post("/twilio/message/", params | more).status_code == 204
    line.pump()
    return sid


def said(line: Line) -> list[tuple[str, str, str]]:
    with tenant(line.organization_id):
        return list(Consent.objects.order_by("id").values_list("answer", "channel", "source"))


def test_a_text_that_says_stop_stops_once_and_start_takes_it_back(line: Line) -> None:
    customer = known_caller(line)
    sid = text(line, "Stop.")
    assert said(line) == [("refused", "", "sms"), ("refused", "sms", "sms")]
    with tenant(line.organization_id):  # whoever has the record open sees it at once
        assert LiveEntry.objects.filter(topic=f"record:{customer.pk}", kind="record.changed").exists()
    text(line, "START")
    assert said(line)[2:] == [("lifted", "", "sms"), ("lifted", "sms", "sms")]
    text(line, "whatever the carrier makes of it", f"whatsapp:{CALLER}", OptOutType="STOP")
    assert said(line)[4:] == [("refused", "", "whatsapp"), ("refused", "whatsapp", "whatsapp")]
    text(line, "Please cancel my subscription")
    text(line, "STOP", "anonymous")
    assert len(said(line)) == 6
    with tenant(line.organization_id):
        assert Consent.objects.earliest("id").evidence == sid
        message = TimelineEntry.objects.get(customer=customer, kind="message")
        assert (message.body, message.hand) == ("Please cancel my subscription", "customer")


def test_a_caller_who_says_so_is_stopped_and_the_call_goes_on(line: Line) -> None:
    known_caller(line)
    call = line.call()
    call.dial()
    heard = call.speak("please stop calling me")
    assert "we will not contact you" in heard.words
    assert "Why are you calling?" in heard.words
    assert "did not understand" not in heard.words
    assert said(line) == [("refused", "", "ivr"), ("refused", "voice", "ivr")]
    for _ in range(3):
        if heard.root.find("Gather") is not None:
            heard = call.speak("don't call me")
    assert "Enqueue" in heard.verbs


@pytest.mark.parametrize("known", [True, False])
def test_a_key_of_the_menu_may_mean_it(line: Line, known: bool) -> None:
    if known:
        known_caller(line)
    with tenant(line.organization_id):
        number = PhoneNumber.objects.get(e164=NUMBER)
        MenuChoice.objects.create(number=number, digit="9", reason="stop_contact", label="no more offers")
    call = line.call()
    if not known:
        call.dial()
        call.answer(Digits="", FinishedOnKey="#")
    else:
        call.dial()
    assert "we will not contact you" in call.press("9").words
    assert said(line) == [("refused", "", "ivr"), ("refused", "voice", "ivr")]
    with tenant(line.organization_id):
        consent = Consent.objects.earliest("id")
        assert consent.customer_id == call.session.interaction.customer_id
        again = record_consent(
            consent.customer_id, answer="granted", purpose="marketing", wording="x", source="x",
            actor=line.cast.ana.actor,
        )  # fmt: skip
        assert again.answer == "granted"
