"""What becomes of an offer: accepted, declined, expired, revoked or superseded, exactly one of them."""

from typing import Any

from django.db import transaction

from accounts.actors import SYSTEM_ACTOR, Actor
from accounts.models import Member
from customers.actions import answer_interaction
from foundation import clock, rows
from foundation.errors import Conflict, NotVisible
from foundation.events import emit
from foundation.live import hint, nudge
from foundation.timers import cancel_timer
from routing.actions.agent_state import lock_presence, lock_presences, settle
from routing.actions.engagements import disengage, serve
from routing.actions.tokens import lock_item, put_in_line
from routing.events import OfferAccepted, OfferReturned, OfferSuperseded
from routing.models import Offer, Presence, WorkItem
from routing.rules import MISSES_ALLOWED, also_avoiding, missed_notice

State = Offer.State
_OVER = {
    State.REVOKED: ("caller_gone", "The customer has left before you could answer."),
    State.EXPIRED: ("offer_expired", "The time to answer was over; the contact goes to somebody else."),
    State.DECLINED: ("offer_expired", "You declined this contact; it goes to somebody else."),
    State.ACCEPTED: ("offer_taken", "This contact is already accepted."),
    State.SUPERSEDED: ("offer_taken", "Somebody else was faster and has this contact."),
}


def expiry_key(offer_id: int) -> str:
    """The key of the timer that ends an offer."""
    return f"offer:{offer_id}:expiry"


@transaction.atomic
def accept_offer(offer_id: int, *, member: Member) -> Offer:
    """The agent takes the contact; a second click changes nothing. Of several it was offered to, the first
    wins.

    Conflict `offer_taken` (it is another agent's), `offer_expired`, `caller_gone`.
    """
    offer, item = _hold_for(offer_id, member)
    if offer.state == State.ACCEPTED:
        return offer
    if offer.state == State.OFFERED and offer.expires_at <= clock.now():
        raise _over(State.EXPIRED)
    if offer.state != State.OFFERED:
        raise _over(offer.state)
    if answer_interaction(item.interaction_id, member=member, actor=member.actor) is None:
        raise _over(State.REVOKED)
    _settle(offer, State.ACCEPTED)
    WorkItem.objects.filter(id=item.id).update(state=WorkItem.State.ASSIGNED, assigned_at=offer.settled_at)
    others = _end_others(offer, item)
    presences = lock_presences([member.id, *(one.member_id for one in others)])
    for other in others:
        settle(presences[other.member_id], ready_since=other.ready_since)
    serve(item, member.id)
    presences[member.id].misses = 0
    presences[member.id].last_inbound_at = offer.settled_at
    settle(presences[member.id])
    emit(OfferAccepted(**event_fields(offer, item)), actor=member.actor.as_json())
    nudge(f"member:{member.id}", "work.changed", interaction_id=item.interaction_id)
    hint("floor", "calls")
    return offer


def _end_others(offer: Offer, item: WorkItem) -> list[Offer]:
    """Somebody was first: the other offers of the contact are superseded."""
    others = open_offers_of(item)
    for other in others:
        _settle(other, State.SUPERSEDED)
        disengage(item, other.member_id)
        emit(OfferSuperseded(**event_fields(other, item)), actor=SYSTEM_ACTOR.as_json())
    return others


@transaction.atomic
def decline_offer(offer_id: int, *, member: Member, reason: str = "") -> Offer:
    """The agent will not take it: the contact waits again at its old place, for others first."""
    offer, item = _hold_for(offer_id, member)
    if offer.state == State.DECLINED:
        return offer
    if offer.state != State.OFFERED:
        raise _over(offer.state)
    offer.decline_reason = reason.strip()[:120]
    _return(offer, item, State.DECLINED, actor=member.actor)
    settle(lock_presence(member.id))
    return offer


@transaction.atomic
def expire_offer(offer_id: int) -> bool:
    """The time to answer is over. False when the offer is settled, or not due yet."""
    held = _hold(offer_id)
    if held is None or held[0].state != State.OFFERED or held[0].expires_at > clock.now():
        return False
    _miss(*held)
    return True


@transaction.atomic
def miss_offer(offer_id: int) -> bool:
    """The agent's desktop is gone: the offer ends before its time. False when it is settled."""
    held = _hold(offer_id)
    if held is None or held[0].state != State.OFFERED:
        return False
    _miss(*held)
    return True


def _miss(offer: Offer, item: WorkItem) -> None:
    _return(offer, item, State.EXPIRED, actor=SYSTEM_ACTOR)
    note_miss(lock_presence(offer.member_id))


def note_miss(presence: Presence) -> None:
    """Count an offer that came to nothing by the agent's side; after the last allowed one no more come."""
    presence.misses += 1
    if presence.misses < MISSES_ALLOWED or presence.after_work:
        settle(presence)
        return
    notice = missed_notice(presence.misses)
    presence.misses = 0
    settle(presence, declared=Presence.State.NOT_RESPONDING, reason="Missed offers", notice=notice)


def revoke_offers(item: WorkItem, *, actor: Actor = SYSTEM_ACTOR, how: str = "revoked") -> list[Offer]:
    """End a held item's open offers; the agents still need `free_agents`."""
    offers = open_offers_of(item)
    for offer in offers:
        _settle(offer, State.REVOKED, how=how)
        disengage(item, offer.member_id)
        emit(OfferReturned(how=how, **event_fields(offer, item)), actor=actor.as_json())
    return offers


def free_agents(offers: list[Offer]) -> None:
    """Give the agents of offers just revoked their old places among the idle."""
    presences = lock_presences(offer.member_id for offer in offers)
    for offer in offers:
        settle(presences[offer.member_id], ready_since=offer.ready_since)


def open_offers_of(item: WorkItem) -> list[Offer]:
    """The open offers of a held item."""
    return list(Offer.objects.filter(work_item=item, state=State.OFFERED).order_by("id"))


def event_fields(offer: Offer, item: WorkItem) -> dict[str, Any]:
    """What every event of an offer carries."""
    return {
        "work_item_id": item.id,
        "interaction_id": item.interaction_id,
        "queue_slug": item.queue.slug,
        "offer_id": offer.id,
        "member_id": offer.member_id,
    }


def _hold(offer_id: int) -> tuple[Offer, WorkItem] | None:
    """An offer with its item, held until commit: whoever holds the item may settle its offers."""
    known = Offer.objects.filter(id=offer_id).values_list("work_item_id", flat=True).first()
    if known is None:
        return None
    item = lock_item(known)
    return Offer.objects.get(id=offer_id), item


def _hold_for(offer_id: int, member: Member) -> tuple[Offer, WorkItem]:
    held = _hold(offer_id)
    if held is None:
        raise NotVisible("offer")
    if held[0].member_id != member.id:
        raise Conflict("offer_taken", "This contact was offered to another agent.")
    return held


def _settle(offer: Offer, state: State, *, how: str = "") -> None:
    offer.state, offer.settled_at = state, clock.now()
    offer.save(update_fields=["state", "settled_at", "decline_reason"])
    cancel_timer(expiry_key(offer.id))
    nudge(f"member:{offer.member_id}", "offer.gone", offer_id=offer.id, how=how or str(state))


def _return(offer: Offer, item: WorkItem, state: State, *, actor: Actor) -> None:
    """This agent is out of it; unless others are still asked, the contact waits again with its age."""
    _settle(offer, state)
    disengage(item, offer.member_id)
    item.avoid = also_avoiding(item.avoid, offer.member_id, clock.now())
    if open_offers_of(item):
        rows.update(item, ["avoid"])
    else:
        put_in_line(item)
    emit(OfferReturned(how=str(offer.state), **event_fields(offer, item)), actor=actor.as_json())


def _over(state: str) -> Conflict:
    return Conflict(*_OVER[State(state)])
