"""A result as text for a terminal."""

from collections.abc import Iterable, Sequence

from routing.simulation.preview import Comparison
from routing.simulation.results import FORMULAS, PoolResult, QueueResult, Result

_QUEUE_HEAD = ("queue", "offered", "answered", "abandoned", "ASA", "p50", "p90", "p99", *FORMULAS)


def as_text(result: Result) -> str:
    """Everything but the hours."""
    told = [
        f"{result.name}: {result.days:g} days, {result.contacts:,} contacts, {result.decisions:,} decisions "
        f"in {result.rounds:,} rounds; {result.declined:,} declined, {result.missed:,} missed; "
        f"router killed {result.kills} ×, seed {result.seed}",
        "",
        table(_QUEUE_HEAD, [_queue_row(queue) for queue in result.queues]),
        "",
        table(
            ("pool", "agents", "answered", "staffed h", "occupancy", "idle p10", "idle p90", "spread"),
            [_pool_row(pool) for pool in result.pools],
        ),
    ]
    if result.splits:
        rows = [
            (s.queue, s.pool, f"{s.committed:g} %", f"{s.measured:.1f} %", f"{s.hours_kept} of {s.hours}")
            for s in result.splits
        ]
        told += ["", table(("split", "pool", "committed", "measured", "hours within noise"), rows)]
    told += ["", *(f"{name}: {formula}" for name, formula in result.formulas.items()), "", _checks(result)]
    return "\n".join(told)


def comparison_text(found: Comparison) -> str:
    """What differs, then both."""
    parts = [*found.words, "", "— before —", as_text(found.before), "", "— after —", as_text(found.after)]
    return "\n".join(parts)


def _checks(result: Result) -> str:
    if not result.checks:
        return "no checks were made"
    if not result.violation_count:
        return f"{result.checks:,} checks, nothing found"
    return "\n".join(
        [f"{result.violation_count:,} VIOLATIONS in {result.checks:,} checks", *result.violations]
    )


def _queue_row(queue: QueueResult) -> tuple[str, ...]:
    seconds = (queue.asa, queue.wait_p50, queue.wait_p90, queue.wait_p99)
    return (
        queue.name,
        f"{queue.offered:,}",
        f"{queue.answered:,}",
        f"{queue.abandoned:,} ({100 * queue.abandonment:.1f} %)",
        *(f"{value:.1f} s" for value in seconds),
        *(_percent(queue.service_level[name]) for name in FORMULAS),
    )


def _pool_row(pool: PoolResult) -> tuple[str, ...]:
    shares = (pool.occupancy, pool.idle_low, pool.idle_high, pool.idle_deviation)
    return (
        pool.name,
        str(pool.agents),
        f"{pool.answered:,}",
        f"{pool.staffed_hours:.1f}",
        *(_percent(share) for share in shares),
    )


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns under one another."""
    whole = [tuple(head), *map(tuple, rows)]
    widths = [max(len(row[column]) for row in whole) for column in range(len(head))]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in whole)
