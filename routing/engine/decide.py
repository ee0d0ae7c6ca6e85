"""One decision round: contacts in their order, each to the best agent left for it.

It is the same round whether a contact came or an agent became free, so both give the same pairs.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from heapq import heapify, heappop, heappush
from itertools import islice

from routing.engine.filters import allows
from routing.engine.line import Line
from routing.engine.order import contact_order
from routing.engine.pool import Pool
from routing.engine.round import Round
from routing.engine.scene import Scene
from routing.engine.values import Contact, Decision, Rulebook, Seat, Situation

_Place = tuple[int, float, float, int]
_Next = tuple[_Place, Contact, Iterator[Contact]]


def decide(
    contacts: Collection[Contact],
    seats: Iterable[Seat],
    rules: Rulebook,
    now: float,
    situation: Situation | None = None,
) -> list[Decision]:
    """Pair contacts with agents; afterwards no contact waits that anybody left could take."""
    lines: dict[int, Line] = {}
    for contact in contacts:
        plan = rules.plans.get(contact.queue_id)
        if plan is not None:
            lines.setdefault(plan.id, Line(plan)).add(contact)
    return list(_decided(lines, Pool(seats), Scene(rules, now, situation)))


def decide_lines(
    lines: Mapping[int, Line],
    pool: Pool,
    rules: Rulebook,
    now: float,
    limit: int,
    situation: Situation | None = None,
) -> list[Decision]:
    """The first `limit` pairs of `decide`, from lines already in order and without reading all of them."""
    return list(islice(_decided(lines, pool, Scene(rules, now, situation)), limit))


def decide_for(
    contact: Contact,
    seats: Iterable[Seat],
    rules: Rulebook,
    now: float,
    situation: Situation | None = None,
) -> Decision | None:
    """A contact has come: who gets it, of these free seats."""
    return Round(Pool(seats), Scene(rules, now, situation)).decide(contact)


def next_for(
    seat: Seat,
    contacts: Collection[Contact],
    rules: Rulebook,
    now: float,
    situation: Situation | None = None,
) -> Contact | None:
    """An agent has become free: which contact is theirs, of those that wait."""
    scene = Scene(rules, now, situation)
    able = (one for one in contacts if one.queue_id in rules.plans and allows(one, seat, scene))
    return min(able, key=lambda one: contact_order(one, rules.plans[one.queue_id], now), default=None)


def _decided(lines: Mapping[int, Line], pool: Pool, scene: Scene) -> Iterator[Decision]:
    """The pairs of a round, in the order of their contacts."""
    if not len(pool):
        return
    run = Round(pool, scene)
    waiting = _Waiting(lines, run)
    while (contact := waiting.next()) is not None:
        decision = run.decide(contact)
        if decision is None:
            waiting.pass_over(contact)
            continue
        yield decision
        if scene.plan(contact).split is not None:
            waiting.look_again(contact.queue_id)


class _Waiting:
    """The contacts of several lines in one order; lines that nobody left could serve are not read on."""

    def __init__(self, lines: Mapping[int, Line], run: Round) -> None:
        self._run = run
        self._heap: list[_Next] = []
        self._passed: dict[int, list[_Next]] = {}
        for queue_id, line in lines.items():
            if queue_id in run.scene.rules.plans:
                for part in line.parts.values():
                    self._advance(part.in_order(run.scene.now))
        heapify(self._heap)

    def next(self) -> Contact | None:
        """The first contact that somebody may be left for."""
        while self._heap:
            place, contact, rest = heappop(self._heap)
            if self._run.may_serve(contact):
                self._advance(rest)
                return contact
            self._keep(contact, (place, contact, rest))
        return None

    def pass_over(self, contact: Contact) -> None:
        """Nobody left may take it now."""
        self._run.found_nobody(contact)
        self._keep(contact, (self._place(contact), contact, iter(())))

    def look_again(self, queue_id: int) -> None:
        """The counts of a split queue have changed: those passed over may have become somebody's."""
        self._run.forget_who_is_left()
        for entry in self._passed.pop(queue_id, ()):
            heappush(self._heap, entry)

    def _advance(self, rest: Iterator[Contact]) -> None:
        contact = next(rest, None)
        if contact is not None:
            heappush(self._heap, (self._place(contact), contact, rest))

    def _keep(self, contact: Contact, entry: _Next) -> None:
        if self._run.scene.plan(contact).split is not None:
            self._passed.setdefault(contact.queue_id, []).append(entry)

    def _place(self, contact: Contact) -> _Place:
        return contact_order(contact, self._run.scene.plan(contact), self._run.scene.now)
