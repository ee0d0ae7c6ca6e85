"""Files for imports, and an import carried through its steps without workers."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import openpyxl

from accounts.models import Member
from customers.imports import actions, running
from customers.imports.models import Import, ImportChunk, ImportRefusal
from customers.imports.queries import reader_of
from customers.imports.reading import PART_BYTES
from foundation.tenancy import current_organization_id


def upload(content: bytes, member: Member, *, name: str = "customers.csv", **wishes: str) -> Import:
    """The file, uploaded and read."""
    file = actions.start_upload(file_name=name, size_bytes=len(content), member=member)
    for number in range(-(-len(content) // PART_BYTES)):
        part = content[number * PART_BYTES : (number + 1) * PART_BYTES]
        actions.store_part(file.id, number=number, content=part)
    actions.finish_upload(file.id, actor=member.actor)
    if wishes:
        Import.objects.filter(id=file.id).update(settings=wishes)
    actions.read_file(file.id)
    file.refresh_from_db()
    return file


def map_and_start(file: Import, member: Member, *, mapping: Sequence[str] = (), **settings: Any) -> Import:
    """The guessed mapping (or this one), and off it goes."""
    chosen = {"match_by": "any", "on_match": "update", **settings}
    assert actions.map_columns(file.id, mapping=mapping or file.mapping, **chosen) == []
    return actions.start_import(file.id, actor=member.actor)


def run(file: Import) -> Import:
    """Write all chunks within this test's transaction, as the worker does in its own."""
    file.refresh_from_db()
    for chunk in ImportChunk.objects.filter(file=file).order_by("number"):
        read = running.read_chunk(reader_of(file), chunk.number, bytes(chunk.rows))
        running.write_chunk(file, chunk.id, read)
    actions.finish_import(file.id)
    file.refresh_from_db()
    return file


def imported(content: str | bytes, member: Member, *, name: str = "customers.csv", **settings: Any) -> Import:
    """The file, all the way."""
    data = content.encode() if isinstance(content, str) else content
    file = upload(data, member, name=name)
    assert file.state == "mapping", file.problem
    mapping = settings.pop("mapping", ())
    return run(map_and_start(file, member, mapping=mapping, **settings))


def refusals(file: Import) -> dict[int, list[tuple[str, str]]]:
    """What is wrong, by row."""
    assert file.organization_id == current_organization_id()
    return {
        each.row: [(column, why) for column, why in each.reasons]
        for each in ImportRefusal.objects.filter(file=file).order_by("row")
    }


def workbook(*rows: Sequence[Any]) -> bytes:
    """An Excel file with these rows."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
