"""A refusal in words, with what would lift it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not. `until`: when time alone lifts it (epoch seconds); `releases`: what else would."""

    text: str
    until: float | None = None
    releases: str = ""
