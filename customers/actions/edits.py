"""Editing a record that others edit too: different fields merge, the same field is asked about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.actors import Actor
from customers import rules
from customers.actions.customers import CHANGEABLE, change_customer, clean_fields
from customers.actions.facts import clean_answer, record_fact
from customers.actions.timeline import lock_customer
from customers.history import FieldChange, changes_of_fields
from customers.models import Customer, FactKey
from customers.queries import current_facts
from foundation.errors import Conflict, Refusal

FACT = "fact."


@dataclass(frozen=True)
class FieldConflict:
    """A field that two people changed differently: what you want, what stands, and who wrote that."""

    field: str
    yours: str
    theirs: str
    by: FieldChange | None


class EditConflict(Conflict):
    """Somebody changed the same fields since; nothing was written. `conflicts` says which."""

    def __init__(self, conflicts: Sequence[FieldConflict]) -> None:
        super().__init__("changed_by_both", "Somebody else changed the same field. Choose which counts.")
        self.conflicts = list(conflicts)


@dataclass(frozen=True)
class Edit:
    """What was written: fields by name (answers as `fact.KEY`)."""

    customer: Customer
    changed: tuple[str, ...]


def edit_record(
    customer_id: int,
    *,
    actor: Actor,
    was: Mapping[str, str],
    fields: Mapping[str, str],
    interaction_id: int | None = None,
) -> Edit:
    """Write what the editor changed of what they saw (`was`), beside what others changed meanwhile.

    Fields are those of the customer, and answers as `fact.KEY`. An answer left empty is left alone.
    EditConflict when both changed the same field; Refusal names the field; Forbidden; NotVisible.
    """
    customer = lock_customer(customer_id)
    stands = _standing(customer, fields)
    wanted = clean_fields({name: value for name, value in fields.items() if not name.startswith(FACT)})
    seen = clean_seen(was)
    answers = {name: value for name, value in fields.items() if name.startswith(FACT)}
    merged = rules.merge_edit(seen, stands, {**wanted, **answers})
    if merged.conflicts:
        raise EditConflict(_conflicts(customer_id, merged.conflicts, fields, stands))
    return _write(customer, merged.changes, actor, interaction_id)


def clean_seen(was: Mapping[str, str]) -> dict[str, str]:
    """What the editor saw, in the form it is stored in."""
    return {name: _plain(name, value) for name, value in was.items()}


def _plain(name: str, value: str) -> str:
    if name.startswith(FACT) or name == "postal_address":
        return value.strip().replace("\r\n", "\n")
    return " ".join(value.split())


def _standing(customer: Customer, fields: Mapping[str, str]) -> dict[str, str]:
    keys = [name.removeprefix(FACT) for name in fields if name.startswith(FACT)]
    known = {fact.key: fact for fact in current_facts(customer.id, keys)} if keys else {}
    stands = {name: getattr(customer, name) for name in fields if name in CHANGEABLE}
    return stands | {FACT + key: rules.edit_text(known[key].value) if key in known else "" for key in keys}


def _conflicts(
    customer_id: int, names: Sequence[str], fields: Mapping[str, str], stands: Mapping[str, str]
) -> list[FieldConflict]:
    changes = changes_of_fields(customer_id, names)
    return [
        FieldConflict(name, yours=fields[name], theirs=stands.get(name, ""), by=changes.get(name))
        for name in names
    ]


def _write(customer: Customer, changes: Mapping[str, Any], actor: Actor, interaction_id: int | None) -> Edit:
    answers = {name: value for name, value in changes.items() if name.startswith(FACT) and value != ""}
    fields = {name: value for name, value in changes.items() if not name.startswith(FACT)}
    _check_answers(answers)
    if fields:
        customer = change_customer(customer.id, actor=actor, expected_version=customer.version, **fields)
    for name, value in answers.items():
        record_fact(
            customer.id,
            key=name.removeprefix(FACT),
            value=value,
            actor=actor,
            source="desk:record",
            interaction_id=interaction_id,
        )
    return Edit(customer=customer, changed=tuple(sorted([*fields, *answers])))


def _check_answers(answers: Mapping[str, str]) -> None:
    names = [name.removeprefix(FACT) for name in answers]
    keys = {key.key: key for key in FactKey.objects.filter(key__in=names)}
    for name, value in answers.items():
        key = keys.get(name.removeprefix(FACT))
        if key is None:
            continue
        try:
            clean_answer(key, value)
        except Refusal as refusal:
            raise Refusal(refusal.code, refusal.message, field=name) from refusal
