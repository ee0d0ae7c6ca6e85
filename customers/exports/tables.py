"""Rows as CSV or Excel, such that a spreadsheet shows them and runs nothing."""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter
from django.utils import timezone

from customers.cells import harmless

MOST_EXCEL_ROWS = 1_048_575
_LONGEST_EXCEL_CELL = 32_767
_BLOCK = 1024 * 1024
_LINES = 500


class TooLongError(Exception):
    """The list has more rows than the format holds."""


def spell(value: Any) -> str:
    """A value as it stands in a table: times in the organisation's zone, lists parted by semicolons."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return "; ".join(spell(each) for each in value)
    return str(value)


def as_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[tuple[bytes, int]]:
    """The file in pieces, each with how many rows it holds. UTF-8 with a mark, as Excel wants it."""
    text = io.StringIO()
    writer = csv.writer(text)
    text.write("\ufeff")
    writer.writerow([harmless(name) for name in columns])
    count = 0
    for row in rows:
        writer.writerow([harmless(spell(cell)) for cell in row])
        count += 1
        if count == _LINES:
            yield text.getvalue().encode(), count
            text.seek(0)
            text.truncate()
            count = 0
    yield text.getvalue().encode(), count


def as_excel(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[tuple[bytes, int]]:
    """The same as a workbook. Raises TooLongError. Every cell is text by type: none is ever a formula."""
    with tempfile.TemporaryFile() as file:
        book = xlsxwriter.Workbook(
            file,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        sheet = book.add_worksheet("Export")
        sheet.freeze_panes(1, 0)
        bold = book.add_format({"bold": True})
        for position, name in enumerate(columns):
            sheet.write_string(0, position, name, bold)
        number = 0
        for number, row in enumerate(rows, start=1):
            if number > MOST_EXCEL_ROWS:
                raise TooLongError(f"Excel holds {MOST_EXCEL_ROWS:,} rows; take the list as CSV.")
            for position, cell in enumerate(row):
                sheet.write_string(number, position, spell(cell)[:_LONGEST_EXCEL_CELL])
            if number % _LINES == 0:
                yield b"", _LINES
        book.close()
        file.seek(0)
        yield b"", number % _LINES
        while block := file.read(_BLOCK):
            yield block, 0
