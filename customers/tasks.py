"""Celery's door: the nightly look for duplicates."""

from celery import shared_task

from accounts.models import Organization
from customers.duplicate_sweep import sweep_organization
from foundation.tenancy import system


@shared_task(name="customers.sweep_duplicates")
def sweep_duplicates() -> None:
    """Nightly: compare every record with those that share something with it."""
    with system():
        organization_ids = list(Organization.objects.order_by("id").values_list("id", flat=True))
    for organization_id in organization_ids:
        sweep_organization(organization_id)
