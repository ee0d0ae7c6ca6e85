"""Somebody who was erased some weeks ago, a partner that is late to confirm it, a hold, and who looked at
Robert."""

from datetime import datetime, timedelta

from accounts.models import Member
from contactcenter.demo.company import Company
from customers.actions import create_customer, share_record
from customers.models import Customer, RecordRead
from customers.privacy import certificates
from customers.privacy.erasing import RECEIPT_WITHIN, erase_customer
from customers.privacy.holds import place_hold
from customers.privacy.models import LegalHold
from customers.privacy.reads import MINUTES

_ERASED_DAYS_AGO = 19
_LOOKS = (
    (26.0, "record", "voice 1041, served"),
    (25.9, "timeline", ""),
    (24.5, "facts", "order DP-2207"),
    (2.2, "found", "searched"),
)


def write_privacy(company: Company, robert: Customer, held: Customer, now: datetime) -> None:
    """Write them as the product does, and set them back in time."""
    admin = Member.objects.filter(role=Member.Role.ADMIN).order_by("id")[0]
    supervisor = Member.objects.filter(role=Member.Role.SUPERVISOR).order_by("id")[0]
    _erase_somebody(company, admin, now - timedelta(days=_ERASED_DAYS_AGO))
    hold = place_hold(held.pk, reason="Dispute over a gift subscription, file 2026/118", member=supervisor)
    LegalHold.objects.filter(id=hold.pk).update(placed_at=now - timedelta(days=12))
    _look_at(robert, company, now)


def _erase_somebody(company: Company, admin: Member, then: datetime) -> None:
    customer = create_customer(
        actor=admin.actor, display_name="Asked To Be Forgotten", emails=["forgotten@example.net"]
    )
    share_record(customer.pk, partner_id=company.partner.id, reason="product digital")
    erasure = erase_customer(customer.pk, member=admin, basis="asked")
    erasure.erased_at = then
    erasure.digest = certificates.digest_of(erasure)
    erasure.save(update_fields=["erased_at", "digest"])
    erasure.receipts.update(asked_at=then, due_at=then + RECEIPT_WITHIN)


def _look_at(robert: Customer, company: Company, now: datetime) -> None:
    agent = Member.objects.filter(role=Member.Role.PARTNER_AGENT).order_by("id")[0]
    RecordRead.objects.bulk_create(
        [
            RecordRead(
                customer=robert,
                member=agent,
                partner=company.partner,
                reader=agent.display_name,
                what=what,
                why=why,
                read_at=at,
                minute=int(at.timestamp()) // 60 // MINUTES * MINUTES,
            )
            for hours, what, why in _LOOKS
            if (at := now - timedelta(hours=hours))
        ]
    )
