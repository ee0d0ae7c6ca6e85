"""A pool has had as many of a split queue's contacts as its ceiling allows."""

from collections.abc import Collection

from routing.engine import splits
from routing.engine.filters.refusal import Refusal
from routing.engine.scene import Scene
from routing.engine.values import Contact


def admits(contact: Contact, pool_id: int, scene: Scene) -> bool:
    """Whether one more stays within the ceiling; pilots that are pinned are not counted against it."""
    plan = scene.plan(contact)
    if plan.split is None or contact.pinned_pool_id is not None:
        return True
    share = splits.share_of(plan.split, pool_id)
    return share is None or not splits.at_ceiling(share, scene.taken(plan))


def refusal(contact: Contact, pool_ids: Collection[int], scene: Scene) -> Refusal:
    """When counting begins anew."""
    split = scene.plan(contact).split
    assert split is not None
    ends = splits.interval_ends(split, scene.now)
    return Refusal("has reached the ceiling of its share", ends, "contacts that go to other teams")
