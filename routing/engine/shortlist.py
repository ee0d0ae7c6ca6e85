"""The seats that may take one kind of contact, best first; looked for as far as they are asked for."""

from bisect import insort
from collections.abc import Callable
from dataclasses import replace
from heapq import heappop, heappush

from routing.engine.filters import allows_alike, usable_of, within_split
from routing.engine.filters.standing import at_work
from routing.engine.pool import Order, Pool, Row, clock_name
from routing.engine.ranks import RANKS, telling_ranks
from routing.engine.scene import Scene
from routing.engine.values import Contact, QueuePlan, Seat

Ranked = tuple[Order, Seat]
_Source = Callable[[], Ranked | None]


class Shortlist:
    """Seats in the order a kind of contact ranks them, whoever it prefers or avoids apart.

    In a split queue the order changes with every contact, but among agents who may take it for the same
    pools it does not: so there is one stream for each such set of pools, and only their heads are compared.
    """

    def __init__(self, contact: Contact, pool: Pool, scene: Scene, gone: "Gone") -> None:
        self._scene, self._gone = scene, gone
        self._plan = scene.plan(contact)
        self._kind = replace(contact, preferred_agent_id=None, avoid=())
        self._usable = usable_of(contact, _pools_of(contact, self._plan, scene), scene)
        self._ranks = telling_ranks(self._kind, scene)
        self._names = [name for name, _ in self._ranks]
        self._idle_at = self._names.index("idle") if "idle" in self._names else None
        self._streams: dict[frozenset[int], _Stream] = {}
        self._seen = 0
        if self._usable:
            clock = clock_name(self._plan)
            for group, order in pool.fitting(self._what_counts(contact), self._judge):
                self._stream(group.sample).feed(Reading(group.in_turn(clock), order, self._idle_at))

    def best(self, contact: Contact, number: int) -> list[tuple[Seat, frozenset[int]]]:
        """The best seats still free for a contact of this kind, with the pools each may take it for."""
        self._catch_up()
        if self._plan.split is None:
            stream = self._streams.get(_ANY)
            head = stream.head(number) if stream else []
            return [(seat, seat.agent.pools & self._usable) for _, seat in head]
        found: list[tuple[Order, Seat, frozenset[int]]] = []
        for bidding, stream in self._streams.items():
            pools = within_split(contact, bidding, self._scene)
            if pools:
                found += [
                    (self._today(order, contact, seat, pools), seat, pools)
                    for order, seat in stream.head(number)
                ]
        found.sort(key=lambda one: one[0])
        return [(seat, pools) for _, seat, pools in found[:number]]

    def any_left(self, contact: Contact) -> bool:
        """Whether any seat is left for contacts like this one."""
        return bool(self.best(contact, 1))

    def pools_of(self, seat: Seat, contact: Contact) -> frozenset[int]:
        """The pools for which one agent may take a contact of this kind, if they may at all."""
        if not allows_alike(self._kind, seat, self._usable, self._scene):
            return frozenset()
        return within_split(contact, seat.agent.pools & self._usable, self._scene)

    def _what_counts(self, contact: Contact) -> tuple[object, ...]:
        """All of the contact that a group is judged by."""
        return (
            *(contact.queue_id, self._scene.stage(contact, self._plan).number, contact.channel),
            *(contact.language, contact.region, contact.preferred_pool_id, contact.pinned_pool_id),
            *(contact.requirements, self._usable),
        )

    def _judge(self, sample: Seat) -> Order | None:
        """What ranks agents like this one; None when they may not."""
        return self._order(sample) if allows_alike(self._kind, sample, self._usable, self._scene) else None

    def _order(self, seat: Seat) -> Order:
        """What the ranks that tell agents apart say of one, without the numbers that end an order.

        How needy its pools are changes with every contact: `_today` says it.
        """
        pools = seat.agent.pools & self._usable
        return tuple(
            0.0 if name == "split" else rank.rank(self._kind, seat, pools, self._scene)
            for name, rank in self._ranks
        )

    def _catch_up(self) -> None:
        """Consider agents who got a contact in this round and have capacity left."""
        for seat in self._gone.back[self._seen :]:
            if not self._gone.has(seat) and allows_alike(self._kind, seat, self._usable, self._scene):
                self._stream(seat).insert((*self._order(seat), seat.agent.id, seat.id), seat)
        self._seen = len(self._gone.back)

    def _stream(self, seat: Seat) -> "_Stream":
        bidding = _ANY if self._plan.split is None else seat.agent.pools & self._usable
        stream = self._streams.get(bidding)
        if stream is None:
            stream = self._streams[bidding] = _Stream(self._out)
        return stream

    def _out(self, seat: Seat) -> bool:
        return self._gone.has(seat) or not at_work(seat, self._scene)

    def _today(self, order: Order, contact: Contact, seat: Seat, pools: frozenset[int]) -> Order:
        """The order with what a split changes: how needy the pools are, and which of them are left."""
        ranked = list(order)
        for place, name in enumerate(self._names):
            if name in ("split", "ring"):
                ranked[place] = RANKS[name].rank(contact, seat, pools, self._scene)
        return tuple(ranked)


_ANY: frozenset[int] = frozenset({-1})


class Gone:
    """The seats this round has given away, and those of them that came back with less capacity."""

    def __init__(self) -> None:
        self._now: dict[int, Seat | None] = {}
        self.back: list[Seat] = []

    def take(self, seat: Seat, left: Seat | None) -> None:
        """The seat is given away; `left` is what remains of its agent's capacity."""
        self._now[seat.id] = left
        if left is not None:
            self.back.append(left)

    def has(self, seat: Seat) -> bool:
        """Whether this very capacity is no longer there."""
        return seat.id in self._now and self._now[seat.id] is not seat

    def present(self, seat: Seat) -> Seat | None:
        """What is left of a seat now."""
        return self._now.get(seat.id, seat)


class Reading:
    """A group read seat by seat: but for the clock and the numbers the orders are all the same."""

    __slots__ = ("_after", "_at", "_before", "_by_clock", "_row")

    def __init__(self, row: Row, order: Order, idle_at: int | None) -> None:
        self._row, self._at, self._by_clock = row, 0, idle_at is not None
        self._before = order[:idle_at]
        self._after = order[idle_at + 1 :] if idle_at is not None else ()

    def next(self) -> Ranked | None:
        """The next seat with its order."""
        if self._at >= len(self._row):
            return None
        (idle, agent_id, seat_id), seat = self._row[self._at]
        self._at += 1
        if self._by_clock:
            return (*self._before, idle, *self._after, agent_id, seat_id), seat
        return (*self._before, agent_id, seat_id), seat


class _Stream:
    """Several groups read as one, best first; the head is kept."""

    def __init__(self, out: Callable[[Seat], bool]) -> None:
        self._out = out
        self._head: list[Ranked] = []
        self._heap: list[tuple[Order, int, Seat, Reading | None]] = []
        self._fed = 0

    def feed(self, group: Reading) -> None:
        """Read this group, too."""
        self._fed += 1
        self._push(group, self._fed)

    def insert(self, order: Order, seat: Seat) -> None:
        """Put one seat in its place."""
        if self._head and order < self._head[-1][0]:
            insort(self._head, (order, seat), key=_by_order)
        else:
            self._fed += 1
            heappush(self._heap, (order, self._fed, seat, None))

    def head(self, number: int) -> list[Ranked]:
        """The first so many that are still there."""
        out = self._out
        if self._head:
            self._head = [one for one in self._head if not out(one[1])]
        while len(self._head) < number and self._heap:
            order, fed, seat, rest = heappop(self._heap)
            if rest is not None:
                self._push(rest, fed)
            if not out(seat):
                self._head.append((order, seat))
        return self._head[:number]

    def _push(self, group: Reading, fed: int) -> None:
        first = group.next()
        if first is not None:
            heappush(self._heap, (first[0], fed, first[1], group))


def _by_order(one: Ranked) -> Order:
    return one[0]


def _pools_of(contact: Contact, plan: QueuePlan, scene: Scene) -> frozenset[int]:
    """The pools worth asking."""
    if contact.pinned_pool_id is not None:
        return frozenset({contact.pinned_pool_id})
    return frozenset(scene.stage(contact, plan).ring)
