"""The numbers, addresses and references of a customer, as a dialog changes them."""

from typing import Any

from accounts.access import Viewer
from accounts.models import Partner
from customers import queries as record
from customers.models import Identity

_HINTS = {
    "phone": "+44 20 7946 0018, with ext. 12 where there is one",
    "email": "name@example.com",
    "whatsapp": "+44 7700 900123",
    "messenger": "the number in Messenger's address",
    "web_visitor": "the visitor's id of the web chat",
    "social": "network:handle, such as instagram:robertw",
    "subscriber_number": "as printed on the letter",
    "partner_reference": "what the partner's system calls them",
}


def identities_panel(customer_id: int, viewer: Viewer) -> dict[str, Any]:
    """Every identity with what may be done to it, and what the form to add one offers. NotVisible."""
    view = record.record_view(viewer, customer_id)
    return {
        "customer_id": customer_id,
        "version": view.version,
        "rows": [
            {
                "id": one.id,
                "kind": one.kind,
                "label": one.label,
                "value": f"{one.value} ext. {one.extension}" if one.extension else one.value,
                "confidence": one.confidence,
                "hand": one.hand,
                "source": one.source,
                "at": one.at,
                "is_shared": one.is_shared,
                "may_be_shared": one.kind in {"phone", "whatsapp", "email"},
            }
            for one in view.identities
        ],
        "kinds": [
            {"value": kind, "label": label, "help": _HINTS.get(kind, "")}
            for kind, label in Identity.Kind.choices
        ],
        "partners": [{"value": "", "label": "None of them"}]
        + [
            {"value": one.pk, "label": one.name}
            for one in Partner.objects.filter(is_active=True).order_by("name")
        ],
    }
