"""Decisions on plain values: which fact counts, what an answer may be, how an identity is written."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Protocol, TypeVar

from customers.identity_rules import NoIdentity, read_identity
from foundation.phones import mask_phone

_SURENESS = {"verified": 2, "claimed": 1, "guessed": 0}
_MACHINES = {"bot", "system", "file"}
_PHONE_LIKE = re.compile(r"\+?[\d\s().•-]{6,}")
_NUMBERS = {"subscriber_number", "partner_reference", "messenger", "web_visitor", "social"}
LONGEST_VALUE = 2_000


class FactLike(Protocol):
    """What the choice looks at."""

    @property
    def confidence(self) -> Any: ...
    @property
    def hand(self) -> Any: ...
    @property
    def recorded_at(self) -> datetime: ...
    @property
    def expires_at(self) -> datetime | None: ...


AnyFact = TypeVar("AnyFact", bound=FactLike)


def choose_current(facts: Iterable[AnyFact], now: datetime) -> AnyFact | None:
    """The fact of one key that counts now; None when all have expired.

    Verified beats claimed beats guessed; among equals the newer; of the same moment, what a person said or
    wrote beats a machine. What a caller tells the IVR is the caller's word, not the machine's.
    """
    alive = [fact for fact in facts if fact.expires_at is None or fact.expires_at > now]
    return max(alive, key=_weight, default=None)


def _weight(fact: FactLike) -> tuple[int, datetime, int, int]:
    by_a_person = int(str(fact.hand) not in _MACHINES)
    return (_SURENESS[str(fact.confidence)], fact.recorded_at, by_a_person, getattr(fact, "id", 0) or 0)


def clean_value(value_type: str, choices: Sequence[str], value: object) -> Any:
    """The answer as it is stored (JSON). Raises ValueError with a sentence when it does not fit the type."""
    if value is None or value == "" or value == []:
        raise ValueError("An answer is missing.")
    return _CLEANERS.get(value_type, _text)(value, choices)


def _text(value: object, _: Sequence[str]) -> str:
    if isinstance(value, bool | dict | list):
        raise ValueError("The answer must be a text.")
    text = str(value).strip()
    if not text or len(text) > LONGEST_VALUE or "\x00" in text:
        raise ValueError(f"The answer must have 1 to {LONGEST_VALUE:,} characters.")
    return text


def _choice(value: object, choices: Sequence[str]) -> str:
    text = _text(value, choices)
    if text not in choices:
        raise ValueError(f"The answer must be one of: {', '.join(choices)}.")
    return text


def _list(value: object, choices: Sequence[str]) -> list[str]:
    if isinstance(value, str):
        value = [part for part in re.split(r"\s*(?:,|;|\band\b)\s*", value.strip()) if part]
    if not isinstance(value, list | tuple) or not 0 < len(value) <= 100:
        raise ValueError("The answer must be a list of 1 to 100.")
    return [_choice(item, choices) if choices else _text(item, choices) for item in value]


def _number(value: object, _: Sequence[str]) -> int | float:
    if isinstance(value, bool):
        raise ValueError("The answer must be a number.")
    try:
        number = float(str(value))
    except ValueError:
        raise ValueError("The answer must be a number.") from None
    if number != number or abs(number) > 1e15:
        raise ValueError("The answer must be a number.")
    return int(number) if number.is_integer() else number


def _date(value: object, _: Sequence[str]) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise ValueError("The answer must be a date like 2026-11-09.") from None


def _boolean(value: object, _: Sequence[str]) -> bool:
    known = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    answer = known.get(str(value).strip().lower())
    if answer is None:
        raise ValueError("The answer must be yes or no.")
    return answer


_CLEANERS = {
    "text": _text,
    "choice": _choice,
    "list": _list,
    "number": _number,
    "date": _date,
    "boolean": _boolean,
}


def spell_value(value: object) -> str:
    """An answer as people read it: yes, 9 and 10, 9 November 2026."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        words = [str(item) for item in value]
        return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
    return str(value).replace("_", " ") if _is_slug(value) else str(value)


def _is_slug(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[a-z]+(_[a-z]+)+", value) is not None


def normalize_identity(kind: str, value: str, *, country_code: str) -> str | None:
    """As identities are stored and compared: E.164, lower-cased mail, upper-cased reference; None if none."""
    try:
        return read_identity(kind, value, country_code=country_code).value
    except NoIdentity:
        return None


def looks_like_phone(text: str) -> bool:
    """Whether a name is only the number of somebody we do not know yet."""
    return _PHONE_LIKE.fullmatch(text) is not None


def mask(field: str, value: str) -> str:
    """Enough to recognise, not to use."""
    if not value:
        return value
    if field in {"phone", "whatsapp"}:
        return mask_phone(value)
    if field == "email":
        local, _, domain = value.partition("@")
        return f"{local[:1]}•••@{domain}"
    if field in _NUMBERS:
        return f"••••{value[-4:]}" if len(value) > 6 else "••••"
    return f"{value[:1]}•••"
