"""The story that the product must make impossible, played by everyone at their own screen."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.story.conftest import PartnerSystem

pytestmark = [pytest.mark.stack, pytest.mark.browser, pytest.mark.timeout(400)]


def get_ready(page: Page) -> None:
    expect(page.locator("#line-state")).to_contain_text("ready")
    page.get_by_test_id("presence").click()
    page.get_by_role("menuitemradio", name="Ready").click()
    expect(page.get_by_test_id("presence")).to_have_attribute("data-state", "ready")


def dial(phone: Page, number: str, to: str) -> None:
    phone.get_by_test_id("phone-from").fill(number)
    phone.get_by_test_id("phone-to").fill(to)
    phone.get_by_test_id("phone-dial").click()


def test_one_call_one_record_three_hands(
    demo: dict[str, Any],
    open_page: Callable[[], Page],
    sign_in: Callable[[str], Page],
    digipress: PartnerSystem,
) -> None:
    caller, line = demo["callers"]["known"], demo["twilio"]["number"]
    floor = sign_in("supervisor")
    expect(floor).to_have_url(re.compile("/floor/"))
    ana, noor = sign_in("agent"), sign_in("partner_agent")
    get_ready(ana)

    # He calls. The line knows him, says what it knows, and hears why he calls.
    phone = open_page()
    phone.goto(demo["base_url"] + "/phone/")
    dial(phone, caller["number"], line)
    transcript = phone.get_by_test_id("phone-transcript")
    expect(transcript).to_contain_text("missing", timeout=60_000)
    expect(transcript).to_contain_text("tomorrow", timeout=60_000)
    phone.get_by_test_id("phone-key-1").click()

    # The office's agent is offered the call, with who it is, and takes it with one key.
    offer = ana.get_by_test_id("offer")
    expect(offer).to_be_visible(timeout=60_000)
    expect(offer).to_contain_text(caller["name"])
    ana.keyboard.press("Enter")
    expect(ana.get_by_test_id("customer-name")).to_have_text(caller["name"])
    expect(phone.get_by_test_id("phone-state").first).to_contain_text("onnected", timeout=30_000)
    expect(ana.get_by_test_id("known-fact").first).to_be_visible()
    expect(ana.get_by_test_id("promise").first).to_contain_text("link", ignore_case=True)

    # Hold and back, a note, and over to the partner without a second call.
    ana.get_by_role("button", name="Hold", exact=True).click()
    expect(ana.get_by_role("button", name="Resume")).to_be_visible()
    ana.get_by_role("button", name="Resume").click()
    ana.locator("#note-text").fill("Reads on the train; wants it to work offline.")
    ana.get_by_role("button", name="Keep note").click()
    expect(ana.locator(".notes-list")).to_contain_text("on the train")
    get_ready(noor)
    ana.get_by_role("button", name="Transfer…").click()
    ana.locator("#transfer-dialog input[name=queue][value=digital]").check(force=True)
    ana.locator("#transfer-note").fill("Wants digital now.")
    ana.locator("#transfer-dialog").get_by_role("button", name="Transfer", exact=True).click()

    # The partner's agent sees what was said, masked where the contract says so, and asks nothing twice.
    expect(noor.get_by_test_id("offer")).to_be_visible(timeout=30_000)
    noor.get_by_test_id("accept").click()
    expect(noor.get_by_test_id("customer-name")).to_have_text(caller["name"])
    expect(noor.locator("#contact")).to_contain_text("Wants digital now.")
    expect(noor.locator("#pane-customer")).not_to_contain_text(caller["number"])

    # The partner's own system finds him and writes on the same record; Ana's open record shows it live.
    ana.goto(f"{demo['base_url']}/customers/{customer_id(digipress, caller['number'])}/")
    found = digipress.get("customers/", phone=caller["number"]).json()["results"]
    assert [row["display_name"] for row in found] == [caller["name"]]
    record = f"customers/{found[0]['id']}"
    assert digipress.get(f"{record}/timeline/").json()["results"]
    wrote = digipress.post(
        f"{record}/facts/", {"key": "digital_account", "value": "created"}, key="story-fact"
    )
    assert wrote.status_code == 201, wrote.text
    expect(ana.locator("[data-fact=digital_account]")).to_contain_text("created")

    # It keeps the promise; the desktop shows that too.
    promise = digipress.get("promises/", customer=found[0]["id"], state="open").json()["results"][0]
    for step, body in (("acknowledge", {}), ("keep", {"outcome": "Link sent by e-mail."})):
        etag = digipress.get(f"promises/{promise['id']}/").headers["ETag"]
        done = digipress.post(f"promises/{promise['id']}/{step}/", body, key=f"story-{step}", etag=etag)
        assert done.status_code in {200, 201}, done.text
    expect(ana.locator("#timeline")).to_contain_text("kept", ignore_case=True)

    # Digipress's agent hangs up and wraps up.
    noor.get_by_test_id("hangup").click()
    expect(noor.locator("#wrapup")).to_be_visible(timeout=20_000)
    noor.locator("#wrapup input[name=disposition]").first.check(force=True)
    noor.get_by_test_id("wrapup").click()
    expect(noor.get_by_test_id("presence")).to_have_attribute("data-state", "ready")

    # The supervisor announces something to everybody; it is seen, by name.
    floor.get_by_role("button", name="Announce").first.click()
    floor.locator("#announce-title").fill("Issue 11 printed late")
    floor.locator("#announce-body").fill("Offer the digital issue, no charge.")
    floor.locator("#announce-dialog").get_by_role("button", name="Announce", exact=True).click()
    ana.goto(demo["base_url"] + "/")
    for desk in (ana, noor):
        expect(desk.get_by_test_id("marquee").first).to_contain_text("Issue 11")
    noor.get_by_test_id("marquee-ack").first.click()
    expect(floor.locator("#floor-announcements")).to_contain_text("1 of")

    # He calls again: the line itself tells him what has happened since.
    again = open_page()
    again.goto(demo["base_url"] + "/phone/")
    dial(again, caller["number"], line)
    expect(again.get_by_test_id("phone-transcript")).to_contain_text("sent", timeout=60_000)


def customer_id(digipress: PartnerSystem, number: str) -> int:
    return int(digipress.get("customers/", phone=number).json()["results"][0]["id"])
