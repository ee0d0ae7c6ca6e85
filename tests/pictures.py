"""Plays the first scenes of the story on a demo stack of its own and saves pictures for the README."""

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from contactcenter.stack import DemoStack
from simulator.client import SimulatorClient
from tests.chromium import ROOT, launched

PICTURES = ROOT / "docs" / "pictures"
SECOND = 1_000


def main() -> None:
    """Take all pictures; prints where they are."""
    folder = Path(tempfile.mkdtemp(prefix="bothhands-pictures-"))
    stack = DemoStack(folder, environ=dict(os.environ), durable=False)
    try:
        stack.start()
        with launched() as browser:
            Scenes(browser, stack.base_url, stack.logins).play()
    finally:
        stack.destroy()


class Scenes:
    """The browsers of the people in the pictures."""

    def __init__(self, browser: Browser, base_url: str, logins: dict[str, Any]) -> None:
        self.browser, self.base_url, self.logins = browser, base_url, logins
        self.carrier = SimulatorClient(base_url)
        expect.set_options(timeout=30 * SECOND)

    def play(self) -> None:
        """A call is offered and taken; others wait; the supervisor announces; the partner takes over."""
        self.carrier.set_speed(speech_rate=60)
        ana, noor = self.sign_in("agent"), self.sign_in("partner_agent")
        callum = self.sign_in("agent2")
        floor, dark_floor = self.sign_in("supervisor"), self.sign_in("admin", scheme="dark")
        self.announce(floor)
        self.ready(ana)
        phone = self.page()
        phone.goto(f"{self.base_url}/phone/")
        self.dial(phone)
        expect(phone.get_by_test_id("phone-transcript")).to_contain_text("missing")
        phone.get_by_test_id("phone-key-1").click()
        expect(ana.get_by_test_id("offer")).to_be_visible()
        self.save(ana, "offer")
        ana.keyboard.press("Enter")
        expect(phone.get_by_test_id("phone-state").first).to_contain_text("onnected")
        expect(ana.get_by_test_id("promise").first).to_be_visible()
        ana.locator("#note-text").fill("Reads on the train; wants it to work offline.")
        self.save(phone, "phone")
        self.save(ana, "console")
        ana.emulate_media(color_scheme="dark")
        self.save(ana, "console-dark")
        ana.emulate_media(color_scheme="light")
        self.ready(callum)
        self.others_wait()
        self.hand_over(ana, noor)
        self.save(noor, "partner")
        floor.wait_for_timeout(7 * SECOND)
        self.save(floor, "floor")
        self.save(dark_floor, "floor-dark")

    def announce(self, floor: Page) -> None:
        floor.goto(f"{self.base_url}/floor/")
        floor.get_by_role("button", name="Announce").first.click()
        floor.locator("#announce-title").fill("Issue 11 printed late")
        floor.locator("#announce-body").fill("Arrives 28–30 Nov. Offer the digital issue now, no charge.")
        floor.locator("#announce-dialog input[name=urgency][value=soon]").check(force=True)
        floor.locator("#announce-dialog").get_by_role("button", name="Announce", exact=True).click()

    def others_wait(self) -> None:
        line = self.logins["twilio"]["number"]
        for number in ("+447700900321", "+447700900322", "+447700900323"):
            call = self.carrier.call(to=line, from_=number)
            call.wait_until(lambda view: view["state"] in {"listening", "speaking"}, timeout=30)
        ring = self.carrier.calls()
        assert ring, "the carrier has calls"

    def hand_over(self, ana: Page, noor: Page) -> None:
        self.ready(noor)
        ana.get_by_role("button", name="Transfer…").click()
        ana.locator("#transfer-dialog input[name=queue][value=digital]").check(force=True)
        ana.locator("#transfer-note").fill("Wants digital now. Print stays until it works.")
        ana.locator("#transfer-dialog").get_by_role("button", name="Transfer", exact=True).click()
        expect(noor.get_by_test_id("offer")).to_be_visible()
        noor.get_by_test_id("accept").click()
        expect(noor.get_by_test_id("customer-name")).to_be_visible()
        expect(noor.get_by_test_id("hangup")).to_be_visible()

    def ready(self, page: Page) -> None:
        expect(page.locator("#line-state")).to_contain_text("ready")
        page.get_by_test_id("presence").click()
        page.get_by_role("menuitemradio", name="Ready").click()
        expect(page.get_by_test_id("presence")).to_have_attribute("data-state", "ready")

    def dial(self, phone: Page) -> None:
        phone.get_by_test_id("phone-from").fill(self.logins["callers"]["known"]["number"])
        phone.get_by_test_id("phone-to").fill(self.logins["twilio"]["number"])
        phone.get_by_test_id("phone-dial").click()

    def sign_in(self, who: str, scheme: Any = "light") -> Page:
        page = self.page(scheme)
        person = self.logins["users"][who]
        page.goto(f"{self.base_url}/login/")
        page.fill("[name=username]", person["username"])
        page.fill("[name=password]", person["password"])
        page.click("button[type=submit]")
        page.wait_for_url(lambda url: "/login/" not in url)
        return page

    def page(self, scheme: Any = "light") -> Page:
        context = self.browser.new_context(
            viewport={"width": 1440, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
        )
        page = context.new_page()
        page.set_default_timeout(30 * SECOND)
        return page

    def save(self, page: Page, name: str) -> None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.wait_for_timeout(600)
        page.screenshot(path=PICTURES / f"{name}.png")
        sys.stdout.write(f"{PICTURES / name}.png\n")


if __name__ == "__main__":
    main()
