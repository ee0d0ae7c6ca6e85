"""What is kept of a person, package by package: the one page. In the order in which an erasure goes through
it: what is found by other rows goes before them."""

from cases.privacy import KINDS as CASES
from customers.privacy.kinds import register as register_kinds
from customers.privacy.record_kinds import EVENTS, FILES, RECORD
from ivr.privacy import KINDS as PHONE
from partners.privacy import KINDS as PARTNERS
from routing.privacy import KINDS as ROUTING


def register() -> None:
    """Register every kind. Called once, when Django is ready."""
    register_kinds(*PARTNERS, *EVENTS, *FILES, *PHONE, *ROUTING, *CASES, *RECORD)
