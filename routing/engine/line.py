"""One queue's line of waiting contacts, kept in order while it changes and while time passes."""

from collections.abc import Iterable, Iterator
from heapq import merge

from routing.engine.order import as_if_entered_us, contact_order, score, since, uncapped_score
from routing.engine.rows import SortedRows
from routing.engine.values import Contact, QueuePlan, Requirement

Wants = tuple[str, tuple[Requirement, ...], int | None, frozenset[int], str]
_Place = tuple[float, float, int]


class Line:
    """A queue's contacts, apart by what they want of an agent: who cannot be served need not be read."""

    def __init__(self, plan: QueuePlan, contacts: Iterable[Contact] = ()) -> None:
        self.plan = plan
        self.parts: dict[Wants, Part] = {}
        self._part_of: dict[int, Part] = {}
        self._by_queued: SortedRows[tuple[float, int]] = SortedRows()
        # Those whose final action is still to come, by what it may count from.
        self._to_end_by_entered: SortedRows[tuple[float, int]] = SortedRows()
        self._to_end_by_queued: SortedRows[tuple[float, int]] = SortedRows()
        self._seen_to: set[int] = set()
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
        self._by_queued.add((contact.queued_at, contact.id))
        if self.plan.final is not None:
            self._to_end_by_entered.add((_counts_from(contact, contact.entered_at), contact.id))
            self._to_end_by_queued.add((_counts_from(contact, contact.queued_at), contact.id))

    def remove(self, contact_id: int) -> Contact | None:
        """Take a contact out, if it is there."""
        part = self._part_of.pop(contact_id, None)
        if part is None:
            return None
        contact = part.remove(contact_id)
        if not part:
            self.parts = {wants: one for wants, one in self.parts.items() if one}
        self._by_queued.remove((contact.queued_at, contact_id))
        if contact_id in self._seen_to:
            self._seen_to.remove(contact_id)
        elif self.plan.final is not None:
            self._forget_end(contact)
        return contact

    def see_to_end(self, contact_id: int) -> None:
        """The final action of a contact has been seen to, while it waits on: it is due no more."""
        part = self._part_of.get(contact_id)
        if part is not None and contact_id not in self._seen_to and self.plan.final is not None:
            self._forget_end(part.get(contact_id))
            self._seen_to.add(contact_id)

    def _forget_end(self, contact: Contact) -> None:
        self._to_end_by_entered.remove((_counts_from(contact, contact.entered_at), contact.id))
        self._to_end_by_queued.remove((_counts_from(contact, contact.queued_at), contact.id))

    def in_order(self, now: float) -> Iterator[Contact]:
        """First in line first."""
        parts = (part.in_order(now) for part in self.parts.values())
        return merge(*parts, key=lambda contact: contact_order(contact, self.plan, now))

    def contacts(self) -> Iterator[Contact]:
        """All, in no order."""
        return (contact for part in self.parts.values() for contact in part.contacts())

    def longest_wait(self, now: float) -> float:
        """Seconds that somebody has been in this queue at most; 0 when it is empty."""
        return max(now - self._by_queued.first[0], 0.0) if self._by_queued else 0.0

    def overdue(self, entered_by: float | None, queued_by: float | None) -> Iterator[Contact]:
        """Those in a queue with a final action that entered, or were queued, so long ago."""
        ids: dict[int, None] = {}
        for rows, by in (
            (self._to_end_by_entered, entered_by),
            (self._to_end_by_queued, queued_by),
        ):
            if by is not None:
                ids.update((row[1], None) for row in rows.up_to(by))
        return (self._part_of[contact_id].get(contact_id) for contact_id in ids)


class Part:
    """Contacts of one queue that want the same: those at the cap by age, the others by points.

    Below the cap the order never changes; who reaches it goes over. Whoever is at the cap is kept by points
    as well, because they go back when the clock does.
    """

    def __init__(self, plan: QueuePlan) -> None:
        self._plan = plan
        self._contacts: dict[int, Contact] = {}
        self._below: SortedRows[_Place] = SortedRows()
        self._at_cap: SortedRows[_Place] = SortedRows()
        self._at_cap_by_age: SortedRows[tuple[float, int]] = SortedRows()
        self._capped: set[int] = set()

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
        self._below.add(self._place(contact))

    def remove(self, contact_id: int) -> Contact:
        """Take a contact out that is there."""
        contact = self._contacts.pop(contact_id)
        place = self._place(contact)
        if contact_id in self._capped:
            self._leave_cap(place)
        else:
            self._below.remove(place)
        return contact

    def in_order(self, now: float) -> Iterator[Contact]:
        """First in line first."""
        self._move_to_cap(now)
        for _, contact_id in self._at_cap_by_age:
            yield self._contacts[contact_id]
        for place in self._below:
            yield self._contacts[place[2]]

    def _place(self, contact: Contact) -> _Place:
        plan = self._plan
        if plan.acceleration > 0:
            points: float = as_if_entered_us(contact, plan.acceleration)
        else:
            points = -score(contact, plan, 0.0)
        return points, since(contact, plan), contact.id

    def _move_to_cap(self, now: float) -> None:
        """Let those who have reached the cap by now stand by age; also when the clock went back."""
        cap, pace = self._plan.score_cap, self._plan.acceleration
        if cap is None or pace <= 0:
            return
        while self._below and uncapped_score(int(self._below.first[0]), pace, now) >= cap:
            place = self._below.first
            self._below.remove(place)
            self._reach_cap(place)
        while self._at_cap and uncapped_score(int(self._at_cap.last[0]), pace, now) < cap:
            place = self._at_cap.last
            self._leave_cap(place)
            self._below.add(place)

    def _reach_cap(self, place: _Place) -> None:
        self._at_cap.add(place)
        self._at_cap_by_age.add(place[1:])
        self._capped.add(place[2])

    def _leave_cap(self, place: _Place) -> None:
        self._at_cap.remove(place)
        self._at_cap_by_age.remove(place[1:])
        self._capped.remove(place[2])


def _counts_from(contact: Contact, moment: float) -> float:
    return moment if contact.final_from is None else contact.final_from


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
