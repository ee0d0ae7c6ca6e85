"""Settings of a queue that order contacts and agents as other products do, for those who come from them.

Each function gives keyword arguments of `QueuePlan`; `…_score` gives a contact's `base_score`.
"""

from collections.abc import Collection, Sequence
from typing import Any, Literal

from routing.engine.values import IN_HOUSE, Requirement, Step

# More minutes than anybody waits.
_ABOVE_ANY_WAIT = 1_000_000.0
_USUAL_CONNECT_PRIORITY = 5


def task_router(order: Literal["FIFO", "LIFO"] = "FIFO") -> dict[str, Any]:
    """Twilio TaskRouter: higher priority always first, then the oldest; LIFO: the newest, whatever priority.

    The worker who has been without a task for longest comes first. A task's priority is its `base_score`.
    """
    newest = order == "LIFO"
    return {
        "acceleration": 0.0,
        "score_cap": 0.0 if newest else None,
        "newest_first": newest,
        "agent_order": ("idle",),
        "idle_clock": "end",
    }


def connect(priority: int = 1, delay: float = 0.0) -> dict[str, Any]:
    """Amazon Connect: the queue's priority in a routing profile is strict, and contacts wait for its delay.

    Within it contacts come by their own priority, then by their routing age (`connect_score`); the agent
    who has been available for longest comes first.
    """
    return {
        "priority_class": priority,
        "delay": delay,
        "acceleration": 1.0,
        "score_cap": None,
        "newest_first": False,
        "agent_order": ("idle",),
        "idle_clock": "ready",
    }


def connect_score(priority: int = _USUAL_CONNECT_PRIORITY, age_seconds: float = 0.0) -> float:
    """What a contact begins with: its own priority (1 first, 5 usual) and seconds of added age."""
    return (_USUAL_CONNECT_PRIORITY - priority) * _ABOVE_ANY_WAIT + age_seconds / 60


def genesys(evaluation: Literal["all", "best", "disregard"] = "all") -> dict[str, Any]:
    """Genesys Cloud: a point of priority counts as a minute of waiting.

    `all`: among those with all skills whoever has been without an interaction for longest; `best`: the
    highest rating in the skills asked for, then the longest; `disregard`: skills do not count.
    """
    settings: dict[str, Any] = {
        "acceleration": 1.0,
        "score_cap": None,
        "newest_first": False,
        "fit": "best" if evaluation == "best" else "all",
        "agent_order": ("preferred", "ring", "fit", "idle"),
        "idle_clock": "end",
    }
    return settings if evaluation != "disregard" else {**settings, "requirements": ()}


def bullseye(
    requirements: Sequence[Requirement],
    rings: Sequence[tuple[float, Collection[str]]],
    pools: Collection[int] = (IN_HOUSE,),
) -> tuple[Step, ...]:
    """Genesys' rings as steps: of each its seconds, and the skills no longer asked for when it ends."""
    steps: list[Step] = []
    left = tuple(requirements)
    for number, (wait, dropped) in enumerate(rings, 1):
        steps.append(Step(frozenset(pools), wait, requirements=left, name=f"Ring {number}"))
        left = tuple(need for need in left if need.skill not in dropped)
    return (*steps, Step(frozenset(pools), None, requirements=left, name=f"Ring {len(steps) + 1}"))
