"""What happens to cases and promises."""

from dataclasses import dataclass
from typing import ClassVar

from customers.events import CustomerEvent
from foundation.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class CaseEvent(CustomerEvent):
    """Base: something happened to a case. `partner_id` is who works on it (None: in-house)."""

    case_id: int
    partner_id: int | None


@dataclass(frozen=True, kw_only=True)
class CaseOpened(CaseEvent):
    """A matter was opened."""

    NAME: ClassVar[str] = "case.opened"


@dataclass(frozen=True, kw_only=True)
class CaseSolved(CaseEvent):
    """The matter is settled."""

    NAME: ClassVar[str] = "case.solved"


@dataclass(frozen=True, kw_only=True)
class CaseReopened(CaseEvent):
    """The matter was not settled after all."""

    NAME: ClassVar[str] = "case.reopened"


@dataclass(frozen=True, kw_only=True)
class PromiseEvent(CustomerEvent):
    """Base: something happened to a promise. `owed_by_id` is the partner that owes it (None: in-house)."""

    promise_id: int
    owed_by_id: int | None


@dataclass(frozen=True, kw_only=True)
class PromiseMade(PromiseEvent):
    """Somebody promised something. `due_at` is ISO 8601."""

    NAME: ClassVar[str] = "promise.made"

    text: str
    due_at: str


@dataclass(frozen=True, kw_only=True)
class PromiseAcknowledged(PromiseEvent):
    """The company that owes it has taken note."""

    NAME: ClassVar[str] = "promise.acknowledged"


@dataclass(frozen=True, kw_only=True)
class PromiseKept(PromiseEvent):
    """It was fulfilled, perhaps late."""

    NAME: ClassVar[str] = "promise.kept"

    late: bool


@dataclass(frozen=True, kw_only=True)
class PromiseWithdrawn(PromiseEvent):
    """It no longer holds, and the customer knows."""

    NAME: ClassVar[str] = "promise.withdrawn"


@dataclass(frozen=True, kw_only=True)
class PromiseDueSoon(PromiseEvent):
    """Timer: time to warn its owner."""

    NAME: ClassVar[str] = "promise.due_soon"


@dataclass(frozen=True, kw_only=True)
class PromiseDue(PromiseEvent):
    """Timer: the promised time has come."""

    NAME: ClassVar[str] = "promise.due"


@dataclass(frozen=True, kw_only=True)
class PromiseWarned(PromiseEvent):
    """Its owner was warned that it falls due."""

    NAME: ClassVar[str] = "promise.warned"


@dataclass(frozen=True, kw_only=True)
class PromiseBroken(PromiseEvent):
    """It fell due unkept and was escalated on both sides."""

    NAME: ClassVar[str] = "promise.broken"


@dataclass(frozen=True, kw_only=True)
class ReasonTrainingWanted(DomainEvent):
    """Many contacts came at once: the guess why people contact should learn from them before tonight."""

    NAME: ClassVar[str] = "reasons.training_wanted"
    SUBJECT: ClassVar[tuple[str, str]] = ("organization", "organization_id")

    organization_id: int
    run_id: int | None = None
