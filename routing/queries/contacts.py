"""One contact, as the desk shows it: its offer, its way through the queues, its wrap-up."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from accounts.actors import Hand
from accounts.models import Member
from customers.models import Interaction
from foundation import clock
from routing.models import Engagement, Offer, Queue, WorkItem


@dataclass(frozen=True)
class Handover:
    """Who handed the contact over, from which queue, and what they said."""

    hand: str
    name: str
    from_queue: str
    note: str
    at: datetime


@dataclass(frozen=True)
class Way:
    """Through which queues a contact came, in order, and who handed it over (None: nobody)."""

    queue_names: list[str]
    handover: Handover | None


@dataclass(frozen=True)
class CallInProgress:
    """A contact from first ring to last word; state is ivr, waiting, ringing or talking.

    `member` has it, or is being offered it.
    """

    interaction: Interaction
    state: str
    since: datetime
    queue_name: str
    member: Member | None
    partner_name: str


def live_offers(member: Member) -> list[Offer]:
    """The contacts reserved for this person now, with queue and customer, the oldest first."""
    offered = Engagement.objects.filter(member=member, state=Engagement.State.OFFERED, ended_at=None)
    offers = Offer.objects.filter(
        member=member,
        work_item__in=offered.values("work_item_id"),
        state=Offer.State.OFFERED,
        expires_at__gt=clock.now(),
    )
    return list(offers.select_related("work_item__queue", "work_item__interaction__customer").order_by("id"))


def live_offer(member: Member) -> Offer | None:
    """The first of the contacts reserved for this person now."""
    return next(iter(live_offers(member)), None)


def engaged_with(member: Member) -> dict[int, Engagement]:
    """What this person is busy with, by interaction."""
    live = Engagement.objects.filter(member=member, ended_at=None).order_by("since", "id")
    return {one.interaction_id: one for one in live}


def transferred_by(interaction_id: int) -> str | None:
    """The name of who handed the contact over to where it is now."""
    handover = handover_of(interaction_id)
    return handover.name if handover else None


def handover_of(interaction_id: int) -> Handover | None:
    """How the contact came to the queue where it is now; None when it came straight from the customer."""
    return way_of(interaction_id).handover


def way_of(interaction_id: int) -> Way:
    """Its way through the queues, and how it came to the last of them."""
    stays = list(_stays(interaction_id))
    return Way([stay.queue.name for stay in stays], _handover(stays))


def _handover(stays: list[WorkItem]) -> Handover | None:
    member = stays[-1].handed_over_by if len(stays) > 1 else None
    if member is None:
        return None
    now, before = stays[-1], stays[-2]
    return Handover(
        hand=Hand.PARTNER if member.partner_id else Hand.INHOUSE,
        name=member.display_name,
        from_queue=before.queue.name,
        note=now.note,
        at=now.queued_at,
    )


def queue_names_of(interaction_id: int) -> list[str]:
    """Its way through the queues, in order."""
    return way_of(interaction_id).queue_names


def wrap_up_limit(member: Member, interaction_id: int) -> tuple[datetime | None, int]:
    """Until when the wrap-up lasts (None: until the agent ends it), and its full length in seconds."""
    stay = _stays(interaction_id).filter(done_at__isnull=False, offers__member=member).last()
    if stay is None or stay.queue.wrap_up == Queue.WrapUp.FORCED:
        return None, 0
    seconds = stay.queue.wrap_up_seconds
    wrapping = Engagement.objects.filter(
        member=member, interaction_id=interaction_id, state=Engagement.State.WRAP_UP, ended_at=None
    ).first()
    return (wrapping.since + timedelta(seconds=seconds) if wrapping else None), seconds


def may_skip_wrap_up(member: Member, interaction_id: int) -> bool:
    """Whether the agent may end it without writing down how the contact ended."""
    stay = _stays(interaction_id).filter(done_at__isnull=False, offers__member=member).last()
    return stay is not None and stay.queue.wrap_up == Queue.WrapUp.OPTIONAL


def calls_in_progress() -> list[CallInProgress]:
    """Every call, and every contact of another channel, now; the longest first."""
    states = [Interaction.State.OPENED, Interaction.State.WAITING, Interaction.State.SERVING]
    calls = Interaction.objects.filter(state__in=states)
    ringing = Engagement.objects.filter(state=Engagement.State.OFFERED, ended_at=None)
    offered = {one.interaction_id: one.member for one in ringing.select_related("member__partner")}
    related = calls.select_related("customer", "member__partner").order_by("started_at", "id")
    return [_in_progress(call, offered.get(call.id)) for call in related]


def _in_progress(call: Interaction, offered_to: Member | None) -> CallInProgress:
    member = call.member or offered_to
    since: datetime | None
    if call.state == Interaction.State.OPENED:
        state, since = "ivr", call.started_at
    elif call.state == Interaction.State.SERVING:
        state, since = "talking", call.answered_at
    else:
        state, since = "ringing" if offered_to else "waiting", call.queued_at
    return CallInProgress(
        interaction=call,
        state=state,
        since=since or call.started_at,
        queue_name=call.queue_name,
        member=member,
        partner_name=member.partner.name if member and member.partner else "",
    )


def _stays(interaction_id: int) -> QuerySet[WorkItem]:
    stays = WorkItem.objects.filter(interaction_id=interaction_id).order_by("id")
    return stays.select_related("queue", "handed_over_by")
