"""Why this agent, why not me, why does this caller still wait."""

from dataclasses import dataclass

from accounts.access import Viewer
from accounts.models import Member
from foundation import clock
from routing.access import visible_queues
from routing.config import load_agents, load_config
from routing.engine import (
    Contact,
    Seat,
    Why,
    explain_end,
    explain_not_me,
    explain_waiting,
    replay,
    rules_in,
    situation_in,
)
from routing.engine.filters import allows, refusals
from routing.engine.scene import Scene
from routing.floor import Floor
from routing.models import DecisionRecord, Offer, SeatToken, WaitingToken, WorkItem
from routing.queries.decisions import decisions, inputs_of_decision
from routing.queries.places import ahead_of
from routing.token_tables import contact_of, seat_of

LAST_OFFERS = 10
MOST_WAITING = 25


@dataclass(frozen=True)
class WaitingExplained:
    """Why a contact still waits, what would release it, and what becomes of it when nobody takes it."""

    causes: list[Why]
    end: Why | None


@dataclass(frozen=True)
class NotMine:
    """A contact that an agent did not get, and why not; `took`: who was offered it (None: it waits)."""

    item: WorkItem
    reasons: list[str]
    took: Member | None = None
    decision_id: int | None = None


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
    inputs = inputs_of_decision(record)
    return explain_not_me(replay(inputs), agent, rules_in(inputs), inputs["now"], situation_in(inputs))


def why_waiting(interaction_id: int) -> list[str]:
    """Why the contact has not been offered yet; empty when it does not wait."""
    explained = waiting_explained(interaction_id)
    return [why.text for why in explained.causes] if explained else []


def waiting_explained(interaction_id: int) -> WaitingExplained | None:
    """Why the contact has not been offered yet; None when it does not stand in line."""
    token = WaitingToken.objects.filter(work_item__interaction_id=interaction_id).first()
    if token is None:
        return None
    floor = _floor_now(token.organization_id)
    rules, seats, now = floor.config.rules, list(floor.pool), clock.now().timestamp()
    contact, situation = contact_of(token), floor.situation()
    causes = explain_waiting(contact, seats, rules, now, ahead_of(token.id, token.queue), situation)
    return WaitingExplained(causes, explain_end(contact, rules, now, situation))


def waiting_not_mine(member: Member, viewer: Viewer) -> list[NotMine]:
    """What waits in the viewer's queues, the next first, and what keeps this agent from it; empty reasons:
    nothing but turn."""
    floor = _floor_now(member.organization_id)
    agent = floor.config.agents.get(member.id)
    if agent is None:
        return []
    now = clock.now().timestamp()
    scene = Scene(floor.config.rules, now, floor.situation())
    seat = next((one for one in floor.pool if one.agent.id == member.id), Seat(0, agent, now))
    known = WaitingToken.objects.filter(queue__in=visible_queues(viewer))
    tokens = list(known.order_by("key", "id")[:MOST_WAITING])
    items = WorkItem.objects.select_related("queue", "interaction__customer").in_bulk(
        [token.work_item_id for token in tokens]
    )
    return [
        NotMine(items[token.work_item_id], _reasons(contact_of(token), seat, scene))
        for token in tokens
        if token.work_item_id in items
    ]


def _reasons(contact: Contact, seat: Seat, scene: Scene) -> list[str]:
    return [] if allows(contact, seat, scene) else [one.text for one in refusals(contact, seat, scene)]


def lately_not_mine(member: Member, viewer: Viewer) -> list[NotMine]:
    """The last contacts of the viewer's queues that others were offered, and why not this agent."""
    records = decisions(viewer).exclude(offer=None).exclude(offer__member=member)[:LAST_OFFERS]
    agent = load_agents().get(member.id)
    found = []
    for record in records:
        inputs = inputs_of_decision(record)
        try:
            reasons = (
                explain_not_me(replay(inputs), agent, rules_in(inputs), inputs["now"], situation_in(inputs))
                if agent
                else []
            )
        except (LookupError, TypeError, ValueError):
            reasons = []
        found.append(
            NotMine(record.work_item, reasons, record.offer.member if record.offer else None, record.id)
        )
    return found


def _floor_now(organization_id: int) -> Floor:
    floor = Floor(organization_id)
    for seat in SeatToken.objects.all():
        floor.add_seat(seat_of(seat))
    floor.use(load_config(), 0.0)
    return floor
