# One row of a table on one line reads better than one value on a line.
# ruff: noqa: E501
"""Example values for what supervisors steer by, and for how agents' time went."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from tests.desk.samples import ago

_STATES = [("ready", "Ready"), ("offered", "Offered"), ("serving", "With a customer"), ("wrap_up", "Wrap-up"), ("paused", "Paused"), ("not_responding", "Not responding")]  # fmt: skip


def contact() -> dict[str, Any]:
    """A waiting caller."""
    return {
        "id": 903,
        "name": "Robert Whitfield",
        "state": "waiting",
        "words": "Waits in Digital edition",
        "why": ["2 ready: needs Digital edition 2 (has none)", "first in the queue"],
        "points": "0",
        "agents": [{"value": "4", "label": "Miriam Vance · ready"}, {"value": "5", "label": "Noor Haddad · with a customer"}],
        "queues": [{"value": "billing", "label": "Billing"}],
        "may_pull": True,
    }  # fmt: skip


def agent() -> dict[str, Any]:
    """An agent in wrap-up, with a message beside."""
    return {
        "id": 4,
        "name": "Miriam Vance",
        "label": "With a customer",
        "state": "serving",
        "notice": "",
        "microphone_lost": True,
        "pauses": [{"value": "Lunch", "label": "Lunch"}],
        "contacts": [
            {"id": 903, "name": "Robert Whitfield", "label": "Wrap-up", "since": ago(seconds=80), "wrapping": True},
            {"id": 904, "name": "Lena Brandt", "label": "With a customer", "since": ago(seconds=30), "wrapping": False},
        ],
    }  # fmt: skip


def agent_time() -> dict[str, Any]:
    """Two agents' day."""
    bars = [("ready", 0, 6), ("serving", 6, 20), ("wrap_up", 26, 4), ("ready", 30, 5), ("paused", 35, 12), ("serving", 47, 30), ("wrap_up", 77, 5), ("productive", 82, 10), ("offered", 92, 1), ("not_responding", 93, 7)]  # fmt: skip
    row = {
        "bars": [{"state": state, "x": x, "width": width, "title": f"09:{x:02} {state}"} for state, x, width in bars],
        "signed_in": 28_800, "ready": 3_200, "serving": 14_700, "wrap_up": 2_600, "paused": 6_300,
        "pauses": [{"name": "Lunch", "seconds": 3_400}, {"name": "Coaching", "seconds": 2_900}],
        "missing": 2_000, "productive": 23_400, "occupancy": 84,
    }  # fmt: skip
    return {
        "day": date(2026, 11, 20), "before": date(2026, 11, 19), "after": date(2026, 11, 21), "zone": "Europe/London",
        "from": datetime(2026, 11, 20, 8, 58, tzinfo=UTC), "until": datetime(2026, 11, 20, 17, 4, tzinfo=UTC),
        "states": [{"state": state, "label": label} for state, label in _STATES],
        "rows": [
            {"id": 4, "name": "Miriam Vance", "hand": "inhouse", "hand_name": "Meridian", **row},
            {"id": 5, "name": "Noor Haddad", "hand": "partner", "hand_name": "Digipress", **row, "occupancy": None, "missing": 0.0},
        ],
    }  # fmt: skip
