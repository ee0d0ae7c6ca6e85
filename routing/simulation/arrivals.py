"""Who contacts, and when: each stream with dice of its own, whatever happens elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import log
from random import Random
from typing import Any

from routing.simulation.profile import QUARTER, Profile, Recorded, Stream


@dataclass(slots=True, eq=False)
class Caller:
    """One contact: what it brings along, drawn as it comes, and what became of it."""

    id: int
    stream: int
    queue_id: int
    channel: str
    entered_at: float
    patience: float
    handle: float
    wrap_up: float
    state: str = "waiting"
    queued_at: float = 0.0
    pool_id: int = 0
    avoid: tuple[tuple[int, float], ...] = ()
    tries: int = 0
    contact: Any = field(default=None, repr=False)


def callers(profile: Profile, number: int, seed: int, until: float) -> Iterator[Caller]:
    """The contacts of stream `number` in order of arrival, up to `until` in epoch seconds; ids are unique."""
    stream = profile.streams[number]
    dice = Random(f"{seed}/{number}/{stream.name}")  # noqa: S311 - traffic, not secrets
    arriving = _replayed(stream, profile) if stream.recorded else _poisson(stream, profile, dice, until)
    place = number + 1
    for count, arrival in enumerate(arriving):
        at = profile.starts_at + arrival.at
        if at >= until:
            return
        patience, handle = stream.patience.draw(dice), stream.handle.draw(dice)
        wrap_up = stream.wrap_up.draw(dice)
        yield Caller(
            id=count * len(profile.streams) + place,
            stream=number,
            queue_id=stream.queue_id,
            channel=stream.channel,
            entered_at=at,
            queued_at=at,
            patience=patience if arrival.patience is None else arrival.patience,
            handle=handle if arrival.handle is None else arrival.handle,
            wrap_up=wrap_up if arrival.wrap_up is None else arrival.wrap_up,
        )


def _replayed(stream: Stream, profile: Profile) -> Iterator[Recorded]:
    return iter(sorted(stream.recorded, key=lambda one: one.at))


def _poisson(stream: Stream, profile: Profile, dice: Random, until: float) -> Iterator[Recorded]:
    """A Poisson process with a constant rate in each quarter of an hour, by inversion of the integral."""
    rates = [expected / QUARTER for expected in stream.per_quarter]
    if not any(rates):
        return
    now, end, span = 0.0, QUARTER, until - profile.starts_at
    rate, quarter, quarters = rates[0], 0, len(rates)
    while now < span:
        need = -log(1.0 - dice.random())
        while need > (have := (end - now) * rate):
            need -= have
            now, quarter = end, quarter + 1
            end, rate = (quarter + 1) * QUARTER, rates[quarter % quarters]
            if now >= span:
                return
        now += need / rate
        yield Recorded(now)


def lot(seed: int, caller: int, attempt: int) -> float:
    """A number in [0, 1) that belongs to this contact's attempt, whatever else happens (SplitMix64)."""
    mixed = (seed * 0x9E3779B97F4A7C15 + caller * 0xBF58476D1CE4E5B9 + attempt * 0x94D049BB133111EB) & _64
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _64
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _64
    return ((mixed ^ (mixed >> 31)) >> 11) / (1 << 53)


_64 = (1 << 64) - 1
