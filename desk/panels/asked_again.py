"""The page that says how often people are asked what is known already."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Organization
from customers.ask_once import AskedAgainReport, Rate, asked_again_report
from foundation import clock

PERIODS = (7, 30, 90)
GOAL_PERCENT = 2.0


def asked_again_panel(organization: Organization, *, days: int) -> dict[str, Any]:
    """Figures of the last days (a period of `PERIODS`), today included."""
    days = days if days in PERIODS else 30
    now = clock.now()
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    report = asked_again_report(
        since=midnight - timedelta(days=days - 1), until=now + timedelta(seconds=1), house=organization.name
    )
    return {
        "days": days,
        "periods": [{"days": one, "label": f"{one} days"} for one in PERIODS],
        "figures": _figures(report),
        "groups": [
            {"id": "queues", "title": "By queue", "head": "Queue", "rates": _lines(report.queues)},
            {"id": "partners", "title": "By company", "head": "Company", "rates": _lines(report.partners)},
            {"id": "agents", "title": "By agent", "head": "Agent", "rates": _lines(report.agents)},
        ],
        "questions": _shares(report.questions),
        "reasons": _shares(report.reasons),
        "empty": report.total.contacts == 0 and report.total.times == 0,
    }


def _figures(report: AskedAgainReport) -> list[dict[str, Any]]:
    total = report.total
    values = [percent for _, percent in report.days]
    return [
        {
            "label": "Asked again",
            "value": f"{total.percent:.1f}",
            "unit": "% of contacts",
            "target": f"target ≤ {GOAL_PERCENT:g} %",
            "level": "soon" if total.percent > GOAL_PERCENT else "",
            "values": values,
            "goal": GOAL_PERCENT,
        },
        {
            "label": "Contacts in which it happened",
            "value": f"{total.asked_in:,}",
            "unit": f"of {total.contacts:,}",
            "values": [],
        },
        {"label": "Questions asked again", "value": f"{total.times:,}", "unit": "times", "values": []},
    ]


def _lines(rates: list[Rate]) -> list[dict[str, Any]]:
    return [
        {
            "name": rate.name,
            "company": rate.partner_name,
            "contacts": rate.contacts,
            "asked_in": rate.asked_in,
            "times": rate.times,
            "percent": f"{rate.percent:.1f}",
            "width": f"{min(rate.percent, 100):.1f}",
        }
        for rate in rates
    ]


def _shares(counts: list[tuple[str, int]]) -> list[dict[str, Any]]:
    most = max((count for _, count in counts), default=0)
    return [{"name": name, "times": count, "width": f"{100 * count / most:.1f}"} for name, count in counts]
