"""A million contacts through the real engine in simulated time, routers killed, every check on."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from script.benches.figures import Figure

about = "waits of 1,000,000 simulated contacts against Erlang C and A, a split, the checks, contacts a second"
CONTACTS, QUICK_CONTACTS = 500_000, 20_000  # of each of the two single-skill queues
AGENTS, HANDLE, PATIENCE = 10, 180.0, 120.0
LOAD_C, LOAD_A = 0.7, 1.0
MOST_OFF = 0.02
PER_SECOND = 20_000
_SEED = 11


def measure(*, quick: bool) -> list[Figure]:
    """Waits against both formulas, a split by the hour, violations, speed of a single-skill queue."""
    contacts = QUICK_CONTACTS if quick else CONTACTS
    most_off = 5 * MOST_OFF if quick else MOST_OFF  # fewer contacts leave more to chance
    return [
        *_single("erlang_c", contacts, LOAD_C, None, most_off),
        *_single("erlang_a", contacts, LOAD_A, PATIENCE, most_off),
        _split(days=1 if quick else 14),
    ]


def _single(name: str, contacts: int, load: float, patience: float | None, most_off: float) -> list[Figure]:
    from routing.simulation.durations import Exponential, Never
    from routing.simulation.erlang import erlang_a, erlang_c
    from routing.simulation.profile import Profile, Stream, Worker
    from routing.simulation.router import Agent, PoolPlan, QueuePlan, Rulebook, Step
    from routing.simulation.run import simulate

    rate = load * AGENTS / HANDLE
    rules = Rulebook(
        plans={1: QueuePlan(id=1, slug="calls", steps=(Step(frozenset({1})),))},
        pools={1: PoolPlan(1, "Team")},
    )
    stream = Stream(
        name="calls",
        queue_id=1,
        per_quarter=(rate * 900,),
        handle=Exponential(HANDLE),
        patience=Exponential(patience) if patience else Never(),
    )
    workers = tuple(Worker(Agent(id=n, pools=frozenset({1})), 1) for n in range(1, AGENTS + 1))
    days = contacts / rate / 86400
    profile = Profile(name, (stream,), workers, days=days)
    kills = [days * 86400 * part for part in (0.3, 0.6)]
    began = time.process_time()
    result = simulate(rules, profile, seed=_SEED, kills=kills, progress=_progress(name))
    per_second = result.contacts / (time.process_time() - began)
    formula = (
        erlang_a(arrivals=rate, handle_seconds=HANDLE, patience_seconds=patience, agents=AGENTS)
        if patience
        else erlang_c(arrivals=rate, handle_seconds=HANDLE, agents=AGENTS)
    )
    wait = result.queues[0].mean_wait
    off = abs(wait / formula.mean_wait - 1)
    note = f"{result.contacts:,} contacts, {result.kills} routers killed, {per_second:,.0f} contacts/s"
    if patience:
        note += f", gave up {result.queues[0].abandonment:.2%} against {formula.abandons:.2%}"
    checks = f"{result.checks:,} checks; {'; '.join(result.violations) or 'none found'}"
    found = float(result.violation_count)
    return [
        Figure(
            f"{name}_wait", wait, formula.mean_wait, off, most_off, ok=off <= most_off, unit="s", note=note
        ),
        Figure(f"{name}_violations", found, 0, found, 0, ok=not found, unit="", note=checks),
        Figure(
            f"{name}_speed",
            per_second,
            PER_SECOND,
            per_second / PER_SECOND,
            1,
            ok=per_second >= PER_SECOND,
            unit="contacts/s of processor",
            note="all checks on",
        ),
    ]


def _split(days: float) -> Figure:
    from routing.simulation.durations import Exponential
    from routing.simulation.profile import Profile, Stream, Worker
    from routing.simulation.router import Agent, PoolPlan, QueuePlan, Rulebook, Share, Split, Step
    from routing.simulation.run import simulate

    split = Split((Share(1, 85.0), Share(2, 15.0)), strict=True)
    plan = QueuePlan(id=1, slug="calls", steps=(Step(frozenset({1, 2})),), split=split)
    rules = Rulebook(plans={1: plan}, pools={1: PoolPlan(1, "Team"), 2: PoolPlan(2, "Partner")})
    workers = tuple(
        Worker(Agent(id=n, pools=frozenset({1 if n <= 20 else 2})), 1 if n <= 20 else 2) for n in range(1, 27)
    )
    stream = Stream("calls", 1, per_quarter=(75.0,), handle=Exponential(HANDLE))
    result = simulate(
        rules, Profile("split", (stream,), workers, days=days), seed=_SEED, progress=_progress("split")
    )
    partner = next(one for one in result.splits if one.pool == "Partner")
    kept = partner.hours_kept / partner.hours
    note = f"{partner.measured:.2f} % of 15 %, hours within 3 standard deviations of {partner.hours}"
    ok = kept == 1 and not result.violation_count
    return Figure("split_hours_kept", kept, 1, kept, 1, ok=ok, unit="of hours", note=note)


def _progress(name: str) -> Callable[[float], None]:
    def tell(share: float) -> None:
        if round(100 * share) % 10 == 0:
            sys.stderr.write(f"  {name}: {100 * share:.0f} %\n")
            sys.stderr.flush()

    return tell
