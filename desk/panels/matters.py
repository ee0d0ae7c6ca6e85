"""What may be done on a record: switching a subscription, opening and solving a case."""

from typing import Any

from accounts.access import Viewer
from accounts.actors import Hand
from accounts.models import Organization, Partner
from cases.access import visible_cases
from cases.models import Case
from customers import queries as record
from customers.models import Subscription

MOST_CASES = 5
_SWITCHABLE = {Subscription.State.ACTIVE, Subscription.State.PAUSED}
_OVER = {Subscription.State.CANCELLED, Subscription.State.ENDED}


def subscription_lines(
    rows: list[record.KnownSubscription], viewer: Viewer, organization: Organization
) -> list[dict[str, Any]]:
    """Each subscription with what it may be switched to, or whether this viewer is to confirm its switch."""
    switchable = any(row.state in _SWITCHABLE for row in rows)
    products = record.offered_products(viewer) if switchable else []
    held = {row.product_code for row in rows if row.state not in _OVER}
    others = [one for one in products if one.code not in held]
    return [_subscription(row, viewer, organization, others) for row in rows]


def _subscription(
    row: record.KnownSubscription,
    viewer: Viewer,
    organization: Organization,
    others: list[record.OfferedProduct],
) -> dict[str, Any]:
    theirs = viewer.scope is not None and viewer.scope.partner_id == row.partner_id
    return {
        "id": row.id,
        "name": row.product_name,
        "state": row.state,
        "state_label": row.state_label,
        "hand": Hand.PARTNER if row.partner_name else Hand.INHOUSE,
        "hand_name": row.partner_name or organization.name,
        "detail": f"renews {row.renews_on:%-d %b %Y}" if row.renews_on else "",
        "switch_to": [
            {"value": one.code, "label": one.name, "help": f"by {one.partner_name or organization.name}"}
            for one in others
            if row.state in _SWITCHABLE
        ],
        "may_confirm": theirs and row.state == Subscription.State.SWITCHING,
    }


def case_lines(customer_id: int, viewer: Viewer, organization: Organization) -> list[dict[str, Any]]:
    """The open cases, oldest first, and which of them this viewer may solve."""
    cases = visible_cases(viewer).filter(customer_id=customer_id, state=Case.State.OPEN)
    mine = viewer.scope.partner_id if viewer.scope else None
    return [
        {
            "id": case.id,
            "title": case.title,
            "opened_at": case.opened_at,
            "version": case.version,
            "hand": Hand.PARTNER if case.partner else Hand.INHOUSE,
            "hand_name": case.partner.name if case.partner else organization.name,
            "may_solve": mine is None or case.partner_id == mine,
        }
        for case in cases.select_related("partner").order_by("opened_at", "id")[:MOST_CASES]
    ]


def case_workers(viewer: Viewer, organization: Organization) -> list[dict[str, Any]]:
    """Who may work on a new case; empty for a partner, which works on those it opens."""
    if viewer.is_partner:
        return []
    return companies(organization)


def companies(organization: Organization) -> list[dict[str, Any]]:
    """The organisation and its partners, as choices."""
    partners = Partner.objects.filter(is_active=True).order_by("name")
    return [
        {"value": "", "label": organization.name, "help": "in-house"},
        *({"value": str(partner.id), "label": partner.name, "help": "partner"} for partner in partners),
    ]
