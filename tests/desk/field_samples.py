"""Example values for the set-up of fields, the form to edit a record, and the page of what is asked again."""

from __future__ import annotations

from typing import Any

from tests.desk.samples import ago


def fields() -> dict[str, Any]:
    """Fields in use and retired."""

    def line(key: str, label: str, kind: str, **changes: Any) -> dict[str, Any]:
        return {
            "key": key,
            "label": label,
            "question": "",
            "type": kind,
            "limits": "",
            "forms": "Console script, Record",
            "queues": "all",
            "sensitivity": "Internal",
            "expires": "–",
            "precedence": "The surest, then the newest",
            "searchable": False,
            "answers": 412,
            "retired_at": None,
            "first": False,
            "last": False,
            **changes,
        }

    return {
        "fields": [
            line(
                "preferred_device",
                "Reads on",
                "One of a list",
                limits="tablet, phone, computer, e-reader",
                queues="Digital edition",
                expires="730 days",
                first=True,
            ),
            line("delivery_note", "Delivery note", "Text", limits="at most 200 characters", searchable=True),
            line("household_readers", "Readers at home", "Number", limits="1–20", forms="Wrap-up", last=True),
        ],
        "retired": [line("fax", "Fax number", "Text", answers=3, retired_at=ago(days=90))],
    }


def field() -> dict[str, Any]:
    """The form of one field."""

    def options(*pairs: tuple[str, str], checked: str = "") -> list[dict[str, Any]]:
        return [{"value": value, "label": label, "checked": value == checked} for value, label in pairs]

    return {
        "is_new": True,
        "key": "",
        "version": 1,
        "label": "",
        "question": "",
        "value_type": "choice",
        "choices": "tablet\nphone",
        "text_kind": "any",
        "minimum": "",
        "maximum": "",
        "sensitivity": "internal",
        "precedence": "usual",
        "expires_after_days": "",
        "is_searchable": False,
        "types": options(("text", "Text"), ("choice", "One of a list"), ("number", "Number")),
        "text_kinds": options(("any", "Anything"), ("digits", "Digits only")),
        "sensitivities": options(("public", "Public"), ("internal", "Internal")),
        "precedences": options(("usual", "The surest, then the newest"), ("newest", "The newest")),
        "forms": options(("script", "Console script"), ("wrap_up", "Wrap-up"), checked="script"),
        "queues": options(("main", "Delivery"), ("digital", "Digital edition")),
    }


def edit() -> dict[str, Any]:
    """A record being edited; the region was changed by two."""

    def known(name: str, label: str, value: str, **changes: Any) -> dict[str, Any]:
        return {
            "name": name,
            "id": f"edit-{name}",
            "label": label,
            "kind": "text",
            "value": value,
            "was": value,
            "options": [],
            "required": False,
            **changes,
        }

    devices = [{"value": "", "label": "not known"}, {"value": "tablet", "label": "Tablet"}]
    source = {"hand": "partner", "hand_name": "Digipress", "confidence": "claimed", "at": ago(days=1)}
    return {
        "id": 42,
        "name": "Robert Whitfield",
        "version": 7,
        "conflicts": 1,
        "details": [
            known("display_name", "Name", "Robert Whitfield", required=True),
            known(
                "region",
                "Region",
                "Wales",
                was="Scotland",
                conflict={
                    "yours": "Wales",
                    "theirs": "Scotland",
                    "hand": "inhouse",
                    "name": "Callum Reid",
                    "at": ago(minutes=2),
                },
            ),
            known("postal_address", "Address", "14 Orchard Close", kind="textarea"),
        ],
        "custom": [
            known("fact.device", "Reads on", "tablet", kind="select", options=devices, **source),
            known("fact.readers", "Readers at home", "2", kind="number", source="told an agent", **source),
        ],
    }


def asked_again() -> dict[str, Any]:
    """Who asks again, and what."""

    def rate(name: str, contacts: int, asked_in: int, company: str = "") -> dict[str, Any]:
        percent = f"{100 * asked_in / contacts:.1f}"
        return {
            "name": name,
            "company": company,
            "contacts": contacts,
            "asked_in": asked_in,
            "times": asked_in + 1,
            "percent": percent,
            "width": percent,
        }

    return {
        "days": 30,
        "periods": [{"days": days, "label": f"{days} days"} for days in (7, 30, 90)],
        "figures": [
            {
                "label": "Asked again",
                "value": "3.4",
                "unit": "% of contacts",
                "target": "target ≤ 2 %",
                "level": "soon",
                "values": [4, 3, 5, 3, 2, 4, 3],
                "goal": 2,
            },
            {
                "label": "Contacts in which it happened",
                "value": "41",
                "unit": "of 1,204",
                "values": [],
                "goal": None,
            },
        ],
        "groups": [
            {
                "id": "queues",
                "title": "By queue",
                "head": "Queue",
                "rates": [rate("Digital edition", 300, 21), rate("Delivery", 904, 20)],
            },
            {
                "id": "agents",
                "title": "By agent",
                "head": "Agent",
                "rates": [rate("Noor Haddad", 122, 9, "Digipress"), rate("Ana Duarte", 240, 2, "Meridian")],
            },
        ],
        "questions": [{"name": "Reads on", "times": 22, "width": "100.0"}],
        "reasons": [{"name": "They say it changed", "times": 19, "width": "100.0"}],
        "empty": False,
    }
