"""Routing's fixed times and counts, and small decisions on plain values."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

MISSES_ALLOWED = 2  # so many missed offers in a row put an agent to "not responding"
COOL_DOWN = timedelta(seconds=60)  # a contact is not offered again so soon to who declined or missed it
HEARTBEAT_STALE = timedelta(seconds=25)  # a desktop silent for so long gets no offers
HEARTBEAT_LOST = timedelta(seconds=60)  # and after this the agent counts as offline
CONNECTION_LOST = "Connection lost"
USUAL_HANDLE_SECONDS = 240.0  # until a queue has handled anything
BUSY_WORDS = ("serving", "offered", "wrap_up")
WORKING = {"ready", *BUSY_WORDS}
ENOUGH_ESTIMATES = 20  # before them nothing is corrected by their error
MOST_CORRECTION = 3.0
ESTIMATES_COUNT_FOR = timedelta(days=7)


def heard_within(heartbeat_at: datetime | None, now: datetime, span: timedelta) -> bool:
    """Whether the desktop has been heard from in the last `span`."""
    return heartbeat_at is not None and now - heartbeat_at <= span


def declared_of(state: str, after_work: str) -> str:
    """What an agent declares: while busy it waits in `after_work`, where empty is ready."""
    return (after_work or "ready") if state in BUSY_WORDS else state


def word_of(engaged: Collection[str], declared: str) -> str:
    """The agent's state in one word: serving before offered before wrap-up, else what is declared."""
    return next((word for word in BUSY_WORDS if word in engaged), declared)


def missed_notice(misses: int) -> str:
    """Why an agent gets no more offers, and how to come back."""
    return f"You missed {misses} offers in a row, so no more come. Choose Ready when you are back."


def still_avoided(avoid: list[list[float]], now: datetime) -> list[list[float]]:
    """The cool-downs that still run."""
    return [[member_id, until] for member_id, until in avoid if until > now.timestamp()]


def also_avoiding(avoid: list[list[float]], member_id: int, now: datetime) -> list[list[float]]:
    """The running cool-downs and a new one for this agent."""
    others = [pair for pair in still_avoided(avoid, now) if pair[0] != member_id]
    return [*others, [member_id, (now + COOL_DOWN).timestamp()]]


@dataclass(frozen=True)
class Accuracy:
    """What a queue's estimates were worth lately, in seconds; `told` is how many could be compared.

    `factor` is the usual wait per second estimated, before any correction.
    """

    told: int = 0
    mean_error: float = 0.0
    bias: float = 0.0
    factor: float = 1.0

    def corrected(self, raw_seconds: float) -> float:
        """An estimate times what earlier ones were wrong by, once enough of them are known."""
        if self.told < ENOUGH_ESTIMATES:
            return raw_seconds
        return raw_seconds * min(max(self.factor, 1 / MOST_CORRECTION), MOST_CORRECTION)

    def error(self) -> float | None:
        """By how much an estimate is usually off, when that is known."""
        return self.mean_error if self.told >= ENOUGH_ESTIMATES else None


@dataclass(frozen=True)
class Staffing:
    """How many who could take a queue's contacts are free, and how many are at work at all."""

    ready: int
    working: int

    @staticmethod
    def of(states: Sequence[str]) -> "Staffing":
        """Count presence states."""
        return Staffing(
            ready=sum(state == "ready" for state in states), working=sum(state in WORKING for state in states)
        )


def wait_seconds(staffing: Staffing, waiting: int, handled: Sequence[float]) -> float | None:
    """How long a newcomer will wait: those before it and itself, at the pace the agents keep.

    `handled` are recent handling times in seconds. None when nobody is at work; 0 when somebody is free.
    """
    if not staffing.working:
        return None
    if staffing.ready > waiting:
        return 0.0
    pace = sum(handled) / len(handled) if handled else USUAL_HANDLE_SECONDS
    return (waiting - staffing.ready + 1) * pace / staffing.working
