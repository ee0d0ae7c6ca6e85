"""Decisions on plain values: which fact counts, what an answer may be, how an identity is written."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from customers.answers import clean_value as clean_value
from customers.identity_rules import NoIdentity, read_identity
from foundation.phones import mask_phone

_SURENESS = {"verified": 2, "claimed": 1, "guessed": 0}
_MACHINES = {"bot", "system", "file"}
_PHONE_LIKE = re.compile(r"\+?[\d\s().•-]{6,}")
_NUMBERS = {"subscriber_number", "partner_reference", "messenger", "web_visitor", "social"}


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


def choose_current(facts: Iterable[AnyFact], now: datetime, *, precedence: str = "usual") -> AnyFact | None:
    """The fact of one key that counts now; None when all have expired.

    `usual`: verified beats claimed beats guessed; among equals the newer; of the same moment, what a person
    said or wrote beats a machine. `newest`: the newer, then the surer. `person_first`: a person's word beats
    a machine's, however sure that is. What a caller tells the IVR is the caller's word, not the machine's.
    """
    alive = [fact for fact in facts if not is_expired(fact, now)]
    weigh = _PRECEDENCE.get(precedence, _usual)
    return max(alive, key=lambda fact: (*weigh(fact), getattr(fact, "id", 0) or 0, repr(fact)), default=None)


def is_expired(fact: FactLike, now: datetime) -> bool:
    """Whether the fact no longer counts; from `expires_at` on it does not."""
    return fact.expires_at is not None and fact.expires_at <= now


def _sureness(fact: FactLike) -> int:
    return _SURENESS.get(str(fact.confidence), -1)


def _by_a_person(fact: FactLike) -> int:
    return int(str(fact.hand) not in _MACHINES)


def _usual(fact: FactLike) -> tuple[Any, ...]:
    return (_sureness(fact), fact.recorded_at, _by_a_person(fact))


_PRECEDENCE: dict[str, Callable[[FactLike], tuple[Any, ...]]] = {
    "usual": _usual,
    "newest": lambda fact: (fact.recorded_at, _sureness(fact), _by_a_person(fact)),
    "person_first": lambda fact: (_by_a_person(fact), _sureness(fact), fact.recorded_at),
}


class QuestionLike(Protocol):
    """What decides where a question is asked."""

    @property
    def forms(self) -> Any: ...
    @property
    def queues(self) -> Any: ...
    @property
    def retired_at(self) -> datetime | None: ...


def is_asked(question: QuestionLike, *, form: str, queue_slug: str = "") -> bool:
    """Whether the question belongs in this form (script, wrap_up, record) of a contact in this queue."""
    if question.retired_at is not None or form not in question.forms:
        return False
    return not question.queues or queue_slug in question.queues


def why_superseded(fact: FactLike, current: FactLike | None, now: datetime, *, precedence: str) -> str:
    """In a few words, why a fact does not count; empty for the one that does."""
    if is_expired(fact, now):
        return "expired"
    if current is None or fact is current:
        return ""
    weigh = _PRECEDENCE.get(precedence, _usual)
    words = _LESSER.get(precedence, _LESSER["usual"])
    pairs = zip(weigh(fact), weigh(current), words, strict=True)
    return next((word for mine, counts, word in pairs if mine != counts), "said before")


_LESSER = {
    "usual": ("less sure", "older", "a machine's word"),
    "newest": ("older", "less sure", "a machine's word"),
    "person_first": ("a machine's word", "less sure", "older"),
}


@dataclass(frozen=True)
class MergedEdit:
    """What becomes of an edit: `changes` may be written, `conflicts` (field names) somebody must decide."""

    changes: dict[str, Any]
    conflicts: tuple[str, ...]


def merge_edit(was: Mapping[str, Any], is_now: Mapping[str, Any], wanted: Mapping[str, Any]) -> MergedEdit:
    """Three ways into one: what the editor saw, what stands now, and what the editor wants.

    A field the editor left as it was keeps what stands now; a field only the editor changed is changed; one
    that both changed to the same is settled; one that both changed differently is a conflict.
    """
    changes, conflicts = {}, []
    for field, mine in wanted.items():
        stands = is_now.get(field)
        seen = was.get(field, stands)
        if mine in (seen, stands):
            continue
        if stands == seen:
            changes[field] = mine
        else:
            conflicts.append(field)
    return MergedEdit(changes, tuple(conflicts))


def edit_text(value: object) -> str:
    """An answer as it stands in a form: 9, 10; yes; 2026-11-09."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(str(item) for item in value) if isinstance(value, list) else str(value)


def search_value(value: object) -> str:
    """An answer as it is searched for: lower-cased, at most 80 characters."""
    return " ".join(spell_value(value).lower().split())[:80]


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
