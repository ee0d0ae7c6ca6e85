"""After an erasure: what was being written about the person at the time."""

from customers.privacy.erasing import sweep_up
from foundation.events import RecordedEvent


def sweep_up_after_erasure(event: RecordedEvent) -> None:
    """Take out what has arrived under the numbers of records that are gone."""
    sweep_up(event.payload["customer_ids"])
