"""Celery's door: what is written at night about what customers wait for."""

from datetime import timedelta

from celery import shared_task

from accounts.models import Organization
from cases import suppression
from customers.exports.actions import request_nightly
from foundation.tenancy import system, tenant

# Until the next night's is there, and half a day for somebody to miss it.
_KEEP = timedelta(hours=36)


@shared_task(name="cases.write_suppression_lists")
def write_suppression_lists() -> None:
    """Nightly: who must not be contacted, hashed, for each organisation to fetch among its exports."""
    with system():
        ids = list(Organization.objects.order_by("id").values_list("id", flat=True))
    for organization_id in ids:
        with tenant(organization_id):
            request_nightly(suppression.NAME, choices={}, keep=_KEEP)
