"""Each step of an import is one delivery."""

from customers.imports import actions
from customers.imports.running import run_import
from customers.models import Customer
from customers.search.entries import index_customers
from foundation.events import RecordedEvent


def read_uploaded_file(event: RecordedEvent) -> None:
    """Read the file into rows."""
    actions.read_file(event.payload["import_id"])


def write_due_chunks(event: RecordedEvent) -> None:
    """Write for a while. Outward: it opens a transaction for each chunk."""
    run_import(event.payload["import_id"], event.organization_id)


def make_imported_findable(event: RecordedEvent) -> None:
    """Write what these customers are found by: half of an import's work, done beside it by another worker.

    Their rows are held meanwhile: somebody's change at this moment is indexed after, not before.
    """
    ids = sorted(event.payload["created"] + event.payload["changed"])
    held = Customer.objects.select_for_update(no_key=True).filter(id__in=ids).order_by("id")
    index_customers(held.values_list("id", flat=True))


def forget_old_import(event: RecordedEvent) -> None:
    """Drop the rows that are still kept."""
    actions.forget_import(event.payload["import_id"])
