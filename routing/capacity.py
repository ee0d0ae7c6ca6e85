"""What contacts take of an agent's hundred units, and which channels still fit beside them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from routing import models

UNITS = 100
NO_MICROPHONE = ("voice",)  # what cannot be served without one


@dataclass(frozen=True)
class Rule:
    """What a contact on a channel takes, and what is not served beside it."""

    units: int = UNITS
    most: int | None = None
    excludes: frozenset[str] = frozenset()
    interruptible: bool = False


USUAL: Mapping[str, Rule] = {
    "voice": Rule(100, excludes=frozenset({"chat", "message"})),
    "chat": Rule(33),
    "message": Rule(33),
    "mail": Rule(20),
}


@dataclass(frozen=True)
class Load:
    """What an agent has: units in use, contacts by channel, and channels they cannot serve just now."""

    used: int = 0
    held: Mapping[str, int] = field(default_factory=dict)
    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class Channels:
    """The organisation's rules; an unknown channel takes the whole agent."""

    rules: Mapping[str, Rule] = field(default_factory=lambda: USUAL)

    def rule(self, channel: str) -> Rule:
        """The rule of one channel."""
        return self.rules.get(channel) or Rule()

    def units(self, channel: str) -> int:
        """What one contact takes."""
        return self.rule(channel).units

    def fits(self, channel: str, load: Load) -> bool:
        """Whether one more contact of this channel may be given to an agent with this load."""
        rule = self.rule(channel)
        if channel in load.without or (rule.most is not None and load.held.get(channel, 0) >= rule.most):
            return False
        beside = [held for held, number in load.held.items() if number and not self._yields(held, rule)]
        if any(channel in self.rule(held).excludes or held in rule.excludes for held in beside):
            return False
        yielding = sum(
            self.units(held) * number for held, number in load.held.items() if self._yields(held, rule)
        )
        return max(load.used - yielding, 0) + rule.units <= UNITS

    def has_room(self, load: Load) -> bool:
        """Whether anything fits at all."""
        return any(self.fits(channel, load) for channel in self.rules)

    def with_one_more(self, load: Load, channel: str) -> Load:
        """The load once a contact of this channel is added."""
        held = {**load.held, channel: load.held.get(channel, 0) + 1}
        return Load(load.used + self.units(channel), held, load.without)

    def _yields(self, held: str, to: Rule) -> bool:
        return self.rule(held).interruptible and not to.interruptible


def load_of(engagements: Iterable["models.Engagement"], without: tuple[str, ...] = ()) -> Load:
    """What these live engagements take."""
    used, held = 0, dict[str, int]()
    for one in engagements:
        used += one.units
        held[one.channel] = held.get(one.channel, 0) + 1
    return Load(used, held, without)


def load_channels() -> Channels:
    """The current organisation's rules: the usual ones, and what it set up instead."""
    own = {
        row.channel: Rule(row.units, row.most, frozenset(row.excludes), row.is_interruptible)
        for row in models.ChannelRule.objects.all()
    }
    return Channels({**USUAL, **own})
