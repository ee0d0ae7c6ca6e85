"""Each step of an import is one delivery."""

from customers.imports import actions
from customers.imports.running import run_import
from foundation.events import RecordedEvent


def read_uploaded_file(event: RecordedEvent) -> None:
    """Read the file into rows."""
    actions.read_file(event.payload["import_id"])


def write_due_chunks(event: RecordedEvent) -> None:
    """Write for a while. Outward: it opens a transaction for each chunk."""
    run_import(event.payload["import_id"], event.organization_id)


def forget_old_import(event: RecordedEvent) -> None:
    """Drop the rows that are still kept."""
    actions.forget_import(event.payload["import_id"])
