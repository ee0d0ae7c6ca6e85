"""What the rules look at, and what they answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from accounts.hours.rules import OpenHours

HOUSE = "in-house"  # everybody who works for the company itself: a pool without a row
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, at which field (a path such as `steps/1/pools`), in words for whoever set it up.

    `of_people`: it follows from who is there, so that it can come and go without anybody touching the
    setting.
    """

    code: str
    field: str
    message: str
    of_people: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who takes work; a skill that is in `valid_until` is a licence and counts up to that day."""

    id: int
    name: str
    pools: frozenset[str]
    skills: Mapping[str, int] = field(default_factory=dict)
    valid_until: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PoolFacts:
    """A team or a partner's people. `covers`: queues in the partner's contract; None in-house: all."""

    slug: str
    name: str
    is_active: bool = True
    partner_name: str = ""
    covers: frozenset[str] | None = None
    hours: OpenHours | None = None


@dataclass(frozen=True, slots=True)
class World:
    """What is there besides the setting itself. `queues` are documents by slug; skills by name."""

    people: tuple[Person, ...] = ()
    pools: Mapping[str, PoolFacts] = field(default_factory=dict)
    skills: Mapping[str, str] = field(default_factory=dict)
    hours: Mapping[str, OpenHours] = field(default_factory=dict)
    queues: Mapping[str, Document] = field(default_factory=dict)
    today: date = date.min

    def pool(self, slug: str) -> PoolFacts | None:
        """The pool of that slug; everybody in-house is always there."""
        return PoolFacts(HOUSE, "In-house") if slug == HOUSE else self.pools.get(slug)

    def skill_name(self, slug: str) -> str:
        """How a skill is called."""
        return self.skills.get(slug, slug)
