"""The screens' fragments: what they show, what they never let in, and that their parts fit together."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from contactcenter.url_classes import URL_CLASSES
from tests.desk import floor_samples, samples
from tests.desk.rendering import Elements, rendered, screens

pytestmark = pytest.mark.urls("tests.desk.sample_urls")

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
HOOKS = {
    *(
        "offer",
        "accept",
        "customer-name",
        "known-fact",
        "promise",
        "marquee",
        "marquee-ack",
        "hangup",
        "wrapup",
    ),
    *("presence", "queue-waiting", "agent-state"),
}
# Values that choose a look rather than being shown.
CHOOSING = {
    "state",
    "hand",
    "owed_hand",
    "promised_hand",
    "confidence",
    "level",
    "urgency",
    "channel",
    "kind",
    "type",
}
CHOOSING |= {"key", "href", "icon", "url", "more_url", "longest_level", "service_level_level", "more"}
EVIL = "\"'><x-evil onclick=alert(1)>&"


def poisoned(value: Any, key: str = "") -> Any:
    """The same example with every shown text replaced by an attack."""
    if isinstance(value, dict):
        return {name: poisoned(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [poisoned(item, key) for item in value]
    return EVIL if isinstance(value, str) and value and key not in CHOOSING else value


def test_every_hook_that_browser_checks_rely_on_is_there() -> None:
    pages = screens()
    found = {hook for name in pages for hook in Elements(pages[name]).values("data-testid")}
    assert found >= HOOKS


@pytest.mark.parametrize(
    ("template", "values"),
    [
        ("desk/console.html", samples.console),
        ("desk/console/_wrapup.html", lambda: samples.console(wrapup=samples.wrapup())),
        ("desk/console/_search_results.html", samples.search_results),
        ("desk/floor.html", floor_samples.floor),
    ],
)
def test_what_customers_and_partners_write_stays_text(template: str, values: Any) -> None:
    page = Elements(rendered(template, poisoned(values())))
    assert "x-evil" in page.text
    assert [tag for tag, attributes in page.tags if tag == "x-evil" or "onclick" in attributes] == []


# The file that tells a person everything is read from their own disk: it needs nothing else, no screen does.
SCREENS = [path for path in sorted(TEMPLATES.rglob("*.html")) if path.parent.name != "customers"]


@pytest.mark.parametrize("path", SCREENS, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_no_template_needs_an_inline_style_or_script(path: Path) -> None:
    text = path.read_text()
    assert re.findall(r"\sstyle=|<style|\son[a-z]+=\"|javascript:|hx-on|<script(?![^>]*\ssrc=)", text) == []


def test_every_address_the_screens_name_is_classified() -> None:
    named = {
        name
        for folder in ("desk", "accounts", "partials")
        for path in (TEMPLATES / folder).rglob("*.html")
        for name in re.findall(r"\{% url '([a-z_:]+)'", path.read_text())
    }
    assert named <= set(URL_CLASSES)


def test_no_screen_has_an_id_twice_and_every_target_is_on_it() -> None:
    for name, html in screens().items():
        page = Elements(html)
        ids = page.values("id")
        assert sorted(ids) == sorted(set(ids)), name
        wanted = [value[1:] for attribute in ("hx-target",) for value in page.values(attribute)]
        wanted += page.values("popovertarget") + page.values("data-dialog-open") + page.values("data-filter")
        wanted += page.values("for")
        assert set(wanted) <= set(ids), name


def test_an_offer_says_who_calls_why_and_why_you() -> None:
    page = Elements(rendered("desk/console/_offer.html", {"offer": samples.offer()}))
    words = " ".join(page.text.split())
    assert "Jun Sato" in words
    assert "Wants the digital edition 74 %" in words
    assert "You: speaks Spanish, idle longest" in words


def test_what_is_known_is_filled_in_and_asking_again_needs_a_reason() -> None:
    known, *_ = samples.steps()
    page = Elements(
        rendered("desk/console/_step.html", {"step": known, "contact": samples.contact(), "number": 1})
    )
    reasons = [attributes for tag, attributes in page.tags if attributes.get("name") == "reason"]
    assert "Robert Whitfield, subscriber 20-88-1473" in page.text
    assert "IVR" in page.values("aria-label")
    assert len(reasons) == 4
    assert all("required" in reason for reason in reasons)


def test_a_question_asked_again_says_why_and_what_was_known() -> None:
    *_, asked = samples.steps()
    page = Elements(
        rendered("desk/console/_step.html", {"step": asked, "contact": samples.contact(), "number": 4})
    )
    words = " ".join(page.text.split())
    assert "Asked again: they say it changed. Before: r.whitfield@example.com" in words


def test_confidence_is_said_in_words_and_not_by_looks_alone() -> None:
    page = Elements(rendered("desk/console/_customer.html", samples.console()))
    assert "Bot, guessed" in page.values("aria-label")
    assert "Import, claimed" in page.values("aria-label")


def test_a_partner_is_told_what_lies_outside_its_contract() -> None:
    record = samples.customer(outside_contract=["address", "payment"])
    html = rendered("desk/console/_customer.html", samples.console(customer=record))
    assert "Outside your contract: address, payment" in html


def test_an_error_keeps_what_was_typed_and_names_its_field() -> None:
    step = {**samples.steps()[3], "value": "r.whitfield@", "error": "This is not an e-mail address."}
    page = Elements(
        rendered("desk/console/_step.html", {"step": step, "contact": samples.contact(), "number": 4})
    )
    field = next(attributes for tag, attributes in page.tags if attributes.get("id") == "step-email-value")
    assert field["value"] == "r.whitfield@"
    assert field["aria-describedby"] in page.values("id")


def test_empty_places_say_what_will_be_there() -> None:
    console = rendered("desk/console.html", samples.empty_console())
    floor = rendered("desk/floor.html", floor_samples.empty_floor(), path="/floor/", role="supervisor")
    assert "The next contact for you rings here" in console
    assert "No promise is at risk" in floor
    assert "No call right now" in floor


def test_only_supervisors_find_the_floor_in_the_navigation() -> None:
    links = {
        role: Elements(rendered("desk/console.html", samples.empty_console(), role=role)).values("href")
        for role in ("agent", "partner_agent", "supervisor", "admin")
    }
    assert {role: "/floor/" in hrefs for role, hrefs in links.items()} == {
        "agent": False,
        "partner_agent": False,
        "supervisor": True,
        "admin": True,
    }
