"""The lists of the shared record: customers, contacts, and what happened."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from itertools import islice
from typing import Any

from accounts.access import Viewer
from customers.access import visible_customers, visible_interactions, visible_timeline
from customers.actions.facts import REASON_KEY
from customers.exports.lists import Choice, ExportList
from customers.models import Customer, FactKey, Interaction, TimelineEntry
from customers.queries import current_values, questions
from customers.search import search_customers
from foundation import clock

_BATCH = 2000
_MOST_FOUND = 5_000
PERIODS = (
    ("1", "Since yesterday"),
    ("7", "7 days"),
    ("31", "31 days"),
    ("366", "A year"),
    ("", "Everything"),
)


def days_ago(choices: Mapping[str, str]) -> Any:
    """Since when a period reaches back; None for everything."""
    days = choices.get("days", "")
    return (
        clock.now() - timedelta(days=int(days))
        if days.isascii() and days.isdigit() and len(days) < 6
        else None
    )


def _customers(viewer: Viewer, choices: Mapping[str, str]) -> Iterator[list[Any]]:
    text = choices.get("q", "").strip()
    customers = visible_customers(viewer)
    if text:
        found = [customer.pk for customer in search_customers(viewer, text, limit=_MOST_FOUND)]
        customers = customers.filter(pk__in=found)
    rows = customers.order_by("id").prefetch_related("identities", "subscriptions__product")
    keys = [key.key for key in _own_fields(viewer)]
    left = rows.iterator(chunk_size=_BATCH)
    while batch := list(islice(left, _BATCH)):
        known = current_values([customer.pk for customer in batch], keys) if keys else {}
        for customer in batch:
            values = known.get(customer.pk, {})
            yield _customer(customer) + [values.get(key) for key in keys]


def _own_fields(viewer: Viewer) -> list[FactKey]:
    """The organisation's own fields; why somebody called last belongs to the contact."""
    return [key for key in questions(viewer) if key.key != REASON_KEY]


def _own_columns(viewer: Viewer) -> list[str]:
    """Called as the fields are, so that an import knows them again; what is called alike has its key too."""
    keys = _own_fields(viewer)
    taken = Counter([*(name.casefold() for name in _CUSTOMER), *(key.label.casefold() for key in keys)])
    return [key.label if taken[key.label.casefold()] == 1 else f"{key.label} ({key.key})" for key in keys]


def _customer(customer: Customer) -> list[Any]:
    values: dict[str, list[str]] = {}
    for identity in customer.identities.all():
        values.setdefault(identity.kind, []).append(identity.value)
    return [
        customer.pk,
        customer.display_name,
        customer.given_name,
        customer.family_name,
        customer.company_name,
        values.get("subscriber_number"),
        values.get("phone"),
        values.get("email"),
        customer.postal_address,
        customer.region,
        customer.country_code,
        customer.language,
        customer.customer_since,
        [each.product.code for each in customer.subscriptions.all()],
        customer.created_at,
    ]


def _calls(viewer: Viewer, choices: Mapping[str, str]) -> Iterable[list[Any]]:
    rows = visible_interactions(viewer).select_related("customer", "member", "partner").order_by("id")
    if (since := days_ago(choices)) is not None:
        rows = rows.filter(started_at__gte=since)
    for call in rows.iterator(chunk_size=_BATCH):
        yield _call(call)


def _call(call: Interaction) -> list[Any]:
    return [
        call.pk,
        call.get_channel_display(),
        call.get_direction_display(),
        call.get_state_display(),
        call.started_at,
        call.queued_at,
        call.answered_at,
        call.ended_at,
        call.customer_id,
        call.customer.display_name if call.customer else "",
        call.address,
        call.queue_name,
        call.member.display_name if call.member else "",
        call.partner.name if call.partner else "",
        call.reason,
        call.disposition,
        call.summary,
    ]


def _timeline(viewer: Viewer, choices: Mapping[str, str]) -> Iterable[list[Any]]:
    customer = choices.get("customer", "")
    if customer.isascii() and customer.isdigit() and len(customer) < 19:
        entries = visible_timeline(viewer, int(customer))
    else:
        entries = TimelineEntry.objects.filter(customer__in=visible_customers(viewer))
    if (since := days_ago(choices)) is not None:
        entries = entries.filter(at__gte=since)
    for entry in entries.select_related("customer", "partner").order_by("id").iterator(chunk_size=_BATCH):
        yield [
            entry.at,
            entry.customer_id,
            entry.customer.display_name,
            entry.kind,
            entry.get_hand_display(),
            entry.author,
            entry.partner.name if entry.partner else "",
            entry.title,
            entry.body,
        ]


_CUSTOMER = (
    *("Id", "Name", "Given name", "Family name", "Company", "Subscriber number", "Phone", "E-mail"),
    *("Address", "Region", "Country", "Language", "Customer since", "Products", "Created"),
)
_PERIOD = Choice("days", "From", PERIODS)
LISTS = (
    ExportList(
        "customers",
        "Customers",
        _CUSTOMER,
        _customers,
        (Choice("q", "Only those found by", help="As in the search box; empty for all"),),
        _own_columns,
    ),
    ExportList(
        "calls",
        "Calls",
        (
            *("Id", "Channel", "Direction", "State", "Started", "Queued", "Answered", "Ended", "Customer id"),
            *("Customer", "Address", "Queue", "Agent", "Partner", "Reason", "Disposition", "Summary"),
        ),
        _calls,
        (_PERIOD,),
    ),
    ExportList(
        "timeline",
        "Timeline",
        ("At", "Customer id", "Customer", "Kind", "Hand", "Author", "Partner", "Title", "Text"),
        _timeline,
        (Choice("customer", "Only of customer", help="The number in the record's address"), _PERIOD),
    ),
)
