"""Rows as CSV or Excel, such that a spreadsheet shows them and runs nothing."""

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def harmless(cell: str) -> str:
    """The cell with a quote in front where a spreadsheet would take it for a formula."""
    return f"'{cell}" if cell.startswith(_DANGEROUS) else cell
