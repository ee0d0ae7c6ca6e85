"""What a simulation found, as plain values that turn into JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import ceil, sqrt
from typing import Any

# Service level by name; contact centers mean different things by the one word.
FORMULAS = {
    "of_offered": "answered within the target / offered",
    "without_short_abandons": "answered within the target / (offered − short abandons)",
    "of_answered": "answered within the target / answered",
    "abandons_within_served": "(answered + abandoned within the target) / offered",
}
SPLIT_NOISE = 3.0  # standard deviations within which an hour's share counts as kept


@dataclass(frozen=True)
class QueueResult:
    """One stream of contacts over the whole run; waits in seconds, `asa` of the answered."""

    name: str
    queue_id: int
    target_seconds: float
    offered: int
    answered: int
    abandoned: int
    short_abandoned: int
    within_target: int
    abandoned_within: int
    final_actions: int
    still_waiting: int
    asa: float
    mean_wait: float
    wait_p50: float
    wait_p90: float
    wait_p99: float
    longest: float
    service_level: Mapping[str, float | None]

    @property
    def abandonment(self) -> float:
        """The share that gave up."""
        return self.abandoned / self.offered if self.offered else 0.0


@dataclass(frozen=True)
class HourResult:
    """One hour of all streams together, and each queue's answered contacts by pool."""

    hour: int
    offered: int
    answered: int
    abandoned: int
    within_target: int
    mean_wait: float
    occupancy: Mapping[str, float | None]
    answered_by: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class PoolResult:
    """One pool's people. Idle shares are each agent's idle time of their time at work, spread over agents."""

    id: int
    name: str
    agents: int
    answered: int
    staffed_hours: float
    occupancy: float | None
    idle_low: float | None
    idle_high: float | None
    idle_deviation: float | None


@dataclass(frozen=True)
class SplitResult:
    """A pool's share of a queue, in percent, and in how many hours it was within binomial noise."""

    queue: str
    pool: str
    committed: float
    measured: float
    hours: int
    hours_kept: int


@dataclass(frozen=True)
class Result:
    """A whole run."""

    name: str
    seed: int
    days: float
    contacts: int
    decisions: int
    rounds: int
    declined: int
    missed: int
    kills: int
    lost_claims: int
    checks: int
    violation_count: int = 0
    violations: Sequence[str] = ()
    queues: Sequence[QueueResult] = ()
    pools: Sequence[PoolResult] = ()
    hours: Sequence[HourResult] = ()
    splits: Sequence[SplitResult] = ()
    formulas: Mapping[str, str] = field(default_factory=lambda: dict(FORMULAS))

    def as_json(self) -> dict[str, Any]:
        """Lists, dicts, texts and numbers."""
        return asdict(self)

    @staticmethod
    def of_json(stored: Mapping[str, Any]) -> "Result":
        """The same again."""
        return Result(
            **{
                **stored,
                "queues": [QueueResult(**row) for row in stored["queues"]],
                "pools": [PoolResult(**row) for row in stored["pools"]],
                "hours": [HourResult(**row) for row in stored["hours"]],
                "splits": [SplitResult(**row) for row in stored["splits"]],
            }
        )

    @property
    def level(self) -> float | None:
        """Service level over all streams, short abandons apart."""
        offered = sum(queue.offered - queue.short_abandoned for queue in self.queues)
        return sum(queue.within_target for queue in self.queues) / offered if offered else None


def service_levels(
    *, offered: int, answered: int, within: int, short_abandoned: int, abandoned_within: int
) -> dict[str, float | None]:
    """All formulas on the same counts, 0–1; None where nothing was counted."""
    return {
        "of_offered": _share(within, offered),
        "without_short_abandons": _share(within, offered - short_abandoned),
        "of_answered": _share(within, answered),
        "abandons_within_served": _share(within + abandoned_within, offered),
    }


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value that `share` (0–1) of the ordered values do not exceed; 0 of none."""
    return ordered[max(0, ceil(share * len(ordered)) - 1)] if ordered else 0.0


def deviation(values: Sequence[float]) -> float:
    """The standard deviation; 0 of none."""
    mean = sum(values) / len(values) if values else 0.0
    return sqrt(sum((value - mean) ** 2 for value in values) / len(values)) if values else 0.0


def within_noise(count: int, of: int, percent: float) -> bool:
    """Whether so many of so many are as good as chance alone would keep a share of `percent`.

    Counts are whole: less than one contact off is never a breach.
    """
    expected = of * percent / 100
    noise = SPLIT_NOISE * sqrt(of * percent / 100 * (1 - percent / 100))
    return abs(count - expected) <= max(noise, 1.0)
