"""The same traffic under two set-ups: each contact brings the same along in both."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from routing.simulation.profile import Profile
from routing.simulation.results import QueueResult, Result
from routing.simulation.router import Rulebook
from routing.simulation.run import simulate

CLEAR = 0.005  # less than half a point of service level is no difference to speak of


@dataclass(frozen=True)
class Comparison:
    """Both results, and what differs in plain words, the weightiest first."""

    before: Result
    after: Result
    words: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """Lists, dicts, texts and numbers."""
        return asdict(self)


def preview(
    rulebook_before: Rulebook,
    rulebook_after: Rulebook,
    profile: Profile,
    seed: int,
    *,
    profile_after: Profile | None = None,
    change: str = "",
    progress: Callable[[float], None] | None = None,
) -> Comparison:
    """Run `profile` under both rulebooks with the same random numbers.

    `profile_after`: the same streams with other people, when seats change as well; `change` says in words
    what is changed ("3 more seats at Digipress"). ValueError when a rulebook does not fit the profile.
    """
    first, second = _halves(progress)
    before = simulate(rulebook_before, profile, seed=seed, check=False, progress=first)
    after = simulate(rulebook_after, profile_after or profile, seed=seed, check=False, progress=second)
    return Comparison(before, after, words=tuple(difference(before, after, change)))


def _halves(
    progress: Callable[[float], None] | None,
) -> tuple[Callable[[float], None] | None, Callable[[float], None] | None]:
    if progress is None:
        return None, None
    return (lambda share: progress(share / 2)), (lambda share: progress(0.5 + share / 2))


def difference(before: Result, after: Result, change: str = "") -> list[str]:
    """Sentences: all together first, then each queue whose service level moves."""
    told = [f"{_with(change)}{_level_words(before.level, after.level, _target(before))}"]
    pairs = list(zip(before.queues, after.queues, strict=True))
    if len(pairs) > 1:
        moved = [(abs(_gain(old, new)), _queue_words(old, new)) for old, new in pairs]
        told += [text for gain, text in sorted(moved, reverse=True) if gain > CLEAR]
    fewer = sum(old.abandoned - new.abandoned for old, new in pairs)
    if fewer:
        word = "fewer" if fewer > 0 else "more"
        told.append(f"{abs(fewer):,} {word} would hang up before anybody answers.")
    return told


def _with(change: str) -> str:
    return f"With {change}, " if change else "Changed like this, "


def _target(result: Result) -> float | None:
    targets = {queue.target_seconds for queue in result.queues}
    return targets.pop() if len(targets) == 1 else None


def _level_words(old: float | None, new: float | None, target: float | None) -> str:
    within = f"within {target:g} s" if target is not None else "within target"
    if old is None or new is None:
        return "nothing changes: nobody contacts in this time."
    if abs(new - old) <= CLEAR:
        return f"hardly anything changes: {percent(new)} would be answered {within}, as without."
    return f"{percent(new)} would be answered {within} instead of {percent(old)}."


def _queue_words(old: QueueResult, new: QueueResult) -> str:
    return (
        f"{old.name}: {_level(new)} instead of {_level(old)} within {old.target_seconds:g} s, "
        f"{new.asa:.0f} s to the answer instead of {old.asa:.0f} s."
    )


def _gain(old: QueueResult, new: QueueResult) -> float:
    was, now = old.service_level["without_short_abandons"], new.service_level["without_short_abandons"]
    return 0.0 if was is None or now is None else now - was


def _level(queue: QueueResult) -> str:
    level = queue.service_level["without_short_abandons"]
    return "–" if level is None else percent(level)


def percent(share: float) -> str:
    """Whole percents, with a decimal near the ends."""
    return f"{100 * share:.1f} %" if share > 0.985 or share < 0.015 else f"{100 * share:.0f} %"
