"""Celery's door into the event log."""

from celery import shared_task

from foundation import deliveries


@shared_task(name="foundation.run_delivery", acks_late=True)
def run_delivery(delivery_id: int, organization_id: int) -> None:
    """Run one handler for one event."""
    deliveries.run_delivery(delivery_id, organization_id)


@shared_task(name="foundation.sweep_finished")
def sweep_finished() -> None:
    """Nightly: remove what delivered events leave behind."""
    deliveries.sweep_finished()


def send_to_worker(delivery_id: int, organization_id: int, lane: str) -> None:
    """Queue one delivery on its lane; raises OSError when the broker is away."""
    run_delivery.apply_async((delivery_id, organization_id), queue=lane, retry=False)
