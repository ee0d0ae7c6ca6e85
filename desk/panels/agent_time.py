"""One day of every agent, drawn: what they did when, and the sums."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from accounts.actors import Hand
from accounts.models import Organization
from desk.templatetags.ui import duration
from foundation import clock
from routing import queries as routing
from routing.models import Presence

State = Presence.State
_SHOWN = (State.READY, State.OFFERED, State.SERVING, State.WRAP_UP, State.PAUSED, State.NOT_RESPONDING)


def agent_time_panel(organization: Organization, asked: str) -> dict[str, Any]:
    """The day asked for (YYYY-MM-DD, else today) in the organisation's zone; bars span when people worked."""
    zone = ZoneInfo(organization.time_zone)
    today = clock.now().astimezone(zone).date()
    day = _day(asked, today)
    days = routing.agent_days(day, zone)
    spans = [span for one in days for span in one.spans if span.state != State.OFFLINE]
    starts = min((span.started_at for span in spans), default=None)
    ends = max((span.ended_at for span in spans), default=None)
    length = (ends - starts).total_seconds() if starts and ends else 0.0
    return {
        "day": day,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1) if day < today else None,
        "zone": organization.time_zone,
        "from": starts.astimezone(zone) if starts else None,
        "until": ends.astimezone(zone) if ends else None,
        "states": [{"state": state.value, "label": state.label} for state in _SHOWN],
        "rows": [_row(one, organization, starts, length, zone) for one in days],
    }


def _day(asked: str, today: date) -> date:
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        return today
    return day if date(2000, 1, 1) <= day <= today else today


def _row(
    one: routing.AgentDay, organization: Organization, starts: Any, length: float, zone: ZoneInfo
) -> dict[str, Any]:
    totals = one.totals
    seconds = totals.by_state
    return {
        "id": one.member.id,
        "name": one.member.display_name,
        "hand": Hand.PARTNER if one.member.partner_id else Hand.INHOUSE,
        "hand_name": one.member.partner.name if one.member.partner else organization.name,
        "bars": [_bar(span, starts, length, zone) for span in one.spans if span.state != State.OFFLINE],
        "signed_in": totals.signed_in,
        "ready": seconds.get(State.READY, 0.0),
        "serving": seconds.get(State.OFFERED, 0.0) + seconds.get(State.SERVING, 0.0),
        "wrap_up": seconds.get(State.WRAP_UP, 0.0),
        "paused": seconds.get(State.PAUSED, 0.0),
        "pauses": [
            {"name": name, "seconds": spent} for name, spent in sorted(totals.pauses.items(), key=_longest)
        ],
        "missing": seconds.get(State.NOT_RESPONDING, 0.0),
        "productive": totals.productive,
        "occupancy": None if totals.occupancy is None else round(100 * totals.occupancy),
    }


def _longest(pause: tuple[str, float]) -> float:
    return -pause[1]


def _bar(span: Any, starts: Any, length: float, zone: ZoneInfo) -> dict[str, Any]:
    label = span.reason or State(span.state).label
    begins = span.started_at.astimezone(zone)
    return {
        "state": "productive" if span.is_productive else span.state,
        "x": f"{100 * (span.started_at - starts).total_seconds() / length:.3f}",
        "width": f"{100 * span.seconds / length:.3f}",
        "title": f"{begins:%H:%M} {label}, {duration(span.seconds)}",
    }
