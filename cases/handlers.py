"""The promises' clock, as the relay rings it; and what is learned."""

from accounts.actors import SYSTEM_ACTOR
from cases import actions
from cases.reasons.queries import labelled_contacts
from cases.reasons.runs import want_training
from cases.reasons.training import LEAST_CONTACTS, train_organization
from foundation.events import RecordedEvent

LARGE_IMPORT = 1_000


def warn_about_promise(event: RecordedEvent) -> None:
    """A promise falls due soon."""
    actions.warn_promise(event.payload["promise_id"])


def escalate_promise(event: RecordedEvent) -> None:
    """A promise's time has come."""
    actions.break_promise(event.payload["promise_id"])


def learn_reasons(event: RecordedEvent) -> None:
    """Train the organisation's model; the same contacts are not trained again."""
    train_organization(event.organization_id, run_id=event.payload.get("run_id"))


def learn_after_import(event: RecordedEvent) -> None:
    """A large file was written: what is known of many customers, such as their subscriptions and renewals,
    may say more now about why they contact."""
    written = event.payload["created"] + event.payload["changed"]
    if written >= LARGE_IMPORT and labelled_contacts().contacts >= LEAST_CONTACTS:
        want_training(actor=SYSTEM_ACTOR)
