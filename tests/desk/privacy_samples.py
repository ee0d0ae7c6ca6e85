# One row of a table on one line reads better than one value on a line.
# ruff: noqa: E501
"""Example values for the screens of privacy."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tests.desk.samples import ago, ahead


def person(*, empty: bool = False) -> dict[str, Any]:
    """One person's page."""
    file = {
        "id": 3,
        "file_name": "person-42.html",
        "format": "html",
        "state": "done",
        "state_label": "Ready",
        "level": "good",
        "moves": False,
        "progress": {},
        "problem": "",
        "bytes": 48_211,
        "author": "Miriam Vance",
        "at": ago(minutes=3),
    }
    moving = file | {
        "id": 4,
        "format": "json",
        "state": "waiting",
        "moves": True,
        "progress": {"rows": 800, "step": 7, "steps": 15},
    }
    holds = [
        SimpleNamespace(id=1, reason="Dispute over the gift subscription, file 2026/118", placed_by="Miriam Vance", placed_at=ago(days=12), lifted_at=None),
        SimpleNamespace(id=2, reason="Tax audit", placed_by="Grace Owen", placed_at=ago(days=400), lifted_by="Grace Owen", lifted_reason="Audit closed", lifted_at=ago(days=90)),
    ]  # fmt: skip
    looks = [
        {"at": ago(minutes=4), "reader": "Paula Reyes", "hand": "partner", "company": "Digipress", "system": False, "what": "record", "why": "Call, contact 903"},
        {"at": ago(hours=5), "reader": "Digipress CRM", "hand": "partner", "company": "Digipress", "system": True, "what": "facts", "why": "Order DP-2207"},
        {"at": ago(days=1), "reader": "Ana Torres", "hand": "inhouse", "company": "In-house", "system": False, "what": "record, personal answers", "why": ""},
    ]  # fmt: skip
    companies = [{"value": "", "label": "Everybody", "chosen": True}, {"value": "partners", "label": "Partners"}, {"value": "inhouse", "label": "In-house"}]  # fmt: skip
    return {
        "person": {
            "id": 42,
            "name": "Robert Whitfield",
            "may_erase": True,
            "files": {"customer_id": 42, "rows": [] if empty else [moving, file, file | {"id": 5, "format": "json"}], "moves": not empty},
            "holds": {"customer_id": 42, "standing": [] if empty else holds[:1], "lifted": [] if empty else holds[1:]},
            "reads": {"customer_id": 42, "company": "", "companies": companies, "more": None if empty else 17, "rows": [] if empty else looks},
        }
    }  # fmt: skip


def preview(*, blocked: bool = False) -> dict[str, Any]:
    """What an erasure would take."""
    goes = [
        ("Timeline and notes", 212),
        ("Answers (facts)", 31),
        ("Contacts’ raw requests of the carrier", 44),
        ("Numbers and addresses", 3),
        ("The record", 2),
    ]
    stays = [
        ("Contacts", 18, "Channel, queue, times and outcome stay without the person, for the figures."),
        ("Figures by quarter hour", None, "They are counts; no person is in them."),
    ]
    return {
        "preview": {
            "id": 42,
            "name": "Robert Whitfield",
            "merged": [977],
            "goes": [{"label": label, "count": count} for label, count in goes],
            "total": 292,
            "stays": [{"label": label, "count": count, "because": why} for label, count, why in stays],
            "partners": ["Digipress", "Postvan"],
            "blocked": ["A legal hold forbids it: Dispute over the gift subscription (placed by Miriam Vance)."] if blocked else [],
            "may_erase": True,
            "bases": [{"value": "asked", "label": "The person asked for it"}, {"value": "ordered", "label": "An authority ordered it"}],
        }
    }  # fmt: skip


def organization(*, empty: bool = False) -> dict[str, Any]:
    """The organisation's page."""
    done = SimpleNamespace(
        state="done", get_state_display="Done", removed=1204, held=3, problem="", started_at=ago(hours=6)
    )
    rule = SimpleNamespace(changed_by="Grace Owen", changed_at=ago(days=30))
    common = {"least": 30, "most": 36_500, "may_keep": True, "rule": None, "run": None, "run_level": ""}
    retention = [
        common | {"name": "contacts", "label": "Contacts: number, mail and summary", "then": "The contact stays for the figures, without them.", "days": 1825, "usual": 1825, "run": None if empty else done, "run_level": "good"},
        common | {"name": "voicemails", "label": "Messages callers left", "then": "They are deleted.", "days": 90, "usual": 180, "rule": rule},
        common | {"name": "notes", "label": "Notes and timeline", "then": "The lines are deleted.", "days": None, "for_good": True, "usual": None},
    ]  # fmt: skip
    erasures = [
        {"id": 2, "number": 977, "at": ago(days=3), "by": "Grace Owen", "basis": "The person asked for it", "rows": 292, "asked": 2, "confirmed": 1, "level": "now"},
        {"id": 1, "number": 12, "at": ago(days=40), "by": "Grace Owen", "basis": "The data is no longer needed", "rows": 18, "asked": 0, "confirmed": 0, "level": "good"},
    ]  # fmt: skip
    return {
        "privacy": {
            "may_change": True,
            "overdue": [] if empty else [{"erasure_id": 2, "partner": "Postvan", "due_at": ago(days=1)}],
            "erasures": [] if empty else erasures,
            "holds": [] if empty else [{"customer_id": 42, "customer": "Robert Whitfield", "reason": "Dispute over the gift subscription", "by": "Miriam Vance", "at": ago(days=12)}],
            "retention": retention,
        }
    }  # fmt: skip


def certificate() -> dict[str, Any]:
    """The proof of an erasure."""
    return {
        "asked": "020 7946 0018",
        "names": True,
        "erasure": {
            "id": 2, "number": 977, "merged": [981], "at": ago(days=3), "by": "Grace Owen", "basis": "The person asked for it", "rows": 292, "asked": 2, "confirmed": 1,
            "erased": [{"label": "Timeline and notes", "count": 212}, {"label": "Answers (facts)", "count": 31}],
            "stripped": [{"label": "Contacts", "count": 18, "because": "Channel, queue, times and outcome stay without the person, for the figures."}],
            "looked": [("Digipress", 12), ("In-house", 3)], "identifiers": 3, "digest": "a3f1" * 16, "intact": False, "file_url": "#file",
            "receipts": [
                {"id": 1, "partner": "Digipress", "state": "confirmed", "level": "good", "asked_at": ago(days=3), "due_at": ahead(days=11), "confirmed_at": ago(days=2), "confirmed_by": "Digipress CRM", "how": "By their system"},
                {"id": 2, "partner": "Postvan", "state": "overdue", "level": "now", "asked_at": ago(days=20), "due_at": ago(days=6), "confirmed_at": None, "confirmed_by": "", "how": ""},
            ],
        },
    }  # fmt: skip
