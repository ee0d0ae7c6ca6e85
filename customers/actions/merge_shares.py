"""Which partners see a record that was two: only those with a reason for it now, or with both halves."""

from collections.abc import Iterable
from typing import Any

from customers import merge_rows
from customers.actions.shares import partners_serving
from customers.models import Interaction, RecordShare, Subscription
from foundation import clock

_GOING_ON = (Subscription.State.ACTIVE, Subscription.State.SWITCHING, Subscription.State.PAUSED)


def join_shares(winner_id: int, loser_id: int) -> tuple[list[int], list[int], list[dict[str, Any]]]:
    """Close the winner's shares with partners that had only this half and have no reason now.

    Returns the partners that saw the winner, those that saw the loser, and what was changed.
    """
    ours = {
        share.partner_id: share for share in RecordShare.objects.filter(customer=winner_id, ended_at=None)
    }
    theirs = set(
        RecordShare.objects.filter(customer=loser_id, ended_at=None).values_list("partner_id", flat=True)
    )
    reasons = partners_that_may_see([winner_id, loser_id])
    now = clock.now()
    changes = []
    for partner_id, share in sorted(ours.items()):
        if partner_id in theirs or partner_id in reasons:
            continue
        RecordShare.objects.filter(pk=share.pk).update(ended_at=now)
        changes.append(
            {
                "label": "customers.RecordShare",
                "pk": share.pk,
                "field": "ended_at",
                "before": None,
                "after": now.isoformat(),
            }
        )
    return sorted(ours), sorted(theirs), changes


def partners_that_may_see(customer_ids: Iterable[int]) -> set[int]:
    """The partners with a reason that holds now: they fulfil, serve, owe, or have a product or queue."""
    customer_ids = list(customer_ids)
    products = Subscription.objects.filter(customer_id__in=customer_ids, state__in=_GOING_ON)
    over = [Interaction.State.ENDED, Interaction.State.ABANDONED]
    contacts = Interaction.objects.filter(customer_id__in=customer_ids).exclude(state__in=over)
    found = merge_rows.partners_with_reason(customer_ids)
    for code in products.values_list("product__code", flat=True).distinct():
        found |= set(partners_serving(product_code=code))
    for slug in contacts.exclude(queue_slug="").values_list("queue_slug", flat=True).distinct():
        found |= set(partners_serving(queue_slug=slug))
    return found
