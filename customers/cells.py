"""Cells of the files that people open: kept from being formulas on the way out, as they were meant on the way
in. A quotation mark in front says to a spreadsheet that what follows is text; it is ours where it can be."""

import re

# Full-width signs begin a formula where East Asian keyboards are in use.
_SIGNS = "=＝+＋\\-－@＠\t\r\n"
_FORMULA = re.compile(f"'*[{_SIGNS}]")
_MARKED = re.compile(f"''*[{_SIGNS}]")
_UNMENDED = "' "


def harmless(cell: str) -> str:
    """The cell with a mark in front where a spreadsheet would take it for a formula, or where it looks as if
    it had a mark already: `as_meant` takes exactly one off."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def is_marked(cell: str) -> bool:
    """Whether a mark stands in front: whatever follows is text."""
    return _MARKED.match(cell) is not None


def as_meant(cell: str) -> str:
    """The cell without the mark."""
    return cell[1:] if is_marked(cell) else cell


def is_formula(cell: str) -> bool:
    """Whether it is a formula that nobody marked as text, or one that went back to be mended and was not."""
    return cell.removeprefix(_UNMENDED).startswith("=")


def to_mend(cell: str) -> str:
    """A refused cell, as it came, for a file that goes back to people: no formula, and still refused when it
    comes again as it is."""
    if is_formula(cell):
        return _UNMENDED + cell.removeprefix(_UNMENDED)
    return as_it_came(cell)


def as_it_came(cell: str) -> str:
    """A cell of somebody's file, no formula: marked, unless it was."""
    return cell if is_marked(cell) else harmless(cell)
