"""The lists of cases and promises, for export."""

from collections.abc import Iterator, Mapping
from typing import Any

from accounts.access import Viewer
from cases.access import visible_cases, visible_promises
from cases.models import Case, Promise
from customers.exports.lists import Choice, ExportList

_BATCH = 2000


def _cases(viewer: Viewer, choices: Mapping[str, str]) -> Iterator[list[Any]]:
    rows = visible_cases(viewer).select_related("customer", "partner").order_by("id")
    if choices.get("state"):
        rows = rows.filter(state=choices["state"])
    for case in rows.iterator(chunk_size=_BATCH):
        yield [
            case.pk,
            case.title,
            case.get_state_display(),
            case.reason,
            case.customer_id,
            case.customer.display_name,
            case.partner.name if case.partner else "",
            case.opened_at,
        ]


def _promises(viewer: Viewer, choices: Mapping[str, str]) -> Iterator[list[Any]]:
    rows = visible_promises(viewer).select_related("customer", "owed_by").order_by("id")
    if choices.get("state"):
        rows = rows.filter(state=choices["state"])
    for promise in rows.iterator(chunk_size=_BATCH):
        yield [
            promise.pk,
            promise.text,
            promise.get_state_display(),
            promise.due_at,
            promise.customer_id,
            promise.customer.display_name,
            promise.owed_by.name if promise.owed_by else "In-house",
        ]


def _states(model: type[Case] | type[Promise]) -> tuple[tuple[str, str], ...]:
    return (("", "All"), *((str(value), str(label)) for value, label in model.State.choices))


LISTS = (
    ExportList(
        "promises",
        "Promises",
        ("Id", "Promise", "State", "Due", "Customer id", "Customer", "Owed by"),
        _promises,
        (Choice("state", "State", _states(Promise)),),
    ),
    ExportList(
        "cases",
        "Cases",
        ("Id", "Title", "State", "Reason", "Customer id", "Customer", "Partner", "Opened"),
        _cases,
        (Choice("state", "State", _states(Case)),),
    ),
)
