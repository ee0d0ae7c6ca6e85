"""One queue's line of waiting contacts, kept in order while it changes."""

from bisect import bisect_left, insort
from collections.abc import Iterator

from routing.engine.values import Contact


class Line:
    """Contacts by (order key, entered, id): of two with equal points the longer waiting comes first."""

    def __init__(self) -> None:
        self._order: list[tuple[int, float, int]] = []
        self._contacts: dict[int, tuple[int, Contact]] = {}

    def __len__(self) -> int:
        return len(self._order)

    def __iter__(self) -> Iterator[Contact]:
        """First in line first."""
        return (self._contacts[contact_id][1] for _, _, contact_id in self._order)

    def add(self, contact: Contact, key: int) -> None:
        """Put a contact in its place; one that is already there stays."""
        if contact.id not in self._contacts:
            self._contacts[contact.id] = (key, contact)
            insort(self._order, (key, contact.entered_at, contact.id))

    def remove(self, contact_id: int) -> Contact | None:
        """Take a contact out, if it is there."""
        known = self._contacts.pop(contact_id, None)
        if known is None:
            return None
        key, contact = known
        del self._order[bisect_left(self._order, (key, contact.entered_at, contact_id))]
        return contact
