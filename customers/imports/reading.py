"""The rows of an uploaded file, one after the other, never the whole file at once."""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from customers.imports import encodings, spreadsheets
from customers.imports.spreadsheets import UnreadableError

MAX_BYTES = 100 * 1024 * 1024
PART_BYTES = 1024 * 1024
MAX_COLUMNS = spreadsheets.MAX_COLUMNS
MAX_CELL = 10_000
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_SAMPLE = 256 * 1024

NumberedRow = tuple[int, list[str]]


@dataclass(frozen=True)
class Wishes:
    """What people said about the file where the guess was wrong; empty: guess."""

    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""


@dataclass(frozen=True)
class Table:
    """How a file was read, its header, and its rows (numbered as a spreadsheet numbers them)."""

    read_as: dict[str, object]
    header: list[str]
    rows: Iterator[NumberedRow]


def read_table(parts: Iterable[bytes], wishes: Wishes) -> Table:
    """Open a file given in parts (readable twice). Raises UnreadableError with a sentence that says why."""
    first = next(iter(parts), b"")
    if not first.strip():
        raise UnreadableError("The file is empty.")
    if first.startswith(_OLD_EXCEL):
        raise UnreadableError("This is the old Excel format (.xls). Save it as .xlsx or CSV and try again.")
    if first.startswith(b"PK\x03\x04"):
        read_as, rows = spreadsheets.open_spreadsheet(parts, wishes.sheet)
    else:
        read_as, rows = _open_text(parts, first, wishes)
    return _with_header(read_as, rows)


def _with_header(read_as: dict[str, object], rows: Iterator[NumberedRow]) -> Table:
    for number, cells in rows:
        width = len(cells)
        while width and not cells[width - 1].strip():
            width -= 1
        if width > MAX_COLUMNS:
            raise UnreadableError(f"The file has {width:,} columns; at most {MAX_COLUMNS} are read.")
        if width:
            read_as = {**read_as, "header_row": number}
            return Table(read_as=read_as, header=_named(cells[:width]), rows=_trimmed(rows))
    raise UnreadableError("The file has no rows.")


def _trimmed(rows: Iterator[NumberedRow]) -> Iterator[NumberedRow]:
    for number, cells in rows:
        while cells and not cells[-1].strip():
            cells.pop()
        if cells:
            yield number, cells


def _named(cells: list[str]) -> list[str]:
    """Each column's name, made different where two are the same or one is missing."""
    names: list[str] = []
    for position, cell in enumerate(cells, start=1):
        name = " ".join(cell.replace("\x00", "").split())[:80] or f"Column {position}"
        names.append(name if name not in names else f"{name} ({position})")
    return names


def _open_text(
    parts: Iterable[bytes], first: bytes, wishes: Wishes
) -> tuple[dict[str, object], Iterator[NumberedRow]]:
    encoding = wishes.encoding or _guess_encoding(parts, first)
    if encoding not in encodings.ENCODINGS:
        raise UnreadableError("This encoding is not known.")
    if encodings.is_no_text(first[:_SAMPLE], encoding):
        raise UnreadableError("This is neither a table as text (CSV) nor an Excel workbook (.xlsx).")
    sample = first[:_SAMPLE].decode(encoding, errors="replace").removeprefix("\ufeff")
    delimiter = wishes.delimiter or encodings.delimiter_of(sample)
    read_as: dict[str, object] = {"format": "csv", "encoding": encoding, "delimiter": delimiter}
    return read_as, _text_rows(parts, encoding, delimiter)


def _guess_encoding(parts: Iterable[bytes], first: bytes) -> str:
    count = encodings.Utf8Count()
    for part in parts:
        count.add(part)
    return encodings.encoding_of(first[:_SAMPLE], whole_is_utf8=count.is_utf8)


def _text_rows(parts: Iterable[bytes], encoding: str, delimiter: str) -> Iterator[NumberedRow]:
    number = 0
    reader = csv.reader(_lines(parts, encoding), delimiter=delimiter)
    try:
        for number, cells in enumerate(reader, start=1):
            yield number, cells
    except csv.Error as error:
        raise UnreadableError(
            f"Row {number + 1} cannot be read: a quotation mark there is probably never closed."
        ) from error


def _lines(parts: Iterable[bytes], encoding: str) -> Iterator[str]:
    """Lines with their ends, for csv: a line inside quotation marks is one of several of a row."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    rest = ""
    start = True
    for part in parts:
        text = decoder.decode(part)
        if start and text:
            text, start = text.removeprefix("\ufeff"), False
        # A carriage return at the very end may be half of a line's end.
        lines = io.StringIO(rest + text, newline="").readlines()
        rest = lines.pop() if lines else ""
        yield from lines
    rest += decoder.decode(b"", final=True)
    yield from io.StringIO(rest, newline="")
