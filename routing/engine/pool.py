"""Free seats, so kept that the best for a contact are found without looking at all of them."""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator

from routing.engine.values import Agent, Seat

_Alike = tuple[int | None, frozenset[tuple[str, int]], frozenset[str], frozenset[str] | None]
_Turn = tuple[float, float, int, int]


class Pool:
    """Seats by what filters and ranks see in their agents, alike ones in the order of their turn.

    The agents of a group differ only in who they are, so of any two the same rules let both or neither
    take a contact and the one with the earlier turn comes first: except for an agent whom the contact asks
    for or avoids, which whoever reads a group has to look after.
    """

    def __init__(self, seats: Iterable[Seat] = ()) -> None:
        self._groups: dict[_Alike, list[tuple[_Turn, Seat]]] = {}
        self._seats: dict[int, Seat] = {}
        self._of_agent: dict[int, dict[int, Seat]] = defaultdict(dict)
        for seat in seats:
            self.add(seat)

    def __len__(self) -> int:
        return len(self._seats)

    def add(self, seat: Seat) -> None:
        """A seat is free; one that is there already stays."""
        if seat.id not in self._seats:
            self._seats[seat.id] = self._of_agent[seat.agent.id][seat.id] = seat
            insort(self._groups.setdefault(_alike(seat.agent), []), (_turn(seat), seat), key=_by_turn)

    def remove(self, seat_id: int) -> None:
        """The seat is taken, or gone."""
        seat = self._seats.pop(seat_id, None)
        if seat is None:
            return
        del self._of_agent[seat.agent.id][seat_id]
        if not self._of_agent[seat.agent.id]:
            del self._of_agent[seat.agent.id]
        alike = _alike(seat.agent)
        group = self._groups[alike]
        del group[bisect_left(group, _turn(seat), key=_by_turn)]
        if not group:
            del self._groups[alike]

    def agents(self) -> list[Agent]:
        """One agent of each group."""
        return [group[0][1].agent for group in self._groups.values()]

    def of_agent(self, agent_id: int | None) -> list[Seat]:
        """One agent's seats."""
        return list(self._of_agent[agent_id].values()) if agent_id in self._of_agent else []

    def groups(self) -> Iterator[tuple[Agent, Iterable[Seat]]]:
        """Of each group one agent, and all seats in the order of their turn."""
        for group in self._groups.values():
            yield group[0][1].agent, (seat for _, seat in group)


def _alike(agent: Agent) -> _Alike:
    return agent.partner_id, frozenset(agent.skills.items()), frozenset(agent.languages), agent.queues


def _turn(seat: Seat) -> _Turn:
    return seat.load, seat.ready_since, seat.agent.id, seat.id


def _by_turn(entry: tuple[_Turn, Seat]) -> _Turn:
    return entry[0]
