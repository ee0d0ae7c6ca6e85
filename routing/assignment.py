"""A contact given to a chosen agent: by the same claim that makes all offers."""

from accounts.models import Member
from foundation import clock
from foundation.errors import Conflict, Refusal
from routing.capacity import Channels, Load, load_channels
from routing.claims import Pair, offer_pairs
from routing.config import load_config
from routing.engine import Decision, Scene, inputs_of
from routing.engine.filters import refusals
from routing.floor import Floor
from routing.models import Presence, SeatToken, WaitingToken, WorkItem
from routing.rules import HEARTBEAT_STALE, declared_of, heard_within
from routing.token_tables import contact_of, seat_of


def offer_to(item: WorkItem, member: Member, *, by: Member, force: bool) -> int:
    """Offer a held, waiting item to this agent; the offer's id.

    Refusal `may_not` with the reason; `force` goes past skills, steps and cool-downs. Conflict `not_free`
    when something else was faster.
    """
    token = WaitingToken.objects.get(work_item=item)
    token_of_seat, load = _capacity_of(member, item.channel)
    floor = Floor(item.organization_id)
    floor.add_seat(seat_of(token_of_seat))
    floor.use(load_config(), 0.0)
    seat = next(iter(floor.pool), None)
    if seat is None:
        raise Refusal("may_not", f"{member.display_name} does not take contacts.", field="member")
    contact, now, rules = contact_of(token), clock.now().timestamp(), floor.config.rules
    barred = [why.text for why in refusals(contact, seat, Scene(rules, now, floor.situation()))]
    if barred and not force:
        why = f"{member.display_name} may not have it: {'; '.join(barred)}."
        raise Refusal("may_not", why, field="member")
    reasons = (f"assigned by {by.display_name}", *(f"all the same: {one}" for one in barred))
    decision = Decision(contact=contact, seat=seat, reasons=reasons, considered=(seat,))
    inputs = inputs_of(decision, rules, now, floor.situation()) | {"assigned_by": by.id}
    channels = Channels(rules)
    units, left = channels.rule(item.channel).units, channels.left_beside(item.channel, load)
    return _claimed(Pair(token.id, seat.id, reasons, inputs, units, left), member)


def _claimed(pair: Pair, member: Member) -> int:
    won = offer_pairs([pair])
    if not won:
        raise Conflict("not_free", f"{member.display_name} or the contact was taken this very moment.")
    return won[0].offer_id


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
