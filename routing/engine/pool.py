"""Free seats, so kept that the best for a contact are found without looking at all of them."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from routing.engine.ranks.idle import clock_of
from routing.engine.values import Agent, QueuePlan, Rulebook, Seat

_Alike = tuple[object, ...]
_Turn = tuple[float, int, int]
Row = list[tuple[_Turn, Seat]]
BY_NUMBER = "number"
Order = tuple[float, ...]
Judge = Callable[[Seat], Order | None]
_MOST_KINDS = 512
_MOST_EMPTY = 1024


class Group:
    """Seats whose agents differ only in who they are and in how long they are idle, in order by each clock.

    Of any two the same rules let both or neither take a contact, and the one that is idle longer comes
    first: except for what is each agent's own, which whoever reads a group has to look after.
    """

    def __init__(self, sample: Seat) -> None:
        self.sample = sample
        self._by_clock: dict[str, Row] = {"ready": []}

    def __len__(self) -> int:
        return len(self._by_clock["ready"])

    def add(self, seat: Seat) -> None:
        """Put a seat in its turn."""
        for clock, row in self._by_clock.items():
            insort(row, (_turn(seat, clock), seat), key=_by_turn)

    def remove(self, seat: Seat) -> None:
        """Take a seat out that is there."""
        for clock, row in self._by_clock.items():
            del row[bisect_left(row, _turn(seat, clock), key=_by_turn)]

    def in_turn(self, clock: str) -> Row:
        """Each with since when it is idle and its numbers, the longest idle first; by `BY_NUMBER` the lower
        agent number first. It changes with the group.
        """
        row = self._by_clock.get(clock)
        if row is None:
            seats = (seat for _, seat in self._by_clock["ready"])
            row = self._by_clock[clock] = sorted(((_turn(seat, clock), seat) for seat in seats), key=_by_turn)
        return row


@dataclass(slots=True)
class _Fitting:
    """The groups that may take one kind of contact, with what ranks them; `seen` of all there are."""

    groups: list[tuple[Group, Order]] = field(default_factory=list)
    seen: int = 0


class Pool:
    """All free seats of an organisation, one for each agent who has capacity left."""

    def __init__(self, seats: Iterable[Seat] = ()) -> None:
        self._groups: dict[_Alike, Group] = {}
        self._seats: dict[int, Seat] = {}
        self._of_agent: dict[int, dict[int, Seat]] = {}
        self._alike: dict[int, tuple[Agent, _Alike]] = {}
        self._all: list[Group] = []
        self._fitting: dict[_Alike, _Fitting] = {}
        self._rules: Rulebook | None = None
        self._licences_end: list[float] = []
        self._ended = 0
        for seat in seats:
            self.add(seat)

    def __len__(self) -> int:
        return len(self._seats)

    def __iter__(self) -> Iterator[Seat]:
        return iter(self._seats.values())

    def add(self, seat: Seat) -> None:
        """A seat is free; one that is there already stays."""
        if seat.id in self._seats:
            return
        self._seats[seat.id] = seat
        self._of_agent.setdefault(seat.agent.id, {})[seat.id] = seat
        key = self._key(seat)
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = self._new_group(seat)
        group.add(seat)

    def remove(self, seat_id: int) -> None:
        """The seat is taken, or gone."""
        seat = self._seats.pop(seat_id, None)
        if seat is None:
            return
        own = self._of_agent[seat.agent.id]
        del own[seat_id]
        if not own:
            del self._of_agent[seat.agent.id]
        self._groups[self._key(seat)].remove(seat)

    def of_agent(self, agent_id: int | None) -> list[Seat]:
        """One agent's seats."""
        return list(self._of_agent[agent_id].values()) if agent_id in self._of_agent else []

    def look(self, rules: Rulebook, now: float) -> None:
        """A round begins: what was found by other rules, or before a licence ran out, holds no more."""
        ended = bisect_right(self._licences_end, now)
        if self._rules is not rules or self._ended != ended or len(self._fitting) > _MOST_KINDS:
            self._rules, self._ended = rules, ended
            self._fitting.clear()
        if len(self._all) > len(self._seats) + _MOST_EMPTY:
            self._sweep()

    def fitting(self, kind: _Alike, judge: Judge) -> Iterator[tuple[Group, Order]]:
        """The groups that may take this kind of contact, with what ranks them, in no order.

        `judge` is asked once about each group; what it says holds until `look` finds otherwise.
        """
        known = self._fitting.setdefault(kind, _Fitting())
        for group in self._all[known.seen :]:
            order = judge(group.sample)
            if order is not None:
                known.groups.append((group, order))
        known.seen = len(self._all)
        return (one for one in known.groups if len(one[0]))

    def _new_group(self, seat: Seat) -> Group:
        """Groups stay when they are empty: somebody like these will be free again soon."""
        group = Group(seat)
        self._all.append(group)
        for until in seat.agent.valid_until.values():
            at = bisect_left(self._licences_end, until)
            if self._licences_end[at : at + 1] != [until]:
                self._licences_end.insert(at, until)
        return group

    def _sweep(self) -> None:
        self._groups = {key: group for key, group in self._groups.items() if len(group)}
        self._all = list(self._groups.values())
        self._fitting.clear()

    def _key(self, seat: Seat) -> _Alike:
        known = self._alike.get(seat.agent.id)
        if known is None or known[0] is not seat.agent:
            known = self._alike[seat.agent.id] = seat.agent, _alike(seat.agent)
        if not seat.held and not seat.load and not seat.without:
            return known[1]
        return (*known[1], seat.load, _items(seat.held), seat.without)


def clock_name(plan: QueuePlan) -> str:
    """By which clock a queue's ranks read a group."""
    return plan.idle_clock if "idle" in plan.agent_order else BY_NUMBER


def _alike(agent: Agent) -> _Alike:
    return (
        agent.pools,
        _items(agent.skills),
        _items(agent.valid_until),
        frozenset(agent.languages),
        agent.regions,
    )


def _items(values: object) -> frozenset[tuple[str, object]]:
    return frozenset(values.items())  # type: ignore[attr-defined]


def _turn(seat: Seat, clock: str) -> _Turn:
    return (0.0 if clock == BY_NUMBER else clock_of(seat, clock), seat.agent.id, seat.id)


def _by_turn(entry: tuple[_Turn, Seat]) -> _Turn:
    return entry[0]
