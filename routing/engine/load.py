"""What contacts cost of an agent's 100 units."""

from collections.abc import Iterable
from dataclasses import replace

from routing.engine.values import CAPACITY_UNITS, ChannelRule, Rulebook, Seat


def units_left(seat: Seat, rule: ChannelRule, rules: Rulebook) -> float:
    """Units an agent has for a contact of this channel: interruptible ones give way to the others."""
    used = seat.load * CAPACITY_UNITS
    if not rule.interruptible:
        for channel, count in seat.held.items():
            held = rules.channel(channel)
            if held.interruptible:
                used -= held.units * count
    return CAPACITY_UNITS - max(used, 0.0)


def enough(seat: Seat, rule: ChannelRule, rules: Rulebook) -> bool:
    """Whether the agent has the units for one more contact of this channel."""
    return units_left(seat, rule, rules) >= rule.units - 1e-6


def below_most(seat: Seat, rule: ChannelRule) -> bool:
    """Whether the agent may have one more of this channel."""
    return rule.most is None or seat.held.get(rule.channel, 0) < rule.most


def excluding(seat: Seat, rule: ChannelRule, rules: Rulebook) -> list[str]:
    """The channels held that rule this one out."""
    return [
        channel
        for channel, count in seat.held.items()
        if count and _apart(rule, rules.channel(channel)) and not _gives_way(rules.channel(channel), rule)
    ]


def with_one_more(seat: Seat, channel: str, rules: Rulebook, now: float) -> Seat:
    """The seat once its agent has got a contact of this channel."""
    held = {**seat.held, channel: seat.held.get(channel, 0) + 1}
    load = round(seat.load + rules.channel(channel).units / CAPACITY_UNITS, 6)
    return replace(seat, held=held, load=load, offer_at=now)


def has_room(seat: Seat, rules: Rulebook, channels: Iterable[str]) -> bool:
    """Whether any of these channels still fits."""
    return any(fits(seat, rules.channel(channel), rules) for channel in channels)


def fits(seat: Seat, rule: ChannelRule, rules: Rulebook) -> bool:
    """Whether one more contact of this channel fits beside what the agent has."""
    able = rule.channel not in seat.without
    return able and below_most(seat, rule) and enough(seat, rule, rules) and not excluding(seat, rule, rules)


def _apart(one: ChannelRule, other: ChannelRule) -> bool:
    return other.channel in one.excludes or one.channel in other.excludes


def _gives_way(held: ChannelRule, new: ChannelRule) -> bool:
    return held.interruptible and not new.interruptible
