"""What the clock starts: calls nobody has told about for a while are asked after."""

from celery import shared_task

from ivr import owed_calls, reconcile


@shared_task(name="ivr.reconcile_calls")
def reconcile_calls() -> None:
    """Every 15 s: ask the carrier about silent calls, and process what was stored but not processed."""
    reconcile.reconcile_all()


@shared_task(name="ivr.dial_owed_calls")
def dial_owed_calls() -> None:
    """Every 5 s: call those who are called before an agent is there, when their turn is near."""
    owed_calls.dial_owed()
