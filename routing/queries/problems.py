"""What is wrong with the settings now, and what soon will be: nobody is to be stranded in silence."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from accounts.models import Contract, Partner
from foundation import clock
from foundation.models import Event
from routing.events import RoutingSettingsChanged
from routing.known import kept
from routing.models import AgentSkill
from routing.queries.setup import world
from routing.setup_rules import Problem, World, check_queue

SOON = timedelta(days=30)


@dataclass(frozen=True)
class SetupProblem:
    """One thing to mend. `level` now: contacts are stranded; soon: will be. `key`: as in events."""

    level: Literal["now", "soon"]
    key: str
    name: str
    code: str
    field: str
    message: str


@dataclass(frozen=True)
class SettingChange:
    """One entry of the settings' history."""

    key: str
    what: str
    changes: Mapping[str, Any]
    by: str
    at: Any


def setup_problems(there: World | None = None) -> list[SetupProblem]:
    """All there is to mend, the urgent first; `there` where it was read already."""
    there = there or world()
    found = [*_of_queues(there), *_ending_contracts(), *_ending_licences()]
    return sorted(found, key=lambda one: (one.level != "now", one.name, one.field))


def known_problems() -> list[SetupProblem]:
    """The same as of a moment ago: for screens that ask again and again."""
    return kept("problems", setup_problems)


def _of_queues(there: World) -> Iterator[SetupProblem]:
    for queue in there.queues.values():
        for problem in check_queue(queue, there):
            yield _now(queue, problem)


def _now(queue: Mapping[str, Any], problem: Problem) -> SetupProblem:
    return SetupProblem(
        level="now",
        key=f"queue/{queue['slug']}",
        name=queue["name"],
        code=problem.code,
        field=problem.field,
        message=f"{_place(queue, problem.field)}{problem.message}",
    )


def _place(queue: Mapping[str, Any], field: str) -> str:
    kind, _, rest = field.partition("/")
    place = rest.partition("/")[0]
    if kind != "steps" or not place.isdigit():
        return ""
    steps = queue["steps"]
    name = steps[int(place)]["name"] if int(place) < len(steps) else ""
    return f"Step {int(place) + 1}{f' ({name})' if name else ''}: "


def _ending_contracts() -> Iterator[SetupProblem]:
    now = clock.now()
    running = Contract.objects.filter(effective_from__lte=now).exclude(ended_at__lte=now)
    newest = {one.partner_id: one.ended_at for one in running.order_by("version")}
    for partner in Partner.objects.filter(is_active=True).exclude(pool=None).select_related("pool"):
        ended_at = newest.get(partner.id)
        if ended_at is not None and ended_at <= now + SOON:
            day = f"{ended_at:%-d %B}"
            yield SetupProblem(
                "soon",
                f"pool/{partner.pool.slug}",
                partner.name,
                "contract_ends",
                "",
                f"The contract ends on {day}; its steps stay empty after.",
            )


def _ending_licences() -> Iterator[SetupProblem]:
    today = clock.now().date()
    held = AgentSkill.objects.filter(
        member__is_active=True, valid_until__gte=today, valid_until__lte=today + SOON
    )
    for one in held.select_related("member", "skill").order_by("valid_until", "id"):
        yield SetupProblem(
            "soon",
            f"agent/{one.member_id}",
            one.member.display_name,
            "licence_ends",
            "",
            f"{one.skill.name} holds until {one.valid_until:%-d %B}.",
        )


def setting_history(*keys: str, limit: int = 12) -> list[SettingChange]:
    """Who changed these settings, newest first."""
    subjects = [f"{RoutingSettingsChanged.SUBJECT[0]}:{key}" for key in keys]
    rows = Event.objects.filter(name=RoutingSettingsChanged.NAME, subject__in=subjects)
    return [
        SettingChange(
            key=row.payload["key"],
            what=row.payload["what"],
            changes=row.payload["changes"],
            by=row.actor.get("name") or "Bothhands",
            at=row.occurred_at,
        )
        for row in rows.order_by("-id")[:limit]
    ]
