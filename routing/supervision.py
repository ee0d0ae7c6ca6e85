"""What supervisors do to waiting contacts and to agents; each counts in the very next decision.

All leave an event, and a line on the timeline where they touch a contact. Inside `tenancy.tenant()`.
"""

from django.db import transaction

from accounts.models import Member
from customers.actions import add_timeline_entry, move_interaction
from foundation import clock
from foundation.errors import Conflict, Forbidden, NotVisible, Refusal
from foundation.events import emit
from foundation.live import hint
from routing.actions import offers
from routing.actions.agent_state import lock_presence, settle
from routing.actions.tokens import (
    close_item,
    lock_live_item,
    open_queue,
    put_in_line,
    take_out_of_line,
)
from routing.actions.work import enter_queue, take_back
from routing.actions.wrap_up import end_wrap_up_for
from routing.assignment import offer_to
from routing.events import PresenceForced, WorkSteered
from routing.models import Engagement, Presence, WorkItem
from routing.pauses import pause_name
from routing.presence import DECLARABLE
from routing.rules import HEARTBEAT_STALE, also_avoiding, heard_within

State = WorkItem.State
MOST_POINTS = 100_000.0


@transaction.atomic
def assign_contact(
    interaction_id: int, *, member: Member, by: Member, note: str = "", force: bool = False
) -> int:
    """Offer a waiting contact to a chosen agent now; the offer's id.

    Refusal `may_not` with the reason when the agent may not have it; `force` goes past skills, steps and
    cool-downs, never past readiness and capacity, and needs a note. Conflict `not_waiting`.
    """
    _may_steer(by, member)
    if force and not note.strip():
        raise Refusal("no_note", "Say why this agent is to have it all the same.", field="note")
    item = _waiting(interaction_id)
    offer_id = offer_to(item, member, by=by, force=force)
    title = f"Assigned to {member.display_name} by {by.display_name}"
    _steered(item, "assigned", title, by=by, note=note, member=member)
    return offer_id


@transaction.atomic
def pull_back(interaction_id: int, *, by: Member, note: str = "") -> None:
    """Take an offer, or an accepted contact that is not connected yet, back into the line at its old place.

    Conflict `nothing_to_pull` when nobody is offered it or has it.
    """
    item = lock_live_item(interaction_id)
    if item is None or item.state == State.WAITING:
        raise Conflict("nothing_to_pull", "Nobody is offered this contact just now.")
    why = note or f"Pulled back by {by.display_name}"
    if item.state == State.ASSIGNED:
        if not take_back(item, why=why, actor=by.actor, how="pulled_back", missed=False):
            raise Conflict("nothing_to_pull", "The customer has left.")
    else:
        _pull_offers_back(item, by)
    _steered(item, "pulled_back", f"Pulled back by {by.display_name}", by=by, note=note)


def _pull_offers_back(item: WorkItem, by: Member) -> None:
    for one in offers.open_offers_of(item):
        _may_steer(by, one.member)
    revoked = offers.revoke_offers(item, actor=by.actor, how="pulled_back")
    for one in revoked:
        item.avoid = also_avoiding(item.avoid, one.member_id, clock.now())
    put_in_line(item)
    offers.free_agents(revoked)


@transaction.atomic
def prioritise(interaction_id: int, *, points: float, by: Member, note: str = "") -> None:
    """Give a waiting contact this many points to begin with; its age stays. Refusal `bad_points`."""
    if not -MOST_POINTS <= points <= MOST_POINTS:
        raise Refusal(
            "bad_points", f"Points go from -{MOST_POINTS:,.0f} to {MOST_POINTS:,.0f}.", field="points"
        )
    item = _waiting(interaction_id)
    take_out_of_line(item)
    item.base_score = points
    WorkItem.objects.filter(id=item.id).update(base_score=points)
    put_in_line(item)
    _steered(item, "prioritised", f"Priority set to {points:g} points by {by.display_name}", by=by, note=note)


@transaction.atomic
def move_to_queue(interaction_id: int, *, queue_slug: str, by: Member, note: str = "") -> WorkItem:
    """A contact that waits, or is being offered, waits in another queue with its age.

    Refusal `unknown_queue`, `same_queue`; Conflict `not_waiting`.
    """
    queue = open_queue(queue_slug)
    item = lock_live_item(interaction_id)
    if item is None or item.state == State.ASSIGNED:
        raise Conflict("not_waiting", "This contact does not wait any more.")
    if item.queue_id == queue.id:
        raise Refusal("same_queue", f"It waits in {queue.name} already.", field="queue_slug")
    take_out_of_line(item)
    revoked = offers.revoke_offers(item, actor=by.actor, how="moved")
    moved = move_interaction(
        interaction_id, to_queue_slug=queue.slug, to_queue_name=queue.name, note=note, actor=by.actor
    )
    if moved is None:
        raise Conflict("not_waiting", "The customer has left.")
    close_item(item, expected=item.state, state=State.LEFT)
    stay = enter_queue(item, moved, queue, by=by, note=note)
    offers.free_agents(revoked)
    emit(_event(stay, "moved", None), actor=by.actor.as_json())
    return stay


@transaction.atomic
def force_state(member: Member, *, state: str, reason: str, by: Member) -> Presence:
    """Set an agent ready, paused or offline; busy ones afterwards. The agent is shown who did it and why.

    Refusal `bad_state`, `no_reason`, `takes_no_work`, `not_there` for ready without a desktop.
    """
    _may_steer(by, member)
    if state not in DECLARABLE:
        raise Refusal("bad_state", f"Presence can be ready, paused or offline, not “{state}”.", field="state")
    if not member.takes_work:
        raise Refusal("takes_no_work", "Only agents take contacts.", field="state")
    if not reason.strip():
        raise Refusal("no_reason", "Say why: the agent is shown it.", field="reason")
    presence = lock_presence(member.id)
    if state == Presence.State.READY and not heard_within(
        presence.heartbeat_at, clock.now(), HEARTBEAT_STALE
    ):
        raise Refusal("not_there", f"{member.display_name}'s desktop does not answer.", field="state")
    presence.misses = 0
    words = {"ready": "ready", "paused": "on pause", "offline": "offline"}[state]
    settle(
        presence,
        declared=state,
        reason=_pause_reason(reason) if state == Presence.State.PAUSED else "",
        notice=f"{by.display_name} set you {words}: {reason.strip()}"[:240],
    )
    forced = PresenceForced(member_id=member.id, state=state, reason=reason.strip()[:120])
    emit(forced, actor=by.actor.as_json())
    return presence


def _pause_reason(reason: str) -> str:
    """The code's name where the reason is one; the supervisor's word else."""
    try:
        return pause_name(reason)
    except Refusal:
        return "By a supervisor"


@transaction.atomic
def end_wrap_up(member: Member, *, interaction_id: int, by: Member) -> bool:
    """Close an agent's wrap-up in their stead. False when it is over already."""
    _may_steer(by, member)
    return end_wrap_up_for(
        member,
        interaction_id=interaction_id,
        by=Engagement.ClosedBy.SUPERVISOR,
        actor=by.actor,
        closer=by,
    )


def _may_steer(by: Member, member: Member) -> None:
    if by.partner_id is not None and by.partner_id != member.partner_id:
        raise Forbidden("not_yours", "You may do this for people of your own company only.")


def _waiting(interaction_id: int) -> WorkItem:
    """The contact's item, held. Conflict `not_waiting`; NotVisible for one that never waited."""
    item = lock_live_item(interaction_id)
    if item is None and not WorkItem.objects.filter(interaction_id=interaction_id).exists():
        raise NotVisible("contact")
    if item is None or item.state != State.WAITING:
        raise Conflict("not_waiting", "This contact does not wait any more.")
    return item


def _steered(
    item: WorkItem, how: str, title: str, *, by: Member, note: str, member: Member | None = None
) -> None:
    emit(_event(item, how, member), actor=by.actor.as_json())
    hint("floor", "queues")
    hint("floor", "calls")
    if item.interaction.customer_id is None:
        return
    add_timeline_entry(
        item.interaction.customer_id,
        kind="steered",
        title=title,
        body=note.strip(),
        actor=by.actor,
        interaction_id=item.interaction_id,
        for_partners=False,
    )


def _event(item: WorkItem, how: str, member: Member | None) -> WorkSteered:
    return WorkSteered(
        work_item_id=item.id,
        interaction_id=item.interaction_id,
        queue_slug=item.queue.slug,
        how=how,
        member_id=member.id if member else None,
    )
