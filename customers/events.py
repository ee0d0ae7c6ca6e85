"""What happens to the shared record."""

from dataclasses import dataclass
from typing import ClassVar

from foundation.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class CustomerEvent(DomainEvent):
    """Base: an event of one customer's record."""

    SUBJECT: ClassVar[tuple[str, str]] = ("customer", "customer_id")

    customer_id: int | None


@dataclass(frozen=True, kw_only=True)
class CustomerCreated(CustomerEvent):
    """A new record exists."""

    NAME: ClassVar[str] = "customer.created"


@dataclass(frozen=True, kw_only=True)
class CustomerChanged(CustomerEvent):
    """Fields, identities or subscriptions of the record changed; `fields` names them."""

    NAME: ClassVar[str] = "customer.changed"

    fields: list[str]
    version: int


@dataclass(frozen=True, kw_only=True)
class CustomersImported(DomainEvent):
    """Some rows of a file were written: one event for all of a chunk, not one for each customer.

    `created` and `changed` are ids. Partners who may see one of them get its `customer.created` or
    `customer.changed` besides.
    """

    NAME: ClassVar[str] = "customers.imported"
    SUBJECT: ClassVar[tuple[str, str]] = ("import", "import_id")

    import_id: int
    chunk: int
    created: list[int]
    changed: list[int]


@dataclass(frozen=True, kw_only=True)
class CustomerMerged(CustomerEvent):
    """Another record (`merged_customer_id`) became part of this one."""

    NAME: ClassVar[str] = "customer.merged"

    merged_customer_id: int
    merge_id: int


@dataclass(frozen=True, kw_only=True)
class CustomerUnmerged(CustomerEvent):
    """This record stands for itself again; it had been part of `from_customer_id`."""

    NAME: ClassVar[str] = "customer.unmerged"

    from_customer_id: int
    merge_id: int


@dataclass(frozen=True, kw_only=True)
class FactRecorded(CustomerEvent):
    """An answer was written on the record."""

    NAME: ClassVar[str] = "fact.recorded"

    fact_id: int
    key: str
    interaction_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class FactKeyChanged(DomainEvent):
    """A question was added, changed, moved, retired or restored; `what` says which."""

    NAME: ClassVar[str] = "fact_key.changed"
    SUBJECT: ClassVar[tuple[str, str]] = ("fact_key", "key")

    key: str
    what: str


@dataclass(frozen=True, kw_only=True)
class QuestionAskedAgain(CustomerEvent):
    """Somebody asked what was already known."""

    NAME: ClassVar[str] = "fact.asked_again"

    key: str
    reason: str
    interaction_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class OrderChanged(CustomerEvent):
    """An order was placed or went on; `state` is what it is now."""

    NAME: ClassVar[str] = "order.changed"

    order_id: int
    state: str


@dataclass(frozen=True, kw_only=True)
class NoteAdded(CustomerEvent):
    """A note was written on the record."""

    NAME: ClassVar[str] = "note.added"

    timeline_entry_id: int
    interaction_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class InteractionEvent(CustomerEvent):
    """Base: something happened to one contact. `customer_id` is None until the caller is known."""

    interaction_id: int
    channel: str


@dataclass(frozen=True, kw_only=True)
class InteractionOpened(InteractionEvent):
    """A contact began."""

    NAME: ClassVar[str] = "interaction.opened"


@dataclass(frozen=True, kw_only=True)
class InteractionIdentified(InteractionEvent):
    """The contact was matched with a customer."""

    NAME: ClassVar[str] = "interaction.identified"

    confidence: str


@dataclass(frozen=True, kw_only=True)
class InteractionQueued(InteractionEvent):
    """The contact waits in a queue. `queued_at` is ISO 8601."""

    NAME: ClassVar[str] = "interaction.queued"

    queue_slug: str
    queued_at: str


@dataclass(frozen=True, kw_only=True)
class InteractionAnswered(InteractionEvent):
    """An agent took the contact. `waited_seconds` counts from entering this queue."""

    NAME: ClassVar[str] = "interaction.answered"

    queue_slug: str
    member_id: int
    partner_id: int | None
    waited_seconds: float


@dataclass(frozen=True, kw_only=True)
class InteractionAbandoned(InteractionEvent):
    """The customer left before anybody answered."""

    NAME: ClassVar[str] = "interaction.abandoned"

    queue_slug: str
    waited_seconds: float


@dataclass(frozen=True, kw_only=True)
class InteractionTransferred(InteractionEvent):
    """The contact goes back to waiting, in another queue."""

    NAME: ClassVar[str] = "interaction.transferred"

    from_queue_slug: str
    to_queue_slug: str
    member_id: int | None
    note: str


@dataclass(frozen=True, kw_only=True)
class InteractionEnded(InteractionEvent):
    """The customer is gone; wrap-up may follow."""

    NAME: ClassVar[str] = "interaction.ended"

    queue_slug: str
    member_id: int | None
    partner_id: int | None
    talk_seconds: float


@dataclass(frozen=True, kw_only=True)
class InteractionWrappedUp(InteractionEvent):
    """The agent closed the wrap-up with a disposition."""

    NAME: ClassVar[str] = "interaction.wrapped_up"

    queue_slug: str
    member_id: int | None
    partner_id: int | None
    disposition: str
    wrap_up_seconds: float
