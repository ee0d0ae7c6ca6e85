"""The screens in a real Chromium: accessible, within the security policy, by keyboard and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.desk import duplicate_samples, floor_samples
from tests.desk.pages import Pages, served
from tests.desk.rendering import rendered, screens

pytestmark = [pytest.mark.browser, pytest.mark.urls("tests.desk.sample_urls")]
SIZES = {"desk": (1440, 900), "phone": (390, 844)}


@pytest.fixture
def pages() -> Iterator[Pages]:
    with served(Pages(screens())) as pages:
        yield pages


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_screen_is_accessible_and_keeps_the_policy(
    pages: Pages, browser: Browser, scheme: str, size: str
) -> None:
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,  # type: ignore[arg-type]
        has_touch=size == "phone",
        is_mobile=size == "phone",
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if _is_ours(message.text) else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for name in pages.pages:
        page.goto(pages.url + name, wait_until="networkidle")
        assert complaints == [], name
        found = Axe().run(page).response["violations"]
        assert [(name, rule["id"], rule["nodes"][0]["html"]) for rule in found] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        complaints.clear()  # axe itself tries inline styles
    context.close()


def _is_ours(text: str) -> bool:
    """Fonts come with the set-up and the live server with the product; neither is here."""
    return "Content Security Policy" in text or "Uncaught" in text


def test_touch_targets_on_a_phone_are_large_enough_for_a_thumb(pages: Pages, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    for name in ("/console", "/floor", "/login"):
        page.goto(pages.url + name)
        small = page.evaluate(
            """[...document.querySelectorAll(".button, .icon-button, .tab, .field-input, .presence-button")]
            .filter((element) => element.getClientRects().length)
            .filter((element) => element.getBoundingClientRect().height < 43.5)
            .map((element) => element.outerHTML.slice(0, 120))"""
        )
        assert small == [], name
    context.close()


def test_enter_accepts_the_offer_but_not_while_one_types(pages: Pages, page: Page) -> None:
    page.goto(f"{pages.url}/console")
    page.get_by_label("Note", exact=True).fill("half a sen")
    page.keyboard.press("Enter")
    page.get_by_label("Note", exact=True).blur()
    with page.expect_response("**/offer_accept/71/") as answer:
        page.keyboard.press("Enter")
    assert [path for path, _ in pages.received] == ["/offer_accept/71/"]
    assert answer.value.request.header_value("x-csrftoken") == "token"


def test_single_keys_can_be_turned_off(pages: Pages, page: Page) -> None:
    page.goto(f"{pages.url}/console")
    page.keyboard.press("?")
    page.get_by_label("Single keys act at once").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    expect(page.locator("#promise-dialog")).not_to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Search customers")).to_be_focused()


def test_a_draft_survives_a_reload_and_is_forgotten_once_sent(pages: Pages, page: Page) -> None:
    page.goto(f"{pages.url}/console")
    note = page.get_by_label("Note", exact=True)
    note.fill("Reads on the train")
    expect(page.locator("[data-draft-status='note.903']")).to_contain_text("draft kept")
    page.reload()
    expect(note).to_have_value("Reads on the train")
    with page.expect_response("**/contact_note/903/"):
        page.get_by_role("button", name="Keep note").click()
    expect(page.locator("[data-draft-status='note.903']")).to_be_empty()
    page.reload()
    expect(note).to_have_value("")


def test_a_theme_once_chosen_is_kept(pages: Pages, page: Page) -> None:
    page.goto(f"{pages.url}/console")
    page.get_by_role("button", name="Account: Ana Torres").click()
    page.get_by_role("button", name="Dark").click()
    page.reload()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_live_data_waits_while_a_menu_is_open_inside_it(pages: Pages, page: Page) -> None:
    page.goto(f"{pages.url}/console")
    pages.answers["/work/"] = '<div class="work" id="work">Fresh work</div>'
    page.get_by_role("button", name="Decline…").click()
    with page.expect_response("**/work/"):
        page.evaluate("document.body.dispatchEvent(new CustomEvent('live:work.changed', {detail: {}}))")
    expect(page.get_by_role("menuitem", name="Finishing notes")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Fresh work")).to_be_visible()


def test_a_table_stays_sorted_when_live_rows_replace_it(pages: Pages, page: Page) -> None:
    page.goto(f"{pages.url}/floor")
    names = page.locator("#queues-table tbody th")
    page.locator("#queues-table").get_by_role("button", name="Answered").click()
    expect(names).to_have_text(["Main line", "Delivery", "Digital edition", "Billing"])
    queues = {"queues": floor_samples.queues()}
    pages.answers["/floor_panel/queues/"] = rendered("desk/floor/_queues.html", queues, role="supervisor")
    with page.expect_response("**/floor_panel/queues/"):
        page.evaluate("document.body.dispatchEvent(new CustomEvent('live:queues', {detail: {}}))")
    expect(names).to_have_text(["Main line", "Delivery", "Digital edition", "Billing"])
    expect(page.locator("#queues-table th[aria-sort='descending']")).to_have_text("Answered")


def test_agents_are_found_by_name_company_state_and_skill(pages: Pages, page: Page) -> None:
    page.goto(f"{pages.url}/floor")
    page.get_by_label("Filter agents").fill("digipress dutch")
    expect(page.locator("#agents-table tbody tr:visible th")).to_have_text(["Piet de Vries"])


def test_an_announcement_is_shown_as_it_will_appear_before_it_is_sent(pages: Pages, page: Page) -> None:
    page.goto(f"{pages.url}/floor")
    page.get_by_role("button", name="Announce").first.click()
    page.get_by_label("Headline").fill("Cards are down")
    page.get_by_label("Act now").check()
    expect(page.locator("[data-announce-preview]")).to_contain_text("Cards are down")
    expect(page.locator("[data-announce-preview]")).to_have_class("banner is-now")
    expect(page.get_by_text("Shown at once on 41 desktops.")).to_be_visible()


def test_two_records_are_judged_by_keyboard_alone(pages: Pages, page: Page) -> None:
    page.goto(f"{pages.url}/duplicate")
    expect(page.get_by_label("Name: Robert Whitfield")).to_be_checked()
    page.keyboard.press("2")
    expect(page.get_by_label("Name: Rob Whitfeild")).to_be_checked()
    expect(page.get_by_label("This record stays: Robert Whitfield")).to_be_checked()
    with page.expect_response("**/duplicate_merge/7/"):
        page.keyboard.press("m")
    path, body = pages.received[-1]
    assert path == "/duplicate_merge/7/"
    sent = parse_qs(body)
    assert (sent["stays"], sent["display_name"], sent["postal_address"]) == (
        ["first"],
        ["second"],
        ["second"],
    )
    with page.expect_response("**/duplicate_apart/7/"):
        page.keyboard.press("n")


def test_how_a_customer_is_recognised_is_changed_in_a_dialog(pages: Pages, page: Page) -> None:
    pages.answers["/identities/42/"] = rendered(
        "desk/console/_identities.html", {"identities": duplicate_samples.identities()}
    )
    page.goto(f"{pages.url}/customer")
    page.get_by_role("button", name="Numbers and addresses").click()
    dialog = page.get_by_role("dialog", name="Recognised by")
    expect(dialog.get_by_text("020 7946 0200 ext. 12")).to_be_visible()
    expect(dialog.get_by_text("guessed")).to_be_visible()
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == []
    dialog.get_by_label("Number, address or handle").fill("020 7946 0300")
    with page.expect_response("**/identities/42/"):
        dialog.get_by_role("button", name="Add", exact=True).click()
    assert parse_qs(pages.received[-1][1])["value"] == ["020 7946 0300"]


def test_a_promise_is_said_back_before_it_is_made(pages: Pages, page: Page) -> None:
    page.goto(f"{pages.url}/console")
    page.keyboard.press("p")
    page.get_by_label("In 24 hours").check()
    expect(page.locator("[data-promise-told]")).to_have_text("by tomorrow 14:05")


def test_on_a_phone_one_column_shows_and_an_offer_comes_to_the_front(pages: Pages, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{pages.url}/console")
    expect(page.get_by_test_id("accept")).to_be_visible()
    expect(page.get_by_test_id("hangup")).to_be_visible()
    page.get_by_role("tab", name="Customer").click()
    expect(page.locator("#customer").get_by_test_id("promise").first).to_be_visible()
    expect(page.get_by_test_id("accept")).not_to_be_visible()
    expect(page.get_by_test_id("hangup")).to_be_visible()
    context.close()


def test_a_lost_connection_is_said_plainly(pages: Pages, page: Page) -> None:
    page.goto(f"{pages.url}/console")
    page.route("**/contact_mute/903/", lambda route: route.abort())
    page.keyboard.press("m")
    expect(page.get_by_role("alert").filter(has_text="What you typed is kept.")).to_be_visible()


def test_on_the_wall_the_floor_is_dark_and_has_nothing_to_press(pages: Pages, page: Page) -> None:
    page.goto(f"{pages.url}/floor?tv=1")
    expect(page.get_by_role("button", name="Announce").first).not_to_be_visible()
    expect(page.get_by_role("navigation", name="Main")).not_to_be_visible()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
