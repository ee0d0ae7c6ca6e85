"""The supervisor's floor: big figures, who serves, queues, agents, calls, promises, announcements."""

from collections import Counter
from datetime import datetime
from functools import cached_property
from typing import Any

from accounts.access import Viewer
from accounts.actors import Hand
from accounts.models import Member, Organization, Partner
from analytics import queries as analytics
from cases import queries as cases
from customers.access import shown_name
from desk.panels.words import fact_words, promise_card
from foundation import clock
from foundation.phones import format_phone
from ivr import queries as phone
from knowledge import queries as knowledge
from knowledge.models import Announcement
from routing import queries as routing
from routing.models import Callback, Presence

TREND_HOURS = 6
HOLD_LONG_SECONDS = 60
PROMISES_SHOWN = 12
_CALL_WORDS = {
    "ivr": "In the IVR",
    "waiting": "Waiting",
    "ringing": "Ringing",
    "talking": "Talking",
    "hold": "On hold",
}
_ENDS = (
    {"value": "60", "label": "For an hour", "checked": True},
    {"value": "480", "label": "For this shift"},
    {"value": "", "label": "Until ended"},
)


class FloorNow:
    """What several panels show of one moment: each question is asked once, when it is first needed."""

    @cached_property
    def lines(self) -> list[routing.QueueLine]:
        """The queues."""
        return routing.waiting_by_queue()

    @cached_property
    def agents(self) -> list[routing.AgentState]:
        """Everybody who takes work."""
        return routing.agent_states()

    @cached_property
    def today(self) -> dict[str, analytics.QueueToday]:
        """Each queue's day so far."""
        return {row.queue_slug: row for row in analytics.today_by_queue()}

    @cached_property
    def trends(self) -> analytics.Trends:
        """The last hours."""
        return analytics.trends(TREND_HOURS)

    @cached_property
    def promises(self) -> cases.PromiseCounts:
        """How many are open, broken, or near it."""
        return cases.promise_counts()


def figures_panel(now: FloorNow) -> list[dict[str, Any]]:
    """Waiting, longest wait, service level, promises at risk, asked again: each with its last hours."""
    lines = now.lines
    today = analytics.today()
    level = analytics.service_level(today)
    waiting = sum(line.waiting for line in lines)
    waiting_target = sum(line.waiting_target for line in lines)
    longest = max((_age(line.longest_since) for line in lines), default=0.0)
    over = any(_age(line.longest_since) > 3 * line.target_seconds for line in lines if line.longest_since)
    return [
        _figure(
            "waiting",
            "Waiting",
            str(waiting),
            target=f"target ≤ {waiting_target}",
            level="now" if waiting > waiting_target else "",
            values=now.trends.of("waiting"),
            goal=waiting_target,
            href="#floor-queues",
        ),
        _figure(
            "longest",
            "Longest wait",
            _clock(longest),
            target="now",
            level="now" if over else "",
            values=now.trends.of("average_wait_seconds"),
            href="#floor-queues",
        ),
        _figure(
            "service_level",
            "Service level",
            "–" if level is None else f"{100 * level:.1f}",
            unit="" if level is None else "%",
            target="nobody called yet today" if level is None else "80 % in target",
            level="" if level is None or level >= 0.8 else "soon" if level >= 0.6 else "now",
            values=[100 * value for value in now.trends.of("service_level")],
            goal=80,
            href="#floor-queues",
        ),
        _promises_figure(now.promises),
        _figure(
            "asked_again",
            "Asked twice",
            f"{100 * today.asked_again / today.offered:.1f}" if today.offered else str(today.asked_again),
            unit="% of contacts" if today.offered else "",
            target="target 0",
            values=now.trends.of("asked_again"),
        ),
    ]


def _promises_figure(counts: cases.PromiseCounts) -> dict[str, Any]:
    settled = counts.kept + counts.broken
    share = f"kept {100 * counts.kept / settled:.1f} %" if settled else "none settled yet"
    return _figure(
        "promises",
        "Promises at risk",
        str(counts.at_risk),
        unit=f"of {counts.open + counts.broken} open",
        target=share,
        level="now" if counts.broken else "soon" if counts.at_risk else "",
        values=None,
        href="#floor-promises",
    )


def _figure(
    key: str,
    label: str,
    value: str,
    *,
    values: list[float] | None,
    unit: str = "",
    target: str = "",
    level: str = "",
    goal: float | None = None,
    href: str = "",
) -> dict[str, Any]:
    return {
        "key": key,
        "label": label,
        "value": value,
        "unit": unit,
        "target": target,
        "level": level,
        "values": values,
        "goal": goal,
        "href": href,
    }


def serving_panel(now: FloorNow) -> dict[str, Any]:
    """In-house and each partner side by side: how many people, how busy."""
    rows = [
        {
            "hand": company.hand,
            "name": company.name,
            "people": company.people,
            "busy_percent": round(100 * (company.busy + company.wrap_up) / company.people)
            if company.people
            else 0,
            "parts": [
                {"kind": "busy", "label": "with a customer", "count": company.busy},
                {"kind": "wrapup", "label": "in wrap-up", "count": company.wrap_up},
                {"kind": "break", "label": "paused", "count": company.paused + company.not_responding},
                {"kind": "ready", "label": "ready", "count": company.ready},
            ],
        }
        for company in analytics.serving_now(now.agents)
    ]
    return {"on_shift": sum(row["people"] for row in rows), "rows": rows}


def queues_panel(now: FloorNow, organization: Organization) -> dict[str, Any]:
    """Each queue now and today."""
    rows = []
    for line in now.lines:
        day = now.today[line.queue_slug]
        level, abandoned = day.service_level, day.counts.abandoned_share
        rows.append(
            {
                "name": line.queue_name,
                "waiting": line.waiting,
                "longest_since": line.longest_since,
                "longest_level": _wait_level(line.longest_since, line.target_seconds),
                "wait_seconds": line.estimated_wait_seconds,
                "wait_error": line.estimate_error_seconds,
                "service_level": None if level is None else f"{100 * level:.1f}",
                "service_level_level": "" if level is None or level >= 0.8 else "soon",
                "answered": day.counts.answered,
                "abandoned": None if abandoned is None else f"{100 * abandoned:.1f}",
                "handle_seconds": day.counts.average_handle_seconds,
                "ready": line.ready,
                "trend": now.trends.of("offered", queue_slug=line.queue_slug),
                "hand": Hand.PARTNER if line.partner_name else Hand.INHOUSE,
                "hand_name": line.partner_name or organization.name,
            }
        )
    return {"formula": f"service level: {analytics.SERVICE_LEVEL_FORMULA}", "rows": rows}


def agents_panel(now: FloorNow, organization: Organization) -> dict[str, Any]:
    """Everybody who takes work and what they do now; those who never signed in last."""
    rows = []
    for agent in now.agents:
        label = Presence.State(agent.state).label
        paused = agent.state == Presence.State.PAUSED and agent.reason
        rows.append(
            {
                "id": agent.member.id,
                "name": agent.member.display_name,
                "hand": Hand.PARTNER if agent.partner_name else Hand.INHOUSE,
                "hand_name": agent.partner_name or organization.name,
                "state": agent.state,
                "label": agent.reason if paused else label,
                "since": agent.since,
                "level": "now" if agent.state == Presence.State.NOT_RESPONDING else "",
                "customer": agent.customer_name,
                "queue": agent.queue_name,
                "handled": agent.handled_today,
                "skills": agent.skills,
                "contacts": agent.contacts,
                "microphone_lost": agent.microphone_lost,
                "after_work": agent.after_work.replace("_", " "),
            }
        )
    return {"rows": sorted(rows, key=lambda row: row["state"] == Presence.State.OFFLINE)}


def calls_panel(viewer: Viewer, organization: Organization) -> dict[str, Any]:
    """Every call from its first ring in the IVR to its last word."""
    rows = []
    calls = routing.calls_in_progress()
    lines = phone.calls_of(call.interaction.id for call in calls)
    owed = routing.callbacks_of([call.interaction.id for call in calls])
    for call in calls:
        line = lines.get(call.interaction.id)
        held = call.state == "talking" and line is not None and line.on_hold
        state, since = ("hold", line.hold_since) if held and line else (call.state, call.since)
        customer = call.interaction.customer
        address = format_phone(call.interaction.address, country_code=organization.country_code)
        rows.append(
            {
                "id": call.interaction.id,
                "customer": shown_name(viewer, customer) if customer else address or "Unknown caller",
                "agent": call.member.display_name if call.member else "",
                "hand": _hand_of(call.member),
                "hand_name": call.partner_name or (organization.name if call.member else "IVR"),
                "queue": call.queue_name,
                "state": state,
                "label": _call_words(state, owed.get(call.interaction.id)),
                "since": since,
                "level": "soon" if held and _age(since) > HOLD_LONG_SECONDS else "",
                "reason": fact_words(call.interaction.reason),
            }
        )
    return {"rows": rows}


def _call_words(state: str, owed: Callback | None) -> str:
    if owed is None or owed.state == Callback.State.CONNECTED:
        return _CALL_WORDS[state]
    if owed.state != Callback.State.WAITING:
        return f"Callback: {owed.get_state_display().lower()}"
    place = routing.place_of(owed)
    return f"Callback, number {place}" if place else "Callback"


def promises_panel(now: FloorNow, viewer: Viewer, organization: Organization) -> dict[str, Any]:
    """Promises at risk, most urgent first, whoever owes them."""
    return {
        "note": f"{now.promises.at_risk} at risk",
        "rows": [
            promise_card(promise, organization, customer_name=shown_name(viewer, promise.customer))
            for promise in cases.promises_at_risk(limit=PROMISES_SHOWN)
        ],
    }


def announcements_panel() -> dict[str, Any]:
    """What runs on the desktops and who has not acknowledged it."""
    return {"rows": [_announcement(*found) for found in knowledge.running_with_names()]}


def announce_panel(organization: Organization) -> dict[str, Any]:
    """Audiences with the number of people they reach, and how long."""
    members = Member.objects.filter(is_active=True)
    people: Counter[int | None] = Counter(members.values_list("partner_id", flat=True))
    partners = [
        {
            "value": f"partner:{partner.id}",
            "label": partner.name,
            "help": _people(people[partner.id]),
        }
        for partner in Partner.objects.filter(is_active=True).order_by("name")
    ]
    return {
        "audiences": [
            {"value": "all", "label": "Everybody", "help": _people(people.total()), "checked": True},
            {"value": "inhouse", "label": organization.name, "help": _people(people[None])},
            *partners,
        ],
        "ends": list(_ENDS),
        "errors": {},
        "values": {},
    }


def _announcement(row: Announcement, seen: list[str], missing: list[str]) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": row.title,
        "body": row.body,
        "urgency": "" if row.urgency == Announcement.Urgency.CALM else row.urgency,
        "audience": row.partner.name if row.partner else row.get_audience_display(),
        "posted_by": row.author,
        "posted_at": row.starts_at,
        "seen": len(seen),
        "total": len(seen) + len(missing),
        "missing": missing,
    }


def _hand_of(member: Member | None) -> str:
    if member is None:
        return Hand.IVR
    return Hand.PARTNER if member.partner_id else Hand.INHOUSE


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"


def _age(since: datetime | None) -> float:
    return (clock.now() - since).total_seconds() if since else 0.0


def _wait_level(since: datetime | None, target_seconds: int) -> str:
    age = _age(since)
    return "now" if age > 3 * target_seconds else "soon" if age > target_seconds else ""


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
