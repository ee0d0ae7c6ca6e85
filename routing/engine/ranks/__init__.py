"""Which of the agents who may take a contact comes first: one strategy per file, in this order.

A rank is a module with `rank(contact, seat, plan, now)`, lower first, and `reason(…) -> str`, which says
in words what spoke for the winner; empty when it says nothing.
"""

from typing import Protocol

from routing.engine.ranks import fit, idle, language, load, preferred, ring
from routing.engine.values import Contact, QueuePlan, Seat


class Rank(Protocol):
    """The interface of the modules here."""

    def rank(self, contact: Contact, seat: Seat, plan: QueuePlan, now: float) -> float:
        """Lower comes first."""

    def reason(self, contact: Contact, seat: Seat, plan: QueuePlan, now: float) -> str:
        """What spoke for this seat."""


RANKS: tuple[Rank, ...] = (preferred, ring, language, fit, load, idle)
EQUAL = "equal in everything; the lower number decided"


def agent_order(contact: Contact, seat: Seat, plan: QueuePlan, now: float) -> tuple[float, ...]:
    """Compare seats for one contact by this; ends in the agent's and the seat's id, so it is total."""
    ranked = [rank.rank(contact, seat, plan, now) for rank in RANKS]
    return (*ranked, seat.agent.id, seat.id)


def reasons(
    contact: Contact, seat: Seat, plan: QueuePlan, now: float, runner_up: Seat | None
) -> tuple[str, ...]:
    """What speaks for the winner: what holds in itself, and what decided against the next best."""
    decided = decisive(contact, seat, plan, now, runner_up) if runner_up else None
    found = [
        rank.reason(contact, seat, plan, now)
        for rank in RANKS
        if rank is decided or rank in (preferred, ring, language)
    ]
    if runner_up is None:
        found.append("the only agent free for it")
    elif decided is None:
        found.append(EQUAL)
    return tuple(text for text in found if text)


def decisive(contact: Contact, seat: Seat, plan: QueuePlan, now: float, other: Seat) -> Rank | None:
    """The first rank in which the two differ."""
    for rank in RANKS:
        if rank.rank(contact, seat, plan, now) != rank.rank(contact, other, plan, now):
            return rank
    return None
