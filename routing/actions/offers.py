"""What becomes of an offer: accepted, declined, expired or revoked, exactly one of them."""

from typing import Any

from django.db import transaction

from accounts.actors import SYSTEM_ACTOR, Actor
from accounts.models import Member
from customers.actions import answer_interaction
from foundation import clock
from foundation.errors import Conflict, NotVisible
from foundation.events import emit
from foundation.live import hint, nudge
from foundation.timers import cancel_timer
from routing.actions.agent_state import leave_busy_state, lock_presence, move
from routing.actions.tokens import lock_item, put_in_line
from routing.events import OfferAccepted, OfferReturned
from routing.models import Offer, Presence, WorkItem
from routing.rules import MISSES_ALLOWED, also_avoiding

State = Offer.State
_OVER = {
    State.REVOKED: ("caller_gone", "The customer has left before you could answer."),
    State.EXPIRED: ("offer_expired", "The time to answer was over; the contact goes to somebody else."),
    State.DECLINED: ("offer_expired", "You declined this contact; it goes to somebody else."),
    State.ACCEPTED: ("offer_taken", "This contact is already accepted."),
}


def expiry_key(offer_id: int) -> str:
    """The key of the timer that ends an offer."""
    return f"offer:{offer_id}:expiry"


@transaction.atomic
def accept_offer(offer_id: int, *, member: Member) -> Offer:
    """The agent takes the contact; a second click changes nothing.

    Conflict `offer_taken` (it is another agent's), `offer_expired`, `caller_gone`.
    """
    offer = _lock_for(offer_id, member)
    if offer.state == State.ACCEPTED:
        return offer
    if offer.state == State.OFFERED and offer.expires_at <= clock.now():
        raise _over(State.EXPIRED)
    if offer.state != State.OFFERED:
        raise _over(offer.state)
    item = lock_item(offer.work_item_id)
    if answer_interaction(item.interaction_id, member=member, actor=member.actor) is None:
        raise _over(State.REVOKED)
    _settle(offer, State.ACCEPTED)
    WorkItem.objects.filter(id=item.id).update(state=WorkItem.State.ASSIGNED, assigned_at=offer.settled_at)
    presence = lock_presence(member.id)
    presence.misses = 0
    move(presence, Presence.State.SERVING, interaction_id=item.interaction_id)
    emit(OfferAccepted(**event_fields(offer, item)), actor=member.actor.as_json())
    nudge(f"member:{member.id}", "work.changed", interaction_id=item.interaction_id)
    hint("floor", "calls")
    return offer


@transaction.atomic
def decline_offer(offer_id: int, *, member: Member, reason: str = "") -> Offer:
    """The agent will not take it: the contact waits again at its old place, for others first."""
    offer = _lock_for(offer_id, member)
    if offer.state == State.DECLINED:
        return offer
    if offer.state != State.OFFERED:
        raise _over(offer.state)
    offer.decline_reason = reason.strip()[:120]
    _settle(offer, State.DECLINED)
    _wait_again(offer, actor=member.actor)
    leave_busy_state(lock_presence(member.id))
    return offer


@transaction.atomic
def expire_offer(offer_id: int) -> bool:
    """The time to answer is over. False when the offer is settled, or not due yet."""
    offer = _lock(offer_id)
    if offer is None or offer.state != State.OFFERED or offer.expires_at > clock.now():
        return False
    expire_now(offer)
    return True


def expire_now(offer: Offer) -> None:
    """End a locked, open offer as missed: after the last allowed miss the agent gets no more."""
    _settle(offer, State.EXPIRED)
    _wait_again(offer, actor=SYSTEM_ACTOR)
    note_miss(lock_presence(offer.member_id))


def note_miss(presence: Presence) -> None:
    """Count an offer that came to nothing by the agent's side."""
    presence.misses += 1
    if presence.misses < MISSES_ALLOWED or presence.after_work:
        leave_busy_state(presence)
    else:
        presence.misses = 0
        move(presence, Presence.State.NOT_RESPONDING, reason="Missed offers")


def revoke_offer(item: WorkItem) -> bool:
    """The customer has left: end the open offer; the agent is free at their old place. False when none."""
    offer = Offer.objects.select_for_update(no_key=True).filter(work_item=item).order_by("-id").first()
    if offer is None or offer.state != State.OFFERED:
        return False
    _settle(offer, State.REVOKED)
    emit(OfferReturned(how="revoked", **event_fields(offer, item)), actor=SYSTEM_ACTOR.as_json())
    return True


def free_agent_of_revoked(item: WorkItem) -> None:
    """Give the agent of the offer just revoked their old place among the idle."""
    offer = Offer.objects.filter(work_item=item).order_by("-id")[0]
    leave_busy_state(lock_presence(offer.member_id), ready_since=offer.ready_since)


def lock_open_offer_of(member_id: int) -> Offer | None:
    """The agent's open offer, held until commit."""
    offer = Offer.objects.select_for_update(no_key=True).filter(member_id=member_id).order_by("-id").first()
    return offer if offer is not None and offer.state == State.OFFERED else None


def event_fields(offer: Offer, item: WorkItem) -> dict[str, Any]:
    """What every event of an offer carries."""
    return {
        "work_item_id": item.id,
        "interaction_id": item.interaction_id,
        "queue_slug": item.queue.slug,
        "offer_id": offer.id,
        "member_id": offer.member_id,
    }


def _lock(offer_id: int) -> Offer | None:
    return Offer.objects.select_for_update(no_key=True).filter(id=offer_id).first()


def _lock_for(offer_id: int, member: Member) -> Offer:
    offer = _lock(offer_id)
    if offer is None:
        raise NotVisible("offer")
    if offer.member_id != member.id:
        raise Conflict("offer_taken", "This contact was offered to another agent.")
    return offer


def _settle(offer: Offer, state: State) -> None:
    offer.state, offer.settled_at = state, clock.now()
    offer.save(update_fields=["state", "settled_at", "decline_reason"])
    cancel_timer(expiry_key(offer.id))
    nudge(f"member:{offer.member_id}", "offer.gone", offer_id=offer.id, how=str(state))


def _wait_again(offer: Offer, *, actor: Actor) -> None:
    item = lock_item(offer.work_item_id)
    item.avoid = also_avoiding(item.avoid, offer.member_id, clock.now())
    put_in_line(item)
    returned = OfferReturned(how=str(offer.state), **event_fields(offer, item))
    emit(returned, actor=actor.as_json())


def _over(state: str) -> Conflict:
    return Conflict(*_OVER[State(state)])
