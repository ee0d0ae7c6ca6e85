"""The screens of the simulator: what can be changed, how far a run is, before and after side by side."""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.utils.safestring import SafeString

from routing.models import SimulationRun
from routing.queries.simulations import EXAMPLE, HISTORY, outline, simulations, stands_still
from routing.queries.traffic import MOST_WEEKS
from routing.simulation.drawing import as_file, charts
from routing.simulation.preview import percent
from routing.simulation.profile_files import example_names
from routing.simulation.results import FORMULAS, PoolResult, QueueResult, Result

_T = TypeVar("_T")
USUAL_WEEKS = 4
_LEVELS = {SimulationRun.State.FAILED: "now", SimulationRun.State.DONE: "good"}
_LEVEL = "without_short_abandons"


def form_panel(source: str, weeks: int) -> dict[str, Any]:
    """The sources, and the numbers that can be changed of the chosen one."""
    options = [{"value": HISTORY, "label": "What happened here"}]
    options += [{"value": EXAMPLE + name, "label": f"Example: {_spoken(name)}"} for name in example_names()]
    if source not in {option["value"] for option in options}:
        source = HISTORY
    known = outline(source)
    return {
        "source": source,
        "sources": options,
        "is_history": source == HISTORY,
        "weeks": weeks,
        "most_weeks": MOST_WEEKS,
        "pools": [
            {"id": pool.id, "name": pool.name, "people": known.people.get(pool.id, 0)}
            for pool in known.rulebook.pools.values()
            if known.people.get(pool.id)
        ],
        "queues": [
            {
                "id": plan.id,
                "name": plan.name or plan.slug,
                "wait": _plain(plan.steps[0].wait) if len(plan.steps) > 1 else None,
                "acceleration": _plain(plan.acceleration),
                "priority_class": plan.priority_class,
            }
            for plan in known.rulebook.plans.values()
        ],
    }


def _spoken(name: str) -> str:
    return name.replace("-", " ")


def _plain(number: float | None) -> str | None:
    return None if number is None else f"{number:g}"


def runs_panel() -> list[dict[str, Any]]:
    """The newest runs."""
    return [run_line(run) for run in simulations()]


def run_line(run: SimulationRun) -> dict[str, Any]:
    """A run without its result."""
    return {
        "id": run.id,
        "title": _title(run),
        "source": _source(run),
        "state": run.state,
        "state_label": run.get_state_display(),
        "level": _LEVELS.get(SimulationRun.State(run.state), ""),
        "percent": round(100 * run.progress),
        "author": run.member.display_name if run.member else "",
        "at": run.created_at,
        "moves": run.state in (SimulationRun.State.REQUESTED, SimulationRun.State.RUNNING),
        "stands_still": stands_still(run),
        "problem": run.problem,
    }


def _title(run: SimulationRun) -> str:
    return run.words[:1].upper() + run.words[1:] if run.words else "As it is"


def _source(run: SimulationRun) -> str:
    if run.source == HISTORY:
        return "the last week" if run.weeks == 1 else f"the last {run.weeks} weeks"
    return f"example: {_spoken(run.source.removeprefix(EXAMPLE))}"


def run_panel(run: SimulationRun) -> dict[str, Any]:
    """One run; with its result once it is done."""
    panel = run_line(run)
    if run.result is None:
        return panel
    before, after = results_of(run)
    words = list(run.result.get("words") or [_alone(after)])
    return panel | {
        "headline": words[0],
        "words": words[1:],
        "changed": before is not None,
        "contacts": f"{after.contacts:,}",
        "days": f"{after.days:g}",
        "charts": [
            {"title": title, "drawing": SafeString(drawing), "legend": legend}
            for title, drawing, legend in charts(after, before)
        ],
        "queues": [
            _queue(new, old)
            for new, old in zip(
                after.queues, _beside(before.queues if before else None, after.queues), strict=True
            )
        ],
        "pools": [
            _pool(new, old)
            for new, old in zip(
                after.pools, _beside(before.pools if before else None, after.pools), strict=True
            )
        ],
        "splits": [
            {
                "queue": split.queue,
                "pool": split.pool,
                "committed": f"{split.committed:g} %",
                "measured": _pair(f"{split.measured:.1f} %", f"{old.measured:.1f} %" if old else None),
                "hours": f"{split.hours_kept} of {split.hours}",
            }
            for split, old in zip(
                after.splits, _beside(before.splits if before else None, after.splits), strict=True
            )
        ],
        "formula": FORMULAS[_LEVEL],
    }


def results_of(run: SimulationRun) -> tuple[Result | None, Result]:
    """Before and after of a run that is done."""
    stored = run.result or {}
    before = stored.get("before")
    return (Result.of_json(before) if before else None), Result.of_json(stored["after"])


def drawing_of(run: SimulationRun) -> str | None:
    """All its drawings as a file; None while there is no result."""
    if run.result is None:
        return None
    before, after = results_of(run)
    return as_file(after, before)


def _beside(old: Sequence[_T] | None, new: Sequence[_T]) -> Sequence[_T | None]:
    return old if old is not None else [None] * len(new)


def _alone(result: Result) -> str:
    level = result.level
    told = (
        "Nobody contacts in this time." if level is None else f"{percent(level)} would be answered in time."
    )
    return f"As it is, {told[:1].lower() + told[1:]}"


def _queue(new: QueueResult, old: QueueResult | None) -> dict[str, Any]:
    return {
        "name": new.name,
        "target": f"{new.target_seconds:g}",
        "offered": f"{new.offered:,}",
        "level": _pair(_share(new.service_level[_LEVEL]), _share(old.service_level[_LEVEL]) if old else None),
        "asa": _pair(f"{new.asa:.0f} s", f"{old.asa:.0f} s" if old else None),
        "p90": _pair(f"{new.wait_p90:.0f} s", f"{old.wait_p90:.0f} s" if old else None),
        "abandoned": _pair(_share(new.abandonment), _share(old.abandonment) if old else None),
    }


def _pool(new: PoolResult, old: PoolResult | None) -> dict[str, Any]:
    return {
        "name": new.name,
        "agents": _pair(str(new.agents), str(old.agents) if old else None),
        "answered": _pair(f"{new.answered:,}", f"{old.answered:,}" if old else None),
        "occupancy": _pair(_share(new.occupancy), _share(old.occupancy) if old else None),
        "idle": f"{_share(new.idle_low)} – {_share(new.idle_high)}",
    }


def _pair(new: str, old: str | None) -> dict[str, str | None]:
    """A figure now, and before where it differs."""
    return {"new": new, "old": old if old is not None and old != new else None}


def _share(share: float | None) -> str:
    return "–" if share is None else percent(share)
