"""The rows that belong to a customer, whichever package keeps them: found by walking the foreign keys.

A model that points to a customer says on itself what becomes of its rows in a merge, in `when_merged`:
"moves" (they belong to the person, and go along), "stays" (they tell of this record), "derived" (they are
computed from it). `gives_partner_reason` (a field that names a partner, and the states that count; none: all)
says which of them are a reason for that partner to see the record.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import ForeignKey, ManyToOneRel, Max, Model, Q, UniqueConstraint

from accounts.models import Partner
from customers.models import Customer

MOVES, STAYS, DERIVED = "moves", "stays", "derived"


@dataclass(frozen=True)
class Relation:
    """One foreign key to the customer."""

    model: type[Model]
    field: str

    @property
    def label(self) -> str:
        """For example "cases.Case.customer"."""
        return f"{self.model._meta.label}.{self.field}"

    @property
    def when_merged(self) -> str | None:
        """What the model says becomes of its rows; None when it has not said."""
        return getattr(self.model, "when_merged", None)

    def rows(self, customer_id: int) -> Any:
        """Those of one customer."""
        return self.model._base_manager.filter(**{f"{self.field}_id": customer_id})

    def parents(self) -> list[ForeignKey[Any, Any]]:
        """The keys to other rows of a customer: an answer's contact, a promise's case."""
        owners = {relation.model for relation in moving_relations()}
        return [
            key
            for key in self.model._meta.fields
            if isinstance(key, ForeignKey) and key.related_model in owners and key.name != self.field
        ]


def relations() -> list[Relation]:
    """Every foreign key to the customer in any package, hidden ones too."""
    found = [
        Relation(key.related_model, key.field.name)
        for key in Customer._meta.get_fields(include_hidden=True)
        if isinstance(key, ManyToOneRel)
    ]
    return sorted(found, key=lambda relation: relation.label)


def moving_relations() -> list[Relation]:
    """Those whose rows go along in a merge; one that has not said moves, so that nothing is lost."""
    return [relation for relation in relations() if relation.when_merged not in {STAYS, DERIVED}]


def move(relation: Relation, *, from_id: int, to_id: int, only: Iterable[int] | None = None) -> list[int]:
    """Give the rows of one record to another, `only` some of them; returns the ids of those that went.

    A row that the other record has already (the same number, the same open share) stays where it is.
    """
    rows = relation.rows(from_id)
    if only is not None:
        rows = rows.filter(pk__in=list(only))
    wanted = set(rows.values_list("pk", flat=True))
    if not wanted:
        return []
    going = sorted(wanted - _had_already(relation, from_id, to_id))
    relation.model._base_manager.filter(pk__in=going).update(**{f"{relation.field}_id": to_id})
    return going


def high_water(relation: Relation, customer_ids: Iterable[int]) -> int:
    """The highest id of these customers' rows; 0 for none."""
    rows = relation.model._base_manager.filter(**{f"{relation.field}__in": list(customer_ids)})
    highest: int | None = rows.aggregate(highest=Max("pk"))["highest"]
    return highest or 0


def _had_already(relation: Relation, from_id: int, to_id: int) -> set[int]:
    staying: set[int] = set()
    for others, condition, nulls_distinct in _unique_sets(relation):
        theirs = relation.rows(from_id).filter(condition).values_list("pk", *others)
        there = {tuple(row[1:]) for row in relation.rows(to_id).filter(condition).values_list("pk", *others)}
        staying |= {
            row[0]
            for row in theirs
            if tuple(row[1:]) in there and not (nulls_distinct and None in tuple(row[1:]))
        }
    return staying


def _unique_sets(relation: Relation) -> Iterator[tuple[list[str], Q, bool]]:
    meta = relation.model._meta
    if getattr(meta.get_field(relation.field), "unique", False):
        yield [], Q(), True
    for together in meta.unique_together:
        if relation.field in together:
            yield [name for name in together if name != relation.field], Q(), True
    for constraint in meta.constraints:
        if isinstance(constraint, UniqueConstraint) and relation.field in constraint.fields:
            others = [name for name in constraint.fields if name != relation.field]
            yield others, constraint.condition or Q(), constraint.nulls_distinct is not False


def partners_with_reason(customer_ids: Iterable[int]) -> set[int]:
    """The partners that have something to do with these customers now, as the rows' models say."""
    customer_ids = list(customer_ids)
    found: set[int] = set()
    for relation in moving_relations():
        field, states = getattr(relation.model, "gives_partner_reason", ("", ()))
        if not field:
            continue
        rows = relation.model._base_manager.filter(**{f"{relation.field}__in": customer_ids})
        rows = rows.filter(state__in=states) if states else rows
        found |= set(rows.exclude(**{field: None}).values_list(f"{field}_id", flat=True))
    return found


def partner_fields(relation: Relation) -> list[str]:
    """The fields of a row that name a partner."""
    return [
        key.attname
        for key in relation.model._meta.fields
        if isinstance(key, ForeignKey) and key.related_model is Partner
    ]
