"""A contact that is pinned to one pool goes to no other."""

from collections.abc import Collection

from routing.engine.filters.refusal import Refusal
from routing.engine.scene import Scene
from routing.engine.values import Contact


def admits(contact: Contact, pool_id: int, scene: Scene) -> bool:
    """Whether it is this pool's, or nobody's."""
    return contact.pinned_pool_id is None or pool_id == contact.pinned_pool_id


def refusal(contact: Contact, pool_ids: Collection[int], scene: Scene) -> Refusal:
    """Names the pool it is pinned to."""
    name = scene.rules.pool(contact.pinned_pool_id or 0).name or "another team"
    return Refusal(f"pinned to {name}", None, "somebody of that team, or unpinning it")
