"""Why this agent, why not me, why does this caller still wait."""

from accounts.models import Member
from foundation import clock
from routing.config import load_agents, load_config
from routing.engine import explain_not_me, explain_waiting, replay, rules_in, situation_in
from routing.floor import Floor
from routing.models import DecisionRecord, Offer, SeatToken, WaitingToken
from routing.queries.places import ahead_of
from routing.rule_versions import inputs_of_record
from routing.token_tables import contact_of, seat_of


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
    inputs = inputs_of_record(record)
    return explain_not_me(replay(inputs), agent, rules_in(inputs), inputs["now"], situation_in(inputs))


def why_waiting(interaction_id: int) -> list[str]:
    """Why the contact has not been offered yet; empty when it does not wait."""
    token = WaitingToken.objects.filter(work_item__interaction_id=interaction_id).first()
    if token is None:
        return []
    floor = Floor(token.organization_id)
    for seat in SeatToken.objects.all():
        floor.add_seat(seat_of(seat))
    floor.use(load_config(), 0.0)
    rules, seats, now = floor.config.rules, list(floor.pool), clock.now().timestamp()
    causes = explain_waiting(
        contact_of(token), seats, rules, now, ahead_of(token.id, token.queue), floor.situation()
    )
    return [why.text for why in causes]
