"""One decision round: contacts in their order, each to the best seat still free.

It is the same round whether a contact came or an agent became free, so both give the same pairs.
"""

import heapq
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice

from routing.engine.filters import allows, could_serve
from routing.engine.filters.steps import reached
from routing.engine.line import Line
from routing.engine.order import contact_order
from routing.engine.ranks import agent_order, reasons
from routing.engine.values import Contact, Decision, QueuePlan, Seat

CONSIDERED = 10  # how many of the seats it looked at a decision keeps for its explanation


def decide(
    contacts: Collection[Contact], seats: Collection[Seat], plans: Mapping[int, QueuePlan], now: float
) -> list[Decision]:
    """Pair contacts with seats; afterwards no contact waits that a free seat could take."""
    known = [contact for contact in contacts if contact.queue_id in plans]
    known.sort(key=lambda contact: contact_order(contact, plans[contact.queue_id], now))
    return list(decide_in_order(known, seats, plans, now))


def decide_lines(
    lines: Mapping[int, Line],
    seats: Collection[Seat],
    plans: Mapping[int, QueuePlan],
    now: float,
    limit: int,
) -> list[Decision]:
    """The first `limit` pairs of `decide`, from lines already in order and without reading all of them."""
    open_lines = [
        line
        for queue_id, line in lines.items()
        if line and queue_id in plans and any(could_serve(seat.agent, plans[queue_id]) for seat in seats)
    ]
    ordered = heapq.merge(
        *open_lines, key=lambda contact: contact_order(contact, plans[contact.queue_id], now)
    )
    return list(islice(decide_in_order(ordered, seats, plans, now), limit))


def decide_in_order(
    ordered: Iterable[Contact], seats: Collection[Seat], plans: Mapping[int, QueuePlan], now: float
) -> Iterator[Decision]:
    """Pair contacts that come in `contact_order` with seats."""
    free = {seat.id: seat for seat in seats}
    shortlists: dict[tuple[object, ...], _Shortlist] = {}
    for contact in ordered:
        if not free:
            return
        plan = plans[contact.queue_id]
        kind = _kind(contact, plan, now)
        shortlist = shortlists.get(kind)
        if shortlist is None:
            shortlist = shortlists[kind] = _Shortlist(contact, free.values(), plan, now)
        best = shortlist.best(free)
        if best:
            runner_up = best[1] if len(best) > 1 else None
            words = reasons(contact, best[0], plan, now, runner_up)
            yield Decision(contact=contact, seat=best[0], reasons=words, considered=best)
            del free[best[0].id]


def _kind(contact: Contact, plan: QueuePlan, now: float) -> tuple[object, ...]:
    """Contacts of one kind have the same candidates in the same order."""
    return (
        contact.queue_id,
        reached(contact, plan, now),
        contact.preferred_agent_id,
        contact.language,
        contact.avoided(now),
    )


class _Shortlist:
    """The seats that may take one kind of contact, best first."""

    def __init__(self, contact: Contact, seats: Iterable[Seat], plan: QueuePlan, now: float) -> None:
        self._seats = sorted(
            (seat for seat in seats if allows(contact, seat.agent, plan, now)),
            key=lambda seat: agent_order(contact, seat, plan, now),
        )
        self._next = 0

    def best(self, free: Mapping[int, Seat]) -> tuple[Seat, ...]:
        """The best seats that are still free, at most as many as a decision keeps."""
        while self._next < len(self._seats) and self._seats[self._next].id not in free:
            self._next += 1
        still_free = (seat for seat in islice(self._seats, self._next, None) if seat.id in free)
        return tuple(islice(still_free, CONSIDERED))
