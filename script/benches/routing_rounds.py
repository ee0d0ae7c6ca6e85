"""The whole decision: rules weighed, both claimed, reserved, explained, told; against one SQL statement."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2

from script.benches.figures import ROUNDS, Figure, percentile
from script.benches.ground import Ground, quiet_collector
from script.benches.routing_ground import RoutingGround
from script.benches.sql_rung import BATCH, Rung, climb

about = "decisions with all rules, one at a time and in bursts, against one SQL statement"
STEADY = 1_000
BURST_SECONDS = 0.1


def measure(*, quick: bool) -> list[Figure]:
    """Steady, burst, depth of the queue, and a snapshot that is held open."""
    waiting, deep = (5_000, 20_000) if quick else (100_000, 1_000_000)
    rounds = 1 if quick else ROUNDS
    with Ground() as ground, quiet_collector():
        floor = _Floor(RoutingGround.make())
        floor.ground.queue(waiting)
        floor.say(f"{waiting:,} wait")
        url = ground.urls.owner_database_url
        one = climb(url, waiting=waiting, assignments=4_000 if quick else 20_000)
        many = climb(url, waiting=waiting, assignments=4_000 if quick else 50_000, batch=BATCH, clients=1)
        floor.warm_up()
        bursts = sorted((floor.burst() for _ in range(rounds)), key=lambda burst: burst.seconds)
        burst = bursts[len(bursts) // 2]
        steady = floor.steady(STEADY)
        figures = [*_steady(steady, one), *_burst(burst, many)]
        with _snapshot(url):
            held = floor.steady(STEADY, seconds=10 if quick else 60)
        figures += _held(steady, held)
        figures.append(_depth(floor, steady, deep - waiting))
    return figures


def _steady(ours: Rung, rung: Rung) -> list[Figure]:
    rate, p95 = ours.rate / rung.rate, ours.p95 / rung.p95
    return [
        Figure("routing_steady", ours.rate, rung.rate, rate, 0.5, ok=rate >= 0.5, unit="offers/s"),
        Figure(
            "routing_steady_p95",
            ours.p95 * 1e3,
            rung.p95 * 1e3,
            p95,
            3.0,
            ok=p95 <= 3,
            unit="ms",
        ),
    ]


def _burst(ours: _Burst, rung: Rung) -> list[Figure]:
    ratio = ours.rate / rung.rate
    note = f"{ours.offers:,} agents at once hold an offer after {ours.seconds * 1e3:.0f} ms (goal 100)"
    ok = ratio >= 0.5 and ours.seconds <= BURST_SECONDS
    return [Figure("routing_burst", ours.rate, rung.rate, ratio, 0.5, ok=ok, unit="offers/s", note=note)]


def _held(clean: Rung, held: Rung) -> list[Figure]:
    rate, p95 = held.rate / clean.rate, held.p95 / clean.p95
    return [
        Figure("routing_snapshot", held.rate, clean.rate, rate, 0.8, ok=rate >= 0.8, unit="offers/s"),
        Figure(
            "routing_snapshot_p95",
            held.p95 * 1e3,
            clean.p95 * 1e3,
            p95,
            2.0,
            ok=p95 <= 2,
            unit="ms",
        ),
    ]


def _depth(floor: _Floor, shallow: Rung, more: int) -> Figure:
    floor.ground.queue(more)
    floor.say(f"{more:,} more wait")
    floor.warm_up()
    deep = floor.steady(STEADY)
    ratio = deep.rate / shallow.rate
    return Figure("routing_depth", deep.rate, shallow.rate, ratio, 0.9, ok=ratio >= 0.9, unit="offers/s")


class _Burst:
    def __init__(self, offers: int, seconds: float) -> None:
        self.offers, self.seconds = offers, seconds

    @property
    def rate(self) -> float:
        """Offers per second."""
        return self.offers / self.seconds


class _Floor:
    """The owner of the order in this process; its rounds are measured, what frees agents is not."""

    def __init__(self, ground: RoutingGround) -> None:
        from django.db import connection

        from routing.owner import SESSION_SETTINGS, Owner

        self.ground = ground
        self.owner = Owner(threading.Event())
        with connection.cursor() as cursor:
            cursor.execute(SESSION_SETTINGS)
        self._turn = 0

    def say(self, text: str) -> None:
        """Progress."""
        print(f"  {text}", file=sys.stderr, flush=True)

    def warm_up(self) -> None:
        """Read everything, plan every statement."""
        self._free(BATCH)
        while self.owner.round():
            pass

    def burst(self) -> _Burst:
        """All agents come ready at one moment."""
        self.ground.free(self.ground.member_ids)
        before = self._offers()
        began = time.perf_counter()
        while self.owner.round():
            pass
        seconds = time.perf_counter() - began
        return _Burst(self._offers() - before, seconds)

    def steady(self, number: int, seconds: float = 0.0) -> Rung:
        """One agent after the other comes ready, so many or for so long; each round is timed."""
        took: list[float] = []
        until = time.monotonic() + seconds
        while len(took) < number or time.monotonic() < until:
            self._free(1)
            began = time.perf_counter()
            if not self.owner.round():
                raise RuntimeError("A free agent got no offer.")
            took.append(time.perf_counter() - began)
        return Rung(rate=len(took) / sum(took), p95=percentile(took, 0.95))

    def _free(self, number: int) -> None:
        members = self.ground.member_ids
        self.ground.free([members[(self._turn + n) % len(members)] for n in range(number)])
        self._turn = (self._turn + number) % len(members)

    def _offers(self) -> int:
        from foundation.tenancy import tenant
        from routing.models import Offer

        with tenant(self.ground.organization_id):
            return Offer.objects.count()


@contextmanager
def _snapshot(url: str) -> Iterator[None]:
    """A long report: one repeatable-read transaction that has looked."""
    connection = psycopg2.connect(url)
    connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class")
        yield
    connection.close()
