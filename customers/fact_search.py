"""Customers found by an answer to a searchable question."""

from collections import defaultdict
from collections.abc import Iterable

from accounts.access import Viewer
from customers import rules
from customers.access import readable_facts, visible_customers
from customers.models import Customer, Fact
from foundation import clock

_LEAST_LETTERS = 3
_AFTER = "\U0010ffff"
# Of what thousands answered so many are looked at; sorting all of them by age would take too long.
MOST_LOOKED_AT = 100


def customers_with_answer(viewer: Viewer, text: str, *, limit: int = 10) -> list[tuple[Customer, str]]:
    """The visible customers with a current answer that begins so, newest answer first, at most `limit`; each
    with the name of the question.

    Only of searchable questions that this viewer may read; at least three characters.
    """
    start = rules.search_value(text)
    if len(start) < _LEAST_LETTERS:
        return []
    # A range of plain text is leakproof: row-level security lets it use the index, as it does not let LIKE.
    facts = Fact.objects.filter(search_value__gte=start, search_value__lt=start + _AFTER)
    readable = readable_facts(viewer)
    if readable is not None:
        facts = facts.filter(key__key__in=readable, customer__in=visible_customers(viewer))
    ids = list(facts.values_list("id", flat=True)[: max(MOST_LOOKED_AT, limit)])
    return _newest(viewer, ids, limit) if ids else []


def _newest(viewer: Viewer, fact_ids: list[int], limit: int) -> list[tuple[Customer, str]]:
    rows = Fact.objects.filter(
        pk__in=fact_ids, key__is_searchable=True, customer__in=visible_customers(viewer)
    )
    facts = list(rows.select_related("customer", "key").order_by("-id"))
    counting = _counting(facts)
    found: dict[int, tuple[Customer, str]] = {}
    for fact in facts:
        if fact.pk in counting:
            found.setdefault(fact.customer_id, (fact.customer, fact.key.label))
    return list(found.values())[:limit]


def _counting(facts: Iterable[Fact]) -> set[int]:
    """Of these answers, those that count now: to each question of each customer one at most does."""
    asked = {(fact.customer_id, fact.key_id): fact.key for fact in facts}
    answers: dict[tuple[int, int], list[Fact]] = defaultdict(list)
    given = Fact.objects.filter(
        customer_id__in=[customer_id for customer_id, _ in asked], key_id__in=[key for _, key in asked]
    )
    for fact in given:
        answers[fact.customer_id, fact.key_id].append(fact)
    now = clock.now()
    current = (
        rules.choose_current(answers[one], now, precedence=key.precedence) for one, key in asked.items()
    )
    return {fact.pk for fact in current if fact is not None}
