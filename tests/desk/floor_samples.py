# One row of a table on one line reads better than one value on a line.
# ruff: noqa: E501
"""Example values for every panel of the floor."""

from __future__ import annotations

from typing import Any

from tests.desk.samples import ago, ahead, promise


def figures() -> list[dict[str, Any]]:
    """The big figures, with their last hours."""
    return [
        {"key": "waiting", "label": "Waiting", "value": "6", "unit": "", "target": "target ≤ 8", "level": "", "values": [3, 4, 4, 7, 6, 9, 8, 6, 7, 5, 6], "goal": 8, "href": "#floor-queues"},
        {"key": "longest", "label": "Longest wait", "value": "1:47", "unit": "", "target": "target ≤ 1:00", "level": "now", "values": [20, 22, 21, 26, 30, 38, 61, 84, 107], "goal": 60, "href": "#floor-queues"},
        {"key": "service_level", "label": "Service level", "value": "84.2", "unit": "%", "target": "80 % in 20 s", "level": "", "values": [86, 88, 84, 86, 82, 84.2], "goal": 80, "href": "#floor-queues"},
        {"key": "promises", "label": "Promises at risk", "value": "4", "unit": "of 212 open", "target": "kept 97.1 %", "level": "soon", "values": [1, 2, 1, 3, 2, 4, 3, 4], "goal": None, "href": "#floor-promises"},
        {"key": "asked_again", "label": "Asked twice", "value": "1.3", "unit": "% of contacts", "target": "target 0", "level": "", "values": [3.1, 2.8, 2.2, 1.9, 1.6, 1.3], "goal": None, "href": ""},
    ]  # fmt: skip


def serving() -> dict[str, Any]:
    """Who serves now, each company in its own row."""
    return {
        "on_shift": 41,
        "rows": [
            {"hand": "inhouse", "name": "Meridian", "people": 22, "busy_percent": 78, "parts": [
                {"kind": "busy", "label": "with a customer", "count": 14}, {"kind": "wrapup", "label": "in wrap-up", "count": 3},
                {"kind": "hold", "label": "on hold over a minute", "count": 2}, {"kind": "break", "label": "paused", "count": 1}, {"kind": "ready", "label": "ready", "count": 2}]},
            {"hand": "partner", "name": "Digipress", "people": 19, "busy_percent": 91, "parts": [
                {"kind": "busy", "label": "with a customer", "count": 16}, {"kind": "wrapup", "label": "in wrap-up", "count": 1},
                {"kind": "hold", "label": "on hold over a minute", "count": 1}, {"kind": "ready", "label": "ready", "count": 1}]},
        ],
    }  # fmt: skip


def queues() -> dict[str, Any]:
    """Queues with today's figures."""
    rows = [
        ("Digital edition", 4, ago(seconds=107), "now", 70, "76.0", "soon", 318, "3.1", 312, 1, [2, 3, 3, 5, 4], "partner", "Digipress"),
        ("Delivery", 2, ago(seconds=14), "", 20, "88.4", "", 412, "1.9", 242, 2, [4, 2, 3, 1, 2], "inhouse", "Meridian"),
        ("Billing", 0, None, "", 5, "91.7", "", 205, "1.2", 391, 1, [1, 0, 2, 1, 0], "inhouse", "Meridian"),
        ("Main line", 0, None, "", 5, "95.0", "", 640, "0.8", 118, 3, [2, 1, 1, 0, 0], "inhouse", "Meridian"),
    ]  # fmt: skip
    names = [
        "name",
        "waiting",
        "longest_since",
        "longest_level",
        "wait_seconds",
        "service_level",
        "service_level_level",
        "answered",
        "abandoned",
        "handle_seconds",
        "ready",
        "trend",
        "hand",
        "hand_name",
    ]
    return {
        "formula": "service level: answered within 20 s ÷ (offered − abandoned within 5 s)",
        "rows": [dict(zip(names, row, strict=True)) for row in rows],
    }


def agents() -> dict[str, Any]:
    """Everybody on shift and what they do now."""
    rows = [
        ("Ana Torres", "inhouse", "Meridian", "serving", "With a customer", ago(minutes=2, seconds=14), "", "Robert Whitfield", "Digital edition", 23, ["Spanish", "Billing"]),
        ("Miriam Vance", "inhouse", "Meridian", "ready", "Ready", ago(seconds=48), "", "", "", 31, ["Delivery"]),
        ("Noor Haddad", "partner", "Digipress", "serving", "On hold", ago(seconds=95), "soon", "Lena Brandt", "Digital edition", 19, ["Digital"]),
        ("Piet de Vries", "partner", "Digipress", "wrap_up", "Wrap-up", ago(seconds=140), "now", "Jun Sato", "Digital edition", 17, ["Digital", "Dutch"]),
        ("Tomas Ek", "inhouse", "Meridian", "paused", "Lunch", ago(minutes=22), "", "", "", 12, ["Delivery"]),
        ("Iris Cole", "inhouse", "Meridian", "offered", "Offered", ago(seconds=6), "", "Maya Okafor", "Delivery", 26, ["Delivery", "Billing"]),
        ("Sam Reyes", "partner", "Digipress", "not_responding", "Not responding", ago(minutes=1, seconds=20), "now", "", "", 8, ["Digital"]),
    ]  # fmt: skip
    names = [
        "name",
        "hand",
        "hand_name",
        "state",
        "label",
        "since",
        "level",
        "customer",
        "queue",
        "handled",
        "skills",
    ]
    return {"rows": [{"id": index, **dict(zip(names, row, strict=True))} for index, row in enumerate(rows)]}


def calls() -> dict[str, Any]:
    """Calls in progress."""
    rows = [
        ("Robert Whitfield", "Ana Torres", "inhouse", "Meridian", "Digital edition", "talking", "Talking", ago(minutes=2, seconds=14), "", "Switch to digital"),
        ("Lena Brandt", "Noor Haddad", "partner", "Digipress", "Digital edition", "hold", "On hold 1:35", ago(minutes=7, seconds=2), "soon", "Digital access"),
        ("+31 20 555 0199", "", "ivr", "", "IVR", "ivr", "In the IVR", ago(seconds=33), "", ""),
    ]  # fmt: skip
    names = ["customer", "agent", "hand", "hand_name", "queue", "state", "label", "since", "level", "reason"]
    return {"rows": [{"id": index, **dict(zip(names, row, strict=True))} for index, row in enumerate(rows)]}


def floor_promises() -> dict[str, Any]:
    """Promises at risk, most urgent first."""
    return {
        "note": "4 of 212 open",
        "rows": [
            promise(id=30, text="Refund posted", level="now", due_at=ago(minutes=12), owed_hand="inhouse", owed_name="Accounting", customer_name="Maya Okafor", acknowledged_at=None),
            promise(),
            promise(id=33, text="Replacement of issue 10", due_at=ahead(minutes=48), customer_name="Lena Brandt", owed_hand="inhouse", owed_name="Delivery"),
        ],
    }  # fmt: skip


def announcements() -> dict[str, Any]:
    """Running announcements and who has seen them."""
    return {
        "rows": [
            {
                "id": 11,
                "title": "Issue 11 printed late",
                "body": "Arrives 28–30 Nov. Offer the digital issue now, no charge.",
                "urgency": "soon",
                "audience": "Everybody",
                "posted_by": "Miriam Vance",
                "posted_at": ago(minutes=14),
                "seen": 36,
                "total": 41,
                "missing": ["Tomas Ek", "Sam Reyes", "Piet de Vries"],
            }
        ]
    }


def announce() -> dict[str, Any]:
    """What the announce dialog offers."""
    return {
        "audiences": [
            {"value": "all", "label": "Everybody", "help": "41 desktops", "checked": True},
            {"value": "inhouse", "label": "In-house", "help": "22 desktops"},
            {"value": "partner:3", "label": "Digipress", "help": "19 desktops"},
        ],
        "ends": [
            {"value": "60", "label": "For an hour", "checked": True},
            {"value": "480", "label": "For this shift"},
            {"value": "", "label": "Until ended"},
        ],
        "errors": {},
        "values": {},
    }


def floor(**changes: Any) -> dict[str, Any]:
    """The whole supervisor's floor on a busy afternoon."""
    return {
        "zone": "Europe/London",
        "figures": figures(),
        "serving": serving(),
        "queues": queues(),
        "agents": agents(),
        "calls": calls(),
        "promises": floor_promises(),
        "announcements": announcements(),
        "announce": announce(),
        **changes,
    }


def empty_floor() -> dict[str, Any]:
    """The floor before anybody came in."""
    quiet = [
        {**figure, "value": "0" if figure["key"] != "service_level" else "–", "level": "", "values": None}
        for figure in figures()
    ]
    nothing: dict[str, Any] = {"rows": []}
    return floor(
        figures=quiet,
        serving={"on_shift": 0, "rows": []},
        queues={"formula": queues()["formula"], "rows": []},
        agents=nothing,
        calls=nothing,
        promises={"note": "", "rows": []},
        announcements=nothing,
    )
