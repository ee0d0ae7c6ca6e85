"""Whether a customer may be contacted, what they said about it, and what the company has set up."""

from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django.utils import timezone

from accounts.access import Viewer
from accounts.actors import Hand
from cases.permission import permissions_shown
from customers.consent import queries
from customers.consent.models import Channel, ContactPurpose
from customers.consent.rules import GRANTED, LIFTED, REFUSED, Permission, Purpose, Reason
from foundation import clock

STOP = "stop"
_WORDS = {
    "no_consent": ("needs a yes", ""),
    "stopped": ("said no", "now"),
    "open_case": ("case open", "soon"),
    "hold": ("on hold", "soon"),
    "quiet_hours": ("quiet", ""),
    "unknown": ("not used", ""),
}
ANSWERS = (
    (STOP, "No more of it", "Stops everything that can be stopped"),
    (REFUSED, "No", "To one purpose or channel"),
    (GRANTED, "Yes", "To a purpose, with what they were told"),
    (LIFTED, "They take a no back", "Without saying yes"),
)


def consent_panel(customer_id: int, viewer: Viewer) -> dict[str, Any]:
    """The dialog of one customer that the viewer was let see."""
    purposes = {slug: one for slug, one in queries.purposes().items() if one.is_active}
    names = {slug: one.name for slug, one in queries.purposes().items()}
    answers = permissions_shown(viewer, customer_id, at=clock.now())
    said = queries.consents_of(viewer, customer_id)
    preference = queries.preference_of(customer_id)
    return {
        "customer_id": customer_id,
        "channels": [{"value": value, "label": label} for value, label in Channel.choices],
        "rows": [
            {
                "name": purpose.name,
                "cells": [
                    _cell(answers[customer_id, purpose.slug, channel], label)
                    for channel, label in Channel.choices
                ],
            }
            for purpose in purposes.values()
        ],
        "said": [
            {
                "hand": one.hand,
                "hand_name": one.partner.name if one.partner and one.hand == Hand.PARTNER else one.author,
                "told": queries.told(one, names),
                "source": one.source,
                "wording": one.wording,
                "evidence": one.evidence,
                "at": one.said_at,
            }
            for one in said
        ],
        "answers": [{"value": value, "label": label, "help": text} for value, label, text in ANSWERS],
        "purposes": [{"value": "", "label": "Everything"}, *_options(purposes)],
        "wordings": {one.slug: one.wording for one in purposes.values() if one.wording},
        "on": [{"value": "", "label": "Every channel"}, *_channels()],
        "may_hold": not viewer.is_partner,
        "holds": queries.holds_of(customer_id) if not viewer.is_partner else [],
        "preference": preference,
        "prefers": [{"value": "", "label": "Any"}, *_channels()],
        "zones": ", ".join(queries.zones_of(customer_id)),
        "all_zones": sorted(available_timezones()),
    }


def rules_panel() -> dict[str, Any]:
    """The purposes and quiet hours of the organisation."""
    hours = queries.quiet_hours()
    return {
        "purposes": [_purpose(one) for one in queries.purposes().values()],
        "bases": [{"value": value, "label": label} for value, label in ContactPurpose.Basis.choices],
        "hours": [
            {
                "channel": channel,
                "label": label,
                "starts": _clock(hours, channel, "starts"),
                "ends": _clock(hours, channel, "ends"),
            }
            for channel, label in Channel.choices
        ],
    }


def _purpose(one: Purpose) -> dict[str, Any]:
    return {
        "slug": one.slug,
        "name": one.name,
        "basis": one.basis,
        "basis_label": ContactPurpose.Basis(one.basis).label,
        "is_held": one.is_held,
        "keeps_quiet": one.keeps_quiet,
        "wording": one.wording,
        "is_active": one.is_active,
    }


def _clock(hours: dict[str, Any], channel: str, end: str) -> str:
    known = hours.get(channel)
    return f"{getattr(known, end):%H:%M}" if known and known.starts != known.ends else ""


def _options(purposes: dict[str, Purpose]) -> list[dict[str, str]]:
    return [{"value": slug, "label": one.name} for slug, one in purposes.items()]


def _channels() -> list[dict[str, str]]:
    return [{"value": value, "label": label} for value, label in Channel.choices]


def _cell(answer: Permission, channel: str) -> dict[str, Any]:
    first = answer.reasons[0] if answer.reasons else None
    return {
        "channel": channel,
        "allowed": answer.allowed,
        "text": _short(first) if first else "may",
        "level": _WORDS[first.code][1] if first else "good",
        "why": " ".join(reason.text for reason in answer.reasons if reason.code != "quiet_hours"),
    }


def _short(reason: Reason) -> str:
    words = _WORDS[reason.code][0]
    return f"{words} until {_told(reason.until)}" if reason.until else words


def _told(moment: datetime) -> str:
    local, today = timezone.localtime(moment), timezone.localtime(clock.now())
    return f"{local:%H:%M}" if (local - today).days < 1 else f"{local:%-d %b}"
