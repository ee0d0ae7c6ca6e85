"""Editing a record in a real Chromium, against the product: nothing typed is lost, both values are shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from accounts.models import Member
from customers import actions
from customers.models import Customer
from foundation.tenancy import tenant
from tests.people import Cast
from tests.sockets import signed_in

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True, scope="module")
def _beside_playwright() -> Iterator[None]:
    """Its loop runs in this thread for as long as the database is in use, set-up and clearing included."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield


def sign_in(page: Page, url: str, member: Member) -> None:
    cookie = signed_in(member).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": url}])


@pytest.fixture
def robin(committed_cast: Cast) -> Customer:
    with tenant(committed_cast.organization.id):
        robin = actions.create_customer(
            actor=committed_cast.ana.actor, display_name="Robin Field", region="Kent"
        )
        for value, member in (("phone", committed_cast.mark), ("tablet", committed_cast.ana)):
            actions.record_fact(
                robin.id, key="preferred_device", value=value, actor=member.actor, source="desk"
            )
        return robin


def test_the_same_field_is_asked_about_and_what_was_typed_stays(
    live_server: Any, page: Page, committed_cast: Cast, robin: Customer
) -> None:
    cast = committed_cast
    sign_in(page, live_server.url, cast.ana)
    page.goto(f"{live_server.url}/customers/{robin.id}/")
    page.get_by_role("button", name="Edit the record").click()
    page.get_by_label("Region").fill("Wales")
    page.get_by_label("Company").fill("Field & Sons")
    with tenant(cast.organization.id):
        stands = Customer.objects.get(id=robin.id)
        actions.change_customer(
            robin.id,
            actor=cast.mark.actor,
            expected_version=stands.version,
            region="Scotland",
            language="gd",
        )
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Yours: Wales")).to_be_visible()
    expect(page.get_by_text("Theirs: Scotland")).to_be_visible()
    expect(page.get_by_label("Company")).to_have_value("Field & Sons")
    page.get_by_label("Yours: Wales").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#edit-dialog")).to_have_count(0)
    with tenant(cast.organization.id):
        now = Customer.objects.get(id=robin.id)
    assert (now.region, now.company_name, now.language) == ("Wales", "Field & Sons", "gd")


def test_what_was_typed_survives_a_reload_and_others_changes_are_still_noticed(
    live_server: Any, page: Page, committed_cast: Cast, robin: Customer
) -> None:
    cast = committed_cast
    sign_in(page, live_server.url, cast.ana)
    page.goto(f"{live_server.url}/customers/{robin.id}/")
    page.get_by_role("button", name="Edit the record").click()
    page.get_by_label("Region").fill("Wales")
    with tenant(cast.organization.id):
        stands = Customer.objects.get(id=robin.id)
        actions.change_customer(
            robin.id, actor=cast.mark.actor, expected_version=stands.version, region="Scotland"
        )
    page.reload()
    page.get_by_role("button", name="Edit the record").click()
    expect(page.get_by_label("Region")).to_have_value("Wales")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Theirs: Scotland")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    page.reload()
    page.get_by_role("button", name="Edit the record").click()
    expect(page.get_by_label("Region")).to_have_value("Scotland")


def test_a_draft_is_found_again_at_the_record_that_its_record_became_part_of(
    live_server: Any, page: Page, committed_cast: Cast, robin: Customer
) -> None:
    cast = committed_cast
    sign_in(page, live_server.url, cast.ana)
    page.goto(f"{live_server.url}/customers/{robin.id}/")
    page.get_by_role("button", name="Edit the record").click()
    page.get_by_label("Region").fill("Wales")
    with tenant(cast.organization.id):
        stays = actions.create_customer(actor=cast.mark.actor, display_name="Robin A. Field")
        actions.merge_customers(stays.id, robin.id, actor=cast.sam.actor)
    page.goto(f"{live_server.url}/customers/{robin.id}/")
    expect(page).to_have_url(f"{live_server.url}/customers/{stays.id}/")
    page.get_by_role("button", name="Edit the record").click()
    expect(page.get_by_label("Region")).to_have_value("Wales")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#edit-dialog")).to_have_count(0)
    with tenant(cast.organization.id):
        now = Customer.objects.get(id=stays.id)
    assert (now.region, now.display_name) == ("Wales", "Robin A. Field")


def test_every_answer_is_shown_beside_the_one_that_counts_by_pointer_and_keyboard(
    live_server: Any, page: Page, committed_cast: Cast, robin: Customer
) -> None:
    sign_in(page, live_server.url, committed_cast.ana)
    page.goto(f"{live_server.url}/customers/{robin.id}/")
    known = page.locator("[data-answers]").first
    card = page.locator("#answers-card")
    known.hover()
    expect(card).to_contain_text("tablet")
    expect(card).to_contain_text("Ana")
    expect(card).to_contain_text("Mark")
    expect(card).to_contain_text("older")
    page.keyboard.press("Escape")
    expect(card).not_to_be_visible()
    page.mouse.move(0, 0)
    known.focus()
    expect(card).to_contain_text("tablet")


def test_orders_and_their_history_open_on_the_record(
    live_server: Any, page: Page, committed_cast: Cast, robin: Customer
) -> None:
    cast = committed_cast
    with tenant(cast.organization.id):
        actions.place_order(robin.id, product_code="print", reference="W-1001", actor=cast.ana.actor)
    sign_in(page, live_server.url, cast.ana)
    page.goto(f"{live_server.url}/customers/{robin.id}/")
    page.get_by_text("Orders and history").click()
    expect(page.get_by_text("W-1001")).to_be_visible()
    expect(page.locator("#customer-orders")).to_contain_text("Ordered Print")
