"""Numbers with menus and closing times as this process read them just now: set up once, asked for all day."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from accounts.models import Organization
from foundation.tenancy import current_organization_id
from ivr import queries
from ivr.models import PhoneNumber
from ivr.queries import Closing
from ivr.rules import Choice

SECONDS = 2.0
_MOST = 5_000
# The organisation is part of every key: what one company set up is never another's.
_Key = tuple[int, object]
_known: dict[_Key, tuple[float, "Line"]] = {}


@dataclass(frozen=True)
class Line:
    """A number of ours, why people call it, and whose it is. Shared by threads: to be read only."""

    number: PhoneNumber
    menu: tuple[Choice, ...]
    organization: Organization
    closings: Mapping[str, Closing] = field(default_factory=dict)
    calls_back: bool = False  # whether anybody here may be owed a call


def line_called(e164: str, account_sid: str) -> Line | None:
    """The line of this number, if it is in service; at most SECONDS old."""
    key = (current_organization_id(), (e164, account_sid))
    if (line := _kept(key)) is not None:
        return line
    number = queries.number_called(e164, account_sid)
    return None if number is None else _keep(key, number)


def line_of(number_id: int) -> Line:
    """The line with this id, in service or not; at most SECONDS old."""
    key = (current_organization_id(), number_id)
    return _kept(key) or _keep(key, queries.number_by_id(number_id))


def forget_lines() -> None:
    """Read them anew: something was set up in this process."""
    _known.clear()


def _kept(key: _Key) -> Line | None:
    until, line = _known.get(key, (0.0, None))
    return line if until > time.monotonic() else None


def _keep(key: _Key, number: PhoneNumber) -> Line:
    line = Line(
        number, queries.menu_of(number), queries.organization(), queries.closings(), queries.calls_back()
    )
    if len(_known) >= _MOST:
        _known.clear()
    _known[key] = (time.monotonic() + SECONDS, line)
    return line
