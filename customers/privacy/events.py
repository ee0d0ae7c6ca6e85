"""What happens when a person asks, and when the law does."""

from dataclasses import dataclass
from typing import ClassVar

from customers.events import CustomerEvent
from foundation.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class HoldPlaced(CustomerEvent):
    """Nothing of this customer's may be erased for now."""

    NAME: ClassVar[str] = "hold.placed"

    hold_id: int


@dataclass(frozen=True, kw_only=True)
class HoldLifted(CustomerEvent):
    """The hold is over."""

    NAME: ClassVar[str] = "hold.lifted"

    hold_id: int


@dataclass(frozen=True, kw_only=True)
class ErasureEvent(DomainEvent):
    """Base: something about one erasure."""

    SUBJECT: ClassVar[tuple[str, str]] = ("erasure", "erasure_id")

    erasure_id: int


@dataclass(frozen=True, kw_only=True)
class CustomerErased(ErasureEvent):
    """A person is gone from every record; `customer_ids` are numbers that lead nowhere now."""

    NAME: ClassVar[str] = "customer.erased"

    customer_ids: list[int]


@dataclass(frozen=True, kw_only=True)
class ErasureRequested(ErasureEvent):
    """One partner is to erase a person too, and to say so by `due_at` (ISO 8601)."""

    NAME: ClassVar[str] = "customer.erasure_requested"

    customer_id: int
    merged_customer_ids: list[int]
    receipt_id: int
    asked_partner_id: int
    due_at: str


@dataclass(frozen=True, kw_only=True)
class ErasureConfirmed(ErasureEvent):
    """A partner has erased the person too."""

    NAME: ClassVar[str] = "customer.erasure_confirmed"

    receipt_id: int
    partner_id: int


@dataclass(frozen=True, kw_only=True)
class ErasureSweepDue(ErasureEvent):
    """What was on its way when the person was erased has arrived by now."""

    NAME: ClassVar[str] = "customer.erasure_sweep_due"

    customer_ids: list[int]


@dataclass(frozen=True, kw_only=True)
class RetentionChanged(DomainEvent):
    """A kind of data is kept for another time; None: for good."""

    NAME: ClassVar[str] = "retention.changed"
    SUBJECT: ClassVar[tuple[str, str]] = ("retention", "kind")

    kind: str
    keep_days: int | None
