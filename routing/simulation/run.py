"""The simulation itself: simulated time, and the real engine in it."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from math import ceil, inf
from random import Random
from typing import Any

from routing.simulation.agenda import Agenda
from routing.simulation.arrivals import Caller, callers, lot
from routing.simulation.checks import Checks
from routing.simulation.desks import Desk
from routing.simulation.lending import LOOK_SECONDS, Lendings
from routing.simulation.profile import DAY, Profile, check_fit, times_at_work
from routing.simulation.results import Result
from routing.simulation.router import AT_ONCE, CAPACITY_UNITS, Router, Rulebook
from routing.simulation.tally import HOUR, Tally

STANDBY_SECONDS = 0.5  # from a router's end to the next one's first decision
(
    _ARRIVES,
    _GIVES_UP,
    _ENDS,
    _SHIFT_STARTS,
    _SHIFT_ENDS,
    _LOOK,
    _FINAL,
    _OFFER_ENDS,
    _COMES_BACK,
    _KILL,
    _STANDBY,
    _LEND,
) = range(12)
_ACCEPTED, _DECLINED, _MISSED = range(3)
Progress = Callable[[float], None]


def simulate(
    rulebook: Rulebook,
    profile: Profile,
    *,
    seed: int = 1,
    kills: Iterable[float] = (),
    check: bool = True,
    progress: Progress | None = None,
) -> Result:
    """Run the profile's days through the engine; the same seed gives the same result.

    `kills`: seconds after the beginning at which the router dies in the middle of its next round.
    `progress` is told the share done, 0–1. ValueError when profile and rulebook do not fit together.
    """
    return Simulation(rulebook, profile, seed=seed, kills=kills, check=check).run(progress)


class Simulation:
    """One run. What the database would hold is here; the router has a memory of its own, and may lose it."""

    def __init__(
        self, rulebook: Rulebook, profile: Profile, *, seed: int, kills: Iterable[float], check: bool
    ) -> None:
        check_fit(rulebook, profile)
        self._rulebook, self._profile, self._seed = rulebook, profile, seed
        self._until = profile.starts_at + profile.days * DAY
        self._agenda = Agenda()
        self._router: Router = Router(rulebook)
        self._router_up = True
        self._dying = self._changed = False
        self._waiting: dict[int, OrderedDict[int, Caller]] = {
            queue_id: OrderedDict() for queue_id in rulebook.plans
        }
        self._waiters = 0
        self._seats: dict[int, Desk] = {}
        self._seat_number = 0
        self._callers: dict[int, Caller] = {}
        self._serving: dict[int, Desk] = {}
        self._desks = {worker.agent.id: Desk(worker) for worker in profile.workers}
        self._units = {one.channel: rulebook.channel(one.channel).units for one in profile.streams}
        self._tally = Tally(profile, ceil(profile.days * DAY / HOUR))
        self._lendings = Lendings(profile.overflows, self._router)
        self._checks = Checks(rulebook, profile, self._router) if check else None
        self._manners = profile.manners
        self._at_once = profile.manners.at_once
        self._streams = [callers(profile, n, seed, self._until) for n in range(len(profile.streams))]
        self._coming: list[Caller | None] = [None] * len(self._streams)
        self._on: tuple[Callable[[float, int, int], None], ...] = (
            self._arrives,
            self._gives_up,
            self._ends,
            self._shift_starts,
            self._shift_ends,
            self._look,
            self._final_action,
            self._offer_ends,
            self._comes_back,
            self._kill,
            self._standby_takes_over,
            self._lend,
        )
        self._plan_ahead(kills)

    def _plan_ahead(self, kills: Iterable[float]) -> None:
        start = self._profile.starts_at
        for worker in self._profile.workers:
            for begin, end in times_at_work(worker, self._profile):
                self._agenda.put(begin, _SHIFT_STARTS, worker.agent.id)
                self._agenda.put(end, _SHIFT_ENDS, worker.agent.id)
        for number in range(len(self._streams)):
            self._await_next(number)
        for after in kills:
            self._agenda.put(start + after, _KILL, 0)
        if self._lendings:
            self._agenda.put(start + LOOK_SECONDS, _LEND, 0)
        for at in self._router.clock_changes(start, self._until):
            self._agenda.put(at, _LOOK, 0)

    def run(self, progress: Progress | None = None) -> Result:
        """Until the time is over."""
        agenda, on, until = self._agenda, self._on, self._until
        step = (until - self._profile.starts_at) / 100
        tell_at = self._profile.starts_at + step if progress else inf
        while agenda:
            now, _, what, who, token = agenda.take()
            if now >= until:
                break
            on[what](now, who, token)
            if self._changed and self._waiters and self._seats and self._router_up:
                self._round(now)
            if now >= tell_at and progress:
                progress(min((now - self._profile.starts_at) / (until - self._profile.starts_at), 1.0))
                tell_at = now + step
        return self._result()

    # Contacts come and go

    def _await_next(self, number: int) -> None:
        caller = self._coming[number] = next(self._streams[number], None)
        if caller is not None:
            self._agenda.put(caller.entered_at, _ARRIVES, number)

    def _arrives(self, now: float, number: int, _: int) -> None:
        caller = self._coming[number]
        assert caller is not None
        self._await_next(number)
        self._tally.arrived(number, now)
        self._callers[caller.id] = caller
        if caller.patience != inf:
            self._agenda.put(now + caller.patience, _GIVES_UP, caller.id)
        self._line_up(caller, now)

    def _line_up(self, caller: Caller, now: float) -> None:
        self._wait(caller)
        for at in self._router.looks(caller.queue_id, now):
            self._agenda.put(at, _LOOK, caller.id)
        self._await_final(caller, now)

    def _wait(self, caller: Caller) -> None:
        contact = self._router.contact(caller, self._profile.streams[caller.stream])
        caller.state, caller.contact = "waiting", contact
        self._waiting[caller.queue_id][caller.id] = caller
        self._waiters += 1
        self._changed = True
        if self._router_up:
            self._router.add_contact(contact)

    def _wait_no_more(self, caller: Caller) -> None:
        del self._waiting[caller.queue_id][caller.id]
        self._waiters -= 1
        if self._router_up:
            self._router.drop_contact(caller.contact)

    def _gives_up(self, now: float, caller_id: int, _: int) -> None:
        caller = self._callers.get(caller_id)
        if caller is None or caller.state == "serving":
            return
        self._leave(caller, now)
        self._tally.gave_up(caller.stream, now - caller.entered_at, now)

    def _await_final(self, caller: Caller, now: float) -> None:
        if self._rulebook.plans[caller.queue_id].final is not None:
            at = self._router.final_at(caller.contact, now)
            if at is not None:
                self._agenda.put(max(at, now), _FINAL, caller.id)

    def _final_action(self, now: float, caller_id: int, _: int) -> None:
        """It is due, unless the steps run otherwise by now; while it is offered the offer comes first."""
        caller = self._callers.get(caller_id)
        if caller is None or caller.state != "waiting":
            return
        at = self._router.final_at(caller.contact, now)
        if at is None or at > now:
            self._await_final(caller, now)
            return
        final = self._rulebook.plans[caller.queue_id].final
        if final is not None and final.kind == "queue" and final.target_id in self._waiting:
            self._move(caller, final.target_id, now)
        else:
            self._leave(caller, now)
            self._tally.led_elsewhere(caller.stream)

    def _move(self, caller: Caller, queue_id: int, now: float) -> None:
        """On to another queue with its original age."""
        self._wait_no_more(caller)
        caller.queue_id, caller.queued_at = queue_id, now
        self._line_up(caller, now)

    def _leave(self, caller: Caller, now: float) -> None:
        if caller.state == "offered":
            self._release(caller, now, rested=False)
        else:
            self._wait_no_more(caller)
        del self._callers[caller.id]

    def _look(self, now: float, caller_id: int, _: int) -> None:
        if not caller_id or (caller_id in self._callers and self._callers[caller_id].state == "waiting"):
            self._changed = True

    # Agents come and go

    def _shift_starts(self, now: float, agent_id: int, _: int) -> None:
        desk = self._desks[agent_id]
        if not desk.at_work:
            desk.at_work = True
            if not desk.held:
                desk.staffed_since = now
            desk.ready_since = now
            self._sit_down(desk)

    def _shift_ends(self, now: float, agent_id: int, _: int) -> None:
        desk = self._desks[agent_id]
        desk.at_work = False
        self._stand_up(desk)
        if not desk.held:
            self._tally.staffed(agent_id, desk.pool_id, desk.staffed_since, now)
        self._changed = True

    def _comes_back(self, now: float, agent_id: int, _: int) -> None:
        desk = self._desks[agent_id]
        desk.away, desk.ready_since = False, now
        self._sit_down(desk)

    def _sit_down(self, desk: Desk) -> None:
        """Offer what capacity the agent has left."""
        if desk.seat is not None:
            self._stand_up(desk)
        if desk.at_work and not desk.away and desk.units < CAPACITY_UNITS:
            self._seat_number += 1
            desk.seat_id = self._seat_number
            desk.seat = self._router.seat(desk.seat_id, desk)
            self._seats[desk.seat_id] = desk
            self._changed = True
            if self._router_up:
                self._router.add_seat(desk.seat)
        self._router.staff(desk.agent, desk.state)

    def _stand_up(self, desk: Desk) -> None:
        if desk.seat is not None:
            del self._seats[desk.seat_id]
            if self._router_up:
                self._router.drop_seat(desk.seat_id)
            desk.seat = None
        self._router.staff(desk.agent, desk.state)

    # Decisions

    def _round(self, now: float) -> None:
        tally = self._tally
        while self._changed and self._waiters and self._seats and self._router_up:
            self._changed = False
            decisions = self._router.decide(now)
            tally.rounds += 1
            dies = self._dying and bool(decisions)
            claimed = decisions[: len(decisions) // 2] if dies else decisions
            for decision in claimed:
                self._claim(decision, now)
            if dies:
                self._die(now)
                return
            if len(decisions) == AT_ONCE:
                self._changed = True
        if self._checks and self._waiters and self._seats and self._router_up:
            self._checks.round_over(self._waiting, self._seats, now)

    def _claim(self, decision: Any, now: float) -> None:
        """Compare and set: only what still waits and is still free is won."""
        caller, desk = self._callers.get(decision.contact_id), self._seats.get(decision.seat.id)
        if caller is None or caller.state != "waiting" or desk is None:
            self._tally.lost_claims += 1
            return
        seat = desk.seat
        self._wait_no_more(caller)
        if self._checks:
            oldest = (next(iter(line.values())) for line in self._waiting.values() if line)
            self._checks.claimed(caller, desk.agent.id, seat, now, oldest)
        self._router.taken(decision, now)
        caller.pool_id = desk.pool_id if decision.pool_id is None else decision.pool_id
        self._tally.decisions += 1
        desk.hold(caller.channel, self._units[caller.channel], now)
        self._serving[caller.id] = desk
        self._sit_down(desk)
        if self._at_once:
            self._serve(caller, desk, now)
        else:
            self._offer(caller, desk, now)

    def _offer(self, caller: Caller, desk: Desk, now: float) -> None:
        manners = self._manners
        caller.state = "offered"
        caller.tries += 1
        drawn = lot(self._seed, caller.id, caller.tries)
        if drawn < manners.misses:
            how, at = _MISSED, now + manners.offer_seconds
        else:
            how = _DECLINED if drawn < manners.misses + manners.declines else _ACCEPTED
            dice = Random(f"{self._seed}/{caller.id}/{caller.tries}")  # noqa: S311 - traffic, not secrets
            at = now + min(manners.accept_after.draw(dice), manners.offer_seconds)
        self._agenda.put(at, _OFFER_ENDS, caller.id, caller.tries * 3 + how)

    def _offer_ends(self, now: float, caller_id: int, token: int) -> None:
        caller = self._callers.get(caller_id)
        tries, how = divmod(token, 3)
        if caller is None or caller.state != "offered" or caller.tries != tries:
            return
        desk = self._serving[caller_id]
        if how == _ACCEPTED:
            desk.misses = 0
            self._serve(caller, desk, now)
        else:
            self._return(caller, desk, now, missed=how == _MISSED)

    def _return(self, caller: Caller, desk: Desk, now: float, *, missed: bool) -> None:
        """Back in line with its original age; the agent is left in peace with it for a while."""
        manners = self._manners
        until = now + manners.cool_down_seconds
        if missed:
            self._tally.missed += 1
            desk.misses += 1
            if desk.misses >= manners.misses_allowed:
                desk.away, desk.misses = True, 0
                self._agenda.put(now + manners.away_seconds, _COMES_BACK, desk.agent.id)
        else:
            self._tally.declined += 1
        caller.avoid = (*(pair for pair in caller.avoid if pair[1] > now), (desk.agent.id, until))
        self._release(caller, now, rested=False)
        self._wait(caller)
        self._waiting[caller.queue_id].move_to_end(caller.id, last=False)
        self._agenda.put(until + 0.001, _LOOK, caller.id)
        self._await_final(caller, now)

    def _serve(self, caller: Caller, desk: Desk, now: float) -> None:
        caller.state = "serving"
        self._tally.answered(caller.stream, caller.pool_id, now - caller.entered_at, now)
        self._agenda.put(now + caller.handle + caller.wrap_up, _ENDS, caller.id)

    def _ends(self, now: float, caller_id: int, _: int) -> None:
        self._release(self._callers.pop(caller_id), now, rested=True)

    def _release(self, caller: Caller, now: float, *, rested: bool) -> None:
        """The agent has it no more; after a contact their idle time begins anew."""
        desk = self._serving.pop(caller.id)
        if self._checks:
            self._checks.released(caller, desk.agent.id)
        desk.let_go(caller.channel, self._units[caller.channel])
        if rested:
            desk.ready_since = desk.end_at = now
        if not desk.held:
            self._tally.worked(desk.agent.id, desk.pool_id, desk.busy_since, now)
            if not desk.at_work:
                self._tally.staffed(desk.agent.id, desk.pool_id, desk.staffed_since, now)
        self._sit_down(desk)

    # The router dies

    def _kill(self, now: float, who: int, token: int) -> None:
        self._dying = True

    def _die(self, now: float) -> None:
        self._dying = False
        self._router_up = False
        self._tally.kills += 1
        self._router.forget()
        self._agenda.put(now + STANDBY_SECONDS, _STANDBY, 0)

    def _standby_takes_over(self, now: float, who: int, token: int) -> None:
        """Another begins with nothing but the truth."""
        self._router_up = True
        for line in self._waiting.values():
            for caller in line.values():
                self._router.add_contact(caller.contact)
        for desk in self._seats.values():
            self._router.add_seat(desk.seat)
        self._changed = True

    def _lend(self, now: float, who: int, token: int) -> None:
        """Pools begin to help other queues, or stop."""
        self._changed = self._lendings.look(self._waiting, now) or self._changed
        self._agenda.put(now + LOOK_SECONDS, _LEND, 0)

    def _result(self) -> Result:
        tally, until = self._tally, self._until
        for desk in self._desks.values():
            if desk.held:
                tally.worked(desk.agent.id, desk.pool_id, desk.busy_since, until)
            if desk.at_work or desk.held:
                tally.staffed(desk.agent.id, desk.pool_id, desk.staffed_since, until)
        waiting = [0] * len(self._streams)
        for caller in self._callers.values():
            waiting[caller.stream] += caller.state in ("waiting", "offered")
        return tally.result(self._rulebook, self._seed, waiting, self._checks)
