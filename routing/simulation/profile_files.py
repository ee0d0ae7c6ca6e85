"""A set-up and its traffic from a small TOML or JSON file; what is wrong is told with its place."""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from itertools import count, pairwise
from pathlib import Path
from typing import Any

from routing.simulation.durations import Exponential, Fixed, Never, duration_of
from routing.simulation.profile import DAY, WEEK, Manners, Profile, Stream, Worker
from routing.simulation.router import (
    DEFAULT_CHANNELS,
    Agent,
    FinalAction,
    PoolPlan,
    QueuePlan,
    Requirement,
    Rulebook,
    Share,
    Split,
    Step,
)

EXAMPLES = Path(__file__).with_name("examples")
MOST_AGENTS = 5_000
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SHIFT = re.compile(r"^(\w{3})(?:-(\w{3}))? (\d{1,2}):(\d\d)-(\d{1,2}):(\d\d)$")
_FINALS = ("voicemail", "callback", "message", "queue", "partner")


class BadProfile(ValueError):
    """The file cannot be used; the message says where and why."""


def example_names() -> list[str]:
    """The profiles that come along."""
    return sorted(path.stem for path in EXAMPLES.glob("*.toml"))


def read_example(name: str) -> tuple[Rulebook, Profile]:
    """One of them. BadProfile when there is none of that name."""
    if name not in example_names():
        raise BadProfile(f"There is no example {name}; there are {', '.join(example_names())}.")
    return read_file(EXAMPLES / f"{name}.toml")


def read_file(path: Path) -> tuple[Rulebook, Profile]:
    """The set-up and traffic of a file. BadProfile when it cannot be read or understood."""
    try:
        text = path.read_text(encoding="utf-8")
        given = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise BadProfile(f"{path.name}: {error}") from error
    return read_profile(given, path.stem)


def read_profile(given: object, name: str = "") -> tuple[Rulebook, Profile]:
    """The same from a dict. BadProfile."""
    if not isinstance(given, Mapping):
        raise BadProfile("A profile is a table with pools, queues, agents and streams.")
    try:
        return _Reader(given).read(name)
    except BadProfile:
        raise
    except (ValueError, TypeError, AttributeError) as error:
        raise BadProfile(str(error)) from error


class _Reader:
    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = given
        self._pools = {self._text(row, "name", "pools"): n for n, row in self._rows("pools")}
        self._queues = {self._text(row, "slug", "queues"): n for n, row in self._rows("queues")}

    def read(self, name: str) -> tuple[Rulebook, Profile]:
        plans = [self._plan(number, row) for number, row in self._rows("queues")]
        pools = {number: PoolPlan(id=number, name=pool) for pool, number in self._pools.items()}
        rulebook = Rulebook(plans={plan.id: plan for plan in plans}, pools=pools, channels=DEFAULT_CHANNELS)
        days = self._number(self._given, "days", "", usual=1.0)
        if not 0 < days <= 366:
            raise BadProfile("days: more than 0, at most 366.")
        profile = Profile(
            name=str(self._given.get("name", name)),
            streams=tuple(self._stream(row) for _, row in self._rows("streams")),
            workers=tuple(self._workers()),
            manners=self._manners(),
            days=days,
        )
        return rulebook, profile

    def _rows(self, what: str) -> list[tuple[int, Mapping[str, Any]]]:
        rows = self._given.get(what, [])
        if not isinstance(rows, list) or not rows or not all(isinstance(row, Mapping) for row in rows):
            raise BadProfile(f"{what}: give at least one, each a table.")
        return list(enumerate(rows, start=1))

    def _plan(self, number: int, row: Mapping[str, Any]) -> QueuePlan:
        slug = self._text(row, "slug", "queues")
        where = f"queues.{slug}"
        steps = row.get("steps") or [{"pools": list(self._pools)}]
        final = row.get("final")
        if final is not None and final not in _FINALS:
            raise BadProfile(f"{where}.final: one of {', '.join(_FINALS)}.")
        return QueuePlan(
            id=number,
            slug=slug,
            name=str(row.get("name", slug)),
            priority_class=int(self._number(row, "priority_class", where, usual=1)),
            acceleration=self._number(row, "acceleration", where, usual=1.0),
            delay=self._number(row, "delay", where, usual=0.0),
            requirements=self._needs(row.get("requirements", {}), where),
            steps=tuple(self._step(step, where) for step in steps),
            deadline=self._number(row, "deadline", where) if "deadline" in row else None,
            final=FinalAction(kind=final, target_id=None) if final else None,
            local_first=bool(row.get("local_first", False)),
            split=self._split(row["split"], where) if "split" in row else None,
        )

    def _step(self, row: Mapping[str, Any], where: str) -> Step:
        needs = row.get("requirements")
        return Step(
            pools=frozenset(self._pool(name, where) for name in row.get("pools", [])),
            wait=self._number(row, "wait", where) if "wait" in row else None,
            requirements=None if needs is None else self._needs(needs, where),
            alone=bool(row.get("alone", False)),
            skip_if_unstaffed=bool(row.get("skip_if_unstaffed", False)),
            name=str(row.get("name", "")),
        )

    @staticmethod
    def _needs(given: Mapping[str, int], where: str) -> tuple[Requirement, ...]:
        if not all(isinstance(level, int) and 1 <= level <= 5 for level in given.values()):
            raise BadProfile(f"{where}.requirements: levels are 1 to 5.")
        return tuple(Requirement(skill=skill, level=level, name=skill) for skill, level in given.items())

    def _split(self, row: Mapping[str, Any], where: str) -> Split:
        given = row.get("shares", {})
        if not given or sum(given.values()) > 100:
            raise BadProfile(f"{where}.split: give shares in percent, at most 100 together.")
        return Split(
            shares=tuple(
                Share(pool_id=self._pool(name, where), percent=float(share)) for name, share in given.items()
            ),
            minutes=int(self._number(row, "minutes", where, usual=60)),
            override_after=self._number(row, "override_after", where) if "override_after" in row else None,
            strict=bool(row.get("strict", False)),
        )

    def _workers(self) -> Iterable[Worker]:
        numbers = count(1)
        for _, row in self._rows("agents"):
            pool = self._text(row, "pool", "agents")
            pool_id, where = self._pool(pool, "agents"), f"agents of {pool}"
            many = int(self._number(row, "count", where, usual=1))
            if not 1 <= many <= MOST_AGENTS:
                raise BadProfile(f"{where}.count: 1 to {MOST_AGENTS}.")
            also = {self._pool(name, where) for name in row.get("also", [])}
            for _ in range(many):
                number = next(numbers)
                agent = Agent(
                    id=number,
                    name=f"{pool} {number}",
                    pools=frozenset({pool_id} | also),
                    skills=dict(row.get("skills", {})),
                    languages={code: code for code in row.get("languages", [])},
                    regions=frozenset(row.get("regions", [])),
                )
                yield Worker(agent=agent, pool_id=pool_id, shifts=_shifts(row.get("shifts", []), where))

    def _stream(self, row: Mapping[str, Any]) -> Stream:
        slug = self._text(row, "queue", "streams")
        where = f"streams.{slug}"
        if slug not in self._queues:
            raise BadProfile(f"{where}: there is no queue of that slug.")
        queue = next(one for _, one in self._rows("queues") if one["slug"] == slug)
        return Stream(
            name=str(row.get("name", queue.get("name", slug))),
            queue_id=self._queues[slug],
            per_quarter=self._rates(row, where),
            channel=str(row.get("channel", "voice")),
            handle=duration_of(row["handle"], f"{where}.handle") if "handle" in row else Exponential(240.0),
            wrap_up=duration_of(row["wrap_up"], f"{where}.wrap_up") if "wrap_up" in row else Fixed(0.0),
            patience=duration_of(row["patience"], f"{where}.patience") if "patience" in row else Never(),
            base_score=self._number(row, "base_score", where, usual=0.0),
            language=str(row.get("language", "")),
            region=str(row.get("region", "")),
            target_seconds=self._number(queue, "target_seconds", f"queues.{slug}", usual=20.0),
        )

    def _rates(self, row: Mapping[str, Any], where: str) -> tuple[float, ...]:
        """Expected contacts in each quarter of an hour: as given, by the hour, or always alike."""
        quarters = row.get("per_quarter")
        if not {"per_quarter", "by_hour", "per_hour"} & row.keys():
            raise BadProfile(f"{where}: give per_hour, by_hour or per_quarter.")
        if quarters is None:
            hours = row.get("by_hour", [row.get("per_hour")])
            if not isinstance(hours, list) or len(hours) not in (1, 24, 168):
                raise BadProfile(f"{where}: by_hour has 24 or 168 numbers.")
            day = [hour / 4 for hour in self._counts(hours, where) for _ in range(4)] * (
                24 // min(len(hours), 24)
            )
            factors = self._counts(row.get("weekdays", [1.0]), f"{where}.weekdays")
            if len(factors) not in (1, 7) or (len(hours) == 168 and len(factors) == 7):
                raise BadProfile(f"{where}.weekdays: seven factors, Monday first, with a day's by_hour.")
            quarters = [rate * factor for factor in factors for rate in day]
        return tuple(self._counts(quarters, where))

    @staticmethod
    def _counts(given: object, where: str) -> list[float]:
        if not isinstance(given, list) or not given:
            raise BadProfile(f"{where}: give per_hour, by_hour or per_quarter.")
        if not all(isinstance(one, int | float) and 0 <= one < 1e6 for one in given):
            raise BadProfile(f"{where}: numbers of contacts, 0 or more.")
        return [float(one) for one in given]

    def _manners(self) -> Manners:
        row, where = self._given.get("offers", {}), "offers"
        declines = self._number(row, "declines", where, usual=0.0)
        misses = self._number(row, "misses", where, usual=0.0)
        if declines + misses > 0.95:
            raise BadProfile("offers: declines and misses together are at most 0.95.")
        taken = (
            duration_of(row["accept_after"], f"{where}.accept_after") if "accept_after" in row else Fixed(0.0)
        )
        return Manners(
            accept_after=taken,
            declines=declines,
            misses=misses,
            offer_seconds=self._number(row, "offer_seconds", where, usual=20.0),
        )

    def _pool(self, name: str, where: str) -> int:
        if name not in self._pools:
            raise BadProfile(f"{where}: there is no pool {name}.")
        return self._pools[name]

    @staticmethod
    def _text(row: Mapping[str, Any], key: str, where: str) -> str:
        if not isinstance(row.get(key), str) or not row[key]:
            raise BadProfile(f"{where}: each needs a {key}.")
        return str(row[key])

    @staticmethod
    def _number(row: Mapping[str, Any], key: str, where: str, usual: float | None = None) -> float:
        given = row.get(key, usual)
        if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given < 1e9:
            raise BadProfile(f"{where}.{key}: a number, 0 or more.".lstrip("."))
        return float(given)


def _shifts(given: Iterable[str], where: str) -> tuple[tuple[float, float], ...]:
    """`Mon-Fri 08:00-16:00` as seconds of the week; past midnight when the end is not after the start."""
    found = [span for text in given for span in _spans(text, where)]
    found.sort()
    for (_, end), (begin, _) in pairwise(found):
        if begin < end:
            raise BadProfile(f"{where}.shifts: they overlap.")
    return tuple(found)


def _spans(text: str, where: str) -> list[tuple[float, float]]:
    matched = _SHIFT.match(str(text))
    if not matched or matched[1].lower() not in _DAYS or (matched[2] or matched[1]).lower() not in _DAYS:
        raise BadProfile(f"{where}.shifts: “{text}” is not like Mon-Fri 08:00-16:00.")
    first = _DAYS.index(matched[1].lower())
    last = _DAYS.index((matched[2] or matched[1]).lower())
    begin = int(matched[3]) * 3600.0 + int(matched[4]) * 60
    end = int(matched[5]) * 3600.0 + int(matched[6]) * 60
    if begin > DAY or end > DAY:
        raise BadProfile(f"{where}.shifts: “{text}”: a day has 24 hours.")
    end += DAY if end <= begin else 0
    days = range(first, last + 1) if first <= last else [*range(first, 7), *range(last + 1)]
    return [((day * DAY + begin) % WEEK, day * DAY + end) for day in days]
