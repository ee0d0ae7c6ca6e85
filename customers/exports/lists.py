"""The lists that can be exported: each package has its own, `contactcenter/export_map.py` registers them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from accounts.access import Viewer

ORGANIZATION = "organization"
# Everything about one person (`customers.privacy`); `choices` name the customer and why it was asked for.
PERSON = "person"
Cell = Any
Rows = Callable[[Viewer, Mapping[str, str]], Iterable[Sequence[Cell]]]


@dataclass(frozen=True)
class Choice:
    """Something one can choose about a list: free text, or one of `options` (value, label)."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...] = ()
    help: str = ""


def no_columns(viewer: Viewer) -> Sequence[str]:
    """None besides the fixed ones."""
    return ()


@dataclass(frozen=True)
class ExportList:
    """A list: its columns, and its rows as this viewer may see them. Rows are read one by one.

    `own_columns` are those of the organisation's own fields, after the fixed ones.
    """

    name: str
    label: str
    columns: tuple[str, ...]
    rows: Rows
    choices: tuple[Choice, ...] = field(default_factory=tuple)
    own_columns: Callable[[Viewer], Sequence[str]] = no_columns

    def header(self, viewer: Viewer) -> list[str]:
        """The names of all columns."""
        return [*self.columns, *self.own_columns(viewer)]


_lists: dict[str, ExportList] = {}


def register(*lists: ExportList) -> None:
    """Make lists known; again is harmless."""
    _lists.update({each.name: each for each in lists})


def all_lists() -> list[ExportList]:
    """Every list, in the order of registration."""
    return list(_lists.values())


def list_named(name: str) -> ExportList | None:
    """The list, if there is one."""
    return _lists.get(name)
