"""Every door of the house, as the resolver knows it, and what each needs to be knocked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from contactcenter.url_classes import URL_CLASSES

# What is sent to each door that takes something: good enough to be done, if the sender might.
BODIES: dict[str, dict[str, str]] = {
    "desk:presence": {"state": "paused", "reason": "Break"},
    "desk:offer_decline": {"reason": "Not my skill"},
    "desk:contact_note": {"text": "Wrote a note"},
    "desk:contact_promise": {"text": "Call back", "due": "1h", "owed_by": ""},
    "desk:case_open": {"title": "Nothing came", "worker": ""},
    "desk:case_solve": {"outcome": "Sent again"},
    "desk:subscription_switch": {"product": "digital-edition"},
    "desk:subscription_confirm": {"reference": "DP-1"},
    "desk:contact_fact": {"key": "digital_account", "value": "yes"},
    "desk:contact_ask_again": {"key": "preferred_device", "reason": "They say it changed"},
    "desk:contact_transfer": {"queue": "digital", "note": ""},
    "desk:contact_hold": {"on": "1"},
    "desk:contact_mute": {"on": "1"},
    "desk:contact_wrapup": {"disposition": "solved", "summary": "", "next": "ready"},
    "desk:imports": {"name": "more.csv", "size": "12"},
    "desk:import_parts": {"number": "0"},
    "desk:import_reading": {"encoding": "utf-8", "delimiter": ",", "sheet": ""},
    "desk:import_mapping": {"column-0": "phone", "match_by": "phone", "on_match": "update", "day_first": "1"},
    "desk:exports": {"kind": "customers", "format": "csv", "q": ""},
    "desk:identities": {"kind": "email", "value": "another@example.com"},
    "desk:identity_share": {"on": "1"},
    "desk:customer_privacy_export": {"why": "They asked"},
    "desk:hold_place": {"reason": "Court case"},
    "desk:hold_lift": {"reason": "Closed"},
    "desk:customer_erase": {"basis": "asked", "confirm": "1"},
    "desk:retention": {"days": "40", "forever": ""},
    "desk:consent": {
        "answer": "granted",
        "purpose": "marketing",
        "channel": "",
        "wording": "May we?",
        "evidence": "",
    },
    "desk:consent_hold": {"why": "Bereaved", "until": ""},
    "desk:consent_preference": {
        "channel": "sms",
        "time_zone": "Europe/London",
        "quiet_starts": "",
        "quiet_ends": "",
    },
    "desk:routing_queues": {"name": "Parcels"},
    "desk:routing_queue": {"section": "basics", "name": "Parcels"},
    "desk:routing_pools": {"name": "Night team"},
    "desk:routing_skills": {"name": "Welsh", "kind": "skill"},
    "desk:routing_hours": {"name": "Nights", "time_zone": "Europe/London"},
    "desk:routing_floor_rules": {"name": "Lunch"},
    "desk:routing_channel": {"units": "25", "most": ""},
    "desk:contact_purpose": {"slug": "events", "name": "Events", "basis": "opt_out", "wording": ""},
    "desk:contact_hours": {"channel": "sms", "starts": "20:00", "ends": "09:00"},
    "desk:duplicate_merge": {"stays": "first"},
    "desk:duplicate_propose": {"other": "1"},
    "desk:simulations": {"source": "example:one-queue", "weeks": "1", "seats-1": "2"},
    "desk:surge_new": {"name": "Marmalade day", "minutes": "60", "units-chat": "20"},
    "desk:surge_change": {"name": "Storm day", "minutes": "30", "units-chat": "25", "version": "1"},
    "desk:surge_preview": {"version": "1"},
    "desk:surge_start": {"version": "1"},
    "desk:surge_ask": {"partner": "1", "seats": "2", "from": "5", "answer": "5"},
    "desk:seat_answer": {"answer": "accepted", "note": ""},
    "desk:announce": {
        "title": "Take no cards",
        "body": "",
        "urgency": "now",
        "audience": "all",
        "ends": "60",
    },
}


@dataclass(frozen=True)
class Door:
    """One URL: its full name, its class, and the names of the parts it takes."""

    name: str
    url_class: str
    parts: frozenset[str]

    def url(self, parts: dict[str, int | str]) -> str:
        """Its address with these rows; KeyError for a part nobody has thought of."""
        return reverse(self.name, kwargs={part: parts[part] for part in self.parts})

    @property
    def takes_id(self) -> bool:
        """Whether it names a row."""
        return any(part.endswith("_id") for part in self.parts)


def names_in(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every pattern with its full name; a nameless one by its route."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from names_in(pattern.url_patterns, inner)
        else:
            yield f"{prefix}{pattern.name or f'nameless {pattern.pattern}'}", pattern


def all_doors() -> list[Door]:
    """Every door that is classified (a test of its own says that all are)."""
    return [
        Door(name, URL_CLASSES[name], frozenset(pattern.pattern.converters) | _named_groups(pattern))
        for name, pattern in names_in(get_resolver().url_patterns)
        if name in URL_CLASSES
    ]


def _named_groups(pattern: URLPattern) -> frozenset[str]:
    return frozenset(getattr(pattern.pattern.regex, "groupindex", ()))
