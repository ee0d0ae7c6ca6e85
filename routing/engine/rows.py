"""A sorted list in chunks, so that a change costs the same whether a hundred or a million stand in it."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from typing import Any, Generic, TypeVar

Item = TypeVar("Item", bound=tuple[Any, ...])
_MOST = 512


class SortedRows(Generic[Item]):
    """Distinct tuples in order."""

    def __init__(self) -> None:
        self._chunks: list[list[Item]] = []
        self._lasts: list[Item] = []

    def __bool__(self) -> bool:
        return bool(self._chunks)

    def __iter__(self) -> Iterator[Item]:
        """From the smallest; stop reading before you change anything."""
        for chunk in self._chunks:
            yield from chunk

    @property
    def first(self) -> Item:
        """The smallest; there is one."""
        return self._chunks[0][0]

    @property
    def last(self) -> Item:
        """The largest; there is one."""
        return self._lasts[-1]

    def add(self, item: Item) -> None:
        """Put one in its place."""
        at = min(bisect_left(self._lasts, item), len(self._chunks) - 1)
        if at < 0:
            self._chunks.append([item])
            self._lasts.append(item)
            return
        chunk = self._chunks[at]
        insort(chunk, item)
        self._lasts[at] = chunk[-1]
        if len(chunk) > _MOST:
            self._halve(at)

    def remove(self, item: Item) -> None:
        """Take one out that is there."""
        at = bisect_left(self._lasts, item)
        chunk = self._chunks[at]
        del chunk[bisect_left(chunk, item)]
        if chunk:
            self._lasts[at] = chunk[-1]
        else:
            del self._chunks[at], self._lasts[at]

    def up_to(self, bound: Any) -> Iterator[Item]:
        """Those whose first field is at most this, from the smallest."""
        for chunk in self._chunks:
            if chunk[-1][0] > bound:
                yield from chunk[: bisect_right(chunk, bound, key=_first_field)]
                return
            yield from chunk

    def _halve(self, at: int) -> None:
        chunk = self._chunks[at]
        middle = len(chunk) // 2
        self._chunks[at : at + 1] = [chunk[:middle], chunk[middle:]]
        self._lasts[at : at + 1] = [chunk[middle - 1], chunk[-1]]


def _first_field(item: tuple[Any, ...]) -> Any:
    return item[0]
