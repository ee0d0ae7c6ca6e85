"""Customers who are called before an agent is there: when their turn is near."""

from foundation.tenancy import tenant
from ivr.handlers import call_back
from ivr.queries import organizations_with_telephones
from routing.queries import callbacks_to_dial


def dial_owed() -> int:
    """Call whose turn is near, in every organisation. Returns how many were looked at."""
    looked_at = 0
    for organization_id in organizations_with_telephones():
        with tenant(organization_id):
            callback_ids = callbacks_to_dial()
        for callback_id in callback_ids:
            call_back(organization_id, callback_id)
            looked_at += 1
    return looked_at
