"""A queue drawn as a way: hours, steps with who could serve, and what happens when nobody answers."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from accounts.hours.rules import OpenHours, is_open, next_opening
from foundation import clock
from routing.models import Presence
from routing.setup_rules import HOUSE, World, check_queue, could_serve, requirements_at, steps_of

_AWAY = {Presence.State.OFFLINE, Presence.State.NOT_RESPONDING}
_FINALS = {
    "voicemail": ("voicemail", "Leaves a message"),
    "callback": ("phone-call", "Is called back"),
    "message": ("message-square", "Hears a message"),
    "queue": ("arrow-right", "Goes on to"),
    "partner": ("handshake", "Goes to"),
}


def spell_seconds(seconds: float) -> str:
    """A wait as people say it: 12 s, 2 min, 1 h 30 min."""
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    parts = [f"{hours} h" if hours else "", f"{minutes} min" if minutes else "", f"{left} s" if left else ""]
    return " ".join(part for part in parts if part)


def hours_words(hours: OpenHours | None, zone: str) -> tuple[bool, str]:
    """Whether it is open now, and until or from when."""
    if hours is None:
        return True, "Always open"
    now = clock.now()
    if is_open(hours, now):
        return True, "Open now"
    opens = next_opening(hours, now)
    return (
        False,
        "Never open" if opens is None else f"Closed, opens {_day(opens, now, hours.time_zone or zone)}",
    )


def _day(at: datetime, now: datetime, zone: str) -> str:
    local, today = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    return f"{local:%H:%M}" if local.date() == today else f"{local:%a %-d %b %H:%M}"


def states() -> dict[int, str]:
    """Each agent's state now."""
    return dict(Presence.objects.values_list("member_id", "state"))


def queue_map(
    queue: Mapping[str, Any], there: World, at_work: Mapping[int, str], *, zone: str = "UTC"
) -> dict[str, Any]:
    """One queue's way from left to right; `at_work`: states of agents."""
    problems = check_queue(queue, there)
    by_step: dict[int, list[str]] = {}
    for problem in problems:
        kind, _, rest = problem.field.partition("/")
        if kind == "steps" and rest.partition("/")[0].isdigit():
            by_step.setdefault(int(rest.partition("/")[0]), []).append(problem.message)
    open_now, words = hours_words(there.hours.get(queue["hours"] or ""), zone)
    return {
        "slug": queue["slug"],
        "name": queue["name"],
        "is_active": queue["is_active"],
        "is_open": open_now,
        "hours": words,
        "delay": spell_seconds(queue["delay_seconds"]) if queue["delay_seconds"] else "",
        "needs": _needs(queue["requirements"], there),
        "steps": list(_steps(queue, there, at_work, by_step)),
        "has_own_steps": bool(queue["steps"]),
        "final": _final(queue, there),
        "problems": [problem.message for problem in problems],
    }


def _steps(
    queue: Mapping[str, Any], there: World, at_work: Mapping[int, str], problems: Mapping[int, list[str]]
) -> Iterable[dict[str, Any]]:
    steps, passed = steps_of(queue), queue["delay_seconds"]
    for place, step in enumerate(steps):
        able = could_serve(queue, place, there)
        here = [person for person in able if at_work.get(person.id, Presence.State.OFFLINE) not in _AWAY]
        ready = [person for person in here if at_work.get(person.id) == Presence.State.READY]
        wait = step.get("wait_seconds")
        yield {
            "position": place,
            "number": place + 1,
            "name": step.get("name", ""),
            "pools": [_pool(slug, there) for slug in step["pools"]],
            "opens": spell_seconds(passed) if passed else "at once",
            "wait": spell_seconds(wait) if wait is not None else "",
            "after": spell_seconds(queue["deadline_seconds"])
            if wait is None
            else spell_seconds(passed + wait),
            "needs": _needs(requirements_at(queue, place), there),
            "own": bool(step.get("own_requirements")),
            "alone": bool(step.get("is_alone")),
            "skips": bool(step.get("skip_if_unstaffed")),
            "able": len(able),
            "here": len(here),
            "ready": len(ready),
            "names": ", ".join(person.name for person in able[:12]),
            "problems": problems.get(place, []),
            "is_first": place == 0,
            "is_last": place == len(steps) - 1,
        }
        passed += wait or 0


def _pool(slug: str, there: World) -> dict[str, Any]:
    pool = there.pool(slug)
    partner = pool.partner_name if pool else ""
    open_now = pool is None or pool.hours is None or is_open(pool.hours, clock.now())
    return {
        "name": pool.name if pool else slug,
        "partner": partner,
        "is_house": slug == HOUSE,
        "is_open": open_now,
    }


def _needs(needs: Iterable[Mapping[str, Any]], there: World) -> list[str]:
    return [_need(there.skill_name(need["skill"]), need["level"]) for need in needs]


def _need(name: str, level: int) -> str:
    return f"{name} ≥ {level}" if level > 1 else name


def _final(queue: Mapping[str, Any], there: World) -> dict[str, str]:
    kind = queue["final_action"]
    icon, words = _FINALS.get(kind, ("circle-help", "Nothing is set"))
    target = ""
    if kind == "queue" and queue["final_queue"] in there.queues:
        target = there.queues[queue["final_queue"]]["name"]
    if kind == "partner" and (pool := there.pool(queue["final_pool"] or "")) is not None:
        target = pool.name
    if kind == "message":
        target = f"“{queue['final_text']}”"
    return {"icon": icon, "label": words, "target": target, "after": spell_seconds(queue["deadline_seconds"])}


def queue_list(there: World, at_work: Mapping[int, str], *, zone: str) -> list[dict[str, Any]]:
    """Every queue in a line of a table."""
    return [
        queue_map(document, there, at_work, zone=zone)
        | {"priority_class": document["priority_class"], "target": spell_seconds(document["target_seconds"])}
        for document in there.queues.values()
    ]
