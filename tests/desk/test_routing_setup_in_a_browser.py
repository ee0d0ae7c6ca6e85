"""Two call types built in a real Chromium without code, and contacts routed by them."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.actors import IVR_ACTOR
from accounts.models import Member
from customers.actions import create_customer, open_interaction
from foundation import clock
from foundation.tenancy import tenant
from ivr.actions import set_up_account, set_up_number
from routing.actions import accept_offer, queue_work, requeue
from routing.models import Offer, Queue
from routing.owner import Owner
from routing.pools import pool_of_partner
from routing.presence import set_presence
from tests.customers.test_privacy import admin_of
from tests.desk.test_edits_in_a_browser import sign_in
from tests.desk.test_privacy_in_a_browser import violations
from tests.people import Cast

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True, scope="module")
def _beside_playwright() -> Iterator[None]:
    """Its loop runs in this thread for as long as the database is in use, set-up and clearing included."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield


class SetUp:
    """An administrator at the set-up pages."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, f"{url}/setup/routing/"

    def open(self, path: str) -> None:
        self.page.goto(self.url + path)

    def add(self, button: str, name: str, **chosen: str) -> None:
        self.page.get_by_role("button", name=button).click()
        dialog = self.page.locator("dialog[open]")
        dialog.get_by_label("Name", exact=True).fill(name)
        for label, option in chosen.items():
            dialog.get_by_label(label).select_option(label=option)
        dialog.get_by_role("button", name="Add").click()
        expect(self.page.locator("dialog[open]")).to_have_count(0)
        expect(self.page.get_by_text(name, exact=True).first).to_be_visible()

    def save_dialog(self) -> None:
        self.page.locator("dialog[open]").get_by_role(
            "button", name=re.compile("^(Save|Add the step)$")
        ).click()
        expect(self.page.locator("dialog[open]")).to_have_count(0)

    def add_step(self, button: str, pool: str, name: str, wait: str = "") -> None:
        self.page.get_by_role("button", name=button).click()
        dialog = self.page.locator("#step-dialog")
        dialog.get_by_label(pool, exact=True).check()
        dialog.get_by_label("Name").fill(name)
        if wait:
            dialog.get_by_label("Until the next step opens too").fill(wait)
        self.save_dialog()
        expect(self.page.get_by_test_id("map-step").filter(has_text=name)).to_be_visible()


def build(setup: SetUp) -> None:
    """Emergency: straight to a licensed local nurse. Main line: office, after two rings the partner."""
    page = setup.page
    setup.open("skills/")
    setup.add("Add a skill", "Nursing", Kind="Licence, which runs out")
    page.get_by_role("button", name="Change what Ana can do").click()
    page.get_by_label("Level of Nursing").select_option("5")
    page.locator("#agent-dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Say up to which day the licence holds.").first).to_be_visible()
    page.get_by_label("Nursing holds until").fill("2199-12-31")
    assert violations(page) == []
    setup.save_dialog()

    setup.open("pools/")
    setup.add("Add a team", "Local nurses")
    page.get_by_role("button", name="Change Local nurses").click()
    page.locator("#pool-dialog").get_by_label("Ana", exact=True).check()
    setup.save_dialog()

    setup.open("queues/")
    for name in ("Emergency", "Main line"):
        setup.add("Add a queue", name)

    page.get_by_role("link", name="Emergency").click()
    part = page.locator("#part-first")
    part.get_by_label("Class").fill("0")
    part.get_by_role("button", name="Save").click()
    expect(page.locator("#part-first").get_by_label("Class")).to_have_value("0")
    needs = page.locator("#part-requirements")
    needs.get_by_label("Skill", exact=True).first.select_option(label="Nursing")
    needs.get_by_role("button", name="Save").click()
    expect(page.get_by_text("asks for Nursing")).to_be_visible()
    setup.add_step("Draw the first step", "Local nurses", "A local nurse")
    expect(page.get_by_test_id("map-count")).to_contain_text("1 could serve")
    assert violations(page) == []

    setup.open("pools/")
    page.get_by_role("button", name="Change Digipress").click()
    page.locator("#pool-dialog").get_by_label("Main line", exact=True).check()
    setup.save_dialog()
    setup.open("queues/main-line/")
    setup.add_step("Draw the first step", "Digipress", "Offshore")
    setup.add_step("Add a step", "In-house", "The office", wait="60")
    page.locator("#map-step-1").focus()
    page.keyboard.press("Alt+ArrowLeft")
    expect(page.locator("#map-step-0")).to_contain_text("The office")
    expect(page.locator("#map-step-0")).to_be_focused()
    page.keyboard.press("Enter")
    dialog = page.locator("#step-dialog")
    dialog.get_by_label("Until the next step opens too").fill("12")
    setup.save_dialog()
    expect(page.locator(".map-arrow").nth(1)).to_contain_text("12 s")


def number_ways(setup: SetUp) -> None:
    """The numbers lead to the queues, and the whole way stands on one page."""
    page = setup.page
    setup.open("numbers/")
    for line, queue, asks in (("Urgent", "Emergency", False), ("Office line", "Main line", True)):
        page.get_by_role("button", name=f"Change {line}").click()
        dialog = page.locator("#number-dialog")
        dialog.get_by_label("Callers without a reason go to").select_option(label=queue)
        dialog.get_by_label("Asks who calls and why").set_checked(asks)
        setup.save_dialog()
    expect(page.locator("section.panel").filter(has_text="Urgent")).to_contain_text(
        "Local nurses with Nursing"
    )
    expect(page.locator("section.panel").filter(has_text="Office line")).to_contain_text("12 s")
    assert violations(page) == []


class Day:
    """Contacts of the two call types, and the owner's rounds in between."""

    def __init__(self, cast: Cast) -> None:
        self.organization_id = cast.organization.id

    def contact(self, queue: str) -> int:
        with tenant(self.organization_id):
            customer = create_customer(actor=IVR_ACTOR, display_name=queue)
            interaction = open_interaction(
                actor=IVR_ACTOR, channel="voice", address="+442071234567", customer=customer
            )
            queue_work(interaction.id, queue_slug=queue, actor=IVR_ACTOR)
            return interaction.id

    def ready(self, *members: Member) -> None:
        with tenant(self.organization_id):
            for member in members:
                set_presence(member, state="ready")

    def offered(self) -> list[tuple[int, int]]:
        """(interaction, member) of what stands offered after a round."""
        Owner(threading.Event()).round()
        with tenant(self.organization_id):
            open_offers = Offer.objects.filter(state="offered").order_by("id")
            return list(open_offers.values_list("work_item__interaction_id", "member_id"))

    def accept(self, member: Member) -> None:
        with tenant(self.organization_id):
            accept_offer(Offer.objects.get(member=member, state="offered").id, member=member)


def test_call_types_are_built_without_code_and_contacts_go_that_way(
    live_server: Any, page: Page, committed_cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = committed_cast
    with tenant(cast.organization.id):
        grace = admin_of(cast)
        pool_of_partner(cast.partner)
        service = Queue.objects.create(slug="service", name="Service")
        account = set_up_account("AC" + "0" * 32, auth_token="secret")
        set_up_number(account, "+442079460001", name="Office line", queue=service)
        set_up_number(account, "+442079460002", name="Urgent", queue=service)
    sign_in(page, live_server.url, grace)
    page.set_viewport_size({"width": 1280, "height": 900})
    setup = SetUp(page, live_server.url)
    build(setup)
    number_ways(setup)
    page.set_viewport_size({"width": 390, "height": 844})
    setup.open("queues/main-line/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(page) == []

    held = [datetime.now(UTC)]
    monkeypatch.setattr(clock, "now", lambda: held[0])
    day = Day(cast)
    day.ready(cast.mark, cast.ana)
    urgent = day.contact("emergency")
    assert day.offered() == [(urgent, cast.ana.id)], "Mark has waited longer, but has no licence"
    day.accept(cast.ana)
    first = day.contact("main-line")
    assert day.offered() == [(first, cast.mark.id)]
    day.accept(cast.mark)
    second = day.contact("main-line")
    day.ready(cast.paula)
    assert day.offered() == [], "for two rings it is the office's"
    held[0] += timedelta(seconds=12)
    assert day.offered() == [(second, cast.paula.id)]
    day.accept(cast.paula)
    with tenant(cast.organization.id):
        requeue(second, queue_slug="service", actor=cast.paula.actor, note="Over the limit")
    assert day.offered() == [], "nobody of the office is free, and the partner does not get it back"
