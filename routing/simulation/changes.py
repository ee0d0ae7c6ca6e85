"""A small change to try out: seats by pool, and numbers of queues."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from routing.simulation.profile import Profile, with_seats
from routing.simulation.router import QueuePlan, Rulebook

MOST_SEATS = 500


@dataclass(frozen=True)
class QueueChange:
    """New numbers of one queue; None stays. `wait`: seconds until the second step opens."""

    wait: float | None = None
    acceleration: float | None = None
    priority_class: int | None = None


@dataclass(frozen=True)
class Change:
    """Seats to add (or, negative, take away) by pool, and queues by id."""

    seats: Mapping[int, int] = field(default_factory=dict)
    queues: Mapping[int, QueueChange] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any(self.seats.values()) or any(one != QueueChange() for one in self.queues.values())


def changed_rulebook(rulebook: Rulebook, change: Change) -> Rulebook:
    """The rulebook with the queues' new numbers. ValueError for a queue there is not."""
    unknown = set(change.queues) - set(rulebook.plans)
    if unknown:
        raise ValueError(f"There is no queue {min(unknown)}.")
    plans = {
        queue_id: _changed(plan, change.queues.get(queue_id, QueueChange()))
        for queue_id, plan in rulebook.plans.items()
    }
    return replace(rulebook, plans=plans)


def changed_profile(profile: Profile, change: Change) -> Profile:
    """The profile with the new seats. ValueError for a pool nobody works in."""
    return with_seats(profile, {pool: count for pool, count in change.seats.items() if count})


def _changed(plan: QueuePlan, change: QueueChange) -> QueuePlan:
    if change.wait is not None and len(plan.steps) > 1:
        plan = replace(plan, steps=(replace(plan.steps[0], wait=change.wait), *plan.steps[1:]))
    if change.acceleration is not None:
        plan = replace(plan, acceleration=change.acceleration)
    if change.priority_class is not None:
        plan = replace(plan, priority_class=change.priority_class)
    return plan


def change_words(change: Change, rulebook: Rulebook) -> str:
    """The change in words, to stand after “with”."""
    return _joined([*_seat_words(change, rulebook), *_queue_words(change, rulebook)])


def _seat_words(change: Change, rulebook: Rulebook) -> list[str]:
    return [
        f"{abs(count)} {'more' if count > 0 else 'fewer'} {'seat' if abs(count) == 1 else 'seats'} "
        f"at {rulebook.pools[pool_id].name}"
        for pool_id, count in change.seats.items()
        if count and pool_id in rulebook.pools
    ]


def _queue_words(change: Change, rulebook: Rulebook) -> list[str]:
    found = []
    for queue_id, one in change.queues.items():
        plan = rulebook.plans[queue_id]
        name = plan.name or plan.slug
        if one.wait is not None and len(plan.steps) > 1:
            found.append(f"{one.wait:g} s before the second step of {name}")
        if one.acceleration is not None:
            found.append(f"{one.acceleration:g} points a minute for {name}")
        if one.priority_class is not None:
            found.append(f"{name} in class {one.priority_class}")
    return found


def _joined(parts: Sequence[str]) -> str:
    return " and ".join(([", ".join(parts[:-1])] if parts[1:] else []) + list(parts[-1:]))
