"""One decision round: contacts in their order, each to the best seat still free.

It is the same round whether a contact came or an agent became free, so both give the same pairs.
"""

import heapq
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice

from routing.engine.filters import allows, allows_alike, could_serve
from routing.engine.filters.steps import reached
from routing.engine.line import Line
from routing.engine.order import contact_order
from routing.engine.pool import Pool
from routing.engine.ranks import agent_order, reasons
from routing.engine.values import Contact, Decision, QueuePlan, Seat

CONSIDERED = 10  # how many of the seats it looked at a decision keeps for its explanation


def decide(
    contacts: Collection[Contact], seats: Collection[Seat], plans: Mapping[int, QueuePlan], now: float
) -> list[Decision]:
    """Pair contacts with seats; afterwards no contact waits that a free seat could take."""
    known = [contact for contact in contacts if contact.queue_id in plans]
    known.sort(key=lambda contact: contact_order(contact, plans[contact.queue_id], now))
    return list(decide_in_order(known, Pool(seats), plans, now))


def decide_lines(
    lines: Mapping[int, Line],
    pool: Pool,
    plans: Mapping[int, QueuePlan],
    now: float,
    limit: int,
) -> list[Decision]:
    """The first `limit` pairs of `decide`, from lines already in order and without reading all of them."""
    agents = pool.agents()
    open_lines = [
        line
        for queue_id, line in lines.items()
        if line and queue_id in plans and any(could_serve(agent, plans[queue_id]) for agent in agents)
    ]
    ordered = heapq.merge(
        *open_lines, key=lambda contact: contact_order(contact, plans[contact.queue_id], now)
    )
    return list(islice(decide_in_order(ordered, pool, plans, now), limit))


def decide_in_order(
    ordered: Iterable[Contact], pool: Pool, plans: Mapping[int, QueuePlan], now: float
) -> Iterator[Decision]:
    """Pair contacts that come in `contact_order` with seats; the pool stays as it is."""
    taken: set[int] = set()
    shortlists: dict[tuple[object, ...], _Shortlist] = {}
    for contact in ordered:
        if len(taken) == len(pool):
            return
        plan = plans[contact.queue_id]
        kind = _kind(contact, plan, now)
        shortlist = shortlists.get(kind)
        if shortlist is None:
            shortlist = shortlists[kind] = _Shortlist(contact, pool, plan, now)
        best = shortlist.best(taken)
        if best:
            runner_up = best[1] if len(best) > 1 else None
            words = reasons(contact, best[0], plan, now, runner_up)
            yield Decision(contact=contact, seat=best[0], reasons=words, considered=best)
            taken.add(best[0].id)


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
    """The seats that may take one kind of contact, best first; looked for as far as they are asked for."""

    def __init__(self, contact: Contact, pool: Pool, plan: QueuePlan, now: float) -> None:
        self._rest = _candidates(contact, pool, plan, now)
        self._head: list[Seat] = []

    def best(self, taken: Collection[int]) -> tuple[Seat, ...]:
        """The best seats that are still free, at most as many as a decision keeps."""
        self._head = [seat for seat in self._head if seat.id not in taken]
        while len(self._head) < CONSIDERED:
            seat = next(self._rest, None)
            if seat is None:
                break
            if seat.id not in taken:
                self._head.append(seat)
        return tuple(self._head)


def _candidates(contact: Contact, pool: Pool, plan: QueuePlan, now: float) -> Iterator[Seat]:
    """The seats that may take a contact in `agent_order`: the groups are in it, but for the one asked for."""

    def ranked(seats: Iterable[Seat]) -> Iterator[tuple[tuple[float, ...], Seat]]:
        return (
            (agent_order(contact, seat, plan, now), seat)
            for seat in seats
            if allows(contact, seat.agent, plan, now)
        )

    asked_for = contact.preferred_agent_id
    streams = [iter(sorted(ranked(pool.of_agent(asked_for))))]
    streams += [
        ranked(seat for seat in group if seat.agent.id != asked_for)
        for agent, group in pool.groups()
        if allows_alike(contact, agent, plan, now)
    ]
    return (seat for _, seat in heapq.merge(*streams))
