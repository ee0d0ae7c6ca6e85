"""Which of the agents who may take a contact comes first: one strategy per file, in the queue's order.

A rank is a module with `rank(contact, seat, pools, scene)`, lower first, where `pools` are those the agent
may take the contact for, and `reason(…) -> str`, which says in words what spoke for the winner; empty when
it says nothing.
"""

from typing import Protocol

from routing.engine.ranks import fit, idle, language, load, local, preferred, ring, split
from routing.engine.scene import Scene
from routing.engine.values import Contact, QueuePlan, Seat


class Rank(Protocol):
    """The interface of the modules here."""

    def rank(self, contact: Contact, seat: Seat, pools: frozenset[int], scene: Scene) -> float:
        """Lower comes first."""

    def reason(self, contact: Contact, seat: Seat, pools: frozenset[int], scene: Scene) -> str:
        """What spoke for this seat."""


RANKS: dict[str, Rank] = {
    "preferred": preferred,
    "split": split,
    "ring": ring,
    "local": local,
    "language": language,
    "fit": fit,
    "load": load,
    "idle": idle,
}
EQUAL = "equal in everything; the lower number decided"
_SAID_ALWAYS = ("preferred", "split", "ring", "local", "language")


def ranks_of(plan: QueuePlan) -> list[tuple[str, Rank]]:
    """The queue's ranks in its order."""
    return [(name, RANKS[name]) for name in plan.agent_order]


def telling_ranks(contact: Contact, scene: Scene) -> list[tuple[str, Rank]]:
    """The ranks that can tell two agents apart for contacts like this one, whomever it prefers apart."""
    plan = scene.plan(contact)
    ring_of = scene.stage(contact, plan).ring
    silent = {
        "preferred": contact.preferred_pool_id is None,
        "split": plan.split is None or contact.pinned_pool_id is not None,
        "ring": contact.pinned_pool_id is not None or len(set(ring_of.values())) < 2,
        "local": not contact.region or not plan.local_first,
        "language": not contact.language,
        "fit": plan.fit == "all",
    }
    return [(name, rank) for name, rank in ranks_of(plan) if not silent.get(name)]


def agent_order(contact: Contact, seat: Seat, pools: frozenset[int], scene: Scene) -> tuple[float, ...]:
    """Compare seats for one contact by this; ends in the agent's and the seat's id, so it is total."""
    ranked = [rank.rank(contact, seat, pools, scene) for _, rank in ranks_of(scene.plan(contact))]
    return (*ranked, seat.agent.id, seat.id)


def pool_for(contact: Contact, pools: frozenset[int], scene: Scene) -> int | None:
    """For which of their pools an agent takes the contact: the neediest of a split, else the earliest."""
    needy = split.neediest(contact, pools, scene)
    if needy is not None:
        return needy[1].pool_id
    ring_of = scene.stage(contact, scene.plan(contact)).ring
    return min(pools, key=lambda one: (ring_of.get(one, 1 << 30), one), default=None)


Bid = tuple[Seat, frozenset[int]]


def reasons(contact: Contact, winner: Bid, runner_up: Bid | None, scene: Scene) -> tuple[str, ...]:
    """What speaks for the winner: what holds in itself, and what decided against the next best."""
    decided = decisive(contact, winner, runner_up, scene) if runner_up else None
    found = [
        rank.reason(contact, *winner, scene)
        for name, rank in ranks_of(scene.plan(contact))
        if rank is decided or name in _SAID_ALWAYS
    ]
    if runner_up is None:
        found.append("the only agent free for it")
    elif decided is None:
        found.append(EQUAL)
    return tuple(text for text in found if text)


def decisive(contact: Contact, winner: Bid, other: Bid, scene: Scene) -> Rank | None:
    """The first rank in which the two differ."""
    for _, rank in ranks_of(scene.plan(contact)):
        if rank.rank(contact, *winner, scene) != rank.rank(contact, *other, scene):
            return rank
    return None
