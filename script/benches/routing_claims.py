"""Assignments per second by the claim, 50 at a time, against one statement each with SKIP LOCKED."""

from __future__ import annotations

import time
from collections.abc import Callable

import psycopg2

from script.benches.figures import ROUNDS, Figure, medians
from script.benches.ground import Ground, sign_in

about = "assignments by claim, 50 at a time, against one statement each"
AGENTS = 500
GOAL = 3.0

# The way everybody begins with: pick the best waiting row and the longest idle agent, reserve, update both.
_BASELINE_TABLES = """
CREATE TABLE bench_contact (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, state int, key bigint);
CREATE INDEX ON bench_contact (key) WHERE state = 0;
CREATE TABLE bench_agent (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, state int, idle_since timestamptz);
CREATE INDEX ON bench_agent (idle_since) WHERE state = 0;
CREATE TABLE bench_offer (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, contact_id bigint, agent_id bigint, at timestamptz);
"""
_BASELINE = """
WITH c AS (
  SELECT id FROM bench_contact WHERE state = 0 ORDER BY key LIMIT 1 FOR UPDATE SKIP LOCKED
), a AS (
  SELECT id FROM bench_agent WHERE state = 0 ORDER BY idle_since LIMIT 1 FOR UPDATE SKIP LOCKED
), o AS (
  INSERT INTO bench_offer (contact_id, agent_id, at) SELECT c.id, a.id, now() FROM c, a
), uc AS (
  UPDATE bench_contact SET state = 1 FROM c WHERE bench_contact.id = c.id
)
UPDATE bench_agent SET state = 1 FROM a WHERE bench_agent.id = a.id
"""


def measure(*, quick: bool) -> list[Figure]:
    """One figure: ours with presence, periods, decisions and walls, the baseline with bare tables."""
    rounds = 1 if quick else ROUNDS
    with Ground() as ground:
        from django.db import connection

        from routing.claims import BATCH
        from routing.owner import SESSION_SETTINGS

        with connection.cursor() as cursor:
            cursor.execute(SESSION_SETTINGS)
        organization_id, _ = sign_in(AGENTS)
        baseline = _Baseline(ground.urls.owner_database_url)
        floor = _Floor(organization_id)
        pairs = [(_rate(floor, BATCH), baseline.rate()) for _ in range(rounds)]
    ours, theirs, ratio = medians(pairs)
    return [Figure("routing_claims", ours, theirs, ratio, GOAL, ok=ratio >= GOAL, unit="assignments/s")]


class _Baseline:
    def __init__(self, url: str) -> None:
        self._connection = psycopg2.connect(url)
        self._connection.autocommit = True
        self._run(_BASELINE_TABLES)
        self._run(
            "INSERT INTO bench_agent (state, idle_since) SELECT 1, now() FROM generate_series(1, %s)", AGENTS
        )

    def rate(self) -> float:
        """Assignments per second, one statement each."""
        self._run("UPDATE bench_agent SET state = 0, idle_since = clock_timestamp()")
        self._run(
            "INSERT INTO bench_contact (state, key) SELECT 0, n FROM generate_series(1, %s) AS n", AGENTS
        )
        return AGENTS / _seconds(lambda: [self._run(_BASELINE) for _ in range(AGENTS)])

    def _run(self, statement: str, *parameters: object) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(statement, parameters or None)


class _Floor:
    """A company whose agents all become free, and as many callers, again and again."""

    def __init__(self, organization_id: int) -> None:
        from accounts.models import Member
        from foundation.tenancy import tenant
        from routing.models import Presence, Queue

        self.organization_id = organization_id
        with tenant(organization_id):
            self.queue = Queue.objects.create(slug="service", name="Service")
            self.member_ids = list(Member.objects.values_list("id", flat=True))
            Presence.objects.bulk_create(Presence(member_id=one) for one in self.member_ids)

    def refill(self) -> list[tuple[int, int]]:
        """Free every agent and queue as many contacts; (waiting token, seat token) of each."""
        from django.utils import timezone

        from customers.models import Interaction
        from foundation.tenancy import tenant
        from routing.models import Offer, Presence, SeatToken, WaitingToken, WorkItem

        now = timezone.now()
        with tenant(self.organization_id):
            Offer.objects.all().delete()
            seats = SeatToken.objects.bulk_create(SeatToken(member_id=one) for one in self.member_ids)
            for seat in seats:
                Presence.objects.filter(member_id=seat.member_id).update(
                    state="ready", seat_token_id=seat.id, heartbeat_at=now
                )
            calls = Interaction.objects.bulk_create(
                Interaction(channel="voice", state="waiting", queue_slug="service") for _ in seats
            )
            items = WorkItem.objects.bulk_create(
                WorkItem(interaction=call, queue=self.queue, entered_at=now, queued_at=now) for call in calls
            )
            tokens = WaitingToken.objects.bulk_create(
                WaitingToken(work_item=item, queue=self.queue, key=n, entered_at=now, queued_at=now)
                for n, item in enumerate(items)
            )
            for item, token in zip(items, tokens, strict=True):
                item.token_id = token.id
            WorkItem.objects.bulk_update(items, ["token_id"])
        return [(token.id, seat.id) for token, seat in zip(tokens, seats, strict=True)]


def _rate(floor: _Floor, batch: int) -> float:
    from django.utils import timezone

    from foundation.tenancy import tenant
    from routing.claims import Pair, claim

    pairs = [Pair(waiting, seat, ["idle longest: 0:04"], {}) for waiting, seat in floor.refill()]
    won = 0

    def run() -> None:
        nonlocal won
        for start in range(0, len(pairs), batch):
            with tenant(floor.organization_id):
                won += len(claim(pairs[start : start + batch], timezone.now()))

    seconds = _seconds(run)
    if won != len(pairs):
        raise RuntimeError(f"Only {won} of {len(pairs)} pairs were won.")
    return won / seconds


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
