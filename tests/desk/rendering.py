"""Renders screens and fragments with example values, as a browser would get them."""

from __future__ import annotations

from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import resolve

from desk.styleguide import styleguide_context
from tests.desk import (
    consent_samples,
    duplicate_samples,
    field_samples,
    file_samples,
    floor_samples,
    privacy_samples,
    reason_samples,
    samples,
    steering_samples,
)


def rendered(template: str, context: dict[str, Any], *, path: str = "/console/", role: str = "agent") -> str:
    """One template as HTML, seen by a member with this role."""
    request = RequestFactory().get(path)
    request.resolver_match = resolve(path)
    shell = {"organization": SimpleNamespace(name="Meridian"), "live_topics": "", "voice_sdk_url": ""}
    # The real context processors need a session and a member of the database.
    context = {"user": None, "messages": [], **shell, "member": samples.member(role), **context}
    return render_to_string(template, {"csrf_token": "token", **context, "request": request})


def screens() -> dict[str, str]:
    """Every screen in the states worth looking at, by name."""
    wrapping = samples.console(
        contact=samples.contact(state="wrap_up"),
        call=None,
        wrapup=samples.wrapup(),
        presence=samples.presence("wrap_up"),
    )
    held = samples.call(on_hold=True, muted=True, hold_since=samples.ago(seconds=45))
    quiet = samples.work(with_offer=False)
    floor = {"path": "/floor/", "role": "supervisor"}
    duplicates = {"path": "/duplicates/", "role": "supervisor"}
    login = {"form": {"non_field_errors": ["They do not match."], "username": {"value": "ana", "errors": []}}}
    demo = [{"label": "Agent", "username": "ana", "password": "secret"}]
    admin = {"path": "/setup_fields/", "role": "admin"}
    editing = rendered("desk/record/_edit_dialog.html", {"edit": field_samples.edit()})
    new_field = rendered("desk/setup/_field_dialog.html", {"field": field_samples.field()}, **admin)
    record = rendered("desk/customer.html", samples.console())
    fields = rendered("desk/setup/fields.html", {"panel": field_samples.fields()}, **admin)
    asked_again = {"path": "/asked_again/", "role": "supervisor"}
    reasons = {"path": "/reasons/", "role": "supervisor"}
    return {
        "fields": fields,
        "fields-empty": rendered("desk/setup/fields.html", {"panel": {"fields": [], "retired": []}}, **admin),
        "field-new": fields.replace('<div id="field-editor">', f'<div id="field-editor">{new_field}'),
        "record-edited": record.replace('<div id="record-editor">', f'<div id="record-editor">{editing}'),
        "asked-again": rendered(
            "desk/record/asked_again.html", {"panel": field_samples.asked_again()}, **asked_again
        ),
        "asked-again-empty": rendered(
            "desk/record/asked_again.html",
            {"panel": {**field_samples.asked_again(), "empty": True}},
            **asked_again,
        ),
        "reasons": rendered(
            "desk/record/reasons.html",
            {"panel": reason_samples.panel(*[reason_samples.training()] * 3), "run": reason_samples.run()},
            **reasons,
        ),
        "reasons-empty": rendered(
            "desk/record/reasons.html",
            {
                "panel": reason_samples.panel(reason_samples.training(verdict="too_few", compared=False)),
                "run": reason_samples.run("failed", problem="The worker was stopped."),
            },
            **reasons,
        ),
        "console": rendered("desk/console.html", samples.console()),
        "console-empty": rendered("desk/console.html", samples.empty_console()),
        "console-wrapup": rendered("desk/console.html", wrapping),
        "console-held": rendered("desk/console.html", samples.console(call=held, work=quiet)),
        "customer": rendered("desk/customer.html", samples.console(timeline=samples.searched_timeline())),
        "contact-rules": rendered(
            "desk/contact_rules.html",
            {"rules": consent_samples.rules()},
            path="/contact_rules/",
            role="supervisor",
        ),
        "floor": rendered("desk/floor.html", floor_samples.floor(), **floor),
        "floor-empty": rendered("desk/floor.html", floor_samples.empty_floor(), **floor),
        **_steering(),
        "duplicates": rendered(
            "desk/duplicates.html",
            {"waiting": duplicate_samples.waiting(), "history": duplicate_samples.history()},
            **duplicates,
        ),
        "duplicates-empty": rendered(
            "desk/duplicates.html",
            {"waiting": duplicate_samples.waiting(0), "history": duplicate_samples.history(0)},
            **duplicates,
        ),
        "duplicate": rendered(
            "desk/duplicate.html",
            {"review": duplicate_samples.review(), "left": 2, "next_url": "/duplicate/9/"},
            **duplicates,
        ),
        "merge": rendered("desk/merge.html", {"merge": duplicate_samples.merge()}, **duplicates),
        "merge-undone": rendered(
            "desk/merge.html",
            {"merge": duplicate_samples.merge(undone_at=samples.ago(days=1), undone_by="Miriam Vance")},
            **duplicates,
        ),
        "components": rendered("desk/styleguide.html", styleguide_context(), path="/styleguide/"),
        "login": rendered("accounts/login.html", {**login, "demo_logins": demo}),
        **_files(),
        **_privacy(),
        "locked": rendered("accounts/locked.html", {}),
        "not-found": rendered("404.html", {}),
    }


def _steering() -> dict[str, str]:
    """Agents' time, and the floor with each of its dialogs open."""
    floor = {"path": "/floor/", "role": "supervisor"}
    page = rendered("desk/floor.html", floor_samples.floor(), **floor)
    dialogs = {
        "contact": rendered("desk/floor/_steer_contact.html", {"steer": steering_samples.contact()}, **floor),
        "agent": rendered("desk/floor/_steer_agent.html", {"steer": steering_samples.agent()}, **floor),
    }
    day = {"path": "/agent_time/", "role": "supervisor"}
    return {
        "agent-time": rendered("desk/agent_time.html", {"panel": steering_samples.agent_time()}, **day),
        "agent-time-empty": rendered(
            "desk/agent_time.html", {"panel": {**steering_samples.agent_time(), "rows": []}}, **day
        ),
        **{
            f"steer-{name}": page.replace('<div id="floor-steer">', f'<div id="floor-steer">{dialog}')
            for name, dialog in dialogs.items()
        },
    }


def _files() -> dict[str, str]:
    """The screens of imports and exports."""
    supervisor = {"path": "/imports/", "role": "supervisor"}
    mapping = rendered("desk/import.html", file_samples.mapping(), **supervisor)
    preview = rendered("desk/imports/_preview.html", file_samples.preview(), **supervisor)
    begin = mapping.index('<div id="preview"')
    end = mapping.index("</main>", begin)
    return {
        "imports": rendered("desk/imports.html", file_samples.imports(), **supervisor),
        "imports-empty": rendered("desk/imports.html", file_samples.no_imports(), **supervisor),
        "import-mapping": f"{mapping[:begin]}{preview}</div></div>{mapping[end:]}",
        "import-running": rendered("desk/import.html", file_samples.running(), **supervisor),
        "import-done": rendered("desk/import.html", file_samples.finished(), **supervisor),
        "import-unreadable": rendered("desk/import.html", file_samples.unreadable(), **supervisor),
        "exports": rendered("desk/exports.html", file_samples.exports(), **supervisor),
        "exports-empty": rendered("desk/exports.html", file_samples.no_exports(), **supervisor),
    }


def _privacy() -> dict[str, str]:
    """The screens of privacy."""
    admin = {"path": "/privacy/", "role": "admin"}
    return {
        "person-privacy": rendered("desk/privacy/person.html", privacy_samples.person(), **admin),
        "person-privacy-empty": rendered(
            "desk/privacy/person.html", privacy_samples.person(empty=True), **admin
        ),
        "erase": rendered("desk/privacy/erase.html", privacy_samples.preview(), **admin),
        "erase-blocked": rendered("desk/privacy/erase.html", privacy_samples.preview(blocked=True), **admin),
        "privacy": rendered("desk/privacy/privacy.html", privacy_samples.organization(), **admin),
        "privacy-empty": rendered(
            "desk/privacy/privacy.html", privacy_samples.organization(empty=True), **admin
        ),
        "erasure": rendered("desk/privacy/erasure.html", privacy_samples.certificate(), **admin),
    }


class Elements(HTMLParser):
    """All start tags of a page with their attributes, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self, attribute: str) -> list[str]:
        """What an attribute is, wherever it is."""
        return [attributes[attribute] for _, attributes in self.tags if attribute in attributes]
