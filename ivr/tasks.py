"""What the clock starts: calls nobody has told about for a while are asked after."""

from celery import shared_task

from ivr import reconcile


@shared_task(name="ivr.reconcile_calls")
def reconcile_calls() -> None:
    """Every 15 s: ask the carrier about silent calls, and process what was stored but not processed."""
    reconcile.reconcile_all()
