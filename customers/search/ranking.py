"""How well a customer fits what was typed, and why it was found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from customers.search import entries as kinds
from customers.search.typed import Term

# What each kind of match costs; the best ten have the lowest sum, then the newest.
BEGINNING_OF_LAST, BEGINNING, INNER = 0.1, 0.2, 0.5
ENDS, BEGINS, HAS = 0.1, 0.2, 0.3
APART = 0.2  # typed as two words and stored as one, or the other way round
LEFT_OUT = 3.0
LEAST_INNER = 3
_NOUNS = {
    kinds.NAME: "name",
    kinds.COMPANY: "company",
    kinds.REGION: "region",
    kinds.ADDRESS: "address",
    kinds.MAIL_WORD: "e-mail",
    kinds.PHONE: "phone",
    kinds.SUBSCRIBER: "subscriber number",
    kinds.REFERENCE: "reference",
    kinds.ORDER: "order",
}


# What a match costs, and why it is one.
Fit = tuple[float, str]


@dataclass(frozen=True)
class Sight:
    """Which tokens a viewer may find by: kinds of words, and beginnings of numbers."""

    words: str = kinds.WORDS
    numbers: tuple[str, ...] = tuple(kinds.NUMBERS)
    mail: bool = True
    partner_id: int | None = None

    def pattern(self) -> str:
        """The numbers' beginnings as a regular expression; matches nothing when there are none."""
        return f"(?:{'|'.join(self.numbers)})" if self.numbers else "(?!)"


@dataclass(frozen=True)
class Wanted:
    """A term, and the words that are near it, with their cost."""

    term: Term
    near: Mapping[str, float] = field(default_factory=dict)
    is_last: bool = False
    judged: dict[str, Fit | None] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Match:
    """A customer that fits: its cost, and in words what fitted."""

    customer_id: int
    cost: float
    why: tuple[str, ...]

    @property
    def rank(self) -> tuple[float, int]:
        """Best first when sorted."""
        return (round(self.cost, 3), -self.customer_id)


def match(customer_id: int, tokens: str, wanted: Sequence[Wanted], sight: Sight) -> Match | None:
    """How this customer fits; None when a term finds nothing that the viewer may find by."""
    split = tokens.split()
    total, why = 0.0, []
    for one in wanted:
        best = _best_fit(split, one, sight)
        if best is None:
            return None
        total += best[0]
        why.append(best[1])
    return Match(customer_id, total, tuple(dict.fromkeys(reason for reason in why if reason)))


def _best_fit(tokens: Sequence[str], wanted: Wanted, sight: Sight) -> Fit | None:
    """The cheapest, the first of equals. The same words come again and again, so each is judged once."""
    best: Fit | None = None
    judged = wanted.judged
    for token in tokens:
        if token in judged:
            fit = judged[token]
        else:
            fit = judged[token] = _fit(token, wanted, sight)
        if fit is not None and (best is None or fit[0] < best[0]):
            best = fit
    return best


def _fit(token: str, wanted: Wanted, sight: Sight) -> Fit | None:
    kind = token[0]
    if kind in sight.words:
        fit = _word_fit(token[1:], wanted)
        return fit and (fit[0], _word_reason(kind, token[1:], fit[1]))
    if not wanted.term.is_number or kind not in kinds.NUMBERS or not token.startswith(sight.numbers):
        return None
    number = token[1:].rpartition(":")[2]
    fit = _number_fit(number, wanted.term)
    return fit and (fit[0], f"{_NOUNS[kind]} {fit[1]} {_typed_part(number, wanted.term)}")


def _word_fit(word: str, wanted: Wanted) -> Fit | None:
    term = wanted.term
    if word in term.spellings:
        return 0.0, "is"
    if word.startswith(term.spellings):
        return (BEGINNING_OF_LAST if wanted.is_last else BEGINNING), "begins"
    if not term.is_number and len(term.text) >= LEAST_INNER and term.text in word:
        return INNER, "has"
    near = wanted.near.get(word)
    return (near, "near") if near is not None else None


def _number_fit(number: str, term: Term) -> Fit | None:
    if number == term.text:
        return 0.0, "is"
    if number.endswith(term.digits):
        return ENDS, "ends"
    if number.startswith(term.digits):
        return BEGINS, "begins"
    return (HAS, "has") if term.digits in number else None


def _typed_part(number: str, term: Term) -> str:
    return term.text if term.text in number else term.digits


def _word_reason(kind: str, word: str, how: str) -> str:
    """Nothing to say when it is the name as typed: everybody sees that."""
    if how == "near":
        return f"{_NOUNS[kind]} like {word}"
    if kind == kinds.NAME:
        return ""
    return f"{_NOUNS[kind]} {'has ' if how == 'has' else ''}{word}"
