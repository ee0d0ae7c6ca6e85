"""An import's way: uploaded in parts, read into rows, mapped by a person, written chunk by chunk."""

import json
import zlib
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import PureWindowsPath
from typing import Any

from django.db.models import Sum
from django.db.models.functions import Coalesce, Length

from accounts.actors import Actor, Hand
from accounts.models import Member
from customers.imports.encodings import DELIMITERS, ENCODINGS
from customers.imports.events import ImportChunksDue, ImportFinished, ImportForgotten, ImportUploaded
from customers.imports.models import Import, ImportChunk, ImportKey, ImportPart, ImportRefusal
from customers.imports.queries import StoredParts, access_import, own_fields, reader_of
from customers.imports.reading import MAX_BYTES, MAX_CELL, PART_BYTES, Wishes, read_table
from customers.imports.spreadsheets import UnreadableError
from customers.imports.targets import guess_mapping, problems_of_mapping
from foundation import clock, live
from foundation.errors import Conflict, Refusal
from foundation.events import emit
from foundation.timers import emit_at

CHUNK_ROWS = 1000
# What is kept of a finished import: its counts for good, its refused rows for so long.
KEEP = timedelta(days=30)
# A file that nobody starts is somebody's forgotten list of people.
KEEP_UNSTARTED = timedelta(days=7)
ABANDONED = f"Nobody started it for {KEEP_UNSTARTED.days} days, so the file was deleted. Upload it again."
State = Import.State


def start_upload(*, file_name: str, size_bytes: int, member: Member) -> Import:
    """A file is about to come, in parts. Refusal `empty`, `too_large`."""
    if size_bytes <= 0:
        raise Refusal("empty", "The file is empty.", field="file")
    if size_bytes > MAX_BYTES:
        raise Refusal("too_large", f"A file may have {MAX_BYTES // 1024**2} MB; split it.", field="file")
    file = Import.objects.create(file_name=plain_name(file_name), size_bytes=size_bytes, member=member)
    emit_at(ImportForgotten(import_id=file.id), clock.now() + KEEP, key=f"import:{file.id}:forget")
    live.hint("floor", "imports")
    return file


def plain_name(name: str) -> str:
    """The last part of a path, without what is no text; for people only, no file is ever called so."""
    last = PureWindowsPath(name.replace("\x00", "")).name
    text = "".join(character for character in last if character.isprintable()).strip(" .")
    return text[-120:] or "file"


def store_part(import_id: int, *, number: int, content: bytes) -> None:
    """Keep one part, counted from 0; sending it again replaces it.

    Refusal `bad_part`, Conflict `not_uploading`.
    """
    file = _in_state(import_id, State.UPLOADING)
    parts = -(-file.size_bytes // PART_BYTES)
    whole = PART_BYTES if number < parts - 1 else file.size_bytes - (parts - 1) * PART_BYTES
    if not 0 <= number < parts or len(content) != whole:
        raise Refusal("bad_part", "This is no part of the announced file.", field="content")
    ImportPart.objects.bulk_create(
        [ImportPart(file=file, number=number, content=content)],
        update_conflicts=True,
        unique_fields=["file", "number"],
        update_fields=["content"],
    )


def finish_upload(import_id: int, *, actor: Actor) -> Import:
    """All parts are here: the file is read in the background.

    Refusal `incomplete`, Conflict `not_uploading`.
    """
    file = _in_state(import_id, State.UPLOADING)
    there = ImportPart.objects.filter(file=file).aggregate(bytes=Sum(Length("content")))["bytes"] or 0
    if there != file.size_bytes:
        raise Refusal("incomplete", "Some of the file has not arrived. Upload it again.", field="file")
    _move(import_id, State.UPLOADING, State.READING)
    emit(ImportUploaded(import_id=import_id), actor=actor.as_json())
    return access_import(import_id)


def read_again(import_id: int, *, actor: Actor, encoding: str, delimiter: str, sheet: str) -> Import:
    """The file was read wrongly: read it with these. Refusal names the field; Conflict `not_mapping`."""
    file = _in_state(import_id, State.MAPPING)
    if encoding and encoding not in ENCODINGS:
        raise Refusal("unknown_encoding", "Choose an encoding of the list.", field="encoding")
    if delimiter and delimiter not in DELIMITERS:
        raise Refusal("unknown_delimiter", "Choose a delimiter of the list.", field="delimiter")
    file.settings |= {"encoding": encoding, "delimiter": delimiter, "sheet": sheet[:100]}
    _move(import_id, State.MAPPING, State.READING, settings=file.settings)
    emit(ImportUploaded(import_id=import_id), actor=actor.as_json())
    return access_import(import_id)


def read_file(import_id: int) -> None:
    """Read the parts into chunks of rows; from the beginning, should an earlier try have been killed."""
    file = Import.objects.select_for_update().filter(id=import_id, state=State.READING).first()
    if file is None:
        return
    ImportChunk.objects.filter(file=file).delete()
    wishes = Wishes(**{name: file.settings.get(name, "") for name in ("encoding", "delimiter", "sheet")})
    try:
        table = read_table(StoredParts(import_id), wishes)
        total = _store_rows(file, table.rows)
        if not total:
            raise UnreadableError("The file has a header but no rows.")
    except UnreadableError as error:
        ImportChunk.objects.filter(file=file).delete()
        ImportPart.objects.filter(file=file).delete()
        _move(import_id, State.READING, State.FAILED, problem=str(error)[:400], finished_at=clock.now())
        return
    labels = dict(own_fields().values_list("key", "label"))
    mapping = file.mapping if table.header == file.header else guess_mapping(table.header, labels)
    _move(
        import_id,
        State.READING,
        State.MAPPING,
        read_as=table.read_as,
        header=table.header,
        mapping=mapping,
        total_rows=total,
    )


def _store_rows(file: Import, rows: Iterable[tuple[int, list[str]]]) -> int:
    batch: list[tuple[int, list[str]]] = []
    total = number = 0
    for row in rows:
        if any(len(cell) > MAX_CELL for cell in row[1]):
            row = (row[0], [cell[: MAX_CELL + 1] for cell in row[1]])
        batch.append(row)
        if len(batch) == CHUNK_ROWS:
            _store_chunk(file, number, batch)
            total, number, batch = total + len(batch), number + 1, []
    if batch:
        _store_chunk(file, number, batch)
    return total + len(batch)


def _store_chunk(file: Import, number: int, rows: list[tuple[int, list[str]]]) -> None:
    packed = zlib.compress(json.dumps(rows, ensure_ascii=False).encode("utf-8", "replace"), 1)
    ImportChunk.objects.create(file=file, number=number, row_count=len(rows), rows=packed)


def map_columns(import_id: int, *, mapping: Sequence[str], **settings: Any) -> list[str]:
    """Say what each column is, and how customers are matched. Returns what is wrong, in sentences.

    It is kept even so: nobody has to choose it all again. Conflict `not_mapping`.
    """
    file = _in_state(import_id, State.MAPPING)
    settings = _checked(settings)
    file.settings |= settings
    Import.objects.filter(id=import_id, state=State.MAPPING).update(
        mapping=list(mapping), settings=file.settings
    )
    keys = own_fields().values_list("key", flat=True)
    return problems_of_mapping(mapping, file.header, keys, settings["match_by"])


def _checked(settings: dict[str, Any]) -> dict[str, Any]:
    if settings.get("match_by") not in {"any", "subscriber_number", "email", "phone"}:
        raise Refusal("unknown_match", "Choose what tells customers apart.", field="match_by")
    if settings.get("on_match") not in {"update", "fill", "skip"}:
        raise Refusal("unknown_match", "Choose what happens to known customers.", field="on_match")
    return {**settings, "day_first": bool(settings.get("day_first", True))}


def start_import(import_id: int, *, actor: Actor) -> Import:
    """Write the rows, in the background. Refusal `not_mapped` says what is wrong; Conflict `not_mapping`."""
    file = _in_state(import_id, State.MAPPING)
    keys = own_fields().values_list("key", flat=True)
    match_by = file.settings.get("match_by", "any")
    if problems := problems_of_mapping(file.mapping, file.header, keys, match_by):
        raise Refusal("not_mapped", problems[0], field="mapping")
    reader_of(file)
    _move(import_id, State.MAPPING, State.RUNNING, started_at=clock.now())
    ImportPart.objects.filter(file_id=import_id).delete()
    emit(ImportChunksDue(import_id=import_id), actor=actor.as_json())
    return access_import(import_id)


def continue_import(import_id: int, *, actor: Actor) -> None:
    """Give a running import a push; harmless when it does not need one."""
    if Import.objects.filter(id=import_id, state=State.RUNNING).exists():
        emit(ImportChunksDue(import_id=import_id), actor=actor.as_json())


def cancel_import(import_id: int) -> Import:
    """Stop it: what is written stays, the rest is dropped. Conflict `already_over`."""
    open_states = [State.UPLOADING, State.READING, State.MAPPING, State.RUNNING]
    stopped = Import.objects.filter(id=import_id, state__in=open_states).update(
        state=State.CANCELLED, finished_at=clock.now()
    )
    file = access_import(import_id)
    if not stopped:
        raise Conflict("already_over", "This import is over already.")
    _drop_contents(import_id)
    live.hint("floor", "imports")
    return file


def finish_import(import_id: int) -> bool:
    """All chunks are written. False when they are not, or somebody was quicker."""
    if ImportChunk.objects.filter(file_id=import_id).exclude(state=ImportChunk.State.DONE).exists():
        return False
    finished = Import.objects.filter(id=import_id, state=State.RUNNING).update(
        state=State.DONE, finished_at=clock.now()
    )
    if finished:
        _drop_contents(import_id)
        _tell_finished(import_id)
        live.hint("floor", "imports")
    return bool(finished)


def _tell_finished(import_id: int) -> None:
    totals = ImportChunk.objects.filter(file_id=import_id).aggregate(
        created=Coalesce(Sum("created"), 0), changed=Coalesce(Sum("changed"), 0)
    )
    emit(ImportFinished(import_id=import_id, **totals), actor=actor_of(access_import(import_id)).as_json())


def forget_import(import_id: int) -> None:
    """Drop whatever rows are still kept of it; a file that nobody went on with is given up."""
    Import.objects.filter(id=import_id).exclude(state__in=[State.DONE, State.FAILED, State.RUNNING]).update(
        state=State.CANCELLED, finished_at=clock.now()
    )
    if Import.objects.filter(id=import_id, state=State.RUNNING).exists():
        return
    _drop_contents(import_id)
    ImportRefusal.objects.filter(file_id=import_id).delete()


def drop_abandoned_uploads() -> int:
    """Delete the files that were uploaded a week ago and never started. Returns how many; one that is started
    at this moment goes on."""
    waiting = [State.UPLOADING, State.READING, State.MAPPING]
    old = Import.objects.filter(state__in=waiting, created_at__lt=clock.now() - KEEP_UNSTARTED)
    dropped = 0
    for import_id in old.order_by("id").values_list("id", flat=True):
        now = {"state": State.CANCELLED, "finished_at": clock.now(), "problem": ABANDONED}
        if Import.objects.filter(id=import_id, state__in=waiting).update(**now):
            _drop_contents(import_id)
            dropped += 1
    if dropped:
        live.hint("floor", "imports")
    return dropped


def _drop_contents(import_id: int) -> None:
    """The rows are in the record now, or are not wanted: personal data is not kept twice."""
    ImportPart.objects.filter(file_id=import_id).delete()
    ImportKey.objects.filter(file_id=import_id).delete()
    ImportChunk.objects.filter(file_id=import_id).update(rows=b"")


def actor_of(file: Import) -> Actor:
    """The hand that every fact and line of this file is marked with."""
    name = file.member.display_name if file.member else ""
    return Actor(hand=Hand.FILE, member_id=file.member_id, name=name)


def _in_state(import_id: int, state: str) -> Import:
    file = access_import(import_id)
    if file.state != state:
        raise Conflict(
            f"not_{state}", f"This import is not at that step: {file.get_state_display().lower()}."
        )
    return file


def _move(import_id: int, before: str, after: str, **changes: Any) -> None:
    moved = Import.objects.filter(id=import_id, state=before).update(state=after, **changes)
    if not moved:
        raise Conflict(f"not_{before}", "Somebody else was quicker; look again.")
    live.hint("floor", "imports")
