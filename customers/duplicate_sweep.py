"""Every record of a company compared with those it shares something with, some hundred at a time."""

import logging

from customers.actions.duplicates import Swept, find_duplicates_of
from customers.actions.merging import collect_rows
from customers.models import Customer, CustomerMerge
from foundation.tenancy import tenant

CHUNK = 500
logger = logging.getLogger(__name__)


def sweep_organization(organization_id: int) -> Swept:
    """Look at all records of a company, oldest first, in transactions of 500; what is found is kept at once,
    so a sweep that is cut off is simply done again the next night."""
    total = Swept()
    position = 0
    while True:
        with tenant(organization_id):
            ids = list(
                Customer.objects.filter(id__gt=position, merged_into=None)
                .order_by("id")
                .values_list("id", flat=True)[:CHUNK]
            )
            if ids:
                total.add(find_duplicates_of(ids, found_by="sweep"))
        if not ids:
            break
        position = ids[-1]
    _collect_stragglers(organization_id)
    logger.info(
        "looked at %s records, compared %s pairs: %s merged, %s wait",
        total.looked_at,
        total.compared,
        total.merged,
        total.waiting,
    )
    return total


def _collect_stragglers(organization_id: int) -> None:
    with tenant(organization_id):
        for merge in CustomerMerge.objects.select_for_update().filter(undone_at=None).order_by("-id")[:CHUNK]:
            collect_rows(merge)
