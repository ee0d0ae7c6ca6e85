"""What is kept of a person, package by package, and how long: the one page. In the order in which an erasure
goes through it: what is found by other rows goes before them."""

from cases.privacy import KINDS as CASES
from customers.consent.kinds import KINDS as CONSENT
from customers.privacy.kinds import register as register_kinds
from customers.privacy.record_kinds import EVENTS, FILES, RECORD
from customers.privacy.record_retention import KINDS as RECORD_KEPT
from customers.privacy.retention import register as register_retention
from ivr.privacy import KINDS as PHONE
from ivr.privacy import RETENTION as PHONE_KEPT
from partners.privacy import KINDS as PARTNERS
from partners.privacy import RETENTION as PARTNERS_KEPT
from routing.privacy import KINDS as ROUTING
from routing.privacy import RETENTION as ROUTING_KEPT


def register() -> None:
    """Register every kind. Called once, when Django is ready."""
    register_kinds(*PARTNERS, *EVENTS, *FILES, *PHONE, *ROUTING, *CASES, *CONSENT, *RECORD)
    register_retention(*RECORD_KEPT, *PHONE_KEPT, *PARTNERS_KEPT, *ROUTING_KEPT)
