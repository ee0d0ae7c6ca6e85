"""One row of a file as it would stand in the record, or what is wrong with it: pure, no database."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import md5
from typing import Any

from django.conf.locale import LANG_INFO

from customers import answers, rules
from customers.cells import as_meant, is_formula, is_marked
from customers.imports.targets import FACT, LABELS

LENGTHS = {
    "display_name": 200,
    "given_name": 100,
    "family_name": 100,
    "company_name": 200,
    "region": 100,
    "postal_address": 1000,
}
CARD_TAKEN_OUT = "(card number taken out)"
MATCH_ORDER = ("subscriber_number", "email", "phone")
_NOTHING = {"-", "--", "–", "—", "n/a", "#n/a", "none", "null", "unknown", "anonymous", "withheld"}
_ERRORS = {"#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#N/A", "#SPILL!", "#CALC!"}
_SPREAD_NUMBER = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
_EXCEL_TEXT = re.compile(r'="([^"]*)"')
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
# What a cell has in it, or begins with, that is to be looked at closely.
_ODD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffd]|^\s*['=#]")
_SEPARATORS = re.compile(r"[;|\n]")
_LANGUAGES = {str(known["name"]).casefold(): code for code, known in LANG_INFO.items() if "name" in known}


@dataclass(frozen=True)
class FactRule:
    """What a fact key takes."""

    label: str
    value_type: str
    choices: tuple[str, ...] = ()
    limits: answers.Limits = field(default_factory=answers.Limits)


@dataclass(frozen=True)
class Reader:
    """Everything that decides how a row is read."""

    header: tuple[str, ...]
    mapping: tuple[str, ...]
    match_by: str
    country_code: str
    day_first: bool = True
    facts: Mapping[str, FactRule] = field(default_factory=dict)
    products: frozenset[str] = frozenset()


@dataclass(slots=True)
class ReadRow:
    """A row that can be taken. `keys` are the identities that say who it is, strongest first."""

    number: int
    fields: dict[str, Any] = field(default_factory=dict)
    identities: list[tuple[str, str]] = field(default_factory=list)
    products: list[str] = field(default_factory=list)
    subscription: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    keys: list[tuple[str, str]] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """What it says of which there can be only one; two rows of one customer must agree on it."""
        said = sorted((self.fields | self.facts).items())
        return md5(repr(said).encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class RefusedRow:
    """A row that is not taken: (column, sentence) for everything that is wrong with it."""

    number: int
    reasons: tuple[tuple[str, str], ...]
    cells: tuple[str, ...]


class _Wrong(ValueError):
    """A cell cannot be taken; says why in a sentence."""


def read_row(reader: Reader, number: int, cells: Sequence[str]) -> ReadRow | RefusedRow:
    """The row, cleaned by the same rules as what people type; or everything that is wrong with it."""
    row = ReadRow(number=number)
    wrong: list[tuple[str, str]] = []
    if len(cells) > len(reader.header):
        wrong.append(
            (
                "Row",
                f"It has {len(cells)} cells, the header {len(reader.header)}: a separator is not quoted.",
            )
        )
    for column, target, raw in zip(reader.header, reader.mapping, cells, strict=False):
        if not target or not raw or raw.isspace():
            continue
        try:
            text = _cell(raw)
            if target not in MATCH_ORDER and answers.holds_card_number(text):
                raise _Wrong(answers.CARD_NUMBER_WORDS)
            _READERS.get(target, _fact if target.startswith(FACT) else _text)(reader, row, target, text)
        except ValueError as error:
            wrong.append((column, str(error)))
    if not wrong:
        wrong = _settle(reader, row)
    return RefusedRow(number, tuple(wrong), tuple(cells)) if wrong else row


def keepable(mapping: Sequence[str], cells: Sequence[str]) -> list[str]:
    """The cells of a refused row as they may wait to be mended: without the numbers of payment cards."""
    targets = [*mapping, *[""] * len(cells)]
    return [
        CARD_TAKEN_OUT if target not in MATCH_ORDER and answers.holds_card_number(cell) else cell
        for cell, target in zip(cells, targets, strict=False)
    ]


def _cell(raw: str) -> str:
    return _odd_cell(raw) if _ODD.search(raw) else raw.strip()


def _odd_cell(raw: str) -> str:
    if "\ufffd" in raw:
        raise _Wrong("Some of its characters cannot be read; choose another encoding or mend them.")
    if _CONTROL.search(raw):
        raise _Wrong("It has a character in it that is no text.")
    text = raw.strip()
    if is_marked(text):
        return as_meant(text).strip()
    if (quoted := _EXCEL_TEXT.fullmatch(text)) is not None:
        return quoted[1].strip()
    if is_formula(text):
        raise _Wrong("It is a formula, not a value.")
    if text in _ERRORS:
        raise _Wrong(f"It is the spreadsheet's error {text}, not a value.")
    return text


def _text(reader: Reader, row: ReadRow, target: str, text: str) -> None:
    text = " ".join(text.split())
    _check_length(target, text)
    row.fields[target] = text


def _check_length(target: str, text: str) -> None:
    most = LENGTHS[target]
    if len(text) > most:
        raise _Wrong(f"It has {len(text):,} characters; at most {most} fit.")


def _address(reader: Reader, row: ReadRow, target: str, text: str) -> None:
    lines = [" ".join(line.split()) for line in text.splitlines()]
    before = row.fields.get(target)
    whole = "\n".join(([before] if before else []) + [line for line in lines if line])
    _check_length(target, whole)
    row.fields[target] = whole


def _phone(reader: Reader, row: ReadRow, target: str, text: str) -> None:
    for one in _parts(text):
        if _SPREAD_NUMBER.fullmatch(one):
            raise _Wrong(
                f"“{one}” is a number that a spreadsheet shortened; its digits are lost. Format it as text."
            )
        value = rules.normalize_identity("phone", one, country_code=reader.country_code)
        if value is None:
            raise _Wrong(f"“{one[:60]}” is no phone number in {reader.country_code} or with a country's +.")
        _add_identity(row, target, value)


def _email(reader: Reader, row: ReadRow, target: str, text: str) -> None:
    for one in _parts(text):
        value = rules.normalize_identity(
            "email", unicodedata.normalize("NFKC", one).removeprefix("mailto:"), country_code=""
        )
        if value is None:
            raise _Wrong(f"“{one[:60]}” is no e-mail address.")
        _add_identity(row, target, value)


def _subscriber_number(reader: Reader, row: ReadRow, target: str, text: str) -> None:
    if text.casefold() in _NOTHING:
        return
    if _SPREAD_NUMBER.fullmatch(text):
        raise _Wrong(
            f"“{text}” is a number that a spreadsheet shortened; its digits are lost. Format it as text."
        )
    plain = unicodedata.normalize("NFKC", text)
    value = rules.normalize_identity("subscriber_number", plain, country_code="")
    if value is None or len(plain) > 80:
        raise _Wrong(f"“{text[:60]}” is no subscriber number.")
    _add_identity(row, target, value)


def _parts(text: str) -> list[str]:
    if text.casefold() in _NOTHING:
        return []
    if ";" not in text and "|" not in text and "\n" not in text:
        return [text]
    return [part.strip() for part in _SEPARATORS.split(text) if part.strip()]


def _add_identity(row: ReadRow, kind: str, value: str) -> None:
    if (kind, value) not in row.identities:
        row.identities.append((kind, value))


def _country(reader: Reader, row: ReadRow, target: str, text: str) -> None:
    code = text.upper()
    if not re.fullmatch(r"[A-Z]{2}", code):
        raise _Wrong(f"“{text[:60]}” is no country code of two letters, such as GB.")
    row.fields[target] = code


def _language(reader: Reader, row: ReadRow, target: str, text: str) -> None:
    code = _LANGUAGES.get(text.casefold()) or text.replace("_", "-").lower()
    if code.split("-")[0] not in LANG_INFO or len(code) > 8:
        raise _Wrong(f"“{text[:60]}” is no language, such as en or German.")
    row.fields[target] = code


def _since(reader: Reader, row: ReadRow, target: str, text: str) -> None:
    row.fields[target] = read_date(text, day_first=reader.day_first)


def _products(reader: Reader, row: ReadRow, target: str, text: str) -> None:
    for code in (part.strip() for part in re.split(r"[;,|\n]", text)):
        if code and code not in reader.products:
            raise _Wrong(f"There is no product “{code[:60]}”.")
        if code and code not in row.products:
            row.products.append(code)


def _subscription_text(reader: Reader, row: ReadRow, target: str, text: str) -> None:
    if len(text) > 80:
        raise _Wrong(f"It has {len(text):,} characters; at most 80 fit.")
    row.subscription["reference"] = text


def _subscription_date(reader: Reader, row: ReadRow, target: str, text: str) -> None:
    row.subscription[target.removeprefix("subscription_")] = read_date(text, day_first=reader.day_first)


def _fact(reader: Reader, row: ReadRow, target: str, text: str) -> None:
    key = target.removeprefix(FACT)
    rule = reader.facts.get(key)
    if rule is None:
        raise _Wrong("This field was retired meanwhile; nothing is written into it.")
    value: Any = text
    if rule.value_type == "date":
        value = read_date(text, day_first=reader.day_first).isoformat()
    elif rule.value_type == "choice":
        value = next((each for each in rule.choices if each.casefold() == text.casefold()), text)
    row.facts[key] = answers.clean_value(rule.value_type, rule.choices, value, rule.limits)


def read_date(text: str, *, day_first: bool) -> date:
    """2026-11-09, 9.11.2026, 9/11/2026 (or month first). Raises ValueError with a sentence."""
    plain = unicodedata.normalize("NFKC", text).split("T")[0].split(" ")[0]
    found = re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", plain)
    try:
        if found:
            return date(*(int(part) for part in found.groups()))
        found = re.fullmatch(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})", plain)
        if found:
            first, second, year = int(found[1]), int(found[3]), int(found[4])
            day, month = (first, second) if day_first or found[2] == "." else (second, first)
            return date(year, month, day)
    except ValueError:
        pass
    wanted = "9/11/2026 (day first)" if day_first else "11/9/2026 (month first)"
    raise _Wrong(f"“{text[:40]}” is no date like 2026-11-09 or {wanted}.")


def _settle(reader: Reader, row: ReadRow) -> list[tuple[str, str]]:
    """The name from its parts, and the keys; what is missing."""
    if "display_name" not in row.fields:
        parts = (row.fields.get("given_name"), row.fields.get("family_name"))
        name = " ".join(part for part in parts if part) or row.fields.get("company_name", "")
        if name:
            row.fields["display_name"] = name
    kinds = MATCH_ORDER if reader.match_by == "any" else (reader.match_by,)
    row.keys = [pair for kind in kinds for pair in row.identities if pair[0] == kind]
    wrong = []
    if not row.keys:
        label = "Subscriber number, e-mail or phone" if reader.match_by == "any" else LABELS[reader.match_by]
        wrong.append((label, "It is missing, and without it nobody can tell which customer this is."))
    if row.subscription and not row.products:
        wrong.append((LABELS["products"], "It is missing, but the row says more about a subscription."))
    return wrong


_READERS: Mapping[str, Callable[[Reader, ReadRow, str, str], None]] = {
    "phone": _phone,
    "email": _email,
    "subscriber_number": _subscriber_number,
    "postal_address": _address,
    "country_code": _country,
    "language": _language,
    "customer_since": _since,
    "products": _products,
    "subscription_reference": _subscription_text,
    "subscription_started_on": _subscription_date,
    "subscription_renews_on": _subscription_date,
}
