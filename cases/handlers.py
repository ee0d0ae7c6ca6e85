"""The promises' clock, as the relay rings it."""

from cases import actions
from foundation.events import RecordedEvent


def warn_about_promise(event: RecordedEvent) -> None:
    """A promise falls due soon."""
    actions.warn_promise(event.payload["promise_id"])


def escalate_promise(event: RecordedEvent) -> None:
    """A promise's time has come."""
    actions.break_promise(event.payload["promise_id"])
