"""What catches offers whose timer got lost: rare, but a caller must never hang on one."""

from datetime import timedelta

from accounts.models import Organization
from foundation import clock
from foundation.tenancy import system, tenant
from routing.actions import expire_offer
from routing.models import Offer, Presence

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
    """By way of the agents that have an offer: offers have no index on their state, by design."""
    before = clock.now() - GRACE
    reserved = Presence.objects.filter(state=Presence.State.OFFERED).values_list("member_id", flat=True)
    newest = (Offer.objects.filter(member_id=member_id).order_by("-id").first() for member_id in reserved)
    return [
        offer.id
        for offer in newest
        if offer is not None and offer.state == Offer.State.OFFERED and offer.expires_at <= before
    ]
