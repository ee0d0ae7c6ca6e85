"""What the demo's customers said about being contacted: yeses from the old system, stops by text."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from accounts.actors import Hand
from customers.consent import queries
from customers.consent.models import Consent, ContactPurpose
from customers.models import Customer, TimelineEntry

WORDING = "We would like to write to you about our journeys and offers, at most twice a month."
_YES_SHARE, _STOP_SHARE, _NO_CALLS_SHARE = 0.3, 0.03, 0.02


def write_consents(customers: Sequence[Customer], robert: Customer | None, *, now: datetime) -> None:
    """The marketing purpose with its wording, and consents of some; Robert once said yes to mail."""
    ContactPurpose.objects.create(
        slug="marketing", name="Journeys and offers", basis=ContactPurpose.Basis.CONSENT, wording=WORDING
    )
    chance = Random(17)  # noqa: S311
    said = [one for customer in customers for one in _said(customer, chance, now)]
    if robert is not None:
        said.append(_yes(robert, "email", now - timedelta(days=1400)))
    Consent.objects.bulk_create(said, batch_size=500)
    TimelineEntry.objects.bulk_create([_line(one) for one in said], batch_size=500)


def _said(customer: Customer, chance: Random, now: datetime) -> list[Consent]:
    drawn, days_ago = chance.random(), chance.uniform(2, 300)
    at = now - timedelta(days=days_ago)
    if drawn < _STOP_SHARE:
        return [
            _yes(customer, "", at - timedelta(days=400)),
            *(_no(customer, one, at) for one in ("", "sms")),
        ]
    if drawn < _STOP_SHARE + _NO_CALLS_SHARE:
        return [_no(customer, "voice", at)]
    return [_yes(customer, "email", at)] if drawn < _YES_SHARE else []


def _yes(customer: Customer, channel: str, at: datetime) -> Consent:
    return Consent(
        customer=customer,
        purpose="marketing",
        channel=channel,
        answer=Consent.Answer.GRANTED,
        hand=Hand.FILE,
        author="Import of 2024",
        source="import",
        wording=WORDING,
        evidence="subscription form",
        said_at=at,
    )


def _no(customer: Customer, channel: str, at: datetime) -> Consent:
    source = "desk" if channel == "voice" else "sms"
    return Consent(
        customer=customer,
        channel=channel,
        answer=Consent.Answer.REFUSED,
        hand=Hand.INHOUSE if channel == "voice" else Hand.CUSTOMER,
        author="" if channel == "voice" else "Customer",
        source=source,
        said_at=at,
    )


def _line(consent: Consent) -> TimelineEntry:
    return TimelineEntry(
        customer_id=consent.customer_id,
        at=consent.said_at,
        kind="consent",
        hand=consent.hand,
        author=consent.author,
        title=queries.told(consent, {"marketing": "Journeys and offers"}),
        ref_kind="consent",
        ref_id=consent.pk,
    )
