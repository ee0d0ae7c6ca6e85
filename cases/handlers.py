"""The promises' clock, as the relay rings it; and what is learned."""

from cases import actions
from cases.reasons.training import train_organization
from foundation.events import RecordedEvent


def warn_about_promise(event: RecordedEvent) -> None:
    """A promise falls due soon."""
    actions.warn_promise(event.payload["promise_id"])


def escalate_promise(event: RecordedEvent) -> None:
    """A promise's time has come."""
    actions.break_promise(event.payload["promise_id"])


def learn_reasons(event: RecordedEvent) -> None:
    """Train the organisation's model; the same contacts are not trained again."""
    train_organization(event.organization_id)
