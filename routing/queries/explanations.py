"""Why this agent, why not me, why does this caller still wait."""

from accounts.models import Member
from foundation import clock
from routing.config import load_agents, load_plans
from routing.engine import Seat, explain_not_me, explain_waiting, replay
from routing.models import DecisionRecord, Offer, SeatToken, WaitingToken
from routing.queries.lines import ahead_of
from routing.token_tables import contact_of


def why_offered(offer: Offer) -> list[str]:
    """The reasons, as they were when it was decided."""
    return list(offer.reasons)


def why_not(offer: Offer, member: Member) -> list[str]:
    """Why this offer went to somebody else, judged by the stored inputs and the person's skills now."""
    record = DecisionRecord.objects.filter(offer=offer).first()
    agent = load_agents().get(member.id)
    if record is None or agent is None:
        return []
    if offer.member_id == member.id:
        return ["it was offered to you"]
    decision = replay(record.inputs)
    return explain_not_me(decision, agent, load_plans()[offer.work_item.queue_id], record.inputs["now"])


def why_waiting(interaction_id: int) -> list[str]:
    """Why the contact has not been offered yet; empty when it does not wait."""
    token = WaitingToken.objects.filter(work_item__interaction_id=interaction_id).first()
    if token is None:
        return []
    agents = load_agents()
    seats = [
        Seat(id=seat.id, agent=agents[seat.member_id], ready_since=seat.ready_since.timestamp())
        for seat in SeatToken.objects.all()
        if seat.member_id in agents
    ]
    plan = load_plans()[token.queue_id]
    return explain_waiting(contact_of(token), seats, plan, clock.now().timestamp(), ahead_of(token))
