"""What the rows of a chunk would change in the record as it stands: pure, so that a preview can ask too."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from customers.imports.rows import MATCH_ORDER, ReadRow, RefusedRow
from customers.imports.targets import LABELS

Pair = tuple[str, str]


@dataclass(frozen=True)
class FirstRow:
    """The row of the file that first named a customer."""

    number: int
    digest: str


# update: what the file says counts; fill: only what was empty; skip: known customers stay as they are.
OnMatch = Literal["update", "fill", "skip"]


@dataclass(slots=True)
class Draft:
    """A customer as it stands (`customer_id` set) or is to be made, and what the rows add to it."""

    customer_id: int | None = None
    version: int = 1
    first_row: FirstRow | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    identities: set[Pair] = field(default_factory=set)
    # By key: the value that counts, and the newest that came from a file.
    facts: dict[str, list[Any]] = field(default_factory=dict)
    products: set[str] = field(default_factory=set)
    changed_fields: set[str] = field(default_factory=set)
    new_identities: list[Pair] = field(default_factory=list)
    new_facts: dict[str, Any] = field(default_factory=dict)
    new_subscriptions: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def is_changed(self) -> bool:
        """Whether the rows say anything that was not there."""
        return bool(self.changed_fields or self.new_identities or self.new_facts or self.new_subscriptions)

    @property
    def changes(self) -> list[str]:
        """What changed, by the names that contracts and events use."""
        kinds = {kind for kind, _ in self.new_identities}
        more = {"subscriptions"} if self.new_subscriptions else set()
        return sorted(self.changed_fields | kinds | more)


@dataclass(slots=True)
class Known:
    """What stands about the keys of some rows."""

    owners: Mapping[Pair, set[int]] = field(default_factory=dict)
    drafts: dict[int, Draft] = field(default_factory=dict)


@dataclass(slots=True)
class Plan:
    """What to write, and how many rows of each outcome. `met` are those the file had not named before."""

    drafts: list[Draft] = field(default_factory=list)
    met: list[Draft] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    outcomes: dict[int, str] = field(default_factory=dict)

    def count(self, row: ReadRow, outcome: str) -> None:
        """One row more of this outcome: created, changed or unchanged."""
        self.outcomes[row.number] = outcome
        setattr(self, outcome, getattr(self, outcome) + 1)


class _Refused(ValueError):
    """The row cannot be taken as the record stands: (column, sentence)."""

    def __init__(self, column: str, sentence: str) -> None:
        super().__init__(sentence)
        self.column = column


def plan_rows(
    rows: Iterable[ReadRow], known: Known, on_match: OnMatch, cells: Mapping[int, tuple[str, ...]]
) -> Plan:
    """Go through the rows in order. `cells` are the rows as they came, for the refused ones."""
    plan = Plan()
    made: dict[Pair, Draft] = {}
    touched: dict[int, Draft] = {}
    for row in rows:
        try:
            draft = _draft_of(row, known, made)
            if draft.customer_id is not None and draft.customer_id not in touched:
                touched[draft.customer_id] = draft
                plan.drafts.append(draft)
            plan.count(row, _apply(row, draft, on_match, plan))
            if draft.first_row is None:
                draft.first_row = FirstRow(row.number, row.digest)
                plan.met.append(draft)
            made.update(dict.fromkeys(row.keys, draft))
        except _Refused as refused:
            reasons = ((refused.column, str(refused)),)
            plan.refused.append(RefusedRow(row.number, reasons, cells.get(row.number, ())))
    plan.drafts = [draft for draft in plan.drafts if draft.customer_id is None or draft.is_changed]
    return plan


def _apply(row: ReadRow, draft: Draft, on_match: OnMatch, plan: Plan) -> str:
    if draft.customer_id is None:
        is_first = not draft.fields
        if is_first and "display_name" not in row.fields:
            raise _Refused(LABELS["display_name"], "It is missing, and this would be a new customer.")
        before = _size(draft)
        _add(row, draft, "update")
        if is_first:
            plan.drafts.append(draft)
            return "created"
        return "changed" if _size(draft) != before else "unchanged"
    if on_match == "skip":
        return "unchanged"
    before = _size(draft)
    _add(row, draft, on_match)
    return "changed" if _size(draft) != before else "unchanged"


def _size(draft: Draft) -> tuple[int, int, int, int]:
    return (
        len(draft.changed_fields),
        len(draft.new_identities),
        len(draft.new_facts),
        len(draft.new_subscriptions),
    )


def _draft_of(row: ReadRow, known: Known, made: dict[Pair, Draft]) -> Draft:
    """Whom the row is about: a customer that stands, one that an earlier row makes, or a new one."""
    if not any(key in made or key in known.owners for key in row.keys):
        return Draft()
    for kind in MATCH_ORDER:
        keys = [key for key in row.keys if key[0] == kind]
        found = [made[key] for key in keys if key in made]
        found += [known.drafts[each] for key in keys for each in known.owners.get(key, ())]
        drafts = {id(draft): draft for draft in found if not _is_somebody_else(row, draft)}
        if len(drafts) > 1:
            numbers = ", ".join(f"{each.customer_id}" for each in drafts.values() if each.customer_id)
            raise _Refused(
                LABELS[kind],
                f"It belongs to several customers ({numbers or 'of this file'}); it does not say which.",
            )
        for draft in drafts.values():
            _check_earlier_row(row, kind, draft)
            return draft
    return Draft()


def _is_somebody_else(row: ReadRow, draft: Draft) -> bool:
    """Two people share a phone or an e-mail more often than one has two subscriber numbers."""
    here = {value for kind, value in row.identities if kind == "subscriber_number"}
    there = {value for kind, value in draft.identities if kind == "subscriber_number"}
    return bool(here and there and not here & there)


def _check_earlier_row(row: ReadRow, kind: str, draft: Draft) -> None:
    """Were the later row to win, the same file would change the record again each time it is run."""
    first = draft.first_row
    if first is not None and first.digest != row.digest:
        raise _Refused(
            LABELS[kind],
            f"Row {first.number} is the same customer, but says otherwise. Make the two rows agree.",
        )


def _add(row: ReadRow, draft: Draft, on_match: OnMatch) -> None:
    for name, value in row.fields.items():
        stands = draft.fields.get(name) or None
        if value != stands and (stands is None or on_match == "update"):
            draft.fields[name] = value
            draft.changed_fields.add(name)
    for pair in row.identities:
        if pair not in draft.identities:
            draft.identities.add(pair)
            draft.new_identities.append(pair)
    for key, value in row.facts.items():
        stands = draft.facts.get(key, [])
        if value not in stands and not (stands and on_match == "fill"):
            draft.facts[key] = [value]
            draft.new_facts[key] = value
    for code in row.products:
        if code not in draft.products:
            draft.products.add(code)
            draft.new_subscriptions.append((code, row.subscription))
