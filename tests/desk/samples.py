# One row of a table on one line reads better than one value on a line.
# ruff: noqa: E501
"""Example values for every fragment of the console: what view-models hand to the templates."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django.utils import timezone


def ago(**span: float) -> datetime:
    """A moment in the past."""
    return timezone.now() - timedelta(**span)


def ahead(**span: float) -> datetime:
    """A moment to come."""
    return timezone.now() + timedelta(**span)


def member(role: str = "agent", partner: str = "") -> SimpleNamespace:
    """The signed-in person."""
    return SimpleNamespace(
        display_name="Ana Torres", role=role, partner=SimpleNamespace(name=partner) if partner else None
    )


def presence(state: str = "ready") -> dict[str, Any]:
    """The viewer's own state and what may be chosen."""
    labels = {"ready": "Ready", "paused": "Lunch", "serving": "With a customer", "wrap_up": "Wrap-up"}
    return {
        "state": state,
        "label": labels.get(state, state.replace("_", " ").capitalize()),
        "since": ago(minutes=102, seconds=10),
        "after_work": "",
        "missed": 0,
        "misses_allowed": 2,
        "options": [
            {"state": "ready", "reason": "", "label": "Ready", "current": state == "ready"},
            {"state": "paused", "reason": "Break", "label": "Break", "current": False},
            {"state": "paused", "reason": "Lunch", "label": "Lunch", "current": state == "paused"},
            {"state": "paused", "reason": "Training", "label": "Training", "current": False},
            {"state": "offline", "reason": "", "label": "Offline", "current": state == "offline"},
        ],
    }


def marquees() -> list[dict[str, Any]]:
    """Announcements this desktop shows, most urgent first."""
    return [
        {
            "id": 11,
            "title": "Issue 11 printed late",
            "body": "Arrives 28–30 Nov. Offer the digital issue now, no charge. Do not re-send.",
            "urgency": "soon",
            "posted_at": ago(minutes=14),
            "posted_by": "Miriam Vance",
            "acknowledged_at": None,
            "shown": True,
            "number": 1,
            "next_id": 11,
        }
    ]


def offer() -> dict[str, Any]:
    """A contact reserved for this agent, running out."""
    return {
        "id": 71,
        "interaction_id": 904,
        "channel": "voice",
        "queue": "Digital edition",
        "customer_name": "Jun Sato",
        "identity": {"confidence": "verified", "text": "known number"},
        "reason": "Wants the digital edition",
        "probability": 74,
        "waiting_since": ago(seconds=21),
        "expires_at": ahead(seconds=14),
        "seconds": 20,
        "why_you": ["speaks Spanish", "idle longest"],
        "transferred_by": None,
        "decline_reasons": ["Finishing notes", "Cannot hear the line", "Not my skill"],
    }


def work(*, with_offer: bool = True) -> dict[str, Any]:
    """What is on this agent's desk, what waits, and what was promised for today."""
    return {
        "capacity": "1 of 1 calls",
        "offers": [offer()] if with_offer else [],
        "items": [
            {
                "interaction_id": 903,
                "channel": "voice",
                "title": "Robert Whitfield",
                "subtitle": "Switch to digital · two issues missing",
                "since": ago(minutes=2, seconds=14),
                "state": "serving",
                "current": True,
            },
            {
                "interaction_id": 899,
                "channel": "email",
                "title": "Lena Brandt",
                "subtitle": "Refund for the gift subscription",
                "since": ago(minutes=6, seconds=40),
                "state": "wrap_up",
                "current": False,
            },
        ],
        "queues": [
            {
                "name": "Digital edition",
                "waiting": 4,
                "longest_since": ago(seconds=107),
                "target_seconds": 60,
            },
            {"name": "Delivery", "waiting": 2, "longest_since": ago(seconds=14), "target_seconds": 60},
            {"name": "Billing", "waiting": 0, "longest_since": None, "target_seconds": 60},
        ],
        "promises": [
            promise(),
            promise(
                id=32,
                text="Call back with the price",
                customer_name="Jun Sato",
                due_at=ahead(hours=2),
                level="",
                owed_hand="inhouse",
                owed_name="You",
            ),
        ],
    }


def promise(**changes: Any) -> dict[str, Any]:
    """Something owed to a customer."""
    return {
        "id": 31,
        "customer_id": 42,
        "customer_name": "Robert Whitfield",
        "text": "Access link by e-mail",
        "told": "within 24 hours",
        "due_at": ahead(minutes=9),
        "state": "open",
        "level": "soon",
        "owed_hand": "partner",
        "owed_name": "Digipress",
        "promised_hand": "partner",
        "promised_by": "Noor Haddad, Digipress",
        "promised_at": ago(hours=23, minutes=51),
        "acknowledged_at": ago(hours=23),
        "acknowledged_by": "Digipress",
        "outcome": "",
        **changes,
    }


def fact(key: str, label: str, value: str, **changes: Any) -> dict[str, Any]:
    """One thing known, with its mark."""
    return {
        "key": key,
        "is_kept": True,
        "answers": 2,
        "label": label,
        "value": value,
        "hand": "inhouse",
        "hand_name": "Ana Torres",
        "confidence": "verified",
        "source": "said on a call",
        "at": ago(days=2),
        **changes,
    }


def facts() -> list[dict[str, Any]]:
    """What is known of the customer."""
    return [
        fact("email", "E-mail", "r.whitfield@example.com"),
        fact("contact_reason", "Reason", "Switch to digital", hand="ivr", hand_name="", source="keyed in the IVR", at=ago(minutes=1)),
        fact("missing_issues", "Missing issues", "9 and 10 of 2026", hand="customer", hand_name="", source="web form", at=ago(days=3)),
        fact("digital_account", "Digital account", "not created yet", hand="partner", hand_name="Digipress", source="their system", at=ago(days=1)),
        fact("language", "Language", "English, Spanish", hand="bot", hand_name="", confidence="guessed", source="from earlier mails", at=ago(days=40)),
        fact("postcode", "Postcode", "GL50 2•••", hand="file", hand_name="", confidence="claimed", source="import of 2024", at=ago(days=600)),
    ]  # fmt: skip


def steps() -> list[dict[str, Any]]:
    """The path of this call: what is known is filled, what is not is asked."""
    known = {item["key"]: item for item in facts()}
    caller = fact("caller", "Who is calling", "Robert Whitfield, subscriber 20-88-1473", hand="ivr", hand_name="", source="known number, keyed in the IVR", at=ago(minutes=1))  # fmt: skip
    choices = ["Moved house", "Line was unclear", "They say it changed", "Security check"]
    return [
        {"key": "caller", "title": "Who is calling", "prompt": "", "state": "known", "fact": caller, "again_reasons": choices},
        {"key": "contact_reason", "title": "Reason", "prompt": "", "state": "known", "fact": known["contact_reason"], "again_reasons": choices},
        {"key": "device", "title": "Which device will they read on?", "prompt": "“So that the right link reaches you: iPad, Android, or the browser?”", "state": "open", "fact": None, "type": "choice", "choices": [{"value": device, "label": device} for device in ("iPad", "Android", "Browser")], "value": "iPad"},
        {"key": "email", "title": "Where should the link go?", "prompt": "", "state": "asked_again", "fact": known["email"], "again_reason": "They say it changed", "type": "text", "choices": [], "value": "r.whitfield@example.com"},
    ]  # fmt: skip


def contact(**changes: Any) -> dict[str, Any]:
    """The interaction in the middle of the desk."""
    return {
        "id": 903,
        "channel": "voice",
        "state": "serving",
        "customer_id": 42,
        "customer_name": "Robert Whitfield",
        "address": "+44 1242 555 017",
        "identity": {"confidence": "verified", "text": "subscriber number"},
        "path": ["Main line", "Digital edition"],
        "started_at": ago(minutes=2, seconds=14),
        "waited_seconds": 21,
        "guess": {
            "text": "Wants the digital edition instead of print",
            "probability": 86,
            "evidence": [
                "They said so: switch to digital.",
                "Issues 9 and 10 were reported missing.",
                "61 % of the last 2,300 contacts were about this.",
            ],
            "others": [{"text": "Missing issue", "probability": 11}],
        },
        "handover": {
            "hand": "inhouse",
            "hand_name": "Miriam Vance",
            "from_queue": "Main line",
            "note": "Confirmed the address. Print stays until digital works.",
            "at": ago(minutes=3),
        },
        "known_count": 3,
        "step_count": 4,
        "steps": steps(),
        "notes": [
            {
                "hand": "inhouse",
                "hand_name": "Miriam Vance",
                "text": "Reads on the train, wants it to work offline.",
                "at": ago(minutes=3),
            }
        ],
        "may_transfer": True,
        "may_promise": True,
        **changes,
    }


def call(**changes: Any) -> dict[str, Any]:
    """The line itself."""
    return {
        "interaction_id": 903,
        "name": "Robert Whitfield",
        "state": "connected",
        "started_at": ago(minutes=2, seconds=14),
        "on_hold": False,
        "hold_since": None,
        "hold_soon_seconds": 40,
        "hold_now_seconds": 60,
        "muted": False,
        "may_transfer": True,
        **changes,
    }


def searched_timeline() -> dict[str, Any]:
    """The story with its filters open."""
    return {
        **timeline(),
        "opened": True,
        "is_filtered": True,
        "kind": "promise",
        "given": {"q": "link", "from": "2026-11-01"},
        "choices": {
            "kind": [{"value": "", "label": "Everything"}, {"value": "promise", "label": "Promises"}],
            "by": [{"value": "", "label": "Anybody"}, {"value": "partner:1", "label": "Digipress"}],
            "channel": [{"value": "", "label": "Any channel"}, {"value": "voice", "label": "Call"}],
        },
    }


def timeline() -> dict[str, Any]:
    """The customer's story, newest first, by day."""
    return {
        "customer_id": 42,
        "url": "/timeline/",
        "kind": "",
        "given": {},
        "opened": False,
        "is_filtered": False,
        "is_older": False,
        "newest_id": 9,
        "again_url": "#again",
        "choices": {},
        "kinds": [
            {"kind": "", "label": "All"},
            {"kind": "interaction", "label": "Contacts"},
            {"kind": "promise", "label": "Promises"},
            {"kind": "partner", "label": "Partner"},
        ],
        "more_url": "#more",
        "days": [
            {
                "label": "Today",
                "entries": [
                    {"id": 9, "hand": "ivr", "hand_name": "", "title": "IVR knew the caller, heard “digital edition”", "body": "", "at": ago(minutes=2), "confidence": "verified"},
                ],
            },
            {
                "label": "Yesterday",
                "entries": [
                    {"id": 8, "hand": "partner", "hand_name": "Digipress", "title": "Promised an access link within 24 hours", "body": "Noor Haddad told him by phone.", "at": ago(hours=23, minutes=51), "confidence": "verified"},
                    {"id": 7, "hand": "system", "hand_name": "", "title": "Renewal letters held", "body": "", "at": ago(hours=23), "confidence": "verified"},
                ],
            },
            {
                "label": "Earlier",
                "entries": [
                    {"id": 6, "hand": "inhouse", "hand_name": "Ana Torres", "title": "Call, 6 min: asked about issue 10", "body": "Replacement sent.", "at": ago(days=3), "confidence": "verified"},
                    {"id": 5, "hand": "customer", "hand_name": "", "title": "Web form: issue 9 did not arrive", "body": "", "at": ago(days=20), "confidence": "claimed"},
                    {"id": 4, "hand": "file", "hand_name": "", "title": "Imported from the old system", "body": "", "at": ago(days=600), "confidence": "verified"},
                ],
            },
        ],
    }  # fmt: skip


def customer(**changes: Any) -> dict[str, Any]:
    """The record, as this viewer may see it."""
    return {
        "id": 42,
        "display_name": "Robert Whitfield",
        "line": "Subscriber since 2011 · Print and travel club",
        "phone": "+44 1242 555 017",
        "local_time": "14:03 in Cheltenham",
        "identity": {"confidence": "verified", "text": "subscriber number"},
        "who": None,
        "promises": [promise()],
        "facts": facts(),
        "subscriptions": [
            {"id": 1, "name": "Meridian, print", "state": "active", "state_label": "Active", "hand": "inhouse", "hand_name": "Meridian", "detail": "renews 1 Mar 2027", "switch_to": [{"value": "digital", "label": "Meridian digital", "help": "by Digipress"}, {"value": "weekend", "label": "Meridian weekend", "help": "by Meridian"}], "may_confirm": False},
            {"id": 2, "name": "Meridian digital", "state": "switching", "state_label": "Being switched", "hand": "partner", "hand_name": "Digipress", "detail": "ordered today", "switch_to": [], "may_confirm": True},
        ],
        "cases": [{"id": 5, "title": "Two issues missing, wants digital", "opened_at": ago(days=3), "version": 1, "hand": "inhouse", "hand_name": "Meridian", "may_solve": True}],
        "case_workers": [{"value": "", "label": "Meridian", "help": "in-house"}, {"value": "3", "label": "Digipress", "help": "partner"}],
        "noes": ["No to everything by text message"],
        "marketing_held": "Renewal letters held while this case is open",
        "outside_contract": [],
        "may_change_identities": True,
        "duplicates": [{"url": "/duplicate/7/", "name": "Rob Whitfeild"}],
        "may_edit": True,
        **changes,
    }  # fmt: skip


def transfer() -> dict[str, Any]:
    """Where a call may go, and what goes with it."""
    return {
        "targets": [
            {"value": "digital", "label": "Digital edition", "hand": "partner", "hand_name": "Digipress", "waiting": 2, "wait_seconds": 40, "open": True, "hours": "until 20:00"},
            {"value": "delivery", "label": "Delivery", "hand": "inhouse", "hand_name": "Meridian", "waiting": 0, "wait_seconds": 5, "open": True, "hours": "until 18:00"},
            {"value": "retention", "label": "Retention", "hand": "inhouse", "hand_name": "Meridian", "waiting": 0, "wait_seconds": None, "open": False, "hours": "opens Mon 9:00"},
        ],
        "carried": ["who is calling", "the reason", "6 facts", "1 promise", "your notes"],
    }  # fmt: skip


def promise_form() -> dict[str, Any]:
    """What the promise dialog offers."""
    return {
        "presets": [
            {"value": "1h", "label": "In 1 hour", "told": "today by 15:05"},
            {"value": "today", "label": "Today 17:00", "told": "today by 17:00"},
            {"value": "24h", "label": "In 24 hours", "told": "by tomorrow 14:05"},
            {"value": "3d", "label": "In 3 days", "told": "by Wednesday 14:05"},
        ],
        "owners": [
            {"value": "", "label": "Meridian", "help": "in-house"},
            {"value": "3", "label": "Digipress", "help": "partner"},
        ],
        "texts": ["Access link by e-mail", "Call back", "Replacement issue", "Refund"],
    }


def wrapup() -> dict[str, Any]:
    """What ends a contact."""
    return {
        "until": ahead(seconds=95),
        "seconds": 120,
        "talk_seconds": 312,
        "summary": "",
        "disposition": "",
        "dispositions": [
            {"value": "solved", "label": "Solved"},
            {"value": "switched", "label": "Switched to digital"},
            {"value": "promised", "label": "Promise open"},
            {"value": "escalated", "label": "Escalated"},
            {"value": "wrong", "label": "Wrong number"},
            {"value": "dropped", "label": "Call dropped"},
        ],
        "error": "",
    }


def search_results() -> dict[str, Any]:
    """Answers of the search box."""
    return {
        "query": "whit",
        "results": [
            {"url": "#", "icon": "user", "name": "Robert Whitfield", "detail": "20-88-1473 · Cheltenham"},
            {
                "url": "#",
                "icon": "user",
                "name": "Anna Whitmore",
                "detail": "in a note: …the second copy for Mrs Whitfield was torn and wet… · Leeds",
            },
        ],
    }


def console(**changes: Any) -> dict[str, Any]:
    """The whole console in the middle of a call, with an offer waiting."""
    return {
        "presence": presence(),
        "marquees": marquees(),
        "work": work(),
        "contact": contact(),
        "call": call(),
        "customer": customer(),
        "timeline": timeline(),
        "transfer": transfer(),
        "promise_form": promise_form(),
        "wrapup": None,
        **changes,
    }


def empty_console() -> dict[str, Any]:
    """The console of an agent who is ready and has nothing yet."""
    nothing = {
        "capacity": "0 of 1 calls",
        "offers": [],
        "items": [],
        "queues": work()["queues"],
        "promises": [],
    }
    return console(work=nothing, marquees=[], contact=None, call=None, customer=None, timeline=None)
