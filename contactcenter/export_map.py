"""Which lists can be exported: the one page."""

from cases.exports import LISTS as CASES
from cases.suppression import LIST as SUPPRESSION
from customers.exports.lists import register as register_lists
from customers.exports.record_lists import LISTS as RECORD


def register() -> None:
    """Register every list. Called once, when Django is ready."""
    register_lists(*RECORD, *CASES, SUPPRESSION)
