"""Customers found by an answer to a searchable question."""

from accounts.access import Viewer
from customers import rules
from customers.access import readable_facts, visible_customers
from customers.models import Customer, Fact
from customers.queries import current_facts

_LEAST_LETTERS = 3
_AFTER = "\U0010ffff"
MOST_LOOKED_AT = 50


def customers_with_answer(viewer: Viewer, text: str, *, limit: int = 10) -> list[tuple[Customer, str]]:
    """The visible customers with a current answer that begins so, newest answer first, at most `limit`; each
    with the name of the question.

    Only of searchable questions that this viewer may read; at least three characters.
    """
    start = rules.search_value(text)
    if len(start) < _LEAST_LETTERS:
        return []
    # A range of plain text is leakproof: row-level security lets it use the index, as it does not let LIKE.
    facts = Fact.objects.filter(
        search_value__gte=start, search_value__lt=start + _AFTER, key__is_searchable=True
    )
    readable = readable_facts(viewer)
    if readable is not None:
        facts = facts.filter(key__key__in=readable)
    found: dict[int, tuple[Customer, str]] = {}
    rows = facts.filter(customer__in=visible_customers(viewer)).select_related("customer", "key")
    for fact in rows.order_by("-id")[:MOST_LOOKED_AT]:
        current = current_facts(fact.customer_id, [fact.key.key])
        if any(one.fact_id == fact.id for one in current):
            found.setdefault(fact.customer_id, (fact.customer, fact.key.label))
        if len(found) == limit:
            break
    return list(found.values())
