"""What an agent has of contacts, and which channels still fit beside them, by the engine's rules."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from routing.config import load_channels as _load_channels
from routing.engine import CAPACITY_UNITS, Agent, ChannelRule, Rulebook, Seat
from routing.engine.load import fits, has_room, with_one_more
from routing.models import Engagement

NO_MICROPHONE = ("voice",)  # what cannot be served without one
_NOBODY = Agent(0)


@dataclass(frozen=True)
class Load:
    """Units in use, contacts by channel, and channels the agent cannot serve just now."""

    used: int = 0
    held: Mapping[str, int] = field(default_factory=dict)
    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class Channels:
    """The organisation's rules for channels."""

    rules: Rulebook

    def rule(self, channel: str) -> ChannelRule:
        """The rule of one channel."""
        return self.rules.channel(channel)

    def fits(self, channel: str, load: Load) -> bool:
        """Whether one more contact of this channel may be given to an agent with this load."""
        return fits(_seat(load), self.rule(channel), self.rules)

    def has_room(self, load: Load) -> bool:
        """Whether anything fits at all."""
        return has_room(_seat(load), self.rules, self.rules.channels)

    def left_beside(self, channel: str, load: Load) -> Load | None:
        """The load with one more contact of this channel; None where that leaves no capacity."""
        after = with_one_more(_seat(load), channel, self.rules, 0.0)
        more = Load(load.used + self.rule(channel).units, after.held, load.without)
        return more if self.has_room(more) else None


def load_of(engagements: Iterable[Engagement], without: tuple[str, ...] = ()) -> Load:
    """What these live engagements take."""
    used, held = 0, dict[str, int]()
    for one in engagements:
        used += one.units
        held[one.channel] = held.get(one.channel, 0) + 1
    return Load(used, held, without)


def load_channels() -> Channels:
    """The current organisation's rules: the usual ones, and what it set up instead."""
    return Channels(Rulebook({}, channels=_load_channels()))


def _seat(load: Load) -> Seat:
    return Seat(0, _NOBODY, 0.0, load.used / CAPACITY_UNITS, load.held, without=frozenset(load.without))
