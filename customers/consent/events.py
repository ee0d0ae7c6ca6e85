"""What changes whether somebody may be contacted; partners are told, so that a stop holds everywhere."""

from dataclasses import dataclass
from typing import ClassVar

from customers.events import CustomerEvent
from foundation.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class ConsentChanged(CustomerEvent):
    """The customer said yes or no; an empty purpose or channel means every one."""

    NAME: ClassVar[str] = "consent.changed"

    consent_id: int
    purpose: str
    channel: str
    answer: str


@dataclass(frozen=True, kw_only=True)
class ContactHeld(CustomerEvent):
    """Contacting the customer was put on hold. `until` is ISO 8601 or None."""

    NAME: ClassVar[str] = "contact.held"

    hold_id: int
    until: str | None


@dataclass(frozen=True, kw_only=True)
class ContactReleased(CustomerEvent):
    """A hold was ended."""

    NAME: ClassVar[str] = "contact.released"

    hold_id: int


@dataclass(frozen=True, kw_only=True)
class ContactRulesChanged(DomainEvent):
    """A purpose or a channel's quiet hours were set up anew."""

    NAME: ClassVar[str] = "contact_rules.changed"
    SUBJECT: ClassVar[tuple[str, str]] = ("contact_rules", "what")

    what: str
