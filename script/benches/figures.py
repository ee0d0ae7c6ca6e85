"""A figure: ours against a baseline that the same run measured, in interleaved rounds."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

ROUNDS = 3


@dataclass(frozen=True)
class Figure:
    """`goal` is about `ratio`: at most that much (throughputs: at least); `ok` may ask for more than that."""

    name: str
    ours: float
    baseline: float
    ratio: float
    goal: float
    ok: bool
    unit: str
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        """For later comparison; a figure without a number is null."""
        numbers = {key: _plain(getattr(self, key)) for key in ("ours", "baseline", "ratio", "goal")}
        return {**numbers, "ok": self.ok, "unit": self.unit, "note": self.note}


def _plain(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None


def failed(name: str) -> Figure:
    """The figure of a bench that broke."""
    return Figure(name, math.nan, math.nan, math.nan, math.nan, ok=False, unit="", note="broke, see above")


def interleaved(
    ours: Callable[[], float], baseline: Callable[[], float], rounds: int = ROUNDS
) -> tuple[float, float, float]:
    """Medians of ours, of the baseline, and of the rounds' ratios; only a ratio within a round means much."""
    pairs = [(ours(), baseline()) for _ in range(rounds)]
    return medians(pairs)


def medians(pairs: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """The median of each side and of the pairs' ratios."""
    mine, theirs = zip(*pairs, strict=True)
    ratios = [a / b for a, b in pairs]
    return statistics.median(mine), statistics.median(theirs), statistics.median(ratios)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0–1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]


def table(figures: Sequence[Figure]) -> str:
    """The figures for people."""
    head = ("figure", "ours", "baseline", "unit", "ratio", "goal", "", "note")
    rows = [head] + [
        (
            *(each.name, f"{each.ours:.2f}", f"{each.baseline:.2f}", each.unit, f"{each.ratio:.2f}"),
            *(f"{each.goal:g}", "ok" if each.ok else "MISSED", each.note),
        )
        for each in figures
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
