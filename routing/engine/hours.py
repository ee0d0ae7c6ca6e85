"""When a pool is open: spans of absolute time, worked out beforehand from weekly hours and holidays."""

from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OpenSpans:
    """Open from–until pairs in epoch seconds, in order and apart. Outside of them it is closed."""

    spans: tuple[tuple[float, float], ...]

    def open_at(self, at: float) -> bool:
        """Whether it is open; the end of a span is closed already."""
        span = self._before(at)
        return span is not None and at < span[1]

    def opens_at(self, at: float) -> float | None:
        """When it is open next: `at` itself while open; None when no further span is known."""
        if self.open_at(at):
            return at
        place = bisect_right(self.spans, at, key=lambda span: span[0])
        return self.spans[place][0] if place < len(self.spans) else None

    def closes_at(self, at: float) -> float | None:
        """When the present span ends; None while closed."""
        span = self._before(at)
        return span[1] if span is not None and at < span[1] else None

    def _before(self, at: float) -> tuple[float, float] | None:
        place = bisect_right(self.spans, at, key=lambda span: span[0])
        return self.spans[place - 1] if place else None
