"""Example values for the component page."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

HANDS = [
    ("ivr", ""),
    ("bot", ""),
    ("inhouse", "Ana Torres"),
    ("partner", "Digipress"),
    ("customer", ""),
    ("file", "Import of 2024"),
    ("system", ""),
]
GROUNDS = ["ground", "panel", "raised", "sunken", "line", "line-strong", "edge"]
INKS = ["ink", "ink-2", "mute", "accent", "left", "right", "machine", "person", "soon", "now", "good"]


def styleguide_context() -> dict[str, Any]:
    """Everything the component page shows; times are relative to now."""
    now = timezone.now()
    return {
        "hands": [{"hand": hand, "name": name} for hand, name in HANDS],
        "confidences": ["verified", "claimed", "guessed"],
        "grounds": GROUNDS,
        "inks": INKS,
        "schemes": ["light", "dark"],
        "states": [
            "ready",
            "offered",
            "serving",
            "wrap_up",
            "paused",
            "offline",
            "not_responding",
        ],
        "moments": [
            now - span
            for span in (
                timedelta(seconds=5),
                timedelta(minutes=2),
                timedelta(hours=3),
                timedelta(days=2),
                timedelta(days=40),
            )
        ],
        "dues": [now + timedelta(minutes=9), now + timedelta(days=2), now - timedelta(minutes=12)],
        "started_at": now - timedelta(minutes=2, seconds=14),
        "held_at": now - timedelta(seconds=45),
        "due_at": now + timedelta(seconds=95),
        "offer_expires_at": now + timedelta(seconds=20),
        "options": [
            {"value": "print", "label": "Print", "help": "by post"},
            {"value": "digital", "label": "Digital", "help": "by Digipress"},
            {"value": "both", "label": "Both", "help": "from January", "disabled": True},
        ],
        "values": [3, 4, 4, 7, 6, 9, 8, 6, 7, 5, 6],
        "parts": [
            {"kind": "busy", "label": "with a customer", "count": 14},
            {"kind": "wrapup", "label": "in wrap-up", "count": 3},
            {"kind": "hold", "label": "on hold over a minute", "count": 2},
            {"kind": "break", "label": "paused", "count": 1},
            {"kind": "ready", "label": "ready", "count": 2},
        ],
        "rows": [
            {"name": "Digital edition", "waiting": 4, "longest": 107, "level": "now"},
            {"name": "Delivery", "waiting": 2, "longest": 14, "level": ""},
            {"name": "Billing", "waiting": 0, "longest": 0, "level": ""},
        ],
    }
