"""The screens in a real Chromium: accessible, within the security policy, by keyboard and on a phone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, Route, expect

from tests.desk import consent_samples, duplicate_samples, floor_samples, samples
from tests.desk.pages import Pages, served
from tests.desk.rendering import rendered, screens

pytestmark = [pytest.mark.browser, pytest.mark.urls("tests.desk.sample_urls")]
SIZES = {"desk": (1440, 900), "phone": (390, 844)}


@pytest.fixture
def pages() -> Iterator[Pages]:
    with served(Pages(screens())) as pages:
        yield pages


@pytest.fixture
def page(page: Page) -> Page:
    """Nothing is read just because it is due again: what is read was asked for."""
    page.add_init_script("window.setInterval = () => 0")
    # A test's first route is in force only some moments later; those after it are at once.
    page.route("**/asked-by-nobody/", lambda route: route.abort())
    return page


class Held:
    """Requests that wait until the test answers them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.routes: list[Route] = []

    def wait_for(self, count: int) -> list[Route]:
        """The requests so far, as soon as there are this many."""
        until = time.monotonic() + 20
        while len(self.routes) < count and time.monotonic() < until:
            self.page.evaluate("() => new Promise(requestAnimationFrame)")
        assert len(self.routes) == count
        return self.routes


def hold(page: Page, path: str) -> Held:
    """Hold back every answer of an address."""
    held = Held(page)
    page.route(path, lambda route: held.routes.append(route))
    return held


def nudge(page: Page, kind: str) -> None:
    """Tell the page that something happened."""
    page.evaluate("kind => document.body.dispatchEvent(new CustomEvent(`live:${kind}`, {detail: {}}))", kind)


def panel_saying(panel: str, kind: str, url: str, text: str) -> str:
    """A live panel with nothing but a text in it."""
    return f'<div id="{panel}" data-live="{kind}" data-live-from="{url}">{text}</div>'


def work_saying(text: str) -> str:
    """The left column with nothing but a text in it."""
    return panel_saying("work", "work.changed", "/work/", text)


def _is_read(request: Request) -> bool:
    return request.resource_type == "fetch" and request.method == "GET" and "/live" not in request.url


@pytest.mark.parametrize("size", SIZES)
def test_every_screen_is_accessible_and_keeps_the_policy(pages: Pages, browser: Browser, size: str) -> None:
    width, height = SIZES[size]
    touch = size == "phone"
    context = browser.new_context(
        viewport={"width": width, "height": height},
        has_touch=touch,
        is_mobile=touch,
        reduced_motion="reduce",
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if _is_ours(message.text) else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for name in pages.pages:
        page.emulate_media(color_scheme="light")
        page.goto(pages.url + name, wait_until="load")
        page.evaluate("new Promise(requestAnimationFrame)")
        assert complaints == [], name
        assert _violations(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        if not touch:  # of the two themes' screens only the colours differ, and those not by size
            page.emulate_media(color_scheme="dark")
            page.goto(pages.url + name, wait_until="load")
            assert _violations(page, runOnly=["color-contrast"]) == [], f"{name}, dark"
        complaints.clear()  # axe itself tries inline styles
    context.close()


def _violations(page: Page, **options: Any) -> list[tuple[str, str]]:
    found = Axe().run(page, options={"resultTypes": ["violations"], **options}).response["violations"]
    return [(rule["id"], rule["nodes"][0]["html"]) for rule in found]


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


def test_a_kept_note_leaves_an_empty_field(pages: Pages, page: Page) -> None:
    page.goto(f"{pages.url}/console")
    fresh = page.locator("#notes").evaluate("form => form.outerHTML")
    page.route("**/contact_note/903/", lambda route: route.fulfill(content_type="text/html", body=fresh))
    note = page.get_by_label("Note", exact=True)
    note.fill("Reads on the train")
    note.evaluate("field => field.dataset.former = 'yes'")
    page.get_by_role("button", name="Keep note").click()
    expect(page.locator("#note-text:not([data-former])")).to_have_value("")
    page.reload()
    expect(note).to_have_value("")


def test_a_fresh_call_bar_says_how_the_line_is(pages: Pages, page: Page) -> None:
    phone = 'data-voice-sdk-url="/sdk.js" data-voice-token-url="/token" data-live-url'
    pages.answers["/with-line"] = pages.pages["/console-empty"].replace("data-live-url", phone, 1)
    device = "on(name, heard) { this[name] = heard; } async register() { this.registered(); } destroy() {}"
    sdk = f"window.Twilio = {{ Device: class {{ {device} }} }};"
    page.route("**/sdk.js", lambda route: route.fulfill(content_type="text/javascript", body=sdk))
    page.route("**/token", lambda route: route.fulfill(json={"token": "x"}))
    page.goto(f"{pages.url}/with-line")
    expect(page.locator("#line-state")).to_have_text("Your line is ready.")
    page.evaluate("""() => {
        const fresh = document.getElementById("callbar").cloneNode(true);
        fresh.querySelector("#line-state").textContent = "Your line is checked when you get ready.";
        fresh.dataset.fresh = "yes";
        htmx.swap("#callbar", fresh.outerHTML, {swapStyle: "outerHTML"});
    }""")
    expect(page.locator("#callbar[data-fresh] #line-state")).to_have_text("Your line is ready.")


def test_what_is_said_twice_stands_once(pages: Pages, page: Page) -> None:
    page.goto(f"{pages.url}/console")
    page.evaluate("""() => {
        for (const text of ["You missed a call.", "Something else.", "You missed a call."]) {
            document.dispatchEvent(new CustomEvent("toast", {detail: {level: "now", title: "Offer", text}}));
        }
    }""")
    expect(page.locator("#toasts [data-toast]")).to_have_count(2)


def test_a_theme_once_chosen_is_kept(pages: Pages, page: Page) -> None:
    page.goto(f"{pages.url}/console")
    page.get_by_role("button", name="Account: Ana Torres").click()
    page.get_by_role("button", name="Dark").click()
    page.reload()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_live_data_waits_while_a_menu_is_open_inside_it(pages: Pages, page: Page) -> None:
    page.goto(f"{pages.url}/console")
    held = hold(page, "**/work/")
    nudge(page, "work.changed")
    (answer,) = held.wait_for(1)
    page.get_by_role("button", name="Decline…").click()
    expect(page.get_by_role("menuitem", name="Finishing notes")).to_be_visible()
    with page.expect_event("requestfinished"):
        answer.fulfill(body=work_saying("Read before it was closed"))
    page.evaluate("() => new Promise(requestAnimationFrame)")
    expect(page.get_by_role("menuitem", name="Finishing notes")).to_be_visible()
    page.keyboard.press("Escape")
    held.wait_for(2)[1].fulfill(body=work_saying("Fresh work"))
    expect(page.get_by_text("Fresh work")).to_be_visible()


def test_a_nudge_during_a_reading_is_not_lost(pages: Pages, page: Page) -> None:
    page.goto(f"{pages.url}/console")
    held = hold(page, "**/work/")
    nudge(page, "work.changed")
    first = held.wait_for(1)[0]
    nudge(page, "work.changed")
    first.fulfill(body=work_saying("After the first change"))
    held.wait_for(2)[1].fulfill(body=work_saying("After the second change"))
    expect(page.locator("#work")).to_have_text("After the second change")


@pytest.mark.parametrize(
    ("screen", "kind", "panel", "path"),
    [
        ("console", "work.changed", "work", "**/work/"),
        ("floor", "queues", "floor-queues", "**/floor_panel/queues/"),
    ],
)
def test_a_burst_of_nudges_is_few_readings_and_ends_with_the_last_state(
    pages: Pages, page: Page, screen: str, kind: str, panel: str, path: str
) -> None:
    page.goto(f"{pages.url}/{screen}")
    read: list[str] = []

    def answer(route: Route) -> None:
        state = page.evaluate("window.nudges")
        read.append(state)
        route.fulfill(body=panel_saying(panel, kind, route.request.url, f"state {state}"))

    page.route(path, answer)
    page.evaluate(
        """async (kind) => {
            for (window.nudges = 1; window.nudges <= 20; window.nudges++) {
                document.body.dispatchEvent(new CustomEvent(`live:${kind}`, { detail: {} }));
                await new Promise((next) => setTimeout(next, 30));
            }
            window.nudges = "last";
            document.body.dispatchEvent(new CustomEvent(`live:${kind}`, { detail: {} }));
        }""",
        kind,
    )
    expect(page.locator(f"#{panel}")).to_have_text("state last")
    assert len(read) < 10


def test_a_reading_that_failed_is_tried_again(pages: Pages, page: Page) -> None:
    page.goto(f"{pages.url}/console")
    held = hold(page, "**/work/")
    nudge(page, "work.changed")
    held.wait_for(1)[0].abort()
    held.wait_for(2)[1].fulfill(body=work_saying("Back again"))
    expect(page.get_by_text("Back again")).to_be_visible()


def test_a_record_that_was_erased_or_is_not_shared_any_more_leaves_the_screen(
    pages: Pages, page: Page
) -> None:
    held = hold(page, "**/customer/42/")
    page.goto(f"{pages.url}/customer")
    expect(page.locator("#customer")).to_contain_text("Robert Whitfield")
    nudge(page, "record.changed")
    held.wait_for(1)[0].fulfill(status=404, body="nothing")
    expect(page.locator("#customer")).to_contain_text("This is not there any more")
    expect(page.locator("#customer")).not_to_contain_text("Robert Whitfield")


def test_what_an_older_answer_would_undo_is_read_again(pages: Pages, page: Page) -> None:
    page.goto(f"{pages.url}/console")
    sent, held = hold(page, "**/contact_mute/903/"), hold(page, "**/work/")
    page.get_by_role("button", name="Mute").click()
    muted = sent.wait_for(1)[0]
    nudge(page, "work.changed")
    held.wait_for(1)[0].fulfill(body=work_saying("Newer"))
    expect(page.locator("#work")).to_have_text("Newer")
    older = work_saying("Older").replace("<div", '<div hx-swap-oob="true"', 1)
    muted.fulfill(body=f'<div id="callbar">Muted</div>{older}')
    held.wait_for(2)[1].fulfill(body=work_saying("Newest"))
    expect(page.locator("#work")).to_have_text("Newest")


@pytest.mark.parametrize("screen", ["console", "floor"])
def test_back_in_touch_every_panel_is_read_anew_once(pages: Pages, page: Page, screen: str) -> None:
    page.goto(f"{pages.url}/{screen}")
    named = {
        urlsplit(url).path
        for url in page.eval_on_selector_all(
            "[data-live-from]", "all => all.map((one) => new URL(one.dataset.liveFrom, location.href).href)"
        )
    }
    read: list[str] = []
    page.on("request", lambda request: read.append(urlsplit(request.url).path) if _is_read(request) else None)
    for state in ("stale", "live"):
        page.evaluate(
            "state => document.body.dispatchEvent(new CustomEvent('live:state', {detail: {state}}))", state
        )
    page.wait_for_load_state("networkidle")
    assert sorted(read) == sorted(named)


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
    expect(page.get_by_text("Reaches 41 desktops at once.")).to_be_visible()


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


def test_a_record_is_put_beside_another_one_in_a_dialog(pages: Pages, page: Page) -> None:
    panel = {"duplicates": duplicate_samples.of_record()}
    pages.answers["/customer_duplicates/42/"] = rendered("desk/console/_duplicates.html", panel)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{pages.url}/customer")
    page.get_by_role("button", name="Same person…").click()
    dialog = page.get_by_role("dialog", name="Stands here twice?")
    expect(dialog.get_by_test_id("record-pair")).to_contain_text("The same telephone number")
    assert _violations(page) == []
    pages.answers["/customer_duplicates/42/"] = rendered("desk/console/_duplicates_found.html", panel)
    with page.expect_response("**/customer_duplicates/42/?q=roberta"):
        dialog.get_by_label("The same person as").fill("roberta")
    with page.expect_response("**/duplicate_propose/42/"):
        dialog.get_by_role("button", name="Roberta Whitfield is the same person").click()
    assert parse_qs(pages.received[-1][1])["other"] == ["51"]


def test_a_stop_is_written_down_by_keyboard(pages: Pages, page: Page) -> None:
    panel = {"consent": consent_samples.consent()}
    pages.answers["/consent/42/"] = rendered("desk/console/_consent.html", panel)
    dialog = page.get_by_role("dialog", name="Contacting Robert Whitfield")
    for size, scheme in (((390, 844), "dark"), ((1440, 900), "light")):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.goto(f"{pages.url}/customer")
        with page.expect_response("**/consent/42/"):
            page.keyboard.press("o")
        expect(dialog.get_by_test_id("said")).to_have_count(2)
        assert _violations(page) == [], scheme
    dialog.get_by_label("No more of it").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("Text")
    with page.expect_response("**/consent/42/"):
        dialog.get_by_label("What proves it").press("Enter")
    sent = parse_qs(pages.received[-1][1])
    assert (sent["answer"], sent["channel"]) == (["stop"], ["sms"])


def test_a_timeline_that_somebody_reads_on_in_is_left_alone_and_says_when_there_is_more(
    pages: Pages, page: Page
) -> None:
    page.goto(f"{pages.url}/console")
    opened = {"timeline": samples.searched_timeline()}
    pages.answers["/timeline/"] = rendered("desk/console/_timeline.html", opened)
    page.keyboard.press("l")
    words = page.get_by_label("Words")
    expect(words).to_have_value("link")
    with page.expect_response(lambda answer: "q=link%20by%20mail" in answer.url):
        words.press("End")
        words.press_sequentially(" by mail")
    with page.expect_response(lambda answer: "q=link%20by%20mail" in answer.url):
        words.blur()  # tells of the change, and asks again: later, it would wipe what is new from the list
    page.wait_for_function("!document.querySelector('.htmx-request')")
    fresh = samples.console(timeline={**samples.timeline(), "newest_id": 11})
    pages.answers["/customer/42/"] = rendered("desk/console/_customer.html", fresh)
    words.focus()
    with page.expect_response("**/customer/42/"):
        nudge(page, "record.changed")
    expect(page.get_by_role("button", name="Show what is new")).to_be_visible()
    expect(words).to_have_value("link by mail")
    expect(words).to_be_focused()
    with page.expect_response(lambda answer: "q=link%20again" in answer.url):
        words.fill("link again")


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


def test_a_case_is_opened_by_keyboard_and_what_was_typed_is_kept_when_refused(
    pages: Pages, page: Page
) -> None:
    page.goto(f"{pages.url}/console")
    sent = hold(page, "**/case_open/42/")
    page.keyboard.press("c")
    page.keyboard.type("No link came")
    page.keyboard.press("Enter")
    errors = '{"fieldErrors": {"title": ["Say what it is about."]}}'
    sent.wait_for(1)[0].fulfill(status=422, headers={"HX-Trigger": errors, "HX-Reswap": "none"})
    dialog = page.get_by_role("dialog", name="A case for Robert Whitfield")
    expect(dialog.get_by_text("Say what it is about.")).to_be_visible()
    expect(dialog.get_by_label("What is to be settled")).to_have_value("No link came")


def test_a_subscription_is_switched_by_keyboard(pages: Pages, page: Page) -> None:
    page.goto(f"{pages.url}/console")
    page.keyboard.press("s")
    page.keyboard.press("Space")
    with page.expect_response("**/subscription_switch/1/"):
        page.keyboard.press("Enter")
    [(path, body)] = pages.received
    assert (path, "product=digital" in body) == ("/subscription_switch/1/", True)


def test_what_is_owed_is_said_the_same_everywhere_before_and_after_the_clock_ticks(
    pages: Pages, page: Page
) -> None:
    work = samples.work()
    work["promises"] = [samples.promise(due_at=samples.ago(hours=19), level="now")]
    late = [samples.promise(due_at=samples.ago(hours=19), level="now")]
    console = samples.console(work=work, customer=samples.customer(promises=late))
    pages.pages["/late"] = rendered("desk/console.html", console)
    page.goto(f"{pages.url}/late")
    dues = page.locator("#work time[data-when=due], #customer time[data-when=due]")
    expect(dues).to_have_text(["19 h late", "19 h late"])
    assert pages.pages["/late"].count(">19 h late<") == 2


def test_who_missed_calls_is_told_aloud_and_is_back_with_one_key(pages: Pages, page: Page) -> None:
    away = samples.empty_console()
    away["presence"] = samples.presence("not_responding")
    pages.pages["/missed"] = rendered("desk/console.html", away)
    page.goto(f"{pages.url}/missed")
    expect(page.get_by_role("status").filter(has_text="You missed 2 calls in a row")).to_be_visible()
    page.evaluate(
        """document.body.dispatchEvent(new CustomEvent("live:presence.changed",
            {detail: {body: {state: "not_responding"}}}))"""
    )
    expect(page.get_by_role("alert").filter(has_text="No more contacts for now")).to_be_visible()
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.keyboard.press("r")
    assert "state=ready" in pages.received[-1][1]


@pytest.mark.parametrize("width", [1280, 1440])
def test_no_table_of_the_floor_is_cut_on_a_desk(pages: Pages, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{pages.url}/floor")
    cut = page.eval_on_selector_all(
        ".table-wrap",
        "all => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.outerHTML)",
    )
    assert [html[:200] for html in cut] == []
