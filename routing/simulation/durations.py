"""How long things take: distributions that are drawn from. All in seconds."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, inf, isfinite, log, sqrt
from random import Random
from typing import Any, Protocol


class Duration(Protocol):
    """Something that takes time."""

    def draw(self, dice: Random) -> float:
        """One of them."""


@dataclass(frozen=True, slots=True)
class Never:
    """Endless, as the patience of somebody who does not give up."""

    def draw(self, dice: Random) -> float:
        """Infinity."""
        return inf


@dataclass(frozen=True, slots=True)
class Fixed:
    """Always the same."""

    seconds: float

    def draw(self, dice: Random) -> float:
        """That."""
        return self.seconds


@dataclass(frozen=True, slots=True)
class Exponential:
    """Without memory."""

    mean: float

    def draw(self, dice: Random) -> float:
        """One of them."""
        return -log(1.0 - dice.random()) * self.mean


@dataclass(frozen=True, slots=True)
class Lognormal:
    """As handling times usually are; `deviation` is the standard deviation."""

    mean: float
    deviation: float

    def draw(self, dice: Random) -> float:
        """One of them."""
        spread = log(1 + (self.deviation / self.mean) ** 2)
        return exp(dice.gauss(log(self.mean) - spread / 2, sqrt(spread)))


@dataclass(frozen=True, slots=True)
class Empirical:
    """Any of those that were measured, each as likely."""

    values: tuple[float, ...]

    def draw(self, dice: Random) -> float:
        """One of them."""
        return self.values[int(dice.random() * len(self.values))]


def duration_of(given: object, where: str) -> Duration:
    """A distribution as a file gives it: seconds, or a table with `kind`. ValueError naming `where`."""
    if isinstance(given, int | float) and not isinstance(given, bool):
        return Fixed(_seconds(given, where))
    if not isinstance(given, Mapping):
        raise ValueError(f"{where}: give seconds, or a table with kind and mean.")
    return _of_kind(given, where)


def _of_kind(given: Mapping[str, Any], where: str) -> Duration:
    kind = given.get("kind")
    if kind == "none":
        return Never()
    if kind == "empirical":
        values = given.get("values")
        if not isinstance(values, list | tuple) or not values:
            raise ValueError(f"{where}: empirical needs values, a list of seconds.")
        return Empirical(tuple(_seconds(value, where) for value in values))
    mean = _seconds(given.get("mean"), f"{where}.mean")
    if kind == "exponential":
        return Exponential(mean)
    if kind == "lognormal" and mean > 0:
        return Lognormal(mean, _seconds(given.get("deviation", mean), f"{where}.deviation"))
    raise ValueError(f"{where}: kind is none, fixed seconds, exponential, lognormal or empirical.")


def _seconds(given: object, where: str) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not isfinite(given) or given < 0:
        raise ValueError(f"{where}: give seconds, 0 or more.")
    return float(given)


def as_table(duration: Duration) -> object:
    """What `duration_of` reads again."""
    match duration:
        case Fixed(seconds):
            return seconds
        case Exponential(mean):
            return {"kind": "exponential", "mean": mean}
        case Lognormal(mean, deviation):
            return {"kind": "lognormal", "mean": mean, "deviation": deviation}
        case Empirical(values):
            return {"kind": "empirical", "values": list(values)}
    return {"kind": "none"}
