"""Celery's door: what is written and learned at night about what customers wait for."""

from datetime import timedelta

from celery import shared_task

from accounts.models import Organization
from cases import suppression
from cases.reasons.training import train_organization
from customers.exports.actions import request_nightly
from foundation.tenancy import system, tenant

# Until the next night's is there, and half a day for somebody to miss it.
_KEEP = timedelta(hours=36)


@shared_task(name="cases.write_suppression_lists")
def write_suppression_lists() -> None:
    """Nightly: who must not be contacted, hashed, for each organisation to fetch among its exports."""
    for organization_id in _organization_ids():
        with tenant(organization_id):
            request_nightly(suppression.NAME, choices={}, keep=_KEEP)


@shared_task(name="cases.train_reasons")
def train_reasons() -> None:
    """Nightly: let every organisation's model learn from its newest contacts, each in a task of its own."""
    for organization_id in _organization_ids():
        train_reasons_of.apply_async((organization_id,), queue="background", expires=12 * 3600)


@shared_task(name="cases.train_reasons_of", soft_time_limit=900)
def train_reasons_of(organization_id: int) -> None:
    """Train one organisation's model; again changes nothing."""
    train_organization(organization_id)


def _organization_ids() -> list[int]:
    with system():
        return list(Organization.objects.order_by("id").values_list("id", flat=True))
