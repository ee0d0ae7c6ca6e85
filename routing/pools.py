"""The pools of partners, which exist as soon as a set-up names them."""

from accounts.models import Partner
from routing.models import Pool, Queue, QueueStep, StepPool


def pool_of_partner(partner: Partner) -> Pool:
    """All agents of a partner, as a pool."""
    pool, _ = Pool.objects.get_or_create(
        partner=partner, defaults={"slug": partner.slug, "name": partner.name}
    )
    return pool


def add_step(queue: Queue, *pools: Pool | None, wait_seconds: int | None = None) -> QueueStep:
    """One more step at the end of a queue's; no pool is everybody in-house."""
    step = QueueStep.objects.create(queue=queue, position=queue.steps.count(), wait_seconds=wait_seconds)
    StepPool.objects.bulk_create(StepPool(step=step, pool=pool) for pool in pools or (None,))
    return step
