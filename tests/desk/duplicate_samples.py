# One row of a table on one line reads better than one value on a line.
# ruff: noqa: E501
"""Example values for the screens that judge duplicates."""

from __future__ import annotations

from typing import Any

from customers.merge_queries import AnswerPair, FieldPair
from tests.desk.samples import ago

_REASONS = [
    "the same telephone number, verified on both",
    "names that are written alike",
    "different addresses",
]


def waiting(count: int = 2) -> dict[str, Any]:
    """Pairs to look at."""
    rows = [
        {"id": 7, "first": "Robert Whitfield", "second": "Rob Whitfeild", "score": 88, "reasons": _REASONS[:2], "found_at": ago(minutes=4)},
        {"id": 9, "first": "María José López", "second": "Maria Lopez", "score": 62, "reasons": ["the same address", "one name is short for the other"], "found_at": ago(hours=9)},
    ]  # fmt: skip
    return {"count": count, "more": False, "rows": rows[:count]}


def history(count: int = 2) -> dict[str, Any]:
    """What was merged."""
    rows = [
        {"id": 3, "winner": "Anna Berg", "winner_id": 12, "loser": "07700 900123", "why": "By rule: the same telephone number; one of them has no name yet", "hand": "system", "author": "Bothhands", "merged_at": ago(hours=2), "undone_at": None, "undone_by": ""},
        {"id": 2, "winner": "José Díaz", "winner_id": 14, "loser": "Jose Dias", "why": "the same address; names that sound alike", "hand": "inhouse", "author": "Miriam Vance", "merged_at": ago(days=2), "undone_at": ago(days=1), "undone_by": "Miriam Vance"},
    ]  # fmt: skip
    return {"rows": rows[:count]}


def review() -> dict[str, Any]:
    """Two records side by side."""

    def identity(label: str, value: str, confidence: str = "claimed", shared: bool = False) -> dict[str, Any]:
        return {
            "label": label,
            "value": value,
            "hand": "inhouse",
            "confidence": confidence,
            "is_shared": shared,
        }

    return {
        "id": 7,
        "score": 68,
        "reasons": [{"text": text, "points": points} for text, points in zip(_REASONS, (60, 28, -10), strict=True)],
        "sides": [
            {"side": "first", "id": 42, "name": "Robert Whitfield", "created_at": ago(days=900), "stays": True, "identities": [identity("Phone", "020 7946 0018", "verified"), identity("E-mail", "robert.whitfield@example.com")]},
            {"side": "second", "id": 977, "name": "Rob Whitfeild", "created_at": ago(days=3), "stays": False, "identities": [identity("Phone", "020 7946 0018", "verified"), identity("Phone", "020 7946 0200 ext. 12", "guessed", True)]},
        ],
        "fields": [
            FieldPair("display_name", "Name", "Robert Whitfield", "Rob Whitfeild", True, "first"),
            FieldPair("language", "Language", "en", "en", False, "first"),
            FieldPair("postal_address", "Address", "", "14 Orchard Close\nCheltenham\nGL52 2AB", True, "second"),
        ],
        "answers": [AnswerPair("Preferred device", "tablet", "phone", "second"), AnswerPair("Delivery round", "North", "", "first")],
        "counts": [{"label": "contacts", "first": 14, "second": 1}, {"label": "promises", "first": 2, "second": 0}],
    }  # fmt: skip


def merge(**changes: Any) -> dict[str, Any]:
    """One merge with what came since."""
    return {
        "id": 3, "winner": "Robert Whitfield", "winner_id": 42, "loser": "Rob Whitfeild", "loser_id": 977,
        "why": "the same telephone number, verified on both", "author": "Miriam Vance", "hand": "inhouse",
        "merged_at": ago(days=2), "undone_at": None, "undone_by": "", "blocked_by": None, "moved": 12,
        "changes": [{"field": "postal address", "before": "", "after": "14 Orchard Close, Cheltenham"}],
        "arrivals": [
            {"text": "Interaction: +442079460200", "to": "loser", "why": "it came through the other's number or address"},
            {"text": "Timeline entry: Note", "to": "winner", "why": "nothing says it is the other's"},
        ],
        **changes,
    }  # fmt: skip


def of_record() -> dict[str, Any]:
    """What stands in the dialog of one record."""
    return {
        "customer_id": 42,
        "judges": True,
        "typed": "whit",
        "pairs": [
            {
                "id": 7,
                "other_id": 977,
                "name": "Rob Whitfeild",
                "score": 75,
                "reasons": ["The same telephone number", "A name that sounds alike"],
                "by_person": True,
            }
        ],
        "found": [{"id": 51, "name": "Roberta Whitfield", "detail": "020 7946 0018 · Kent"}],
    }


def identities() -> dict[str, Any]:
    """The dialog of what a customer is recognised by."""
    return {
        "customer_id": 42,
        "rows": [
            {"id": 1, "kind": "phone", "label": "Phone", "value": "020 7946 0018", "confidence": "verified", "hand": "ivr", "source": "code by SMS", "at": ago(days=40), "is_shared": False, "may_be_shared": True},
            {"id": 2, "kind": "phone", "label": "Phone", "value": "020 7946 0200 ext. 12", "confidence": "claimed", "hand": "inhouse", "source": "desk", "at": ago(days=2), "is_shared": True, "may_be_shared": True},
            {"id": 3, "kind": "social", "label": "Social handle", "value": "instagram:robertw", "confidence": "guessed", "hand": "bot", "source": "", "at": ago(minutes=2), "is_shared": False, "may_be_shared": False},
        ],
        "kinds": [{"value": "phone", "label": "Phone"}, {"value": "email", "label": "E-mail"}],
        "partners": [{"value": "", "label": "None of them"}, {"value": 1, "label": "Digipress"}],
    }  # fmt: skip
