"""A contact given to a chosen agent: by the same claim that makes all offers."""

from accounts.models import Member
from foundation import clock
from foundation.errors import Conflict, Refusal
from routing.capacity import Load, load_channels
from routing.claims import Pair, offer_pairs
from routing.config import load_agents, plan_of
from routing.engine import Decision, Seat, inputs_of
from routing.engine.filters import refusals
from routing.models import Presence, SeatToken, WaitingToken, WorkItem
from routing.rules import HEARTBEAT_STALE, declared_of, heard_within
from routing.token_tables import contact_of


def offer_to(item: WorkItem, member: Member, *, by: Member, force: bool) -> int:
    """Offer a held, waiting item to this agent; the offer's id.

    Refusal `may_not` with the reason; `force` goes past skills, steps and cool-downs. Conflict `not_free`
    when something else was faster.
    """
    token = WaitingToken.objects.get(work_item=item)
    seat, load = _capacity_of(member, item.channel)
    agent = load_agents().get(member.id)
    if agent is None:
        raise Refusal("may_not", f"{member.display_name} does not take contacts.", field="member")
    contact, plan, now = contact_of(token), plan_of(item.queue), clock.now().timestamp()
    barred = refusals(contact, agent, plan, now)
    if barred and not force:
        raise Refusal(
            "may_not", f"{member.display_name} may not have it: {'; '.join(barred)}.", field="member"
        )
    chosen = Seat(id=seat.id, agent=agent, ready_since=seat.ready_since.timestamp(), load=load.used / 100)
    reasons = (f"assigned by {by.display_name}", *(f"all the same: {one}" for one in barred))
    decision = Decision(contact=contact, seat=chosen, reasons=reasons, considered=(chosen,))
    inputs = inputs_of(decision, plan, now) | {"assigned_by": by.id}
    return _claimed(Pair(token.id, seat.id, reasons, inputs, *_cost(item.channel, load)), member)


def _claimed(pair: Pair, member: Member) -> int:
    won = offer_pairs([pair])
    if not won:
        raise Conflict("not_free", f"{member.display_name} or the contact was taken this very moment.")
    return won[0].offer_id


def _cost(channel: str, load: Load) -> tuple[int, Load | None]:
    """What the contact takes, and the load with it where that leaves capacity."""
    channels = load_channels()
    after = channels.with_one_more(load, channel)
    return channels.units(channel), after if channels.has_room(after) else None


def _capacity_of(member: Member, channel: str) -> tuple[SeatToken, Load]:
    """The agent's seat and what they have already. Refusal `may_not` when they cannot take one more."""
    presence = Presence.objects.filter(member=member).first()
    name = member.display_name
    if presence is None or declared_of(presence.state, presence.after_work) != Presence.State.READY:
        raise Refusal("may_not", f"{name} is not ready.", field="member")
    if not heard_within(presence.heartbeat_at or presence.since, clock.now(), HEARTBEAT_STALE):
        raise Refusal("may_not", f"{name}'s desktop does not answer.", field="member")
    seat = SeatToken.objects.filter(member=member).first()
    load = Load(seat.units_used, seat.held, tuple(seat.without)) if seat else None
    if seat is None or load is None or not load_channels().fits(channel, load):
        raise Refusal("may_not", f"{name} has no capacity for one more {channel} contact.", field="member")
    return seat, load
