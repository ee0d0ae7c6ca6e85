"""Each export is one delivery."""

from customers.exports import actions
from foundation.events import RecordedEvent


def write_requested_file(event: RecordedEvent) -> None:
    """Write the file."""
    actions.write_export(event.payload["export_id"])


def expire_file(event: RecordedEvent) -> None:
    """Drop the file."""
    actions.expire_export(event.payload["export_id"])
