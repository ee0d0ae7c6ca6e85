"""The announcements' schedule, as the relay rings it."""

from foundation.errors import NotVisible
from foundation.events import RecordedEvent
from knowledge import actions


def release_announcement(event: RecordedEvent) -> None:
    """An announcement's time has come."""
    actions.release_announcement(event.payload["announcement_id"])


def end_announcement(event: RecordedEvent) -> None:
    """An announcement has run out."""
    try:
        actions.end_announcement(event.payload["announcement_id"])
    except NotVisible:
        return
