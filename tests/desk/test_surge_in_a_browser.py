"""A storm in a real Chromium: the plan is composed and started, the partner answers, the plan is reverted."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from foundation.tenancy import tenant
from routing.models import SeatAsk
from tests.desk.test_edits_in_a_browser import sign_in
from tests.desk.test_simulation_in_a_browser import violations
from tests.people import Cast
from tests.routing.conftest import make_floor

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True, scope="module")
def _beside_playwright() -> Iterator[None]:
    """Its loop runs in this thread for as long as the database is in use, set-up and clearing included."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield


def look(page: Page, name: str) -> None:
    """Accessible, and nothing wider than a telephone; SURGE_PICTURES keeps what was seen."""
    assert violations(page) == []
    folder = os.environ.get("SURGE_PICTURES")
    for scheme, width in (("light", 1280), ("dark", 1280), ("light", 390)):
        if folder or width == 390:
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.set_viewport_size({"width": width, "height": 900})
            if width == 390:
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
            if folder:
                page.screenshot(path=Path(folder) / f"{name}-{scheme}-{width}.png")
    page.set_viewport_size({"width": 1280, "height": 900})


def test_a_storm_is_prepared_met_with_the_partners_help_and_over(
    live_server: Any, page: Page, committed_cast: Cast
) -> None:
    with tenant(committed_cast.organization.id):
        floor = make_floor(committed_cast)
        partner_id, digital = committed_cast.partner.id, floor.digital.id
        pool_id = floor.digital.steps.last().pools.get().pool_id  # type: ignore[union-attr]
    sign_in(page, live_server.url, committed_cast.sam)
    page.goto(f"{live_server.url}/floor/surge/")
    page.get_by_role("link", name="New plan").first.click()
    page.locator("details").filter(has_text="Digital edition").locator("summary").click()
    page.locator(f"[name=share-{digital}-{pool_id}]").fill("70")
    page.locator(f"[name=share-{digital}-0]").fill("40")
    page.get_by_label("Name").fill("Storm day")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Together these are 110 %: at most 100.").first).to_be_visible()
    page.locator(f"[name=share-{digital}-0]").fill("30")
    page.locator(f"[name=pool-{digital}-{pool_id}]").select_option(label="At once")
    page.locator(f"[name=says-{digital}]").fill("There is a storm. We know.")
    page.get_by_label("Chat: units").fill("25")
    page.get_by_label("Headline").fill("Storm day")
    page.locator(f"[name=seats-{partner_id}]").fill("3")
    look(page, "form")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Asks Digipress for 3 more seats").first).to_be_visible()
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("Nobody waited in these weeks").first).to_be_visible()
    look(page, "plan")

    page.get_by_role("button", name="Start…").click()
    page.get_by_role("button", name="Start now").click()
    expect(page.get_by_role("button", name="Revert…")).to_be_visible()
    expect(page.get_by_test_id("seat-ask")).to_contain_text("Waits for an answer")
    look(page, "running")
    page.goto(f"{live_server.url}/floor/")
    expect(page.get_by_test_id("surge-banner")).to_contain_text("1 ask for seats unanswered")
    look(page, "floor")
    page.goto(f"{live_server.url}/setup/routing/queues/digital/")
    expect(page.get_by_test_id("loan").first).to_contain_text("what callers hear is on loan from Storm day")
    look(page, "queue")

    sign_in(page, live_server.url, committed_cast.paula)
    page.goto(f"{live_server.url}/")
    expect(page.get_by_test_id("seat-ask")).to_contain_text("Publisher asks for 3 more seats")
    look(page, "console")
    page.get_by_role("link", name="Answer").click()
    look(page, "seats")
    page.get_by_label("Only some: how many").fill("2")
    page.get_by_label("A word with it").fill("From noon")
    page.get_by_role("button", name="Promise some").click()
    expect(page.get_by_test_id("seat-ask")).to_have_attribute("data-state", "partial")
    expect(page.get_by_test_id("seat-ask")).to_contain_text("2 promised by Paula")

    sign_in(page, live_server.url, committed_cast.sam)
    page.goto(f"{live_server.url}/floor/surge/")
    page.get_by_role("link", name="Storm day").click()
    expect(page.get_by_test_id("seat-ask")).to_contain_text("Accepted in part")
    page.get_by_role("button", name="Revert…").click()
    page.get_by_role("button", name="Revert now").click()
    expect(page.get_by_role("button", name="Start…")).to_be_visible()
    expect(page.locator("#surge-history")).to_contain_text("The plan was reverted")
    look(page, "over")
    with tenant(committed_cast.organization.id):
        assert SeatAsk.objects.get().seats_promised == 2
