"""What catches offers whose timer got lost: rare, but a caller must never hang on one."""

from datetime import timedelta

from accounts.models import Organization
from foundation import clock
from foundation.tenancy import system, tenant
from routing.actions import expire_offer
from routing.models import Engagement, Offer

GRACE = timedelta(seconds=3)  # the timer comes first


def organization_ids() -> list[int]:
    """Every organisation of the installation."""
    with system():
        return list(Organization.objects.order_by("id").values_list("id", flat=True))


def sweep_offers() -> int:
    """Expire overdue offers everywhere. Returns how many."""
    return sum(_sweep(organization_id) for organization_id in organization_ids())


def _sweep(organization_id: int) -> int:
    with tenant(organization_id):
        overdue = _overdue_offer_ids()
    expired = 0
    for offer_id in overdue:
        with tenant(organization_id):
            expired += expire_offer(offer_id)
    return expired


def _overdue_offer_ids() -> list[int]:
    """By way of the engagements that are offers: offers have no index on their state, by design."""
    before = clock.now() - GRACE
    reserved = Engagement.objects.filter(state=Engagement.State.OFFERED, ended_at=None)
    return [
        offer_id
        for member_id, work_item_id in reserved.values_list("member_id", "work_item_id")
        for offer_id in Offer.objects.filter(
            member_id=member_id, work_item_id=work_item_id, state=Offer.State.OFFERED, expires_at__lte=before
        ).values_list("id", flat=True)
    ]
