"""The telephone page in a real browser."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.simulator.stage import CALLER, COMPANY

pytestmark = pytest.mark.browser

MENU = (
    '<Gather input="dtmf speech" numDigits="1" action="/choice" timeout="3000">'
    "<Say>Welcome. Press 1 for a person, or say what you need.</Say></Gather>"
)
QUEUE = '<Enqueue waitUrl="/wait">support</Enqueue>'


@pytest.fixture
def phone(stage, browser):
    stage.answers(voice=MENU, choice=QUEUE, wait="<Say>Please hold the line.</Say>")
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    # The font lives at the product's origin, which is not on this stage.
    context.route("**/static/vendor/**", lambda route: route.fulfill(status=200, body=b""))
    page = context.new_page()
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: message.type == "error" and problems.append(message.text))
    page.goto(f"{stage.url}/phone/")
    expect(page.get_by_test_id("phone-dial")).to_be_enabled()
    yield page
    context.close()
    assert [text for text in problems if "font" not in text.lower() and "OTS" not in text] == []


def dial(page, number=CALLER):
    page.get_by_test_id("phone-from").fill(number)
    page.get_by_test_id("phone-dial").click()
    line = page.get_by_test_id("phone-line").first
    expect(line.get_by_test_id("phone-state")).to_contain_text("Your turn")
    return line


def test_a_caller_reads_the_menu_presses_a_key_and_waits_in_the_queue(stage, phone):
    line = dial(phone)
    expect(line).to_contain_text("Ann Reader")
    expect(line.get_by_test_id("phone-transcript")).to_contain_text("Press 1 for a person")
    line.get_by_test_id("phone-key-1").click()
    expect(line.get_by_test_id("phone-state")).to_contain_text("In the queue")
    expect(line.get_by_test_id("phone-transcript")).to_contain_text("Pressed 1")
    assert stage.product.at("/choice")[0].params["Digits"] == "1"


def test_the_keyboards_digits_are_the_keypad(stage, phone):
    line = dial(phone)
    phone.keyboard.press("7")
    expect(line.get_by_test_id("phone-transcript")).to_contain_text("Pressed 7")
    assert stage.product.at("/choice")[0].params["Digits"] == "7"


def test_typed_words_are_spoken_to_the_menu(stage, phone):
    line = dial(phone)
    line.get_by_test_id("phone-say").fill("My magazine did not come")
    line.get_by_test_id("phone-say-send").click()
    expect(line.get_by_test_id("phone-state")).to_contain_text("In the queue")
    assert stage.product.at("/choice")[0].params["SpeechResult"] == "My magazine did not come"


def test_two_callers_are_on_the_line_at_once(stage, phone):
    dial(phone)
    second = dial(phone, "+44 7700 900 555")
    expect(phone.get_by_test_id("phone-line")).to_have_count(2)
    second.get_by_test_id("phone-hangup").click()
    expect(second.get_by_test_id("phone-state")).to_contain_text("Call ended")
    expect(phone.get_by_test_id("phone-line").last.get_by_test_id("phone-state")).to_contain_text("Your turn")
    assert stage.product.at("/voice")[1].params["From"] == "+447700900555"


def test_being_connected_held_and_left_is_seen(stage, rest, phone):
    line = dial(phone)
    sid = line.get_attribute("data-sid")
    stage.client.set_policy("+447700900001", "answer")
    agent = rest.conferences("room").participants.create(from_=COMPANY, to="+447700900001", label="agent")
    rest.calls(sid).update(
        twiml='<Response><Dial><Conference participantLabel="caller">room</Conference></Dial></Response>'
    )
    state = line.get_by_test_id("phone-state")
    expect(state).to_contain_text("Connected with agent")
    rest.conferences(agent.conference_sid).participants("caller").update(hold=True)
    expect(state).to_contain_text("On hold")
    rest.conferences(agent.conference_sid).update(status="completed")
    expect(state).to_contain_text("Call ended")
    expect(phone.get_by_test_id("phone-history")).to_contain_text("Ann Reader")


def test_a_callback_rings_and_is_answered(stage, rest, phone):
    stage.client.set_speed(time_scale=1)
    rest.calls.create(
        to="+447700900777",
        from_=COMPANY,
        twiml='<Response><Say>We call you back.</Say><Pause length="60"/></Response>',
    )
    line = phone.get_by_test_id("phone-line")
    expect(line.get_by_test_id("phone-state")).to_contain_text("Calling you")
    line.get_by_test_id("phone-answer").click()
    expect(line.get_by_test_id("phone-transcript")).to_contain_text("We call you back.")
    line.get_by_test_id("phone-hangup").click()
    expect(line.get_by_test_id("phone-state")).to_contain_text("Call ended")


def test_a_withheld_number_is_withheld(stage, phone):
    phone.get_by_test_id("phone-withheld").check()
    phone.get_by_test_id("phone-dial").click()
    expect(phone.get_by_test_id("phone-line")).to_contain_text("Number withheld")
    assert stage.product.at("/voice")[0].params["From"] == "+266696687"


def test_nonsense_is_refused_with_a_reason(stage, phone):
    phone.get_by_test_id("phone-from").fill("abc")
    phone.get_by_test_id("phone-dial").click()
    expect(phone.get_by_role("alert")).to_contain_text("with its country")
    phone.get_by_test_id("phone-from").fill(CALLER)
    phone.get_by_test_id("phone-to").fill("+440000000000")
    phone.get_by_test_id("phone-dial").click()
    expect(phone.get_by_role("alert")).to_contain_text("Nobody has the number")


def test_a_reloaded_page_finds_its_call_again(stage, phone):
    dial(phone)
    phone.reload()
    line = phone.get_by_test_id("phone-line")
    expect(line.get_by_test_id("phone-state")).to_contain_text("Your turn")
    expect(line.get_by_test_id("phone-transcript")).to_contain_text("Press 1 for a person")


def test_another_page_does_not_see_the_call(stage, browser, phone):
    dial(phone)
    other = browser.new_page()
    other.goto(f"{stage.url}/phone/")
    expect(other.get_by_test_id("phone-dial")).to_be_enabled()
    expect(other.get_by_test_id("phone-line")).to_have_count(0)
    other.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_wrong_for_assistive_technology(stage, phone, scheme, width):
    phone.set_viewport_size({"width": width, "height": 860})
    phone.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    dial(phone).get_by_test_id("phone-key-1").click()
    expect(phone.get_by_test_id("phone-state").first).to_contain_text("In the queue")
    dial(phone, "+447700900555")
    found = Axe().run(phone)
    assert found.response["violations"] == []
    overflow = phone.evaluate(
        "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
    assert not overflow
