"""Celery's door: what cases need done at night."""

from celery import shared_task

from accounts.models import Organization
from cases.reasons.training import train_organization
from foundation.tenancy import system


@shared_task(name="cases.train_reasons")
def train_reasons() -> None:
    """Nightly: let every organisation's model learn from its newest contacts, each in a task of its own."""
    with system():
        organization_ids = list(Organization.objects.order_by("id").values_list("id", flat=True))
    for organization_id in organization_ids:
        train_reasons_of.apply_async((organization_id,), queue="background", expires=12 * 3600)


@shared_task(name="cases.train_reasons_of", soft_time_limit=900)
def train_reasons_of(organization_id: int) -> None:
    """Train one organisation's model; again changes nothing."""
    train_organization(organization_id)
