# One row of a table on one line reads better than one value on a line.
# ruff: noqa: E501
"""Example values for the screens about contacting customers."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from desk.panels.consent import ANSWERS
from tests.desk.samples import ago

CHANNELS = [("voice", "Call"), ("sms", "Text message"), ("whatsapp", "WhatsApp"), ("email", "E-mail")]


def options(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    """As selects take them."""
    return [{"value": value, "label": label} for value, label in pairs]


def _cell(channel: str, text: str = "may", level: str = "good") -> dict[str, Any]:
    return {
        "channel": channel,
        "allowed": text == "may",
        "text": text,
        "level": level,
        "why": "A case is open.",
    }


def consent() -> dict[str, Any]:
    """The dialog: what may be sent, and what they said."""
    labels = [label for _, label in CHANNELS]
    stopped, held = ("said no", "now"), ("case open", "soon")
    return {
        "customer_id": 42,
        "channels": options(*CHANNELS),
        "rows": [
            {"name": "Service", "cells": [_cell(label) for label in labels]},
            {"name": "Renewal notices", "cells": [_cell(label, *held) for label in labels]},
            {"name": "Marketing", "cells": [_cell(label, *stopped) for label in labels[:2]] + [_cell(label, "needs a yes", "") for label in labels[2:]]},
            {"name": "Research and surveys", "cells": [_cell(label, "quiet until 08:00", "") for label in labels]},
        ],
        "said": [
            {"hand": "customer", "hand_name": "Customer", "told": "No to everything by text message", "source": "sms", "wording": "", "evidence": "SM0a1b2c3d", "at": ago(hours=2)},
            {"hand": "partner", "hand_name": "Digipress", "told": "Yes to Marketing by e-mail", "source": "partner:api", "wording": "May we write to you about travel offers, at most twice a month?", "evidence": "form 17", "at": ago(days=40)},
        ],
        "answers": [{"value": value, "label": label, "help": text} for value, label, text in ANSWERS],
        "purposes": options(("", "Everything"), ("marketing", "Marketing")),
        "wordings": {"marketing": "May we write to you about travel offers?"},
        "on": options(("", "Every channel"), *CHANNELS),
        "may_hold": True,
        "holds": [SimpleNamespace(id=3, hand="inhouse", author="Ana Torres", why="Bereaved", until=None)],
        "preference": SimpleNamespace(channel="email", time_zone="Europe/London", quiet_starts=None, quiet_ends=None),
        "prefers": options(("", "Any"), *CHANNELS),
        "zones": "Europe/London",
        "all_zones": ["Europe/London", "Europe/Madrid"],
    }  # fmt: skip


def rules() -> dict[str, Any]:
    """What the company keeps to."""

    def purpose(
        slug: str, name: str, basis: str, *, held: bool = True, active: bool = True
    ) -> dict[str, Any]:
        return {"slug": slug, "name": name, "basis": basis, "basis_label": "Only after a yes", "is_held": held, "keeps_quiet": True, "wording": "May we?", "is_active": active}  # fmt: skip

    return {
        "purposes": [purpose("service", "Service", "necessary", held=False), purpose("marketing", "Marketing", "consent"), purpose("old", "The old club", "consent", active=False)],
        "bases": options(("consent", "Only after a yes"), ("opt_out", "Until a no"), ("necessary", "Needed for what they ordered")),
        "hours": [{"channel": channel, "label": label, "starts": "21:00", "ends": "08:00"} for channel, label in CHANNELS],
    }  # fmt: skip
