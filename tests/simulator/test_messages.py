"""Texts between a telephone and the company, over real HTTP, and on the telephone page."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator

from tests.simulator.stage import CALLER, COMPANY, TOKEN
from tests.simulator.test_phone_page import phone  # noqa: F401


def bodies(stage, number=CALLER):
    return [(row["direction"], row["body"]) for row in stage.client.messages(number)]


def test_a_text_is_posted_signed_and_its_reply_comes_back(stage):
    stage.configure(sms_url=f"{stage.product.url}/message")
    stage.answers(message="<Message>Thank you.</Message><Message><Body>We read it.</Body></Message>")
    stage.client.text("Where is my magazine?", from_=CALLER, to=COMPANY)
    stage.client.settle()
    [seen] = stage.product.at("/message")
    assert RequestValidator(TOKEN).validate(seen.url, seen.params, seen.headers["X-Twilio-Signature"])
    assert (seen.params["From"], seen.params["To"], seen.params["Body"]) == (
        CALLER,
        COMPANY,
        "Where is my magazine?",
    )
    assert seen.params["MessageSid"].startswith("SM")
    assert bodies(stage) == [
        ("inbound", "Where is my magazine?"),
        ("outbound-reply", "Thank you."),
        ("outbound-reply", "We read it."),
    ]


def test_the_carrier_keeps_to_a_stop_by_itself(stage, rest):
    stage.configure(sms_url=f"{stage.product.url}/message")
    stage.answers(message=(204, ""))
    stage.client.text("Stop.", from_=CALLER, to=COMPANY)
    stage.client.settle()
    assert [row["direction"] for row in stage.client.messages(CALLER)] == ["inbound", "outbound-reply"]
    with pytest.raises(TwilioRestException) as refused:
        rest.messages.create(to=CALLER, from_=COMPANY, body="Offers!")
    assert refused.value.code == 21610
    stage.client.text("START", from_=CALLER, to=COMPANY)
    stage.client.settle()
    sent = rest.messages.create(
        to=CALLER, from_=COMPANY, body="Offers!", status_callback=f"{stage.product.url}/sent"
    )
    stage.client.settle()
    assert rest.messages(sent.sid).fetch().status == "delivered"
    assert [seen.params["MessageStatus"] for seen in stage.product.at("/sent")] == ["sent", "delivered"]
    assert rest.messages.list(to=CALLER)[0].body == "Offers!"
    for wrong, code in (({"to": "x"}, 21211), ({"from_": CALLER}, 21606), ({"body": ""}, 21602)):
        with pytest.raises(TwilioRestException) as refused:
            rest.messages.create(**({"to": CALLER, "from_": COMPANY, "body": "x"} | wrong))
        assert refused.value.code == code


@pytest.mark.browser
def test_a_text_is_written_and_read_on_the_telephone(stage, rest, phone):  # noqa: F811
    stage.answers(message="<Message>We will not write again.</Message>")
    thread = phone.get_by_test_id("phone-texts")
    expect(thread).to_contain_text("No texts yet")
    phone.get_by_test_id("phone-text").fill("STOP")
    phone.get_by_test_id("phone-text-send").click()
    expect(thread).to_contain_text("This number takes no texts.")
    stage.configure(sms_url=f"{stage.product.url}/message")
    phone.get_by_test_id("phone-text").fill("Bring back the crossword!")
    phone.get_by_test_id("phone-text-send").click()
    expect(thread).to_contain_text("We will not write again.")
    rest.messages.create(to=CALLER, from_=COMPANY, body="It is back.")
    expect(thread).to_contain_text("It is back.")
    phone.reload()
    expect(thread).to_contain_text("Bring back the crossword!")
    found = Axe().run(phone)
    assert found.violations_count == 0, found.generate_report()
    phone.get_by_test_id("phone-withheld").check()
    expect(thread).to_contain_text("A withheld number writes no texts.")
    expect(phone.get_by_test_id("phone-text-send")).to_be_disabled()
