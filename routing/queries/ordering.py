"""Orders a queue can be given in one click, and how long somebody can be overtaken."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from routing.engine import QueuePlan, presets, starvation_bound


@dataclass(frozen=True)
class Preset:
    """Settings that order contacts and agents as another product does."""

    label: str
    help: str
    settings: Mapping[str, Any]


def _as_settings(plan: Mapping[str, Any]) -> dict[str, Any]:
    """The engine's words as the settings of a queue say them."""
    settings = {name: value for name, value in plan.items() if name not in {"agent_order", "delay"}}
    settings["agent_order"] = list(plan["agent_order"])
    if "delay" in plan:
        settings["delay_seconds"] = int(plan["delay"])
    return settings


PRESETS: Mapping[str, Preset] = {
    "taskrouter": Preset(
        "TaskRouter",
        "By priority alone, then the oldest; the agent without work for longest.",
        _as_settings(presets.task_router()),
    ),
    "connect": Preset(
        "Amazon Connect",
        "The oldest first within a priority; the agent available for longest.",
        _as_settings(presets.connect()),
    ),
    "genesys": Preset(
        "Genesys Cloud",
        "A point of priority is a minute of waiting; whoever was without contact for longest.",
        _as_settings(presets.genesys()),
    ),
    "genesys-best": Preset(
        "Genesys Cloud, best skills",
        "The same, but the best rated in the skills asked for come first.",
        _as_settings(presets.genesys("best")),
    ),
}


def starvation_seconds(queue: Mapping[str, Any], queues: Mapping[str, Mapping[str, Any]]) -> float | None:
    """Seconds after which no newcomer of the class comes before somebody of this queue; None: never."""
    others = [one for one in queues.values() if one["is_active"] and one["slug"] != queue["slug"]]
    return starvation_bound(_plan(queue), [_plan(queue), *map(_plan, others)])


def _plan(queue: Mapping[str, Any]) -> QueuePlan:
    return QueuePlan(
        id=0,
        slug=queue["slug"],
        priority_class=queue["priority_class"],
        acceleration=queue["acceleration"],
        score_cap=queue["score_cap"],
        newest_first=queue["newest_first"],
    )
