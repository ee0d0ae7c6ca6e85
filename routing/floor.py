"""One organisation's waiting contacts and free seats, as the owner of the order keeps them in memory."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from routing.config import RoutingConfig, needs_staff
from routing.engine import (
    CAPACITY_UNITS,
    Contact,
    Decision,
    Line,
    Pool,
    Rulebook,
    Seat,
    Situation,
    decide_lines,
    interval_of,
    orders_alike,
)
from routing.engine.values import Standing
from routing.rule_versions import Versions


@dataclass(frozen=True)
class SeatRow:
    """A seat token as read from its table; times in epoch seconds."""

    id: int
    member_id: int
    ready_since: float
    units_used: int = 0
    held: dict[str, int] = field(default_factory=dict)
    inbound_at: float | None = None
    offer_at: float | None = None
    end_at: float | None = None
    without: list[str] = field(default_factory=list)


@dataclass
class Floor:
    """Stale knowledge is harmless here: a claim only wins what the tables still hold."""

    organization_id: int
    config: RoutingConfig = field(default_factory=RoutingConfig)
    config_read_at: float = float("-inf")
    lines: dict[int, Line] = field(default_factory=dict)
    waiting: dict[int, Contact] = field(default_factory=dict)
    strangers: dict[int, Contact] = field(default_factory=dict)
    seats: dict[int, SeatRow] = field(default_factory=dict)
    pool: Pool = field(default_factory=Pool)
    changed: bool = True
    missing: frozenset[tuple[str, int]] = frozenset()
    staff: dict[int, Standing] = field(default_factory=dict)
    looks_at_staff: bool = False
    standings_at: datetime | None = None
    taken: Counter[tuple[int, int, int]] = field(default_factory=Counter)
    counts_until: float = 0.0
    next_upkeep: float = 0.0
    next_overflow: float = 0.0
    reminded: dict[int, float] = field(default_factory=dict)
    versions: Versions = field(default_factory=Versions)
    _situation: Situation | None = None

    def add_waiting(self, contact: Contact) -> None:
        """A contact waits."""
        if contact.id not in self.waiting:
            self.waiting[contact.id] = contact
            self._put_in_line(contact)
            self.changed = True
            if contact.avoid:
                self.counts_until = 0.0  # an offer has come to nothing

    def add_seat(self, row: SeatRow) -> None:
        """An agent has capacity."""
        if row.id not in self.seats:
            self.seats[row.id] = row
            self.note_standing(row.member_id, "ready")
            self._put_into_pool(row)
            self.changed = True

    def drop_waiting(self, token_id: int) -> None:
        """The contact no longer waits here."""
        contact = self.waiting.pop(token_id, None)
        self.strangers.pop(token_id, None)
        if contact is not None and contact.queue_id in self.lines:
            self.lines[contact.queue_id].remove(token_id)

    def drop_seat(self, token_id: int) -> None:
        """The agent's capacity is taken, or gone."""
        row = self.seats.pop(token_id, None)
        if row is not None:
            self.note_standing(row.member_id, "busy")
        self.pool.remove(token_id)

    def use(self, config: RoutingConfig, read_at: float) -> None:
        """Decide by this configuration from now on; `read_at` in monotonic seconds."""
        self.config_read_at = read_at
        if config.rules != self.config.rules:
            self.changed = True
            self._line_up(config.rules)
            self.looks_at_staff = needs_staff(config.rules)
        if config.agents != self.config.agents:
            self.changed, self.pool = True, Pool()
            self.config = config
            for row in self.seats.values():
                self._put_into_pool(row)
        self.changed = self.changed or config.staff != self.config.staff
        self.config = config
        self.staff = {**config.staff, **{row.member_id: "ready" for row in self.seats.values()}}
        self._situation = None
        self.counts_until = 0.0
        self.missing = self._unknown()

    def read_again(self) -> None:
        """What is set up has changed: read it before the next decision."""
        self.config_read_at, self.changed, self.next_upkeep = float("-inf"), True, 0.0

    def _line_up(self, rules: Rulebook) -> None:
        """Keep the lines whose order the new rules leave as it is; make the others anew."""
        old, self.lines = self.lines, {}
        for queue_id, plan in rules.plans.items():
            line = old.get(queue_id)
            if line is not None and orders_alike(line.plan, plan):
                line.plan = plan
                self.lines[queue_id] = line
            else:
                self.lines[queue_id] = Line(plan)
        if self.lines != old:
            self.strangers = {}
            for contact in self.waiting.values():
                self._put_in_line(contact)

    def _put_in_line(self, contact: Contact) -> None:
        line = self.lines.get(contact.queue_id)
        if line is None:
            self.strangers[contact.id] = contact
        else:
            line.add(contact)

    def _put_into_pool(self, row: SeatRow) -> None:
        agent = self.config.agents.get(row.member_id)
        if agent is not None:
            self.pool.add(
                Seat(
                    id=row.id,
                    agent=agent,
                    ready_since=row.ready_since,
                    load=row.units_used / CAPACITY_UNITS,
                    held=row.held,
                    inbound_at=row.inbound_at,
                    offer_at=row.offer_at,
                    end_at=row.end_at,
                    without=frozenset(row.without),
                )
            )

    @property
    def may_match(self) -> bool:
        """Whether anybody waits while anybody is free."""
        return bool(self.waiting) and bool(self.seats)

    @property
    def needs_reading(self) -> bool:
        """Whether a token names a queue or agent that the configuration did not have when it was read."""
        return not self._unknown() <= self.missing

    def _unknown(self) -> frozenset[tuple[str, int]]:
        queues = {contact.queue_id for contact in self.strangers.values()}
        members = {row.member_id for row in self.seats.values()} - self.config.agents.keys()
        return frozenset({("queue", one) for one in queues} | {("member", one) for one in members})

    def note_standing(self, member_id: int, standing: Standing) -> None:
        """How an agent stands now; who has a seat is ready whatever was read."""
        if self.staff.get(member_id) != standing:
            self.staff[member_id] = standing
            self.changed, self._situation = True, None

    def situation(self) -> Situation:
        """What a decision may look at besides waiting contacts and free seats; the same until it changes."""
        if self._situation is None:
            self._situation = Situation(staff=self.staff, agents=self.config.agents, taken=self.taken)
        return self._situation

    def longest_wait(self, queue_id: int | None, now: float) -> float:
        """Seconds that somebody has been in this queue at most."""
        line = self.lines.get(queue_id or 0)
        return line.longest_wait(now) if line else 0.0

    def decide(self, now: float, limit: int) -> list[Decision]:
        """The next pairs, one for each agent; `now` in epoch seconds."""
        rules, situation = self.config.rules, self.situation()
        made = decide_lines(self.lines, self.pool, rules, now, limit, situation)
        return list(_each_seat_once(made))

    def took(self, seat_id: int, next_seat_id: int | None, channel: str, now: float) -> None:
        """An offer took this seat; what it left of the agent's capacity is the next."""
        row = self.seats.get(seat_id)
        self.drop_seat(seat_id)
        if row is None or next_seat_id is None:
            return
        held = {**row.held, channel: row.held.get(channel, 0) + 1}
        units = row.units_used + self.config.rules.channel(channel).units
        self.add_seat(replace(row, id=next_seat_id, units_used=units, held=held, offer_at=now))

    def count(self, decision: Decision, now: float) -> None:
        """A split queue's contact has gone to a pool."""
        plan = self.config.rules.plans[decision.contact.queue_id]
        if plan.split is not None and decision.pool_id is not None:
            self.taken[plan.id, interval_of(plan.split, now), decision.pool_id] += 1


def _each_seat_once(made: Iterable[Decision]) -> Iterator[Decision]:
    """A claim takes a seat token once; what is left of its agent comes back as another token."""
    used: set[int] = set()
    for one in made:
        if one.seat.id in used:
            continue
        also = tuple(seat for seat in one.also if seat.id not in used)
        used.update(seat.id for seat in (one.seat, *also))
        yield one if also == one.also else replace(one, also=also)
