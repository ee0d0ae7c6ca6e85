"""What will happen, in order of simulated time."""

from heapq import heappop, heappush


class Agenda:
    """Entries (time, number, what, who, token): of two at one time the one put in first comes first."""

    __slots__ = ("_entries", "_number")

    def __init__(self) -> None:
        self._entries: list[tuple[float, int, int, int, int]] = []
        self._number = 0

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, time: float, what: int, who: int, token: int = 0) -> None:
        """Let `what` happen to `who`; `token` lets the reader tell an entry that is out of date."""
        self._number += 1
        heappush(self._entries, (time, self._number, what, who, token))

    def take(self) -> tuple[float, int, int, int, int]:
        """The next entry. IndexError when there is none."""
        return heappop(self._entries)
