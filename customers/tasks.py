"""Celery's door: what the record needs done at night."""

from celery import shared_task

from accounts.models import Organization
from customers.search.entries import rebuild
from customers.search.upkeep import count_words
from foundation.tenancy import system


@shared_task(name="customers.tend_search")
def tend_search() -> None:
    """Nightly: index who is not indexed yet, count how common each word is, forget words nobody has."""
    with system():
        organization_ids = list(Organization.objects.values_list("id", flat=True))
    for organization_id in organization_ids:
        rebuild(organization_id, only_missing=True)
        count_words(organization_id)
