"""The owner of the routing order: one thread in the whole installation, others stand by.

The order of contacts and seats lives in this thread's memory; the truth is the two token tables, claimed
compare-and-set. A PostgreSQL advisory lock on the claiming session says who owns. Two owners would be safe
all the same, they would only spoil the order. See docs/decisions for the measurements behind it.
"""

import logging
import threading
import time
from collections.abc import Callable

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from foundation import clock, health
from foundation.tenancy import tenant
from foundation.wake import Sleeper
from routing.claims import BATCH, make_offers, still_standing
from routing.config import load_config
from routing.engine import Decision, Final
from routing.floor import Floor
from routing.token_tables import Read, Tails, prune_changes
from routing.upkeep import carry_out, finals_now, read_counts, read_standings, weigh_overflow

logger = logging.getLogger(__name__)

LOCK = 0x626F7468_726F7574  # "bothrout"
POLL_SECONDS = 0.05
STANDBY_SECONDS = 0.05
AWAY_SECONDS = 0.5
SWEEP_SECONDS = 5.0
# Changes are told by tokens; reading anew is for what comes with time: hours, contracts.
CONFIG_SECONDS = 30.0
UPKEEP_SECONDS = 0.5
OVERFLOW_SECONDS = 3.0
PRUNE_SECONDS = 60.0
# Steps open and cool-downs end as time passes, without any row changing.
LOOK_AGAIN_SECONDS = 0.5

# Dead rows pile up under long snapshots: only keys may lead to the live ones. A dead owner's session must
# end soon even when its machine is gone, or its lock would linger.
SESSION_SETTINGS = """
SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off;
SET plan_cache_mode = force_generic_plan;
SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3;
SET tcp_user_timeout = 10000;
"""


class SessionLost(RuntimeError):
    """The session that held the lock is gone: another may own the order by now."""


def run(stopped: threading.Event) -> None:
    """Own the order, or stand by, until stopped. A lost database is waited out, never fatal."""
    while not stopped.is_set():
        try:
            owned = Owner(stopped).serve() if _took_lock() else None
            pause = STANDBY_SECONDS if owned is None else 0
        except (DatabaseError, InterfaceError, SessionLost):
            logger.exception("the routing session is gone; trying again")
            pause = AWAY_SECONDS
            _close()
        stopped.wait(pause)
    _close()


def _took_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def _close() -> None:
    try:
        connection.close()
    except (DatabaseError, InterfaceError):
        connection.connection = None


class Owner:
    """The memory of the order and the loop that turns it into offers. Built by whoever holds the lock."""

    def __init__(self, stopped: threading.Event) -> None:
        self._stopped = stopped
        connection.ensure_connection()
        self._session = connection.connection
        self._floors: dict[int, Floor] = {}
        self._tails = Tails()
        self._next_sweep = self._next_prune = 0.0
        self._look_again: dict[int, float] = {}

    def serve(self) -> bool:
        """Make offers until stopped. Raises SessionLost or a database error when the lock is gone."""
        with connection.cursor() as cursor:
            cursor.execute(SESSION_SETTINGS)
        logger.info("owning the routing order")
        with Sleeper("routing") as sleeper:
            while not self._stopped.is_set():
                health.beat("routing")
                if not self.round():
                    sleeper.sleep(POLL_SECONDS)
        return True

    def round(self) -> bool:
        """Look, decide and claim once; True when offers were made, so that there may be more."""
        if connection.connection is not self._session:
            raise SessionLost
        if time.monotonic() >= self._next_sweep:
            self._sweep()
        else:
            self._look()
        for floor in self._floors.values():
            if floor.waiting and time.monotonic() >= floor.next_upkeep:
                self._safely(self._keep_up, floor)
        made = [self._safely(self._assign, floor) for floor in self._floors.values() if self._due(floor)]
        if not any(made):
            self._refresh_stalest_config()
        return any(made)

    def _look(self) -> None:
        """Read what came since the last look."""
        self._remember(self._tails.read_since(time.monotonic()))

    def _sweep(self) -> None:
        """Read both tables whole: add what memory lacks, drop what truth lacks."""
        now = time.monotonic()
        self._next_sweep = now + SWEEP_SECONDS
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = on")
            truth = self._tails.read_all(now)
        true_waiting = {contact.id for _, contact in truth.waiting}
        true_seats = {row.id for _, row in truth.seats}
        for floor in self._floors.values():
            for token_id in floor.waiting.keys() - true_waiting:
                floor.drop_waiting(token_id)
            for token_id in floor.seats.keys() - true_seats:
                floor.drop_seat(token_id)
        self._remember(truth)
        self._floors = {org: floor for org, floor in self._floors.items() if floor.waiting or floor.seats}
        if now >= self._next_prune:
            self._next_prune = now + PRUNE_SECONDS
            prune_changes()

    def _remember(self, read: Read) -> None:
        for organization_id in read.changed & self._floors.keys():
            self._floors[organization_id].read_again()
        for organization_id, contact in read.waiting:
            self._floor(organization_id).add_waiting(contact)
        for organization_id, seat in read.seats:
            self._floor(organization_id).add_seat(seat)

    def _floor(self, organization_id: int) -> Floor:
        return self._floors.setdefault(organization_id, Floor(organization_id))

    def _due(self, floor: Floor) -> bool:
        return floor.may_match and (
            floor.changed or time.monotonic() >= self._look_again.get(floor.organization_id, 0)
        )

    def _safely(self, work: Callable[[Floor], bool], floor: Floor) -> bool:
        """One organisation's trouble must not stop the others; a lost session stops all."""
        try:
            return work(floor)
        except (DatabaseError, InterfaceError):
            raise
        except Exception:
            logger.exception("routing failed", extra={"organization_id": floor.organization_id})
            floor.changed = False
            self._look_again[floor.organization_id] = time.monotonic() + LOOK_AGAIN_SECONDS
            floor.next_upkeep = time.monotonic() + UPKEEP_SECONDS
            return False

    def _keep_up(self, floor: Floor) -> bool:
        """What comes with time, whether or not anybody is free: overflow, and the end of patience."""
        floor.next_upkeep = time.monotonic() + UPKEEP_SECONDS
        self._read_if_old(floor)
        now = clock.now().timestamp()
        if floor.config.overflows and time.monotonic() >= floor.next_overflow:
            floor.next_overflow = time.monotonic() + OVERFLOW_SECONDS
            with tenant(floor.organization_id):
                changed = weigh_overflow(floor, now)
            if changed:
                self._read_config(floor)
        due = finals_now(floor, now)
        for final in due:
            self._carry_out(floor, final, now)
        return bool(due)

    def _carry_out(self, floor: Floor, final: Final, now: float) -> None:
        try:
            carry_out(floor, final, now)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("a contact's final action failed", extra={"token_id": final.contact.id})

    def _read_if_old(self, floor: Floor) -> None:
        if floor.needs_reading or time.monotonic() - floor.config_read_at > 2 * CONFIG_SECONDS:
            self._read_config(floor)

    def _read_moment(self, floor: Floor, now: float) -> None:
        """What a decision must know of this moment, where any rule asks for it."""
        looks, counts = floor.looks_at_staff, now >= floor.counts_until
        if looks or counts:
            with tenant(floor.organization_id):
                if looks:
                    read_standings(floor)
                if counts:
                    read_counts(floor, now)

    def _assign(self, floor: Floor) -> bool:
        self._read_if_old(floor)
        now = clock.now().timestamp()
        self._read_moment(floor, now)
        floor.changed = False
        self._look_again[floor.organization_id] = time.monotonic() + LOOK_AGAIN_SECONDS
        decisions = floor.decide(now, BATCH)
        if not decisions:
            return False
        with tenant(floor.organization_id):
            won = make_offers(decisions, floor.config.rules, now, floor.situation(), floor.versions)
        contacts_won = {offer.waiting_id for offer in won}
        for offer in won:
            floor.took(offer.seat_id, offer.next_seat_id, floor.waiting[offer.waiting_id].channel, now)
        for one in decisions:
            if one.contact_id in contacts_won:
                floor.count(one, now)
                floor.drop_waiting(one.contact_id)
        lost = [one for one in decisions if one.contact_id not in contacts_won]
        self._forget_stale(floor, lost)
        floor.changed = floor.changed or bool(won)
        return bool(won)

    def _forget_stale(self, floor: Floor, lost: list[Decision]) -> None:
        """Of pairs that were not won, drop the halves that no longer stand."""
        if not lost:
            return
        with tenant(floor.organization_id):
            waiting, seats = still_standing(lost)
        for one in lost:
            if one.contact_id not in waiting:
                floor.drop_waiting(one.contact_id)
            if one.seat.id not in seats:
                floor.drop_seat(one.seat.id)
        floor.changed = True

    def _read_config(self, floor: Floor) -> None:
        with tenant(floor.organization_id):
            floor.use(load_config(), time.monotonic())

    def _refresh_stalest_config(self) -> None:
        """While idle: at most one organisation a round, so that many cost no more than a few."""
        stalest = min(self._floors.values(), key=lambda floor: floor.config_read_at, default=None)
        if stalest is not None and time.monotonic() - stalest.config_read_at > CONFIG_SECONDS:
            self._read_config(stalest)
