"""What is to be seen of an import: how far it is, what it would do, which rows it refused."""

import csv
import io
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet, Sum

from accounts.models import Organization
from customers.answers import Limits
from customers.cells import as_it_came, as_meant, to_mend
from customers.imports.known import look_up
from customers.imports.models import Import, ImportChunk, ImportPart, ImportRefusal
from customers.imports.plan import Plan, plan_rows
from customers.imports.rows import FactRule, Reader, ReadRow, RefusedRow, read_row
from customers.models import FactKey, Product
from foundation.errors import NotVisible
from foundation.tenancy import current_organization_id, tenant

PREVIEW_ROWS = 50
# So many chunks are counted before anything is written; a longer file's figures are those of its beginning.
PREVIEW_CHUNKS = 5


class StoredParts:
    """The bytes of an uploaded file, a part at a time; may be gone through several times."""

    def __init__(self, import_id: int) -> None:
        self._import_id = import_id

    def __iter__(self) -> Iterator[bytes]:
        """Each part in its own query."""
        parts = ImportPart.objects.filter(file_id=self._import_id)
        for number in parts.order_by("number").values_list("number", flat=True):
            yield bytes(parts.values_list("content", flat=True).get(number=number))


@dataclass(frozen=True)
class Progress:
    """How far an import is, in rows."""

    done: int
    total: int
    created: int
    changed: int
    unchanged: int
    refused: int

    @property
    def percent(self) -> int:
        """0 to 100, rounded down."""
        return 100 * self.done // self.total if self.total else 100


@dataclass(frozen=True)
class PreviewRow:
    """One row as it would be read: its values by column, what it would do, or why it would be refused."""

    number: int
    outcome: str
    values: list[str]
    reasons: dict[str, str]
    other_reasons: list[str]


@dataclass(frozen=True)
class Preview:
    """The first rows, and what the first `counted` rows would do."""

    rows: list[PreviewRow]
    counted: int
    total: int
    created: int
    changed: int
    unchanged: int
    refused: int


def access_import(import_id: int) -> Import:
    """The import. NotVisible when there is none."""
    found = Import.objects.select_related("member").filter(id=import_id).first()
    if found is None:
        raise NotVisible("import")
    return found


def imports() -> QuerySet[Import]:
    """All imports, newest first."""
    return Import.objects.select_related("member").order_by("-id")


def progress_of(import_id: int) -> Progress:
    """Counted from the chunks: what is committed is what is done."""
    done = Q(state=ImportChunk.State.DONE)
    found = ImportChunk.objects.filter(file_id=import_id).aggregate(
        total=Sum("row_count"),
        done=Sum("row_count", filter=done),
        created=Sum("created"),
        changed=Sum("changed"),
        unchanged=Sum("unchanged"),
        refused=Sum("refused"),
    )
    return Progress(**{name: value or 0 for name, value in found.items()})


def reader_of(file: Import) -> Reader:
    """How the rows of this file are read, as it is mapped now."""
    country = Organization.objects.values_list("country_code", flat=True).get(id=current_organization_id())
    country = file.settings.get("country_code") or country
    return Reader(
        header=tuple(file.header),
        mapping=tuple(file.mapping),
        match_by=file.settings.get("match_by", "any"),
        country_code=country,
        day_first=file.settings.get("day_first", country != "US"),
        facts={key.key: _fact_rule(key, country) for key in own_fields()},
        products=frozenset(Product.objects.values_list("code", flat=True)),
    )


def own_fields() -> QuerySet[FactKey]:
    """The organisation's own fields that a column may fill, in the order of the desk."""
    keys = FactKey.objects.filter(retired_at=None).exclude(sensitivity=FactKey.Sensitivity.PAYMENT_NEVER)
    return keys.order_by("position", "key")


def _fact_rule(key: FactKey, country_code: str) -> FactRule:
    limits = Limits(minimum=key.minimum, maximum=key.maximum, kind=key.text_kind, country_code=country_code)
    return FactRule(label=key.label, value_type=key.value_type, choices=tuple(key.choices), limits=limits)


def unpack(rows: bytes) -> list[tuple[int, list[str]]]:
    """The rows of a chunk as they were stored."""
    return [(number, cells) for number, cells in json.loads(zlib.decompress(rows))] if rows else []


def sample_rows(import_id: int, count: int = 4) -> list[list[str]]:
    """The first rows as they stand in the file."""
    chunk = ImportChunk.objects.filter(file_id=import_id).order_by("number").first()
    return [cells for _, cells in unpack(bytes(chunk.rows))[:count]] if chunk else []


def preview_of(file: Import) -> Preview:
    """What would happen, found without writing anything."""
    reader = reader_of(file)
    chunks = ImportChunk.objects.filter(file_id=file.id).order_by("number")[:PREVIEW_CHUNKS]
    raw = [row for chunk in chunks for row in unpack(bytes(chunk.rows))]
    read = [read_row(reader, number, cells) for number, cells in raw]
    good = [row for row in read if isinstance(row, ReadRow)]
    cells = {number: tuple(cells) for number, cells in raw}
    plan = plan_rows(good, look_up(good, lock=False), file.settings.get("on_match", "update"), cells)
    refused = [row for row in read if isinstance(row, RefusedRow)] + plan.refused
    return Preview(
        rows=_shown(file, raw[:PREVIEW_ROWS], plan, {row.number: row for row in refused}),
        counted=len(raw),
        total=file.total_rows,
        created=plan.created,
        changed=plan.changed,
        unchanged=plan.unchanged,
        refused=len(refused),
    )


def _shown(
    file: Import, raw: list[tuple[int, list[str]]], plan: Plan, refused: dict[int, RefusedRow]
) -> list[PreviewRow]:
    shown = []
    for number, cells in raw:
        wrong = dict(refused[number].reasons) if number in refused else {}
        shown.append(
            PreviewRow(
                number=number,
                outcome=plan.outcomes.get(number, "refused"),
                values=[*map(as_meant, cells), *[""] * (len(file.header) - len(cells))][: len(file.header)],
                reasons={column: why for column, why in wrong.items() if column in file.header},
                other_reasons=[
                    f"{column}: {why}" for column, why in wrong.items() if column not in file.header
                ],
            )
        )
    return shown


def first_refusals(import_id: int, limit: int = 20) -> list[dict[str, Any]]:
    """The first refused rows: {row, reasons: [(column, sentence)]}."""
    found = ImportRefusal.objects.filter(file_id=import_id).order_by("row")[:limit]
    return [{"row": each.row, "reasons": [tuple(reason) for reason in each.reasons]} for each in found]


def refusals_as_csv(file: Import) -> Iterator[bytes]:
    """The refused rows as a file to mend and upload again: the same columns, and one that says why.

    Opens its own transactions: it runs while the answer is on its way. Cells that a spreadsheet would
    take for a formula are kept from that.
    """
    header = [*map(as_it_came, file.header), "Why it was refused"]
    yield "\ufeff".encode() + _line(header)
    last = 0
    while True:
        with tenant(file.organization_id):
            found = list(ImportRefusal.objects.filter(file_id=file.id, row__gt=last).order_by("row")[:1000])
        if not found:
            return
        lines = []
        for each in found:
            why = "; ".join(f"{column}: {sentence}" for column, sentence in each.reasons)
            cells = [to_mend(cell) for cell in each.cells][: len(file.header)]
            lines.append(_line([*cells, *[""] * (len(file.header) - len(cells)), f"Row {each.row}: {why}"]))
        yield b"".join(lines)
        last = found[-1].row


def _line(cells: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue().encode()
