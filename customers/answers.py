"""What an answer may be: its type, its limits, and that it is no payment card. Plain values only.

There are no patterns of one's own here on purpose: a pattern can be written that never ends.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from foundation.phones import parse_phone

LONGEST_VALUE = 2_000
MOST_ITEMS = 100
LONGEST_PHONE = 15  # digits of a number after a plus (E.164)
CARD_NUMBER_WORDS = (
    "This looks like the number of a payment card. Card numbers are never kept here, not even for a moment: "
    "take it out, or take the payment by the payment page."
)
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
# Numbers of one run: card numbers are typed in groups, with blanks or strokes between them.
_NUMBERS = re.compile(r"\+?\d+(?:[ \t\u00a0\u2009\u202f./_-]{1,3}\d+)*")
_DIGITS = re.compile(r"\d")
_SHORTEST_CARD = 13
# First digits and lengths of the schemes in use: a number that only passes Luhn may be anything.
_CARDS = re.compile(
    r"4\d{12}(?:\d{3}){0,2}"
    r"|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}"
    r"|3[47]\d{13}"
    r"|3(?:0[0-5]|[68]\d)\d{11}"
    r"|(?:6011|65\d\d|64[4-9]\d|62\d\d|81\d\d)\d{12,15}"
    r"|35(?:2[89]|[3-8]\d)\d{12,15}"
    r"|(?:50|5[6-9]|6\d)\d{11,17}"
)
_PAYMENT_KEYS = re.compile(
    r"(?:^|_)(?:card_?(?:number|no|pin|expiry)|cvv2?|cvc2?|csc|(?:card_)?security_code)(?:$|_)"
)


@dataclass(frozen=True)
class Limits:
    """What an answer must keep to: `minimum` and `maximum` count characters of a text, entries of a list, or
    are the number itself; `kind` says what a text consists of."""

    minimum: float | None = None
    maximum: float | None = None
    kind: str = "any"
    country_code: str = "GB"


def clean_value(value_type: str, choices: Sequence[str], value: object, limits: Limits | None = None) -> Any:
    """The answer as it is stored (JSON). Raises ValueError with a sentence when it does not fit."""
    if value is None or value == "" or value == []:
        raise ValueError("An answer is missing.")
    return _CLEANERS.get(value_type, _text)(value, choices, limits or Limits())


def _text(value: object, choices: Sequence[str], limits: Limits) -> str:
    text = _plain(value)
    low, high = int(limits.minimum or 1), int(limits.maximum or LONGEST_VALUE)
    if not low <= len(text) <= high:
        raise ValueError(f"The answer must have {_span(low, high)} characters.")
    return _KINDS.get(limits.kind, _any)(text, limits)


def _plain(value: object) -> str:
    if isinstance(value, bool | dict | list):
        raise ValueError("The answer must be a text.")
    text = str(value).strip()
    if not text or len(text) > LONGEST_VALUE or "\x00" in text:
        raise ValueError(f"The answer must have 1 to {LONGEST_VALUE:,} characters.")
    return text


def _choice(value: object, choices: Sequence[str], limits: Limits) -> str:
    text = _plain(value)
    if text not in choices:
        raise ValueError(f"The answer must be one of: {', '.join(choices)}.")
    return text


def _list(value: object, choices: Sequence[str], limits: Limits) -> list[str]:
    if isinstance(value, str):
        value = [part for part in re.split(r"\s*(?:,|;|\band\b)\s*", value.strip()) if part]
    low, high = int(limits.minimum or 1), int(limits.maximum or MOST_ITEMS)
    if not isinstance(value, list | tuple) or not low <= len(value) <= high:
        raise ValueError(f"The answer must be a list of {_span(low, high)}.")
    return [_choice(item, choices, limits) if choices else _plain(item) for item in value]


def _number(value: object, choices: Sequence[str], limits: Limits) -> int | float:
    if isinstance(value, bool):
        raise ValueError("The answer must be a number.")
    try:
        number = float(str(value))
    except ValueError:
        raise ValueError("The answer must be a number.") from None
    if number != number or abs(number) > 1e15:
        raise ValueError("The answer must be a number.")
    if limits.minimum is not None and number < limits.minimum:
        raise ValueError(f"The answer must be at least {limits.minimum:g}.")
    if limits.maximum is not None and number > limits.maximum:
        raise ValueError(f"The answer must be at most {limits.maximum:g}.")
    return int(number) if number.is_integer() else number


def _date(value: object, choices: Sequence[str], limits: Limits) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise ValueError("The answer must be a date like 2026-11-09.") from None


def _boolean(value: object, choices: Sequence[str], limits: Limits) -> bool:
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


def _any(text: str, limits: Limits) -> str:
    return text


def _digits(text: str, limits: Limits) -> str:
    plain = _narrow(text)
    if not plain.isdecimal():
        raise ValueError("The answer must have digits only.")
    return plain


def _letters(text: str, limits: Limits) -> str:
    if not all(letter.isalpha() or letter in " '’-." for letter in text):
        raise ValueError("The answer must have letters only.")
    return text


def _code(text: str, limits: Limits) -> str:
    plain = _narrow(text).upper()
    if not all(letter.isalnum() or letter in "-_./" for letter in plain):
        raise ValueError("The answer must have letters and digits only, without blanks.")
    return plain


def _email(text: str, limits: Limits) -> str:
    if len(text) > 254 or not _MAIL.fullmatch(text):
        raise ValueError("The answer must be an e-mail address, such as name@example.com.")
    return text.lower()


def _phone(text: str, limits: Limits) -> str:
    phone = parse_phone(text, country_code=limits.country_code)
    if phone is None:
        raise ValueError("The answer must be a phone number, such as +44 20 7946 0200.")
    return phone.e164


_KINDS = {
    "any": _any,
    "digits": _digits,
    "letters": _letters,
    "code": _code,
    "email": _email,
    "phone": _phone,
}


def _span(low: int, high: int) -> str:
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _narrow(text: str) -> str:
    """Full-width digits and letters as the usual ones."""
    return unicodedata.normalize("NFKC", text)


def holds_card_number(value: object) -> bool:
    """Whether the number of a payment card stands anywhere in a value: the schemes' first digits and lengths,
    and Luhn's check digit; typed in one run or in groups, in digits of any script."""
    if isinstance(value, dict):
        return any(holds_card_number(part) for part in (*value.keys(), *value.values()))
    if isinstance(value, list | tuple):
        return any(holds_card_number(part) for part in value)
    text = "" if value is None or isinstance(value, bool) else str(value)
    if len(text) < _SHORTEST_CARD or len(_DIGITS.findall(text)) < _SHORTEST_CARD:
        return False
    return any(_run_holds_card(run) for run in _NUMBERS.findall(_ascii_digits(text)))


def _ascii_digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(one)) if one.isdecimal() else one for one in text)


def _run_holds_card(run: str) -> bool:
    if run.startswith("+") and len(re.sub(r"\D", "", run)) <= LONGEST_PHONE:
        return False
    groups = re.findall(r"\d+", run)
    for first in range(len(groups)):
        digits = ""
        for group in groups[first:]:
            digits += group
            if len(digits) > 19:
                break
            if _CARDS.fullmatch(digits) and passes_luhn(digits):
                return True
    return False


def passes_luhn(digits: str) -> bool:
    """Whether the last digit is Luhn's check digit of those before."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        number = int(digit) * (1 + place % 2)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def names_card_data(key: str) -> bool:
    """Whether a key is named after what payment cards have: number, security code, expiry."""
    return _PAYMENT_KEYS.search(key) is not None
