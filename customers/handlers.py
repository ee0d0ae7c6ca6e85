"""What happens on the record when something happened to it."""

from customers.actions.duplicates import find_duplicates
from customers.actions.merging import collect_rows
from customers.models import CustomerMerge
from foundation.events import RecordedEvent

# Changes that say nothing about who somebody is.
_BESIDE = {"shares", "subscriptions", "language"}


def look_for_duplicates(event: RecordedEvent) -> None:
    """A record is new, or says something else about the person: is there another of them?"""
    changed = set(event.payload.get("fields", ()))
    if event.name == "customer.changed" and changed <= _BESIDE:
        return
    find_duplicates(event.payload["customer_id"])


def collect_stragglers(event: RecordedEvent) -> None:
    """What was being written for a record while it was merged goes along."""
    merge = CustomerMerge.objects.select_for_update().filter(id=event.payload["merge_id"]).first()
    if merge is not None and merge.undone_at is None:
        collect_rows(merge)
