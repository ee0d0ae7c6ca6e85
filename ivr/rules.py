"""What a caller's keys and words mean. Pure."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from customers.models import Confidence

MAX_TRIES = 2
# Below this, speech recognition is a guess.
SURE_SPEECH = 0.7
# States in which nothing more can happen to a leg, by the carrier's CallStatus.
TERMINAL_STATUSES = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})

_PERSON = re.compile(
    r"\b(agents?|person|human|humans|operator|representative|advis[eo]r|assistant|somebody|someone|staff)\b"
)
_WORDS = {
    "zero": "0", "oh": "0", "one": "1", "two": "2", "three": "3", "four": "4",
    "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
}  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """A reason people call for: its key, its spoken label, the words that mean it, its queue's slug."""

    digit: str
    reason: str
    label: str
    keywords: tuple[str, ...] = ()
    queue_slug: str = ""


DEFAULT_MENU = (
    Choice("1", "missing_issue", "a missing issue", ("missing", "not arrived", "did not arrive", "late")),
    Choice("2", "switch_to_digital", "the digital edition", ("digital", "online", "switch", "app")),
    Choice("", "digital_access", "access to the digital edition", ("link", "login", "log in", "password")),
    Choice("3", "billing", "billing or renewal", ("billing", "bill", "invoice", "pay", "charge", "refund")),
    Choice("", "renewal", "your renewal", ("renew", "renewal", "reminder", "notice")),
    Choice("4", "address_change", "a new address", ("address", "moved", "moving")),
    Choice("", "cancel", "ending your subscription", ("cancel", "stop", "end my", "unsubscribe")),
    Choice("5", "other", "anything else", ("something else", "other", "else")),
)


@dataclass(frozen=True)
class Heard:
    """What one question was answered: keys, or words with the recogniser's confidence (0–1, None unsaid).

    `finished`: the caller pressed # rather than fall silent.
    """

    digits: str = ""
    speech: str = ""
    score: float | None = None
    finished: bool = False

    @property
    def is_passed_over(self) -> bool:
        """Whether the caller let the question go by: just #, or words without an answer in them."""
        return not self.digits and (self.finished or bool(self.speech))

    @property
    def how(self) -> str:
        """By keys or by voice."""
        return "keys" if self.digits else "speech"

    @property
    def confidence(self) -> str:
        """How sure we may be that this was meant."""
        unsure = not self.digits and (self.score is None or self.score < SURE_SPEECH)
        return Confidence.GUESSED if unsure else Confidence.CLAIMED


def heard_from(digits: str, speech: str, confidence: str, finished_on_key: str = "") -> Heard:
    """Read a Gather's parameters; a confidence that is no number counts as none."""
    try:
        score: float | None = float(confidence)
    except ValueError:
        score = None
    if score is not None and not math.isfinite(score):
        score = None
    return Heard(
        digits=digits.strip()[:40], speech=speech.strip()[:500], score=score, finished=bool(finished_on_key)
    )


def is_attested(verdict: str) -> bool:
    """Whether the carriers vouch that the caller may use the number (STIR/SHAKEN, in full or in part).

    Where nobody says so, a number may be anybody's: whom it finds is guessed.
    """
    return verdict.startswith(("TN-Validation-Passed-A", "TN-Validation-Passed-B"))


def counted(text: str) -> int | None:
    """A count as the carrier writes it, of at most nine digits; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def wants_person(heard: Heard) -> bool:
    """Whether the caller asks for a human: 0, or the word."""
    return heard.digits == "0" or bool(_PERSON.search(heard.speech.lower()))


def chosen(heard: Heard, menu: Iterable[Choice]) -> Choice | None:
    """The menu's choice that was pressed or said; the longest matching keyword counts."""
    choices = list(menu)
    if heard.digits:
        return next((choice for choice in choices if choice.digit == heard.digits), None)
    said = heard.speech.lower()
    matches = [
        (len(word), choice)
        for choice in choices
        for word in choice.keywords
        if re.search(rf"\b{re.escape(word.lower())}", said)
    ]
    return max(matches, key=lambda match: match[0])[1] if matches else None


def number_in(heard: Heard) -> str:
    """The digits of a number that was keyed or spoken ("four seven one one")."""
    if heard.digits:
        return re.sub(r"\D", "", heard.digits)
    words = re.findall(r"[a-z]+|\d", heard.speech.lower())
    return "".join(_WORDS.get(word, word if word.isdigit() else "") for word in words)


def said_digits(number: str) -> str:
    """The end of a number, one digit after the other: enough to know it, not to overhear it."""
    return " ".join(number[-4:])


def spoken_menu(menu: Sequence[Choice]) -> str:
    """The question as it is said."""
    parts = [f"For {choice.label}, press {choice.digit}." for choice in menu if choice.digit]
    return " ".join(["Why are you calling?", *parts, "For a person, press 0 at any time."])


def spoken_opening(opens: datetime | None, now: datetime, zone: str) -> str:
    """That the office is closed, and when it opens again: today, tomorrow, a weekday, else a date."""
    if opens is None:
        return "We are closed."
    local, today = opens.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    ahead = (local.date() - today).days
    if ahead < 2:
        day = "today" if ahead == 0 else "tomorrow"
    else:
        day = f"{local:%A}" if ahead < 7 else f"on {local:%A} {local.day} {local:%B}"
    clock = f"{local.hour}" if local.minute == 0 else f"{local:%-H:%M}"
    return f"We are closed. We open again {day} at {clock}."


def spoken_wait(
    position: int | None, estimated_seconds: float | None, error_seconds: float | None = None
) -> str:
    """Where the caller stands in the queue; nothing is said that is not known.

    An estimate that is usually off by a minute or more (`error_seconds`) is said as a range.
    """
    parts = []
    if position:
        parts.append("You are next in line." if position == 1 else f"You are number {position} in line.")
    if estimated_seconds is not None and estimated_seconds >= 0:
        parts.append(f"We expect to be with you in {_about(estimated_seconds, error_seconds or 0)}.")
    return " ".join(parts)


def _about(seconds: float, error: float) -> str:
    least, most = round((seconds - error) / 60), round((seconds + error) / 60)
    minutes = round(seconds / 60)
    if most < 1:
        return "less than a minute"
    if least < 1 and error >= 60:
        return f"less than {most + 1} minutes"
    if minutes < 1:
        return "less than a minute"
    if error >= 60 and least < most:
        return f"{least} to {most} minutes"
    return f"about {minutes} minute{'s' if minutes > 1 else ''}"
