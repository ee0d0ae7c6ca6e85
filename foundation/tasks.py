"""Celery's door into the event log."""

from celery import shared_task
from kombu.exceptions import OperationalError
from redis import RedisError

from foundation import deliveries, wake

FULL_LANE = 500


@shared_task(name="foundation.run_deliveries", acks_late=True)
def run_deliveries(delivery_ids: list[int], organization_id: int) -> None:
    """Run handlers for events of one organisation."""
    deliveries.run_deliveries(delivery_ids, organization_id)


@shared_task(name="foundation.sweep_finished")
def sweep_finished() -> None:
    """Nightly: remove what delivered events leave behind."""
    deliveries.sweep_finished()


def send_to_worker(delivery_ids: list[int], organization_id: int, lane: str) -> None:
    """Queue deliveries on their lane; raises OSError when the broker is away."""
    try:
        run_deliveries.apply_async((delivery_ids, organization_id), queue=lane, retry=False)
    except (OperationalError, RedisError) as error:
        raise ConnectionError(str(error)) from error


def room_in_lane(lane: str) -> int:
    """How many more tasks a lane's queue should hold; raises OSError when the broker is away.

    What waits in the database costs nothing; what waits in the queue for longer than its lease is sent twice.
    """
    try:
        queued = wake.client().llen(lane)
    except RedisError as error:
        raise ConnectionError(str(error)) from error
    return max(0, FULL_LANE - int(queued))
