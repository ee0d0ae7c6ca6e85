"""What is kept of a person, kind by kind: each package says what it has, `contactcenter/privacy_map.py`
registers it. The access export tells every kind, an erasure goes through all of them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.db.models import Model, Q, QuerySet

from customers.models import Customer, CustomerMerge, Identity, Interaction
from foundation.errors import NotVisible

Columns = tuple[tuple[str, str], ...]


class Fate(StrEnum):
    """What an erasure makes of a kind's rows; STAYS: another kind sees to them."""

    ERASED = "erased"
    STRIPPED = "stripped"
    STAYS = "stays"


@dataclass(frozen=True)
class Subject:
    """The person: the record that stands, and those that were merged into it."""

    customer_id: int
    customer_ids: tuple[int, ...]
    identities: tuple[tuple[str, str], ...] = ()
    names: tuple[str, ...] = ()
    once_related: tuple[int, ...] = ()

    @property
    def contacts(self) -> QuerySet[Interaction]:
        """Their contacts."""
        return Interaction.objects.filter(customer_id__in=self.customer_ids)

    @property
    def unknown_contacts(self) -> QuerySet[Interaction]:
        """Contacts from their numbers and addresses that were found to be nobody's."""
        return Interaction.objects.filter(customer=None, address__in=self.theirs_alone)

    @cached_property
    def theirs_alone(self) -> set[str]:
        """Their numbers and addresses that nobody else is known to have."""
        theirs = set(self.values())
        others = Identity.objects.filter(value__in=theirs).exclude(customer_id__in=self.customer_ids)
        return theirs - set(others.values_list("value", flat=True))

    @cached_property
    def subjects(self) -> list[str]:
        """What their events and nudges are filed under."""
        return [f"customer:{one}" for one in self.customer_ids]

    def values(self, *kinds: str) -> list[str]:
        """Their identities of these kinds; all without any."""
        return [value for kind, value in self.identities if not kinds or kind in kinds]


@dataclass(frozen=True)
class PersonalKind:
    """Rows of one table that are of a person.

    `blank` names what is taken off rows that stay (STRIPPED), by value or by what a function says; `because`
    says why they stay. `columns` are (field, heading) of the readable export; empty: not in it. `again`: rows
    found by the records' numbers alone, of which some may still be on their way at the time. `upright`: few
    rows of many columns, read line by line.
    """

    name: str
    label: str
    model: type[Model]
    rows: Callable[[Subject], QuerySet[Any]]
    fate: Fate = Fate.ERASED
    blank: Mapping[str, Any] = field(default_factory=dict)
    before: Callable[[Subject, QuerySet[Any]], object] | None = None
    because: str = ""
    columns: Columns = ()
    place: int = 100
    counted: bool = True
    again: bool = False
    upright: bool = False


_kinds: dict[str, PersonalKind] = {}


def register(*kinds: PersonalKind) -> None:
    """Make kinds known, in the order in which an erasure goes through them; again is harmless."""
    for kind in kinds:
        _kinds[kind.name] = kind


def all_kinds() -> list[PersonalKind]:
    """In the order of erasing: what depends on other rows goes before them."""
    return list(_kinds.values())


def told_kinds() -> list[PersonalKind]:
    """Those of the access export, in the order of reading."""
    return sorted((kind for kind in _kinds.values() if kind.columns), key=lambda kind: kind.place)


def subject_of(customer_id: int) -> Subject:
    """The person behind a record, also behind one that was merged. NotVisible."""
    found = Customer.objects.filter(id=customer_id).values_list("id", "merged_into_id").first()
    if found is None:
        raise NotVisible("customer")
    standing_id = found[1] or found[0]
    merged = Customer.objects.filter(merged_into_id=standing_id).order_by("id").values_list("id", flat=True)
    ids = (standing_id, *merged)
    rows = Customer.objects.filter(id__in=ids)
    return Subject(
        customer_id=standing_id,
        customer_ids=ids,
        identities=tuple(
            dict.fromkeys(
                Identity.objects.filter(customer_id__in=ids).order_by("id").values_list("kind", "value")
            )
        ),
        names=tuple(
            dict.fromkeys(
                name
                for row in sorted(rows, key=lambda row: row.pk != standing_id)
                for name in (row.display_name, f"{row.given_name} {row.family_name}".strip())
                if name
            )
        ),
        once_related=_once_related(ids),
    )


def _once_related(ids: Iterable[int]) -> tuple[int, ...]:
    """Records that were part of theirs for a while: what happened then may be filed under their number."""
    ids = set(ids)
    pairs = CustomerMerge.objects.filter(Q(winner_id__in=ids) | Q(loser_id__in=ids))
    seen = {one for pair in pairs.values_list("winner_id", "loser_id") for one in pair}
    return tuple(sorted(seen - ids))
