"""A person's privacy in a real Chromium, against the product: file, hold, erasure, proof, retention."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from accounts.actors import SYSTEM_ACTOR
from customers import actions
from customers.exports.actions import write_export
from customers.exports.models import Export
from customers.models import Customer
from foundation.tenancy import tenant
from tests.customers.test_privacy import admin_of
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


def test_from_the_record_to_the_proof(live_server: Any, page: Page, committed_cast: Cast) -> None:
    cast = committed_cast
    with tenant(cast.organization.id):
        grace = admin_of(cast)
        robin = actions.create_customer(
            actor=SYSTEM_ACTOR, display_name="Robin Field", phones=["+442079460018"]
        )
        actions.share_record(robin.id, partner_id=cast.partner.id, reason="promise")
    sign_in(page, live_server.url, grace)
    page.goto(f"{live_server.url}/customers/{robin.id}/")
    page.get_by_role("link", name="Privacy", exact=True).last.click()

    page.get_by_label("Why", exact=True).first.fill("They asked by letter")
    page.get_by_role("button", name="Make the files").click()
    expect(page.get_by_test_id("person-file")).to_have_count(2)
    with tenant(cast.organization.id):
        for export in Export.objects.all():
            write_export(export.id)
    page.reload()
    with page.expect_download() as taken:
        page.get_by_role("link", name="To read").click()
    assert taken.value.suggested_filename.endswith(".html")
    expect(page.get_by_test_id("read")).to_contain_text("They asked by letter")

    page.get_by_role("button", name="Place a hold").press("Enter")
    page.get_by_label("Why", exact=True).last.fill("Court case 7")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("hold")).to_contain_text("Court case 7")
    assert violations(page) == []
    page.get_by_role("link", name="Erase…").click()
    expect(page.get_by_test_id("blocked")).to_contain_text("Court case 7")
    expect(page.get_by_test_id("erase")).to_have_count(0)
    page.get_by_role("link", name="Privacy of Robin Field").click()
    page.get_by_role("button", name="Lift: Court case 7").click()
    page.get_by_label("Why it is over").fill("Closed")
    page.get_by_role("button", name="Lift it").click()
    expect(page.get_by_test_id("hold")).to_have_count(0)

    page.get_by_role("link", name="Erase…").click()
    expect(page.get_by_text("Digipress is asked to erase them too")).to_be_visible()
    page.get_by_label(f"Type the number {robin.id}").fill("12345")
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_text(f"Type the number {robin.id} to confirm.")).to_be_visible()
    page.get_by_label(f"Type the number {robin.id}").fill(str(robin.id))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=f"Customer {robin.id} was erased")).to_be_visible()
    expect(page.get_by_test_id("receipt")).to_have_attribute("data-state", "waiting")
    page.get_by_label("Is it about somebody?").fill("020 7946 0018")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("is-it")).to_contain_text("yes")
    assert violations(page) == []
    with tenant(cast.organization.id):
        assert not Customer.objects.filter(id=robin.id).exists()

    page.goto(f"{live_server.url}/setup/privacy/")
    page.get_by_role("button", name="Change: Raw requests of the carrier").click()
    dialog = page.locator("#retention-dialog-raw_requests")
    dialog.get_by_label("Days").fill("14")
    dialog.get_by_role("button", name="From tonight on").click()
    expect(page.locator("#retention-raw_requests")).to_contain_text("14 days")
    expect(page.locator("#retention-raw_requests")).to_contain_text("set by Grace")
    assert violations(page) == []
