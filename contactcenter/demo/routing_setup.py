"""What the demo company has set up for routing besides its queues: teams, hours, a licence, shares, overflow.

The queues that callers reach stay open at any hour, because a demo is looked at at any hour.
"""

from datetime import date, time, timedelta

from contactcenter.demo.company import MERIDIAN, Company
from foundation import clock
from foundation.tenancy import tenant
from routing.actions import setup
from routing.models import Queue
from routing.queries.setup import agent_skills_document

_PAUSES = (("Lunch", False), ("Short break", False), ("Coaching", True), ("Back office", True))
_DUTY = ("ana", "callum", "priya")
_RETENTION = ("tom", "greta")


def write_routing(company: Company) -> None:
    """Set it up by the same actions as the screens, once, and for the first company only."""
    if company.plan is not MERIDIAN:
        return
    with tenant(company.organization.id):
        if Queue.objects.filter(slug="travel-help").exists():
            return
        _hours(company)
        _people(company)
        _queues(company)


def _hours(company: Company) -> None:
    actor, year = company.member("grace").actor, clock.now().year
    office = [
        {"weekday": day, "opens": opens, "closes": closes}
        for day in range(5)
        for opens, closes in ((time(8), time(12, 30)), (time(13), time(18)))
    ]
    saturday = [{"weekday": 5, "opens": time(9), "closes": time(13)}]
    setup.create_hours(
        "office",
        name="Office hours",
        time_zone="Europe/London",
        spans=[*office, *saturday],
        holidays=[
            {"date": date(year, 12, 24), "name": "Christmas Eve", "opens": time(8), "closes": time(12)},
            {"date": date(year, 12, 25), "name": "Christmas Day"},
            {"date": date(year + 1, 1, 1), "name": "New Year’s Day"},
        ],
        actor=actor,
    )
    for name, is_productive in _PAUSES:
        slug = name.lower().replace(" ", "-")
        setup.create_pause_reason(slug, name=name, is_productive=is_productive, actor=actor)


def _people(company: Company) -> None:
    actor, today = company.member("grace").actor, clock.now().date()
    setup.create_skill("travel-licence", name="Travel assistance licence", kind="licence", actor=actor)
    for username, days in zip(_DUTY, (300, 120, 21), strict=True):
        member = company.member(username)
        held = agent_skills_document(member)["skills"]
        licence = {"skill": "travel-licence", "level": 4, "valid_until": today + timedelta(days=days)}
        setup.set_agent_skills(member.id, [*held, licence], actor=actor)
    for slug, name, usernames, regions in (
        ("duty-desk", "Duty desk", _DUTY, ["London"]),
        ("retention", "Retention team", _RETENTION, []),
    ):
        members = [company.member(username).id for username in usernames]
        setup.create_pool(slug, name=name, members=members, regions=regions, actor=actor)


def _queues(company: Company) -> None:
    actor = company.member("grace").actor
    setup.create_queue(
        "travel-help",
        name="Travel emergencies",
        priority_class=0,
        local_first=True,
        requirements=[{"skill": "travel-licence", "level": 3}],
        steps=[
            {"name": "Duty desk", "pools": ["duty-desk"], "wait_seconds": 20, "skip_if_unstaffed": True},
            {"name": "Anybody with the licence", "pools": ["in-house"]},
        ],
        deadline_seconds=300,
        final_action="queue",
        final_queue="main",
        announcement="You are first in line. Please stay on the line.",
        actor=actor,
    )
    setup.create_queue(
        "win-back",
        name="Winning back",
        hours="office",
        steps=[{"name": "Both teams", "pools": ["retention", "in-house"]}],
        shares=[
            {"pool": "retention", "percent": 70, "floor_percent": 50, "ceiling_percent": 100},
            {"pool": "in-house", "percent": 30, "ceiling_percent": 50},
        ],
        overflows=[
            {
                "pool": "duty-desk",
                "home_queue": "travel-help",
                "opens_at_wait_seconds": 90,
                "closes_at_wait_seconds": 30,
            }
        ],
        final_action="callback",
        actor=actor,
    )
