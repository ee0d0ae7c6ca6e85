"""Opening hours drawn as a week, channels in units, reasons to pause."""

from collections.abc import Iterable, Mapping
from datetime import time
from typing import Any
from zoneinfo import available_timezones

from accounts.hours.models import BusinessHours
from accounts.hours.queries import load_hours
from accounts.models import Member
from desk.panels.surges import channel_loans
from desk.routing.maps import hours_words
from desk.routing.queue_panels import rows_panel
from desk.routing.saving import seen_form
from desk.routing.settings import Setting, shown_one
from routing.models import PauseReason
from routing.queries.setup import channel_documents, hours_document, reason_document
from routing.setup_rules.hours import DAYS

CHANNEL_NAMES = {"voice": "Calls", "chat": "Chats", "message": "Text messages", "email": "E-mail"}
HOLIDAY = (
    Setting("date", "Day", "day"),
    Setting("name", "Name", most=80),
    Setting("opens", "Opens", "time", may_be_empty=True),
    Setting("closes", "Closes", "time", may_be_empty=True),
)
SPAN = (Setting("opens", "Opens", "time"), Setting("closes", "Closes", "time"))
BLANK_SPANS = 1


def hours_list_panel(member: Member, zone: str) -> dict[str, Any]:
    """All opening hours, each with its week."""
    rules = load_hours()
    rows = BusinessHours.objects.prefetch_related("spans", "holidays").order_by("name")
    return {
        "may_change": member.administers,
        "locked": not member.administers,
        "zone": zone,
        "zones": _zones(zone),
        "hours": [
            {
                "slug": row.slug,
                "name": row.name,
                "zone": row.time_zone,
                "words": hours_words(rules[row.id], zone)[1],
                "week": week_panel(hours_document(row)["spans"]),
                "holidays": [
                    {"date": day.date, "name": day.name, "opens": day.opens, "closes": day.closes}
                    for day in row.holidays.all()
                ],
            }
            for row in rows
        ],
    }


def hours_panel(hours: BusinessHours) -> dict[str, Any]:
    """The form of one."""
    document = hours_document(hours)
    return {
        "slug": hours.slug,
        "name": hours.name,
        "zone": hours.time_zone,
        "zones": _zones(hours.time_zone),
        "days": _days(document["spans"]),
        "holidays": rows_panel("holidays", HOLIDAY, document["holidays"], prefix="holiday"),
        "form": seen_form(document),
    }


def _days(spans: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    days, number, known = [], 0, list(spans)
    for weekday, name in enumerate(DAYS):
        rows = []
        for span in [*(one for one in known if one["weekday"] == weekday), *({} for _ in range(BLANK_SPANS))]:
            fields = [
                shown_one(
                    setting, span.get(setting.name), prefix="span", name=f"spans/{number}/{setting.name}"
                )
                for setting in SPAN
            ]
            rows.append({"number": number, "fields": fields})
            number += 1
        days.append({"weekday": weekday, "name": name, "rows": rows})
    return days


def week_panel(spans: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each day's spans as places on a line of 24 hours."""
    listed = list(spans)
    return [
        {
            "name": name[:3],
            "spans": [_drawn(one["opens"], one["closes"]) for one in listed if one["weekday"] == weekday],
        }
        for weekday, name in enumerate(DAYS)
    ]


def _drawn(opens: time, closes: time) -> dict[str, str]:
    begin, end = _minutes(opens), _minutes(closes) or 1440
    return {
        "x": f"{begin / 14.4:.2f}",
        "width": f"{(end - begin) / 14.4:.2f}",
        "words": f"{opens:%H:%M}–{closes:%H:%M}",
    }


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _zones(present: str) -> list[dict[str, str]]:
    names = sorted(
        one for one in available_timezones() if "/" in one and not one.startswith(("Etc", "SystemV"))
    )
    return [
        {"value": name, "label": name.replace("_", " ")} for name in dict.fromkeys([present, "UTC", *names])
    ]


def floor_rules_panel(member: Member) -> dict[str, Any]:
    """What a contact takes of an agent, and why agents pause."""
    reasons = list(PauseReason.objects.order_by("position", "id"))
    return {
        "may_change": member.administers,
        "locked": not member.administers,
        "loans": channel_loans(),
        "channels": [_channel(rule) for rule in channel_documents().values()],
        "reasons": [
            {
                **reason_document(reason),
                "form": seen_form(reason_document(reason)),
                "is_first": place == 0,
                "is_last": place == len(reasons) - 1,
            }
            for place, reason in enumerate(reasons)
        ],
    }


def _channel(rule: Mapping[str, Any]) -> dict[str, Any]:
    others = [name for name in CHANNEL_NAMES if name != rule["channel"]]
    return {
        "channel": rule["channel"],
        "name": CHANNEL_NAMES.get(rule["channel"], rule["channel"]),
        "units": rule["units"],
        "most": "" if rule["most"] is None else rule["most"],
        "fit": 100 // rule["units"] if rule["units"] else 0,
        "is_interruptible": rule["is_interruptible"],
        "others": [
            {"value": name, "label": CHANNEL_NAMES[name], "checked": name in rule["excludes"]}
            for name in others
        ],
        "form": seen_form(rule),
    }
