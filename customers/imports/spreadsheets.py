"""Excel workbooks, row by row, with limits on what a small file may unfold to."""

import math
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import openpyxl
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.xml import DEFUSEDXML

from customers.cells import harmless, is_formula, is_marked

# openpyxl parses with defusedxml where that is installed: entities, the stuff of XML bombs, are refused.
assert DEFUSEDXML, "defusedxml is missing"

MAX_COLUMNS = 200
MAX_ROWS = 1_048_576  # Excel's own
_IN_MEMORY = 8 * 1024 * 1024
_MOST_MEMBERS = 2_000
_MOST_UNPACKED = 2 * 1024**3
# Excel's rows shrink 10 to 30 times; bombs a thousand.
_MOST_RATIO = 200
# The shared strings are the one part that must be held in memory.
_MOST_STRINGS = 64 * 1024 * 1024


class UnreadableError(Exception):
    """The file cannot be read; the message is a sentence for people."""


def open_spreadsheet(
    parts: Iterable[bytes], sheet: str = ""
) -> tuple[dict[str, object], Iterator[tuple[int, list[str]]]]:
    """How the workbook is read, and the rows of its first (or the named) sheet. Raises UnreadableError."""
    # Closed with the last reference: the rows are read from it long after this returns.
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
    for part in parts:
        file.write(part)
    try:
        _check_archive(file)
        book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        sheets = [each.title for each in book.worksheets]
        name = sheet if sheet in sheets else sheets[0] if sheets else ""
        if not name:
            raise UnreadableError("The workbook has no sheet.")
        # openpyxl's types know only its own handles.
        worksheet: Any = book[name]
        return {"format": "xlsx", "sheet": name, "sheets": sheets[:50]}, _rows(worksheet)
    except UnreadableError:
        raise
    except Exception as error:
        raise UnreadableError("The workbook is damaged or has contents that are not allowed.") from error


def _check_archive(file: Any) -> None:
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            compressed = max(1, sum(member.compress_size for member in members))
    except zipfile.BadZipFile as error:
        raise UnreadableError("The workbook is damaged.") from error
    names = {member.filename for member in members}
    unpacked = sum(member.file_size for member in members)
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise UnreadableError("This is an archive, not an Excel workbook (.xlsx).")
    if any(member.flag_bits & 1 for member in members):
        raise UnreadableError("The workbook has a password. Save it without one and try again.")
    if len(members) > _MOST_MEMBERS or unpacked > _MOST_UNPACKED:
        raise UnreadableError("The workbook unpacks to more than is read at once. Save the sheet as CSV.")
    if unpacked > _IN_MEMORY and unpacked > _MOST_RATIO * compressed:
        raise UnreadableError("The workbook unpacks to far more than it should; it is not read.")
    strings = sum(member.file_size for member in members if member.filename.endswith("sharedStrings.xml"))
    if strings > _MOST_STRINGS:
        raise UnreadableError("The workbook has too much text for this format. Save the sheet as CSV.")
    file.seek(0)


def _rows(sheet: ReadOnlyWorksheet) -> Iterator[tuple[int, list[str]]]:
    # The stated dimensions may lie in both directions: they are not asked.
    found = sheet.iter_rows(min_row=1, max_row=MAX_ROWS, max_col=MAX_COLUMNS, values_only=True)
    number = 0
    try:
        for number, cells in enumerate(found, start=1):
            width = len(cells)
            while width and cells[width - 1] is None:
                width -= 1
            if width:
                yield number, [_as_text(cell) for cell in cells[:width]]
    except Exception as error:
        raise UnreadableError(f"The sheet cannot be read beyond row {number}.") from error


def _as_text(value: Any) -> str:
    """What a formula comes to is read, never the formula: what looks like one here is text."""
    text = spell(value)
    return harmless(text) if isinstance(value, str) and (is_formula(text) or is_marked(text)) else text


def spell(value: Any) -> str:
    """A cell as its person sees it: whole numbers without a point, dates as 2026-11-09."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        whole = math.isfinite(value) and value.is_integer() and abs(value) < 1e15
        return str(int(value)) if whole else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value)
