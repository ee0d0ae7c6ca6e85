"""One queue's line of waiting contacts, kept in order while it changes and while time passes."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator
from heapq import merge

from routing.engine.order import as_if_entered_us, contact_order, score, since, uncapped_score
from routing.engine.values import Contact, QueuePlan, Requirement

Wants = tuple[str, tuple[Requirement, ...], int | None, frozenset[int], str]
_Place = tuple[float, float, int]


class Line:
    """A queue's contacts, apart by what they want of an agent: who cannot be served need not be read."""

    def __init__(self, plan: QueuePlan, contacts: Iterable[Contact] = ()) -> None:
        self.plan = plan
        self.parts: dict[Wants, Part] = {}
        self._part_of: dict[int, Part] = {}
        self._by_entered: list[tuple[float, int]] = []
        self._by_queued: list[tuple[float, int]] = []
        for contact in contacts:
            self.add(contact)

    def __len__(self) -> int:
        return len(self._part_of)

    def __contains__(self, contact_id: int) -> bool:
        return contact_id in self._part_of

    def add(self, contact: Contact) -> None:
        """Put a contact in its place; one that is already there stays."""
        if contact.id in self._part_of:
            return
        wants = wants_of(contact, self.plan)
        part = self.parts.get(wants)
        if part is None:
            part = self.parts[wants] = Part(self.plan)
        self._part_of[contact.id] = part
        part.add(contact)
        if self.plan.final is not None:
            insort(self._by_entered, (contact.entered_at, contact.id))
            insort(self._by_queued, (contact.queued_at, contact.id))

    def remove(self, contact_id: int) -> Contact | None:
        """Take a contact out, if it is there."""
        part = self._part_of.pop(contact_id, None)
        if part is None:
            return None
        contact = part.remove(contact_id)
        if not part:
            self.parts = {wants: one for wants, one in self.parts.items() if one}
        if self.plan.final is not None:
            _take(self._by_entered, (contact.entered_at, contact_id))
            _take(self._by_queued, (contact.queued_at, contact_id))
        return contact

    def in_order(self, now: float) -> Iterator[Contact]:
        """First in line first."""
        parts = (part.in_order(now) for part in self.parts.values())
        return merge(*parts, key=lambda contact: contact_order(contact, self.plan, now))

    def contacts(self) -> Iterator[Contact]:
        """All, in no order."""
        return (contact for part in self.parts.values() for contact in part.contacts())

    def overdue(self, entered_by: float | None, queued_by: float | None) -> Iterator[Contact]:
        """Those in a queue with a final action that entered, or were queued, so long ago."""
        ids: dict[int, None] = {}
        for rows, by in ((self._by_entered, entered_by), (self._by_queued, queued_by)):
            if by is not None:
                ids.update((row[1], None) for row in rows[: bisect_right(rows, by, key=_first)])
        return (self._part_of[contact_id].get(contact_id) for contact_id in ids)


class Part:
    """Contacts of one queue that want the same, as two lists: those at the cap by age, the others by points.

    Below the cap the order never changes; who reaches it goes over to the other list.
    """

    def __init__(self, plan: QueuePlan) -> None:
        self._plan = plan
        self._order: list[_Place] = []
        self._capped: list[tuple[float, int]] = []
        self._at_cap = 0
        self._contacts: dict[int, Contact] = {}

    def __len__(self) -> int:
        return len(self._contacts)

    def get(self, contact_id: int) -> Contact:
        """One of them."""
        return self._contacts[contact_id]

    def contacts(self) -> Iterator[Contact]:
        """All, in no order."""
        return iter(self._contacts.values())

    def add(self, contact: Contact) -> None:
        """Put a new contact in its place."""
        self._contacts[contact.id] = contact
        place = self._place(contact)
        if bisect_left(self._order, place) < self._at_cap:
            insort(self._capped, place[1:])
            self._at_cap += 1
        insort(self._order, place)

    def remove(self, contact_id: int) -> Contact:
        """Take a contact out that is there."""
        contact = self._contacts.pop(contact_id)
        place = self._place(contact)
        at = bisect_left(self._order, place)
        del self._order[at]
        if at < self._at_cap:
            self._at_cap -= 1
            _take(self._capped, place[1:])
        return contact

    def in_order(self, now: float) -> Iterator[Contact]:
        """First in line first."""
        self._move_to_cap(now)
        yield from (self._contacts[contact_id] for _, contact_id in self._capped)
        for at in range(self._at_cap, len(self._order)):
            yield self._contacts[self._order[at][2]]

    def _place(self, contact: Contact) -> _Place:
        plan = self._plan
        if plan.acceleration > 0:
            points: float = as_if_entered_us(contact, plan.acceleration)
        else:
            points = -score(contact, plan, 0.0)
        return points, since(contact, plan), contact.id

    def _move_to_cap(self, now: float) -> None:
        """Let those in front who have reached the cap by now stand by age; also when the clock went back."""
        cap, pace = self._plan.score_cap, self._plan.acceleration
        if cap is None or pace <= 0:
            return
        number = bisect_left(
            self._order, True, key=lambda place: uncapped_score(int(place[0]), pace, now) < cap
        )
        for place in self._order[self._at_cap : number]:
            insort(self._capped, place[1:])
        for place in self._order[number : self._at_cap]:
            _take(self._capped, place[1:])
        self._at_cap = number


def wants_of(contact: Contact, plan: QueuePlan) -> Wants:
    """What decides who may ever take the contact, in its queue."""
    language = contact.language if plan.language_required else ""
    return contact.channel, contact.requirements, contact.pinned_pool_id, contact.barred_pools, language


def orders_alike(one: QueuePlan, other: QueuePlan) -> bool:
    """Whether a line of one plan serves for the other, too."""
    return _of_order(one) == _of_order(other)


def _of_order(plan: QueuePlan) -> tuple[object, ...]:
    return (
        plan.acceleration,
        plan.score_cap,
        plan.newest_first,
        plan.language_required,
        plan.final is None,
    )


def _take(rows: list[tuple[float, int]], row: tuple[float, int]) -> None:
    del rows[bisect_left(rows, row)]


def _first(row: tuple[float, int]) -> float:
    return row[0]
