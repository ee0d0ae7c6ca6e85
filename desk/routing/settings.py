"""Settings as fields of a form: how each is called, what may be typed, how typed text becomes a value."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any, Literal

from django.http import QueryDict

from routing.setup_rules import Problem

Kind = Literal["text", "long", "whole", "number", "yes", "choice", "link", "day", "time"]
Options = Sequence[tuple[str, str]]
_HIGHEST = 2_147_483_647


@dataclass(frozen=True)
class Setting:
    """One field. `may_be_empty`: nothing typed means none; `options` of a link are asked when it is shown."""

    name: str
    label: str
    kind: Kind = "text"
    help: str = ""
    options: Options | Callable[[], Options] = ()
    low: int = 0
    high: int | None = None
    may_be_empty: bool = False
    most: int = 240

    def choices(self) -> Options:
        """What may be chosen."""
        return self.options() if callable(self.options) else self.options


def shown(settings: Iterable[Setting], document: Mapping[str, Any], *, prefix: str) -> list[dict[str, Any]]:
    """The fields with their present values; `prefix` keeps ids apart."""
    return [shown_one(setting, document.get(setting.name), prefix=prefix) for setting in settings]


def shown_one(setting: Setting, value: Any, *, prefix: str, name: str = "") -> dict[str, Any]:
    """One field, under another name where it belongs to a row."""
    options = [{"value": key, "label": label} for key, label in setting.choices()]
    if setting.kind == "link" and setting.may_be_empty:
        options = [{"value": "", "label": "–"}, *options]
    return {
        "kind": "choice" if setting.kind == "link" else setting.kind,
        "name": name or setting.name,
        "id": f"{prefix}-{(name or setting.name).replace('/', '-')}",
        "label": setting.label,
        "help": setting.help,
        "value": as_text(value),
        "checked": value is True,
        "options": options,
        "low": setting.low,
        "high": "" if setting.high is None else setting.high,
        "most": setting.most,
        "optional": setting.may_be_empty,
    }


def as_text(value: Any) -> str:
    """A value as its field shows it."""
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def read(settings: Iterable[Setting], given: QueryDict) -> tuple[dict[str, Any], list[Problem]]:
    """What was typed, and what of it cannot be read."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for setting in settings:
        try:
            values[setting.name] = value_of(setting, given.get(setting.name, ""))
        except ValueError as error:
            problems.append(Problem("unreadable", setting.name, str(error)))
    return values, problems


def read_rows(
    name: str, settings: Sequence[Setting], given: QueryDict
) -> tuple[list[dict[str, Any]], list[Problem], list[int]]:
    """Rows named `name/0/field`: those in which the first field says something, and their numbers."""
    rows, problems, numbers = [], [], []
    for number in row_numbers(name, given):
        at = f"{name}/{number}"
        if not given.get(f"{at}/{settings[0].name}", "").strip():
            continue
        values: dict[str, Any] = {}
        for setting in settings:
            try:
                values[setting.name] = value_of(setting, given.get(f"{at}/{setting.name}", ""))
            except ValueError as error:
                problems.append(Problem("unreadable", f"{at}/{setting.name}", str(error)))
        rows.append(values)
        numbers.append(number)
    return rows, problems, numbers


def row_numbers(name: str, given: QueryDict) -> list[int]:
    """The rows a form has sent."""
    found = {key.split("/")[1] for key in given if key.startswith(f"{name}/") and key.count("/") >= 2}
    return sorted(int(one) for one in found if one.isascii() and one.isdigit() and len(one) < 4)


def value_of(setting: Setting, text: str) -> Any:
    """A typed text as a value; ValueError with a sentence."""
    text = text.strip()
    if setting.kind == "yes":
        return text in {"on", "1", "true"}
    if not text and (setting.may_be_empty or setting.kind in {"text", "long"}):
        return "" if setting.kind in {"text", "long"} else None
    if not text:
        raise ValueError("This is needed.")
    return _READERS[setting.kind](setting, text)


def _text(setting: Setting, text: str) -> str:
    if len(text) > setting.most:
        raise ValueError(f"At most {setting.most} characters.")
    return text


def _whole(setting: Setting, text: str) -> int:
    digits = text.replace("\u202f", "").replace(" ", "")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 10:
        raise ValueError("A whole number.")
    value = int(digits)
    if not setting.low <= value <= (_HIGHEST if setting.high is None else setting.high):
        raise ValueError(
            f"From {setting.low} to {setting.high}." if setting.high else "That is out of range."
        )
    return value


def _number(setting: Setting, text: str) -> float:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        raise ValueError("A number, such as 1.5.") from None
    if not math.isfinite(value) or value < setting.low or (setting.high is not None and value > setting.high):
        raise ValueError(
            f"From {setting.low} on." if setting.high is None else f"From {setting.low} to {setting.high}."
        )
    return value


def _choice(setting: Setting, text: str) -> str:
    if text not in dict(setting.choices()):
        raise ValueError("Choose one of the list.")
    return text


def _day(setting: Setting, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("A day, such as 2026-12-24.") from None


def _time(setting: Setting, text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise ValueError("A time, such as 09:00.") from None


_READERS: Mapping[str, Callable[[Setting, str], Any]] = {
    "text": _text,
    "long": _text,
    "whole": _whole,
    "number": _number,
    "choice": _choice,
    "link": _choice,
    "day": _day,
    "time": _time,
}
