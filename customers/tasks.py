"""Celery's door: what the record needs done at night."""

from celery import shared_task

from accounts.models import Organization
from customers.duplicate_sweep import sweep_organization
from customers.imports.actions import drop_abandoned_uploads as drop_old_uploads
from customers.privacy.retention import apply_retention as forget_what_is_old
from customers.search.entries import rebuild
from customers.search.upkeep import count_words
from foundation.tenancy import system, tenant


@shared_task(name="customers.tend_search")
def tend_search() -> None:
    """Nightly: index who is not indexed yet, count how common each word is, forget words nobody has."""
    for organization_id in _organization_ids():
        rebuild(organization_id, only_missing=True)
        count_words(organization_id)


@shared_task(name="customers.sweep_duplicates")
def sweep_duplicates() -> None:
    """Nightly: compare every record with those that share something with it."""
    for organization_id in _organization_ids():
        sweep_organization(organization_id)


@shared_task(name="customers.apply_retention")
def apply_retention() -> None:
    """Nightly: forget what has been kept long enough."""
    for organization_id in _organization_ids():
        forget_what_is_old(organization_id)


@shared_task(name="customers.drop_abandoned_uploads")
def drop_abandoned_uploads() -> None:
    """Nightly: delete files that were uploaded and never imported."""
    for organization_id in _organization_ids():
        with tenant(organization_id):
            drop_old_uploads()


def _organization_ids() -> list[int]:
    with system():
        return list(Organization.objects.order_by("id").values_list("id", flat=True))
