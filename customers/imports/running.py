"""Writes the chunks of a running import, one after the other, each exactly once.

A chunk's rows and the mark that it is done commit together: a worker that is killed leaves either both or
neither, and whoever comes next goes on with the first chunk that is not done.
"""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from django.db import DataError, IntegrityError, transaction

from customers.actions.identities import lock_all_identities
from customers.imports.actions import actor_of, finish_import
from customers.imports.events import ImportChunksDue
from customers.imports.known import look_up, note_first_rows, recall_first_rows
from customers.imports.models import Import, ImportChunk, ImportRefusal
from customers.imports.plan import Plan, plan_rows
from customers.imports.queries import reader_of, unpack
from customers.imports.rows import Reader, ReadRow, RefusedRow, keepable, read_row
from customers.imports.writing import Source, write_plan
from foundation import live
from foundation.errors import Conflict
from foundation.events import emit
from foundation.tenancy import tenant

# One delivery works for so long, then makes room for others of its lane.
TURN_SECONDS = 8.0
_BUSY_TRIES = 20


@dataclass(frozen=True)
class ReadChunk:
    """The rows of a chunk, cleaned; `cells` are those of the good ones, as they came."""

    number: int
    good: list[ReadRow]
    refused: list[RefusedRow]
    cells: dict[int, tuple[str, ...]]


def run_import(import_id: int, organization_id: int, *, seconds: float = TURN_SECONDS) -> None:
    """Write chunks for a while; then say that more are due, or that all is done.

    Opens its own transactions. Two at once do no harm: the second finds each chunk taken.
    """
    until = time.monotonic() + seconds
    with ThreadPoolExecutor(1) as pool:
        ahead: Future[ReadChunk] | None = None
        while True:
            with tenant(organization_id):
                file = _running(import_id)
                if file is None:
                    return
                reader = reader_of(file)
                chunk, following = _next_chunks(import_id)
            if chunk is None:
                with tenant(organization_id):
                    finish_import(import_id)
                return
            if time.monotonic() > until:
                with tenant(organization_id):
                    emit(ImportChunksDue(import_id=import_id), actor=actor_of(file).as_json())
                return
            read = ahead.result() if ahead is not None else None
            if read is None or read.number != chunk.number:
                read = read_chunk(reader, chunk.number, bytes(chunk.rows))
            # The next chunk's texts are read while the database is at work on this one.
            ahead = (
                pool.submit(read_chunk, reader, following.number, bytes(following.rows))
                if following
                else None
            )
            _write_patiently(file, organization_id, chunk.id, read)


def _running(import_id: int) -> Import | None:
    return Import.objects.select_related("member").filter(id=import_id, state=Import.State.RUNNING).first()


def _next_chunks(import_id: int) -> tuple[ImportChunk | None, ImportChunk | None]:
    waiting = ImportChunk.objects.filter(file_id=import_id, state=ImportChunk.State.WAITING)
    found = [*waiting.order_by("number")[:2], None, None]
    return found[0], found[1]


def read_chunk(reader: Reader, number: int, packed: bytes) -> ReadChunk:
    """Clean the rows of a chunk; no database."""
    read = [(read_row(reader, row, cells), cells) for row, cells in unpack(packed)]
    return ReadChunk(
        number=number,
        good=[row for row, _ in read if isinstance(row, ReadRow)],
        refused=[row for row, _ in read if isinstance(row, RefusedRow)],
        cells={row.number: tuple(cells) for row, cells in read},
    )


def _write_patiently(file: Import, organization_id: int, chunk_id: int, read: ReadChunk) -> None:
    """Write the chunk; when somebody holds one of its customers, let go of everything and try again."""
    for attempt in range(_BUSY_TRIES):
        try:
            with tenant(organization_id):
                write_chunk(file, chunk_id, read)
            return
        except Conflict:
            if attempt == _BUSY_TRIES - 1:
                raise
            _nap(0.05 * (attempt + 1))


def _nap(seconds: float) -> None:
    time.sleep(seconds)


def write_chunk(file: Import, chunk_id: int, read: ReadChunk) -> bool:
    """Write the rows and mark the chunk done, in this transaction. False when it was done already."""
    lock_all_identities()
    claimed = ImportChunk.objects.filter(id=chunk_id, state=ImportChunk.State.WAITING).update(
        state=ImportChunk.State.DONE, rows=b""
    )
    if not claimed or _running(file.id) is None:
        return False  # what a stopped import marks is dropped anyway
    source = Source(file=file, chunk=read.number, actor=actor_of(file))
    counts = _write_rows(read.good, read, source)
    refused = read.refused + counts.refused
    ImportRefusal.objects.bulk_create(
        [
            ImportRefusal(
                file=file,
                row=row.number,
                reasons=[list(reason) for reason in row.reasons],
                cells=[cell.replace("\x00", "\ufffd") for cell in keepable(file.mapping, row.cells)],
            )
            for row in refused
        ]
    )
    ImportChunk.objects.filter(id=chunk_id).update(
        created=counts.created, changed=counts.changed, unchanged=counts.unchanged, refused=len(refused)
    )
    live.hint("floor", "imports")
    return True


def _write_rows(rows: list[ReadRow], read: ReadChunk, source: Source) -> Plan:
    """Write all of them; when the database will not take them, halve until the row at fault stands alone."""
    try:
        with transaction.atomic():
            known = look_up(rows, lock=True)
            if known.drafts:
                recall_first_rows(source.file.id, known.drafts)
            on_match = source.file.settings.get("on_match", "update")
            plan = plan_rows(rows, known, on_match, read.cells)
            write_plan(plan, source)
            note_first_rows(source.file.id, plan.met)
            return plan
    except (DataError, IntegrityError):
        if len(rows) == 1:
            why = (("Row", "The database does not take it as it is."),)
            return Plan(refused=[RefusedRow(rows[0].number, why, read.cells.get(rows[0].number, ()))])
    middle = len(rows) // 2
    halves = [_write_rows(half, read, source) for half in (rows[:middle], rows[middle:])]
    return Plan(
        refused=halves[0].refused + halves[1].refused,
        created=halves[0].created + halves[1].created,
        changed=halves[0].changed + halves[1].changed,
        unchanged=halves[0].unchanged + halves[1].unchanged,
    )
