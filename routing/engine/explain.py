"""Why a contact still waits, and why it was not offered to somebody."""

from collections import Counter
from collections.abc import Collection

from routing.engine.filters import refusals
from routing.engine.ranks import EQUAL, decisive
from routing.engine.values import Agent, Contact, Decision, QueuePlan, Seat


def explain_waiting(
    contact: Contact, seats: Collection[Seat], plan: QueuePlan, now: float, ahead: int
) -> list[str]:
    """Sentences, the weightiest first; `ahead` is how many contacts are before it in its queue."""
    if not seats:
        return ["nobody is ready", *_place(ahead)]
    blocked: Counter[str] = Counter()
    for seat in seats:
        blocked.update(refusals(contact, seat.agent, plan, now)[:1])
    if blocked.total() < len(seats):
        return [f"{len(seats) - blocked.total()} ready and able to take it", *_place(ahead)]
    return [f"{count} ready: {text}" for text, count in blocked.most_common()] + _place(ahead)


def _place(ahead: int) -> list[str]:
    return [f"{ahead} ahead in the queue"] if ahead else ["first in the queue"]


def explain_not_me(decision: Decision, agent: Agent, plan: QueuePlan, now: float) -> list[str]:
    """Why the decision's contact went to another agent than this one."""
    barred = refusals(decision.contact, agent, plan, now)
    if barred:
        return barred
    mine = next((seat for seat in decision.considered if seat.agent.id == agent.id), None)
    if mine is None:
        return ["was not free, or came far behind"]
    rank = decisive(decision.contact, decision.seat, plan, now, mine)
    if rank is None:
        return [EQUAL]
    why = rank.reason(decision.contact, decision.seat, plan, now)
    return [f"{decision.seat.agent.name} came first: {why}"]
