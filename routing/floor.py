"""One organisation's waiting contacts and free seats, as the owner of the order keeps them in memory."""

from collections import defaultdict
from dataclasses import dataclass, field, replace

from routing.capacity import UNITS, Load
from routing.config import RoutingConfig
from routing.engine import Contact, Decision, Line, Pool, Seat, decide_lines


@dataclass(frozen=True)
class WaitingRow:
    """A waiting token as read from its table."""

    contact: Contact
    key: int
    channel: str = "voice"


@dataclass(frozen=True)
class SeatRow:
    """A seat token as read from its table; times in epoch seconds."""

    id: int
    member_id: int
    ready_since: float
    load: Load = field(default_factory=Load)
    inbound_at: float | None = None
    offer_at: float | None = None
    end_at: float | None = None


@dataclass
class Floor:
    """Stale knowledge is harmless here: a claim only wins what the tables still hold."""

    organization_id: int
    config: RoutingConfig = field(default_factory=lambda: RoutingConfig({}, {}))
    config_read_at: float = float("-inf")
    lines: dict[int, Line] = field(default_factory=lambda: defaultdict(Line))
    queue_of: dict[int, int] = field(default_factory=dict)
    channel_of: dict[int, str] = field(default_factory=dict)
    key_of: dict[int, int] = field(default_factory=dict)
    seats: dict[int, SeatRow] = field(default_factory=dict)
    pool: Pool = field(default_factory=Pool)
    also: dict[int, list[int]] = field(default_factory=dict)
    changed: bool = True
    missing: frozenset[tuple[str, int]] = frozenset()

    def add_waiting(self, row: WaitingRow) -> None:
        """A contact waits."""
        if row.contact.id not in self.queue_of:
            self.queue_of[row.contact.id] = row.contact.queue_id
            self.channel_of[row.contact.id] = row.channel
            self.key_of[row.contact.id] = row.key
            self.lines[row.contact.queue_id].add(row.contact, row.key)
            self.changed = True

    def add_seat(self, row: SeatRow) -> None:
        """An agent is free."""
        if row.id not in self.seats:
            self.seats[row.id] = row
            self._put_into_pool(row)
            self.changed = True

    def drop_waiting(self, token_id: int) -> None:
        """The contact no longer waits here."""
        queue_id = self.queue_of.pop(token_id, None)
        self.channel_of.pop(token_id, None)
        self.key_of.pop(token_id, None)
        if queue_id is not None:
            self.lines[queue_id].remove(token_id)

    def drop_seat(self, token_id: int) -> None:
        """The agent is no longer free."""
        self.seats.pop(token_id, None)
        self.pool.remove(token_id)

    def use(self, config: RoutingConfig, read_at: float) -> None:
        """Decide by this configuration from now on; `read_at` in monotonic seconds."""
        self.config_read_at = read_at
        if config != self.config:
            self.config, self.changed, self.pool = config, True, Pool()
            for row in self.seats.values():
                self._put_into_pool(row)
        self.missing = self._unknown()

    def _put_into_pool(self, row: SeatRow) -> None:
        agent = self.config.agents.get(row.member_id)
        if agent is not None:
            load = row.load.used / UNITS
            self.pool.add(Seat(id=row.id, agent=agent, ready_since=row.ready_since, load=load))

    @property
    def may_match(self) -> bool:
        """Whether anybody waits while anybody is free."""
        return bool(self.queue_of) and bool(self.seats)

    @property
    def needs_reading(self) -> bool:
        """Whether a token names a queue or agent that the configuration did not have when it was read."""
        return not self._unknown() <= self.missing

    def _unknown(self) -> frozenset[tuple[str, int]]:
        queues = {queue_id for queue_id, line in self.lines.items() if line} - self.config.plans.keys()
        members = {row.member_id for row in self.seats.values()} - self.config.agents.keys()
        return frozenset({("queue", one) for one in queues} | {("member", one) for one in members})

    def decide(self, now: float, limit: int) -> list[Decision]:
        """The next pairs; `now` in epoch seconds."""
        aside: list[tuple[Contact, int]] = []
        while True:
            made = decide_lines(self.lines, self.pool, self.config.plans, now, limit)
            unfit = [one for one in made if not self._fits(one.contact_id, one.seat.id)]
            if not unfit:
                break
            for one in unfit:
                aside.append((one.contact, self.key_of[one.contact_id]))
                self.lines[one.contact.queue_id].remove(one.contact_id)
        for contact, key in aside:
            self.lines[contact.queue_id].add(contact, key)
        self._offer_to_several(made)
        return made

    def seats_for(self, decision: Decision) -> list[int]:
        """The seats a contact is offered to: the decided one first, then others where the queue asks so."""
        return [decision.seat.id, *self.also.get(decision.contact_id, [])]

    def took(self, seat_id: int, next_seat_id: int | None, channel: str, now: float) -> None:
        """An offer took this seat; what it left of the agent's capacity is the next."""
        row = self.seats.get(seat_id)
        self.drop_seat(seat_id)
        if row is not None and next_seat_id is not None:
            load = self.config.channels.with_one_more(row.load, channel)
            self.add_seat(replace(row, id=next_seat_id, load=load, offer_at=now))

    def _fits(self, contact_id: int, seat_id: int) -> bool:
        return self.config.channels.fits(self.channel_of[contact_id], self.seats[seat_id].load)

    def _offer_to_several(self, made: list[Decision]) -> None:
        taken, self.also = {one.seat.id for one in made}, {}
        for one in made:
            number = self.config.at_once.get(one.contact.queue_id, 1) - 1
            others = [
                seat.id
                for seat in one.considered
                if seat.id not in taken and self._fits(one.contact_id, seat.id)
            ][:number]
            taken.update(others)
            self.also[one.contact_id] = others
