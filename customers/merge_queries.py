"""What may be one person twice, side by side, and what was merged."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

from customers import rules
from customers.actions.merging import CHOSEN_FIELDS
from customers.merge_rows import moving_relations
from customers.models import Customer, CustomerMerge, DuplicatePair, Fact, FactKey
from foundation import clock

_LABELS = {
    "display_name": "Name",
    "given_name": "Given name",
    "family_name": "Family name",
    "company_name": "Company",
    "language": "Language",
    "country_code": "Country",
    "region": "Region",
    "postal_address": "Address",
    "customer_since": "Customer since",
}
_COUNTED = {
    "customers.Interaction.customer": "contacts",
    "customers.Fact.customer": "answers",
    "customers.Subscription.customer": "subscriptions",
    "customers.Order.customer": "orders",
    "cases.Case.customer": "cases",
    "cases.Promise.customer": "promises",
    "customers.TimelineEntry.customer": "lines of the story",
}


@dataclass(frozen=True)
class FieldPair:
    """One field of two records; `differs` when somebody has to choose, `takes` the side taken by default."""

    name: str
    label: str
    first: str
    second: str
    differs: bool
    takes: str


@dataclass(frozen=True)
class AnswerPair:
    """What two records answer to one question; `counts` is the side whose answer counts once they are one."""

    label: str
    first: str
    second: str
    counts: str

    @property
    def differs(self) -> bool:
        """Whether both have an answer, and not the same."""
        return bool(self.first and self.second) and self.first != self.second


@dataclass(frozen=True)
class SideBySide:
    """Two records, field by field, with what each has; `winner_id` is the one that stays by default."""

    pair: DuplicatePair
    first: Customer
    second: Customer
    winner_id: int
    fields: list[FieldPair] = field(default_factory=list)
    answers: list[AnswerPair] = field(default_factory=list)
    counts: list[tuple[str, int, int]] = field(default_factory=list)


def waiting_pairs() -> QuerySet[DuplicatePair]:
    """The pairs that wait for a person, the likeliest first; not those of which one was merged meanwhile."""
    return (
        DuplicatePair.objects.filter(
            state=DuplicatePair.State.WAITING, first__merged_into=None, second__merged_into=None
        )
        .select_related("first", "second")
        .order_by("-score", "id")
    )


def pair_after(pair: DuplicatePair) -> DuplicatePair | None:
    """The next that waits, for whoever puts this one off; None at the end."""
    later = Q(score__lt=pair.score) | Q(score=pair.score, id__gt=pair.pk)
    return waiting_pairs().filter(later).first()


def pairs_of(customer_id: int) -> QuerySet[DuplicatePair]:
    """Those of one record."""
    return waiting_pairs().filter(Q(first_id=customer_id) | Q(second_id=customer_id))


def side_by_side(pair: DuplicatePair) -> SideBySide:
    """The two records of a pair, ready to be judged."""
    first, second = pair.first, pair.second
    nameless = rules.looks_like_phone(first.display_name) and not rules.looks_like_phone(second.display_name)
    return SideBySide(
        pair=pair,
        first=first,
        second=second,
        winner_id=second.pk if nameless else first.pk,
        fields=[one for name in CHOSEN_FIELDS if (one := _field(name, first, second, nameless)) is not None],
        answers=_answers(first.pk, second.pk),
        counts=[
            (
                _COUNTED[relation.label],
                relation.rows(first.pk).count(),
                relation.rows(second.pk).count(),
            )
            for relation in moving_relations()
            if relation.label in _COUNTED
        ],
    )


def _field(name: str, first: Customer, second: Customer, nameless: bool) -> FieldPair | None:
    ours, theirs = _text(getattr(first, name)), _text(getattr(second, name))
    if not ours and not theirs:
        return None
    takes = "second" if not ours or (nameless and theirs and name == "display_name") else "first"
    return FieldPair(name, _LABELS[name], ours, theirs, differs=ours != theirs, takes=takes)


def _answers(first_id: int, second_id: int) -> list[AnswerPair]:
    """Question by question what counts on each, and which of the two by the question's rule."""
    given: dict[FactKey, list[Fact]] = {}
    for fact in Fact.objects.filter(customer_id__in=[first_id, second_id]).select_related("key"):
        given.setdefault(fact.key, []).append(fact)
    pairs = [
        _answer(key, several, first_id, second_id)
        for key, several in sorted(given.items(), key=lambda item: (item[0].position, item[0].key))
    ]
    return [pair for pair in pairs if pair is not None]


def _answer(key: FactKey, several: list[Fact], first_id: int, second_id: int) -> AnswerPair | None:
    now = clock.now()

    def best(facts: list[Fact]) -> Fact | None:
        return rules.choose_current(facts, now, precedence=key.precedence)

    counts = best(several)
    if counts is None:
        return None
    sides = [best([fact for fact in several if fact.customer_id == one]) for one in (first_id, second_id)]
    first, second = (rules.spell_value(fact.value) if fact else "" for fact in sides)
    return AnswerPair(key.label, first, second, "first" if counts.customer_id == first_id else "second")


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def merges_newest_first() -> QuerySet[CustomerMerge]:
    """What was merged, by whom and why, undone ones too."""
    return CustomerMerge.objects.select_related("winner", "loser").order_by("-merged_at", "-id")


def later_merge_of_winner(record: CustomerMerge) -> CustomerMerge | None:
    """The merge that has to be undone before this one; None when nothing is in the way."""
    return CustomerMerge.objects.filter(loser_id=record.winner_id, undone_at=None).first()
