"""Orders, and what became of them and of subscriptions; read when somebody asks, not with every record."""

from typing import Any

from accounts.access import Viewer
from accounts.actors import Hand
from accounts.models import Organization
from customers.access import access_customer, visible_subscriptions
from customers.history import Fulfilment, fulfilment_of_subscriptions, orders_of

MOST_ORDERS = 20


def orders_panel(customer_id: int, viewer: Viewer, organization: Organization) -> dict[str, Any]:
    """Orders and subscriptions with their references and every step, the newest first. NotVisible."""
    access_customer(viewer, customer_id)
    rows = visible_subscriptions(viewer).filter(customer_id=customer_id).select_related("product")
    subscriptions = list(rows.order_by("started_on", "id"))
    lives = fulfilment_of_subscriptions(viewer, [row.id for row in subscriptions])
    return {
        "orders": [
            {
                "name": order.product_name,
                "quantity": order.quantity,
                "state": order.state,
                "state_label": order.state_label,
                "hand": Hand.PARTNER if order.partner_name else Hand.INHOUSE,
                "hand_name": order.partner_name or organization.name,
                "ordered_at": order.ordered_at,
                **_life(order.fulfilment),
            }
            for order in orders_of(viewer, customer_id, limit=MOST_ORDERS)
        ],
        "subscriptions": [{"name": row.product.name, **_life(lives[row.id])} for row in subscriptions],
    }


def _life(fulfilment: Fulfilment) -> dict[str, Any]:
    return {"references": fulfilment.references, "steps": fulfilment.steps}
