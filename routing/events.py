"""What happens to waiting work, offers and agents' presence."""

from dataclasses import dataclass
from typing import Any, ClassVar

from foundation.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class WorkEvent(DomainEvent):
    """Base: something happened to one waiting contact."""

    SUBJECT: ClassVar[tuple[str, str]] = ("interaction", "interaction_id")

    work_item_id: int
    interaction_id: int
    queue_slug: str


@dataclass(frozen=True, kw_only=True)
class WorkQueued(WorkEvent):
    """A contact waits for an agent."""

    NAME: ClassVar[str] = "work.queued"


@dataclass(frozen=True, kw_only=True)
class WorkLeft(WorkEvent):
    """The contact left the queue before being answered."""

    NAME: ClassVar[str] = "work.left"


@dataclass(frozen=True, kw_only=True)
class WorkFinalDue(WorkEvent):
    """Nobody took the contact in time. `kind`: what becomes of it, as set up, or else voicemail."""

    NAME: ClassVar[str] = "work.final_due"

    kind: str


@dataclass(frozen=True, kw_only=True)
class WorkFinalWanted(WorkEvent):
    """The door of the contact's channel is to end it: voicemail, callback or message, with these words.

    Told again while the contact still waits.
    """

    NAME: ClassVar[str] = "work.final_wanted"

    kind: str
    text: str


@dataclass(frozen=True, kw_only=True)
class WorkFinishedUnserved(WorkEvent):
    """The contact left its queue as its final action says."""

    NAME: ClassVar[str] = "work.finished_unserved"

    kind: str


@dataclass(frozen=True, kw_only=True)
class OverflowEvent(DomainEvent):
    """Base: a pool helps another queue."""

    SUBJECT: ClassVar[tuple[str, str]] = ("queue", "queue_slug")

    rule_id: int
    queue_slug: str
    pool_slug: str


@dataclass(frozen=True, kw_only=True)
class OverflowOpened(OverflowEvent):
    """The pool helps the queue from now."""

    NAME: ClassVar[str] = "overflow.opened"


@dataclass(frozen=True, kw_only=True)
class OverflowClosed(OverflowEvent):
    """The pool helps no more."""

    NAME: ClassVar[str] = "overflow.closed"


@dataclass(frozen=True, kw_only=True)
class OfferEvent(WorkEvent):
    """Base: something happened to an offer."""

    offer_id: int
    member_id: int


@dataclass(frozen=True, kw_only=True)
class OfferMade(OfferEvent):
    """A contact was reserved for an agent."""

    NAME: ClassVar[str] = "offer.made"


@dataclass(frozen=True, kw_only=True)
class OfferAccepted(OfferEvent):
    """The agent takes it; the door of its channel connects the two."""

    NAME: ClassVar[str] = "offer.accepted"


@dataclass(frozen=True, kw_only=True)
class OfferReturned(OfferEvent):
    """Declined, expired or revoked: the contact waits again with its original age."""

    NAME: ClassVar[str] = "offer.returned"

    how: str


@dataclass(frozen=True, kw_only=True)
class OfferSuperseded(OfferEvent):
    """It was offered to several at once, and somebody else was first."""

    NAME: ClassVar[str] = "offer.superseded"


@dataclass(frozen=True, kw_only=True)
class OfferExpiryDue(OfferEvent):
    """Timer: the agent's time to answer is over."""

    NAME: ClassVar[str] = "offer.expiry_due"


@dataclass(frozen=True, kw_only=True)
class WrapUpDue(DomainEvent):
    """Timer: the agent's wrap-up time is over."""

    NAME: ClassVar[str] = "wrap_up.due"
    SUBJECT: ClassVar[tuple[str, str]] = ("member", "member_id")

    member_id: int
    interaction_id: int


@dataclass(frozen=True, kw_only=True)
class WrapUpClosed(WorkEvent):
    """An agent's wrap-up is over; `by`: agent, timer, supervisor, or none where the queue has no wrap-up."""

    NAME: ClassVar[str] = "wrap_up.closed"

    member_id: int
    by: str
    seconds: float


@dataclass(frozen=True, kw_only=True)
class WorkSteered(WorkEvent):
    """A supervisor stepped in; `how`: assigned (to whom), pulled_back, prioritised or moved."""

    NAME: ClassVar[str] = "work.steered"

    how: str
    member_id: int | None


@dataclass(frozen=True, kw_only=True)
class PresenceForced(DomainEvent):
    """A supervisor set an agent's state, and said why."""

    NAME: ClassVar[str] = "presence.forced"
    SUBJECT: ClassVar[tuple[str, str]] = ("member", "member_id")

    member_id: int
    state: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class PresenceChanged(DomainEvent):
    """An agent's state changed."""

    NAME: ClassVar[str] = "presence.changed"
    SUBJECT: ClassVar[tuple[str, str]] = ("member", "member_id")

    member_id: int
    partner_id: int | None
    state: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class CallbackEvent(DomainEvent):
    """Base: something about a call that is owed."""

    SUBJECT: ClassVar[tuple[str, str]] = ("interaction", "interaction_id")

    callback_id: int
    interaction_id: int
    queue_slug: str


@dataclass(frozen=True, kw_only=True)
class CallbackPromised(CallbackEvent):
    """Somebody who waits will be called, and keeps the place."""

    NAME: ClassVar[str] = "callback.promised"

    mode: str


@dataclass(frozen=True, kw_only=True)
class CallbackDue(CallbackEvent):
    """Timer: the next try may be made."""

    NAME: ClassVar[str] = "callback.due"


@dataclass(frozen=True, kw_only=True)
class CallbackMissed(CallbackEvent):
    """The customer could not be reached this time; `how` in words."""

    NAME: ClassVar[str] = "callback.missed"

    tries: int
    how: str


@dataclass(frozen=True, kw_only=True)
class CallbackEnded(CallbackEvent):
    """It is over; `how`: done, failed, cancelled or called_again."""

    NAME: ClassVar[str] = "callback.ended"

    how: str


@dataclass(frozen=True, kw_only=True)
class SimulationRequested(DomainEvent):
    """A supervisor asked the simulator something; or it is time to see whether somebody is still at it."""

    NAME: ClassVar[str] = "simulation.requested"
    SUBJECT: ClassVar[tuple[str, str]] = ("simulation", "simulation_id")

    simulation_id: int


@dataclass(frozen=True, kw_only=True)
class RoutingSettingsChanged(DomainEvent):
    """A setting was added, changed or removed (`what`). `changes`: by field, from what to what."""

    NAME: ClassVar[str] = "routing.settings_changed"
    SUBJECT: ClassVar[tuple[str, str]] = ("routing", "key")

    key: str
    what: str
    changes: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class SurgeEvent(DomainEvent):
    """Base: something happened to a surge plan."""

    SUBJECT: ClassVar[tuple[str, str]] = ("surge_plan", "plan_id")

    plan_id: int


@dataclass(frozen=True, kw_only=True)
class SurgePlanChanged(SurgeEvent):
    """A plan was composed or got a new version."""

    NAME: ClassVar[str] = "surge.changed"

    version_number: int


@dataclass(frozen=True, kw_only=True)
class SurgeStarted(SurgeEvent):
    """A version of a plan runs until `expires_at`, unless it is reverted before."""

    NAME: ClassVar[str] = "surge.started"

    run_id: int
    version_number: int
    expires_at: str


@dataclass(frozen=True, kw_only=True)
class SurgeExpiryDue(SurgeEvent):
    """Timer: a plan's time is over."""

    NAME: ClassVar[str] = "surge.expiry_due"

    run_id: int


@dataclass(frozen=True, kw_only=True)
class SurgeReverted(SurgeEvent):
    """A plan no longer runs. `how`: reverted or expired; `changed_by_hand`: settings changed meanwhile."""

    NAME: ClassVar[str] = "surge.reverted"

    run_id: int
    how: str
    changed_by_hand: list[str]


@dataclass(frozen=True, kw_only=True)
class SeatsEvent(SurgeEvent):
    """Base: something happened to an ask for seats; the partner that was asked learns of it."""

    ask_id: int
    asked_partner_id: int


@dataclass(frozen=True, kw_only=True)
class SeatsAsked(SeatsEvent):
    """A partner is asked for more seats."""

    NAME: ClassVar[str] = "seats.asked"

    seats: int
    starts_at: str
    ends_at: str
    answer_by: str


@dataclass(frozen=True, kw_only=True)
class SeatsAnswerDue(SeatsEvent):
    """Timer: the partner's time to answer is over."""

    NAME: ClassVar[str] = "seats.answer_due"


@dataclass(frozen=True, kw_only=True)
class SeatsAnswered(SeatsEvent):
    """The partner answered, or its time to answer is over. `answer`: accepted, partial or refused."""

    NAME: ClassVar[str] = "seats.answered"

    answer: str
    seats_promised: int
    by_deadline: bool


@dataclass(frozen=True, kw_only=True)
class SeatsReleased(SeatsEvent):
    """The seats are not needed any longer: the plan ended. `at_work` on average, null where none were due."""

    NAME: ClassVar[str] = "seats.released"

    at_work: float | None
