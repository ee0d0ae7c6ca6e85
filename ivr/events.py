"""What happens on the phone line beyond the interaction itself."""

from dataclasses import dataclass
from typing import ClassVar

from foundation.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class CallControlRequested(DomainEvent):
    """An agent asked the line for something: hold, resume, mute, unmute, hang_up, release, dial_agent."""

    NAME: ClassVar[str] = "call.control_requested"
    SUBJECT: ClassVar[tuple[str, str]] = ("interaction", "interaction_id")

    interaction_id: int
    call_session_id: int
    command: str
    member_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class CallControlFailed(DomainEvent):
    """The carrier refused or did not answer; the agent is told."""

    NAME: ClassVar[str] = "call.control_failed"
    SUBJECT: ClassVar[tuple[str, str]] = ("interaction", "interaction_id")

    interaction_id: int
    call_session_id: int
    command: str
    member_id: int | None = None
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class WebhookStored(DomainEvent):
    """A carrier's callback was stored and waits to be processed."""

    NAME: ClassVar[str] = "webhook.stored"
    SUBJECT: ClassVar[tuple[str, str]] = ("call", "call_sid")

    webhook_id: int
    call_sid: str
