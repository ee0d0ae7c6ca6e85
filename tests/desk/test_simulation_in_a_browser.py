"""A supervisor tries more seats out in a real Chromium: asks, waits, reads before and after."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from foundation.tenancy import tenant
from routing.actions.simulations import run_simulation
from routing.models import SimulationRun
from tests.desk.test_edits_in_a_browser import sign_in
from tests.people import Cast

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True, scope="module")
def _beside_playwright() -> Iterator[None]:
    """Its loop runs in this thread for as long as the database is in use, set-up and clearing included."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:120]}" for rule in found]


def test_more_seats_are_tried_out_before_anybody_is_asked(
    live_server: Any, page: Page, committed_cast: Cast
) -> None:
    sign_in(page, live_server.url, committed_cast.sam)
    page.goto(f"{live_server.url}/floor/simulation/")
    expect(page.get_by_text("Nothing was tried yet")).to_be_visible()
    page.get_by_label("Contacts").select_option("example:two-companies")
    expect(page.get_by_label("Digipress")).to_be_visible()
    page.get_by_label("Contacts").select_option("example:one-queue")
    expect(page.get_by_label("Digipress")).to_have_count(0)
    assert violations(page) == []

    page.get_by_label("Team").fill("-50")
    page.get_by_label("Team").evaluate("field => field.removeAttribute('min')")
    page.get_by_label("Team").press("Enter")
    expect(page.get_by_text("Between −10 and 500.").first).to_be_visible()
    page.get_by_label("Team").fill("2")
    page.get_by_label("Team").press("Enter")
    expect(page.locator("#simulation-run")).to_have_attribute("data-state", "requested")
    assert violations(page) == []
    with tenant(committed_cast.organization.id):
        run = SimulationRun.objects.get()
    run_simulation(run.id, committed_cast.organization.id)

    expect(page.get_by_test_id("simulation-headline")).to_contain_text("With 2 more seats at Team")
    expect(page.get_by_test_id("simulation-headline")).to_contain_text(
        "would be answered within 20 s instead of"
    )
    expect(page.locator(".sim-chart")).to_have_count(3)
    assert violations(page) == []
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    with page.expect_download() as taken:
        page.get_by_role("link", name="Drawings").click()
    assert taken.value.suggested_filename == f"simulation-{run.id}.svg"
    page.get_by_role("link", name="All simulations").click()
    expect(page.get_by_test_id("simulation")).to_contain_text("Done")
    assert violations(page) == []
