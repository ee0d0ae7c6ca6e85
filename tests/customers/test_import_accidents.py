"""Imports whose worker is killed, that run twice, and that meet people at work on the same customers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from accounts.actors import IVR_ACTOR
from contactcenter.embedded.spawn import spawn
from customers.actions import find_or_create_by_phone
from customers.imports import actions, running
from customers.imports.models import Import, ImportChunk
from customers.imports.queries import progress_of
from customers.models import Customer, Identity, TimelineEntry
from foundation.models import Event
from foundation.tenancy import tenant
from tests.customers.importing import map_and_start, upload
from tests.engines import ROOT
from tests.people import Cast

PATIENCE = 60.0
ROWS = 60


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "CHUNK_ROWS", 20)


def started(cast: Cast) -> Import:
    """An import of three chunks that is to be written."""
    lines = ["Name,Subscriber number,Phone", *(f"N {n},S{n:04},020 7946 {n:04}" for n in range(ROWS))]
    with tenant(cast.organization.id):
        return map_and_start(upload("\n".join(lines).encode(), cast.sam), cast.sam)


@contextmanager
def table_held(table: str) -> Iterator[None]:
    """Nobody can write to the table meanwhile."""
    holder = connection.copy()
    try:
        with transaction_of(holder) as cursor:
            cursor.execute(f"LOCK TABLE {table} IN SHARE MODE")
            yield
    finally:
        holder.close()


@contextmanager
def transaction_of(other: Any) -> Iterator[Any]:
    other.set_autocommit(False)
    with other.cursor() as cursor:
        yield cursor
    other.rollback()


def waiting_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock' AND query LIKE 'INSERT INTO \"customers_timelineentry\"%'"
        )
        return bool(cursor.fetchone()[0])


def until(condition: Any, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert process.poll() is None or condition(), log.read_text()
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.02)


def assert_written_once(cast: Cast, file: Import) -> None:
    with tenant(cast.organization.id):
        file.refresh_from_db()
        assert file.state == "done"
        assert Customer.objects.count() == ROWS
        assert Identity.objects.count() == 2 * ROWS
        assert TimelineEntry.objects.filter(ref_kind="import").count() == ROWS
        assert progress_of(file.id).created == ROWS
        told = [event.payload["created"] for event in Event.objects.filter(name="customers.imported")]
        assert sorted(each for ids in told for each in ids) == sorted(
            Customer.objects.values_list("id", flat=True)
        )


def test_a_worker_killed_in_the_middle_of_a_chunk_leaves_nothing_of_it_and_the_next_goes_on(
    committed_cast: Cast, tmp_path: Path
) -> None:
    file = started(committed_cast)
    organization_id, log = committed_cast.organization.id, tmp_path / "worker.log"
    with tenant(organization_id):
        first = ImportChunk.objects.get(file=file, number=0)
        read = running.read_chunk(running.reader_of(file), 0, bytes(first.rows))
        running.write_chunk(file, first.id, read)
    command = [sys.executable, "-m", "tests.customers.import_worker", str(file.id), str(organization_id)]
    with table_held("customers_timelineentry"):
        worker = spawn(command, log=log, cwd=ROOT, env=os.environ)
        until(waiting_for_a_lock, worker, log)
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    with tenant(organization_id):
        assert Customer.objects.count() == 20
        assert ImportChunk.objects.filter(file=file, state="done").count() == 1
    running.run_import(file.id, organization_id)
    assert_written_once(committed_cast, file)


def test_two_workers_at_one_import_write_each_chunk_once(committed_cast: Cast) -> None:
    file = started(committed_cast)

    def work(_: int) -> None:
        try:
            running.run_import(file.id, committed_cast.organization.id)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))
    assert_written_once(committed_cast, file)


def test_a_worker_whose_turn_is_over_hands_on(committed_cast: Cast) -> None:
    file = started(committed_cast)
    organization_id = committed_cast.organization.id
    with tenant(organization_id):
        due = Event.objects.filter(name="import.chunks_due").count()
    running.run_import(file.id, organization_id, seconds=-1)
    with tenant(organization_id):
        assert Event.objects.filter(name="import.chunks_due").count() == due + 1
        assert not Customer.objects.exists()


def test_somebody_at_work_on_a_customer_is_waited_for_without_holding_anything(
    committed_cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = started(committed_cast)
    organization_id = committed_cast.organization.id
    running.run_import(file.id, organization_id)
    lines = ["Name,Subscriber number", *(f"M {n},S{n:04}" for n in range(ROWS))]
    with tenant(organization_id):
        again = map_and_start(upload("\n".join(lines).encode(), committed_cast.sam), committed_cast.sam)
    naps: list[float] = []

    def work() -> None:
        try:
            running.run_import(again.id, organization_id)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with tenant(organization_id):
            Customer.objects.select_for_update(no_key=True).order_by("id")[3]
            monkeypatch.setattr(running, "_nap", naps.append)
            job = pool.submit(work)
            end = time.monotonic() + PATIENCE
            while not naps and time.monotonic() < end and not job.done():
                time.sleep(0.01)
            assert naps
            # Whoever holds the row can still recognise people: the import has let go of everything.
            find_or_create_by_phone("+442079469999", actor=IVR_ACTOR)
            monkeypatch.undo()
        job.result(timeout=PATIENCE)
    with tenant(organization_id):
        assert Customer.objects.filter(display_name__startswith="M ").count() == ROWS


def test_a_first_call_and_an_import_of_the_same_person_make_one_customer(committed_cast: Cast) -> None:
    organization_id = committed_cast.organization.id
    with tenant(organization_id):
        file = upload(b"Name,Phone\nAnn,020 7946 0301\n", committed_cast.sam)
        map_and_start(file, committed_cast.sam)

    def call(_: int) -> None:
        try:
            with tenant(organization_id):
                find_or_create_by_phone("+442079460301", actor=IVR_ACTOR)
        finally:
            connections.close_all()

    def write() -> None:
        try:
            running.run_import(file.id, organization_id)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(5) as pool:
        jobs = [pool.submit(write), *(pool.submit(call, n) for n in range(4))]
        for job in jobs:
            job.result(timeout=PATIENCE)
    with tenant(organization_id):
        assert Customer.objects.get().display_name == "Ann"
