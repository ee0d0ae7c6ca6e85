"""What happens on the phone line beyond the interaction itself."""

from dataclasses import dataclass
from typing import ClassVar

from foundation.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class CallEvent(DomainEvent):
    """Base: something about one call."""

    SUBJECT: ClassVar[tuple[str, str]] = ("interaction", "interaction_id")

    interaction_id: int
    call_session_id: int


@dataclass(frozen=True, kw_only=True)
class CallControlRequested(CallEvent):
    """The line is asked for something.

    By an agent: hold, resume, mute, unmute, hang_up. By the house: release (put an agent's leg out), park
    (caller hears music until the next agent), drop (end the caller's leg).
    """

    NAME: ClassVar[str] = "call.control_requested"

    command: str
    member_id: int | None = None
    agent_leg_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class CallControlFailed(CallEvent):
    """The carrier refused or did not answer; the agent is told."""

    NAME: ClassVar[str] = "call.control_failed"

    command: str
    member_id: int | None = None
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class AgentLegEvent(CallEvent):
    """Base: something about an agent's leg."""

    agent_leg_id: int


@dataclass(frozen=True, kw_only=True)
class AgentLegWanted(AgentLegEvent):
    """An agent's telephone is to be rung again: the line was lost in mid-call."""

    NAME: ClassVar[str] = "agent_leg.wanted"


@dataclass(frozen=True, kw_only=True)
class AgentLegAnswered(AgentLegEvent):
    """The agent's telephone is in the conference: now the caller may come."""

    NAME: ClassVar[str] = "agent_leg.answered"


@dataclass(frozen=True, kw_only=True)
class AgentLegOverdue(AgentLegEvent):
    """Timer: the agent's telephone had time enough to answer."""

    NAME: ClassVar[str] = "agent_leg.overdue"


@dataclass(frozen=True, kw_only=True)
class AgentLegLost(AgentLegEvent):
    """Timer: an answered leg ended a moment ago. If the caller is still there, an agent is missing."""

    NAME: ClassVar[str] = "agent_leg.lost"


@dataclass(frozen=True, kw_only=True)
class CallbackOverdue(CallEvent):
    """Timer: a customer who is called back had time enough to answer this try."""

    NAME: ClassVar[str] = "callback.overdue"

    callback_id: int
    number: int


@dataclass(frozen=True, kw_only=True)
class WebhookStored(DomainEvent):
    """A carrier's callback was stored and waits to be processed."""

    NAME: ClassVar[str] = "webhook.stored"
    SUBJECT: ClassVar[tuple[str, str]] = ("call", "call_sid")

    webhook_key: str
    call_sid: str


@dataclass(frozen=True, kw_only=True)
class RecordingUnwanted(DomainEvent):
    """Nobody may keep this recording any more: the carrier is to delete it too."""

    NAME: ClassVar[str] = "recording.unwanted"
    SUBJECT: ClassVar[tuple[str, str]] = ("recording", "recording_sid")

    account_id: int
    recording_sid: str
