"""What somebody typed into the one box: words, parts of numbers, or an address."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from customers.search.entries import compact
from customers.search.words import fold, has_digit, typed_words

LONGEST = 200
_MOST_TERMS = 6
_LEAST_DIGITS = 3
_NUMBER = re.compile(r"[\d()+./–-]*\d[\d()+./–-]*")


@dataclass(frozen=True)
class Term:
    """One thing that the customer must have: a word in any of its spellings, or part of a number."""

    spellings: tuple[str, ...]
    is_number: bool = False

    @property
    def text(self) -> str:
        """As folded."""
        return self.spellings[0]

    @property
    def digits(self) -> str:
        """A number without the zeros that are dialled at home but not stored."""
        stripped = self.text.lstrip("0")
        return stripped if len(stripped) >= _LEAST_DIGITS else self.text


def terms_of(text: str) -> list[Term]:
    """What was typed, in order; at most six terms."""
    found: list[Term] = []
    for chunk, is_number in _chunks(text[:LONGEST]):
        short = compact(chunk)
        if (is_number or has_digit(short)) and len(short) >= _LEAST_DIGITS:
            found.append(Term((short,), is_number=True))
        else:
            found += [Term(spellings) for spellings in typed_words(chunk)]
    return found[:_MOST_TERMS]


def _chunks(text: str) -> Iterator[tuple[str, bool]]:
    """The typed words; neighbours that are only digits belong together, as in 020 7946 4821."""
    digits: list[str] = []
    for raw in text.split():
        if _NUMBER.fullmatch(fold(raw)):
            digits.append(raw)
            continue
        if digits:
            yield "".join(digits), True
            digits = []
        yield raw, False
    if digits:
        yield "".join(digits), True


def mail_of(text: str) -> str | None:
    """The beginning of a mail address, when that is what was typed."""
    mail = text.strip().lower()
    return mail if "@" in mail and len(mail) >= 3 and not re.search(r"\s", mail) else None
