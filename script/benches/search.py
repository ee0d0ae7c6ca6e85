"""The one search box over many customers, and opening one of them: time, what is missed, how both grow."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from script.benches.figures import Figure, percentile
from script.benches.ground import Ground, quiet_collector, sign_in
from script.benches.record_ground import RecordGround, fill, superuser_url
from script.benches.search_queries import recall, typed_queries
from script.benches.timeline import MOST_MS, Pages, record_with

about = "the search box and the record at full size: time against limits, recall against a full scan, growth"
SIZES = (10_000, 100_000, 1_000_000)
QUICK_SIZES = (2_000, 20_000)
TYPO_LIMIT_MS, PLAIN_LIMIT_MS = 15.0, 5.0
LAST_LIMIT_MS = 15.0  # notes and own fields: asked when nobody is called so
LEAST_RECALL = 0.95
MOST_TIMES_SELECT = 3.0
FLAT = 3.0
_LINES = 10_000
_EACH, _QUICK_EACH = 60, 20
_JUDGED = 20  # searches of each kind; a scan of a million looks at each of them for minutes
_REPEATS = 5  # the best of them counts: other work on the machine is not the search's
_WHOLE = "SELECT customer_id, kind FROM customers_search_whole(%s::text[], %s::text[], NULL)"


def measure(*, quick: bool) -> list[Figure]:
    """Figures at the largest size, and how each grew on the way there."""
    results: dict[int, Results] = {}
    with Ground() as ground:
        port = ground.run_web(workers=1)
        for size in QUICK_SIZES if quick else SIZES:
            organization_id, [cookie] = sign_in(1)
            url = superuser_url(ground.urls.owner_database_url)
            made = fill(url, size, organization_id=organization_id)
            results[size] = measured_at(made, Pages(port, cookie, 10 if quick else 30), quick=quick)
    print(growth_table(results), flush=True)
    return [*figures_of(results[max(results)]), *growth_figures(results)]


@dataclass(frozen=True)
class Timing:
    """Milliseconds of one search: in all, of that in the database, and processor time that both sides took
    (which other work on the machine hardly changes)."""

    total: float
    sql: float
    server_cpu: float
    cpu: float


@dataclass
class Results:
    """What was measured at one size: the best of five of each search, and all five."""

    customers: int
    best: dict[str, list[Timing]] = field(default_factory=dict)
    every: dict[str, list[Timing]] = field(default_factory=dict)
    exact: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    opened: tuple[float, float, float] = (0.0, 0.0, 0.0)
    recall: float = 0.0
    judged: int = 0

    def typos(self) -> list[Timing]:
        """Of all kinds of misspelling."""
        return [one for kind in self.best if kind.startswith("typo") for one in self.best[kind]]

    def rows(self) -> dict[str, tuple[float, float]]:
        """p50 and p95 of everything, in milliseconds: in SQL, misspellings and opening in all."""
        found = {f"exact {kind}": (p50, p95) for kind, (p50, p95, _) in self.exact.items()}
        for kind, timings in self.best.items():
            found[_words(kind)] = _p50_p95(
                [one.total if kind.startswith("typo") else one.sql for one in timings]
            )
        found["typo, all kinds"] = _p50_p95([one.total for one in self.typos()])
        found["opening a record"] = self.opened[:2]
        return found

    def processor_rows(self) -> dict[str, tuple[float, float]]:
        """The same of processor time, which hardly depends on what else the machine does."""
        found = {}
        for kind, timings in self.best.items():
            found[_words(kind)] = _p50_p95(
                [one.cpu if kind.startswith("typo") else one.server_cpu for one in timings]
            )
        return found | {"typo, all kinds": _p50_p95([one.cpu for one in self.typos()])}


def _words(kind: str) -> str:
    return kind.replace("_", " ")


def _p50_p95(times: Sequence[float]) -> tuple[float, float]:
    return percentile(times, 0.5), percentile(times, 0.95)


def measured_at(ground: RecordGround, pages: Pages, *, quick: bool) -> Results:
    """Everything at this size."""
    from foundation.tenancy import tenant

    bench = _Bench(ground, each=_QUICK_EACH if quick else _EACH)
    with tenant(ground.organization_id), quiet_collector():
        results = bench.results()
    results.opened = _opened(ground.organization_id, pages)
    return results


def _opened(organization_id: int, pages: Pages) -> tuple[float, float, float]:
    """p50 and p95 of opening a record with 10,000 lines among everybody's, and p50 of a bare page."""
    record, bare = f"/customers/{record_with(organization_id, _LINES)}/", "/marquee/"
    for url in (record, bare) * 3:
        pages.get(url)  # warms templates and plans
    times = pages.times(record)
    return percentile(times, 0.5), percentile(times, 0.95), percentile(pages.times(bare), 0.5)


class _Bench:
    def __init__(self, ground: RecordGround, *, each: int) -> None:
        from accounts.access import Viewer
        from accounts.actors import SYSTEM_ACTOR

        self.ground, self.each = ground, each
        self.viewer = Viewer(organization_id=ground.organization_id, role="supervisor", actor=SYSTEM_ACTOR)
        self.found: dict[str, list[int]] = {}

    def results(self) -> Results:
        """Searches at this size, and what they missed."""
        queries = typed_queries(self.ground, self.each)
        results = Results(self.ground.customers)
        for texts in queries.values():
            for text in texts[:5]:
                self._find(text)
        results.exact = {kind: self._exact(kind) for kind in ("phone", "email")}
        for kind, texts in queries.items():
            repeated = [self._timed(text) for text in texts]
            results.every[kind] = [one for timings in repeated for one in timings]
            results.best[kind] = [min(timings, key=lambda one: one.total) for timings in repeated]
            _say(f"{self.ground.customers:,} customers, {kind}: {_spread(results.best[kind])}")
        typos = [text for kind in queries if kind.startswith("typo") for text in queries[kind][:_JUDGED]]
        results.recall, results.judged = recall({text: self.found[text] for text in typos})
        return results

    def _find(self, text: str) -> list[int]:
        from customers.search import find_customers

        return [hit.customer.pk for hit in find_customers(self.viewer, text, 10)]

    def _timed(self, text: str) -> list[Timing]:
        timings = []
        for _ in range(_REPEATS):
            with _sql_clock() as sql:
                server, own, began = self._server_ms(), time.process_time(), time.perf_counter()
                self.found[text] = self._find(text)
                total = (time.perf_counter() - began) * 1000
                server = self._server_ms() - server
                own = (time.process_time() - own) * 1000
            timings.append(Timing(total, sql.ms, server, server + own))
        return timings

    def _server_ms(self) -> float:
        """Processor time of this connection's server process, in ms."""
        return int(self._schedule.read_text().split()[0]) / 1e6

    @cached_property
    def _schedule(self) -> Path:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            return Path(f"/proc/{cursor.fetchone()[0]}/schedstat")

    def _exact(self, kind: str) -> tuple[float, float, float]:
        """p50 and p95 of a whole number or address, by the statement that the search box begins with; and how
        many times SELECT 1 that is where nothing else disturbs either."""
        from django.db import connection

        from customers.models import Identity

        some = list(Identity.objects.filter(kind=kind).values_list("value", flat=True)[: self.each])
        with connection.cursor() as cursor:
            ours: list[float] = []
            bare: list[float] = []
            for value in some * 5:
                asked = ([kind], [value])
                ours.append(_ms(lambda a=asked: cursor.execute(_WHOLE, a)))  # type: ignore[misc]
                bare.append(_ms(lambda: cursor.execute("SELECT 1")))
        ratio = percentile(ours, 0.1) / percentile(bare, 0.1)
        return percentile(ours, 0.5), percentile(ours, 0.95), ratio


# --- What is told -----------------------------------------------------------------------------------------


def figures_of(results: Results) -> list[Figure]:
    """The figures of one size against their limits."""
    size = f"{results.customers:,} customers"
    figures = [
        Figure(
            f"search_exact_{kind}", p50, p50 / ratio, ratio, MOST_TIMES_SELECT, ok=ratio <= MOST_TIMES_SELECT,
            unit="ms p50", note=f"against SELECT 1 (p10 of both), {size}; p95 {p95:.2f}",
        )
        for kind, (p50, p95, ratio) in results.exact.items()
    ]  # fmt: skip
    for kind in sorted(results.best):
        if not kind.startswith("typo"):
            limit = LAST_LIMIT_MS if kind.startswith(("note", "own_field")) else PLAIN_LIMIT_MS
            figures.append(_of_kind(f"search_{kind}", results, kind, limit, size))
    p50, p95, bare = results.opened
    return [
        *figures,
        _of_typos(results, size),
        Figure(
            "search_recall", results.recall, 1.0, results.recall, LEAST_RECALL,
            ok=results.recall >= LEAST_RECALL, unit="recall@10",
            note=f"{results.judged} misspelt searches against a full scan of {size}",
        ),
        Figure(
            "record_open", p95, MOST_MS, p95 / MOST_MS, 1.0, ok=p95 <= MOST_MS, unit="ms",
            note=f"p95 over HTTP, {_LINES:,} lines, {size}; p50 {p50:.0f}, a bare page {bare:.0f}",
        ),
    ]  # fmt: skip


def _of_kind(name: str, results: Results, kind: str, limit: float, size: str) -> Figure:
    best, every = results.best[kind], results.every[kind]
    p50, p95 = (percentile([one.sql for one in best], share) for share in (0.5, 0.95))
    cpu = percentile([one.server_cpu for one in best], 0.95)
    noisy = percentile([one.sql for one in every], 0.95)
    note = f"SQL p95, {size}; p50 {p50:.1f}, p95 of all runs {noisy:.1f}, {cpu:.1f} ms of processor"
    return _limit(name, p95, limit, note)


def _of_typos(results: Results, size: str) -> Figure:
    typos = results.typos()
    p50, p95 = (percentile([one.total for one in typos], share) for share in (0.5, 0.95))
    cpu = percentile([one.cpu for one in typos], 0.95)
    kinds = (kind for kind in results.best if kind.startswith("typo"))
    each = ", ".join(
        f"{kind.removeprefix('typo_')} {percentile([one.total for one in results.best[kind]], 0.95):.1f}"
        for kind in kinds
    )
    note = f"p95 with Python, {size}; p50 {p50:.1f}, {cpu:.1f} ms of processor; p95 each: {each}"
    return _limit("search_typo", p95, TYPO_LIMIT_MS, note)


def growth_figures(results: Mapping[int, Results]) -> list[Figure]:
    """How much more the largest costs than the smallest."""
    small, large = results[min(results)].rows(), results[max(results)].rows()
    figures = []
    for name, row in (("search_growth", "typo, all kinds"), ("record_growth", "opening a record")):
        ours, theirs = large[row][0], small[row][0]
        sizes = ", ".join(f"{size:,}: {results[size].rows()[row][0]:.1f} ms" for size in sorted(results))
        figures.append(
            Figure(
                name, ours, theirs, ours / theirs, FLAT, ok=ours / theirs <= FLAT, unit="ms p50", note=sizes
            )
        )
    return figures


def growth_table(results: Mapping[int, Results]) -> str:
    """p50 / p95 of everything at each size, in milliseconds: as the clock says, then of the processor."""
    clock = {size: one.rows() for size, one in results.items()}
    processor = {size: one.processor_rows() for size, one in results.items()}
    load = f"(load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores at the end)"
    return "\n".join([*_table("ms by the clock", clock), *_table("ms of processor", processor), load])


def _table(title: str, rows: Mapping[int, Mapping[str, tuple[float, float]]]) -> Iterator[str]:
    sizes = sorted(rows)
    yield f"{title:<24}" + "".join(f"{size:>18,}" for size in sizes) + f"{'p50 grew':>12}"
    for name in rows[sizes[-1]]:
        cells = "".join(f"{rows[size][name][0]:>10.2f} /{rows[size][name][1]:>6.2f}" for size in sizes)
        yield f"{name:<24}{cells}{rows[sizes[-1]][name][0] / rows[sizes[0]][name][0]:>11.1f}x"


def _spread(timings: Sequence[Timing]) -> str:
    sql, cpu = [one.sql for one in timings], [one.server_cpu for one in timings]
    return (
        f"{percentile(sql, 0.5):.1f} / {percentile(sql, 0.95):.1f} ms in SQL, p50 / p95; "
        f"{percentile(cpu, 0.95):.1f} ms of processor; load {os.getloadavg()[0]:.1f}"
    )


def _limit(name: str, ms: float, limit: float, note: str) -> Figure:
    return Figure(name, ms, limit, ms / limit, 1.0, ok=ms <= limit, unit="ms", note=note)


def _say(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


def _ms(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


class _Clock:
    ms = 0.0

    def __call__(self, execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, parameters, many, context)
        finally:
            self.ms += (time.perf_counter() - began) * 1000


@contextmanager
def _sql_clock() -> Iterator[_Clock]:
    from django.db import connection

    clock = _Clock()
    with connection.execute_wrapper(clock):
        yield clock
