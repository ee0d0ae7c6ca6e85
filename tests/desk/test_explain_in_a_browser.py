"""Why it waits, why whom, why not me, the same decision again, and calls owed, in a real Chromium."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from accounts.actors import IVR_ACTOR
from customers.actions import create_customer, open_interaction
from foundation.tenancy import tenant
from routing.actions import promise_callback, queue_work
from routing.models import AgentSkill, Callback, DecisionRecord, Queue, QueueSkill, Skill, WaitingToken
from routing.owner import Owner
from routing.presence import set_presence
from tests.desk.test_edits_in_a_browser import sign_in
from tests.people import Cast

pytestmark = pytest.mark.browser
PICTURES = os.environ.get("EXPLAIN_PICTURES", "")


@pytest.fixture(autouse=True, scope="module")
def _beside_playwright() -> Iterator[None]:
    """Its loop runs in this thread for as long as the database is in use, set-up and clearing included."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield


def arrives(name: str, queue_slug: str) -> int:
    customer = create_customer(actor=IVR_ACTOR, display_name=name, phones=["+442079460018"])
    opened = open_interaction(actor=IVR_ACTOR, channel="voice", address="+442079460018", customer=customer)
    return queue_work(opened.id, queue_slug=queue_slug, actor=IVR_ACTOR).interaction_id


def a_busy_while(cast: Cast) -> dict[str, int]:
    """Robin is offered to one of two; Casey waits for a skill nobody ready has; Dana will be called back."""
    service = Queue.objects.create(slug="service", name="Service", offers_callback=True)
    billing = Queue.objects.create(slug="billing", name="Billing")
    skill = Skill.objects.create(slug="billing", name="Billing")
    QueueSkill.objects.create(queue=billing, skill=skill, level=3)
    AgentSkill.objects.create(member=cast.mark, skill=skill, level=1)
    for member in (cast.ana, cast.mark):
        set_presence(member, state="ready")
    robin = arrives("Robin Field", "service")
    owner = Owner(threading.Event())
    while owner.round():
        pass
    rest = cast.mark if DecisionRecord.objects.get().offer.member_id == cast.ana.id else cast.ana
    casey = arrives("Casey Lane", "billing")
    while owner.round():
        pass
    set_presence(rest, state="paused", reason="Break")
    dana = arrives("Dana Cole", service.slug)
    assert promise_callback(dana, number="+442079460018") is not None
    return {"robin": robin, "casey": casey, "dana": dana}


_TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
    .filter((one) => !one.closest(".table-wrap")).map((one) => one.outerHTML.slice(0, 80))"""


def looks_right(page: Page, name: str) -> None:
    """By axe in light and dark, at both widths, without anything wider than the window."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 860})
            assert page.evaluate(_TOO_WIDE) == [], (name, width)
            if PICTURES:
                page.screenshot(path=f"{PICTURES}/{name}-{scheme}-{width}.png", full_page=True)
            if (scheme, width) in {("light", 1280), ("dark", 390)}:
                found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
                assert [(rule["id"], rule["nodes"][0]["html"][:160]) for rule in found] == [], name
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 860})


def test_every_why_is_answered_and_a_decision_is_made_again(
    live_server: Any, page: Page, committed_cast: Cast
) -> None:
    cast = committed_cast
    with tenant(cast.organization.id):
        ids = a_busy_while(cast)
        record = DecisionRecord.objects.get()
        chosen = record.offer.member
    sign_in(page, live_server.url, cast.sam)

    page.goto(f"{live_server.url}/floor/")
    row = page.locator("#calls-table tr", has_text="Dana Cole")
    row.get_by_role("link", name="Callback, number 1").press("Enter")
    expect(page.get_by_role("heading", name="To be called back")).to_be_visible()
    expect(page.locator("#why-callback")).to_contain_text("••• 0018")
    looks_right(page, "callback")

    page.goto(f"{live_server.url}/floor/contacts/{ids['casey']}/why/")
    expect(page.get_by_test_id("cause").first).to_be_visible()
    looks_right(page, "contact")

    page.goto(f"{live_server.url}/floor/agents/{cast.mark.id}/why/")
    expect(page.get_by_test_id("not-mine").filter(has_text="Casey Lane")).to_contain_text("Billing")
    looks_right(page, "agent")

    page.goto(f"{live_server.url}/floor/decisions/?contact={ids['robin']}")
    expect(page.get_by_test_id("decision")).to_have_count(1)
    page.get_by_label("Queue").select_option("billing")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("No decision like this")).to_be_visible()
    page.get_by_role("link", name="Every contact").click()
    expect(page.get_by_test_id("decision")).to_contain_text(chosen.display_name)
    looks_right(page, "decisions")
    page.get_by_test_id("decision").get_by_role("link").press("Enter")
    expect(page.get_by_role("heading", name=f"Why {chosen.display_name}")).to_be_visible()
    expect(page.get_by_test_id("candidate")).to_have_count(2)
    expect(page.locator("th.is-decisive")).to_have_count(1)
    expect(page.get_by_test_id("refused").filter(has_text="Paula")).to_contain_text("no team")
    page.get_by_test_id("replay").press("Enter")
    expect(page.get_by_test_id("replayed")).to_contain_text(f"The same again: {chosen.display_name}")
    looks_right(page, "decision")

    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{live_server.url}/floor/contacts/{ids['dana']}/why/")
    page.get_by_role("button", name="Do not call back").click()
    expect(page.get_by_text("They will not be called back")).to_be_visible()
    with tenant(cast.organization.id):
        assert Callback.objects.get().state == Callback.State.CANCELLED
        assert not WaitingToken.objects.filter(work_item__interaction_id=ids["dana"]).exists()

    page.context.clear_cookies()
    sign_in(page, live_server.url, cast.mark if chosen.id == cast.ana.id else cast.ana)
    page.goto(f"{live_server.url}/why-not-me/")
    expect(page.get_by_test_id("not-mine")).to_contain_text("Billing")
    expect(page.get_by_text("Casey Lane")).to_have_count(0)
    expect(page.locator("#why-lately")).to_contain_text("a colleague")
    looks_right(page, "not-me")
