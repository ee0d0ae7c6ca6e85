"""In a strict split a pool that has its share leaves contacts to those who are short of theirs."""

from collections.abc import Collection

from routing.engine import splits
from routing.engine.durations import clock_text
from routing.engine.filters.refusal import Refusal
from routing.engine.scene import Scene
from routing.engine.values import Contact, QueuePlan


def admits(contact: Contact, pool_id: int, scene: Scene) -> bool:
    """Whether the pool is short itself, or nobody else at work is, or the contact has waited too long."""
    plan = scene.plan(contact)
    if plan.split is None or not plan.split.strict or contact.pinned_pool_id is not None:
        return True
    after = plan.split.override_after
    if after is not None and scene.now - contact.queued_at >= after:
        return True
    share = splits.share_of(plan.split, pool_id)
    if share is None or splits.shortfall(share, scene.taken(plan)) > 0:
        return True
    return not _short_of(contact, plan, scene)


def refusal(contact: Contact, pool_ids: Collection[int], scene: Scene) -> Refusal:
    """For whom it is kept, and for how long."""
    plan = scene.plan(contact)
    assert plan.split is not None
    names = ", ".join(scene.rules.pool(one).name or "another team" for one in _short_of(contact, plan, scene))
    after = plan.split.override_after
    until = None if after is None else contact.queued_at + after
    limit = "" if until is None else f", for {clock_text(until - scene.now)} more"
    return Refusal(f"kept for {names}, short of its share{limit}", until, f"somebody free at {names}")


def _short_of(contact: Contact, plan: QueuePlan, scene: Scene) -> list[int]:
    """The pools at work whose turn it is, who may serve the customer, and who are short of their share."""
    assert plan.split is not None
    ring, taken = scene.stage(contact, plan).ring, scene.taken(plan)
    return [
        share.pool_id
        for share in plan.split.shares
        if share.pool_id in ring
        and share.pool_id not in contact.barred_pools
        and splits.shortfall(share, taken) > 0
        and not splits.at_ceiling(share, taken)
        and scene.works(share.pool_id)
    ]
