"""Where a contact stands in its queue's steps: which pools may take it, and what they need to know."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from routing.engine.values import QueuePlan, Requirement, Step


@dataclass(frozen=True, slots=True)
class Stage:
    """What holds while `number` steps are open. `ring` says by which of them a pool came in, from 0."""

    number: int
    ring: dict[int, int] = field(compare=False)
    requirements: tuple[Requirement, ...] = ()


@dataclass(frozen=True, slots=True)
class Course:
    """A queue's steps as they run now: when each opens, in seconds of this queue, and what holds then."""

    opens: tuple[float, ...]
    stages: tuple[Stage, ...]
    over_at: float | None

    def stage_after(self, waited: float) -> Stage:
        """The stage of a contact that has waited so long in this queue; the first from the start."""
        return self.stages[max(bisect_right(self.opens, waited), 1) - 1]

    def opening_of(self, pool_id: int) -> tuple[int, float] | None:
        """By which step a pool comes in first, and after how many seconds; None when never."""
        for stage, opens in zip(self.stages, self.opens, strict=True):
            if pool_id in stage.ring:
                return stage.ring[pool_id], opens
        return None


def course_of(plan: QueuePlan, skipped: Callable[[Step], bool]) -> Course:
    """How the steps run; the wait of a `skipped` one counts nothing."""
    opens, at = [], 0.0
    for step in plan.steps:
        opens.append(at)
        at += 0.0 if step.wait is None or skipped(step) else step.wait
        if step.wait is None:
            break
    stages = tuple(_stage(plan, plan.steps[: n + 1]) for n in range(len(opens)))
    last_waits = len(opens) == len(plan.steps) and plan.steps[-1].wait is not None
    return Course(tuple(opens), stages, over_at=at if last_waits else None)


def _stage(plan: QueuePlan, steps: Sequence[Step]) -> Stage:
    needs = plan.requirements
    ring: dict[int, int] = {}
    for number, step in enumerate(steps):
        if step.alone:
            ring.clear()
        if step.requirements is not None:
            needs = step.requirements
        for pool_id in step.pools:
            ring.setdefault(pool_id, number)
    for pool_id in plan.borrowed:
        ring.setdefault(pool_id, len(plan.steps))
    return Stage(len(steps), ring, needs)
