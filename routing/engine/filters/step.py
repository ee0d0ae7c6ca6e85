"""The queue's steps have opened it to the pool, or overflow has; a pinned contact is its pool's at once."""

from collections.abc import Collection

from routing.engine.durations import clock_text
from routing.engine.filters.refusal import Refusal
from routing.engine.scene import Scene
from routing.engine.values import Contact


def admits(contact: Contact, pool_id: int, scene: Scene) -> bool:
    """Whether it is this pool's turn."""
    if contact.pinned_pool_id is not None:
        return True
    return pool_id in scene.stage(contact, scene.plan(contact)).ring


def refusal(contact: Contact, pool_ids: Collection[int], scene: Scene) -> Refusal:
    """When the pools' turn comes, if ever."""
    course = scene.course(scene.plan(contact))
    known = [(opening, pool_id) for pool_id in pool_ids if (opening := course.opening_of(pool_id))]
    waited = scene.now - contact.queued_at
    ahead = sorted((opens, pool_id) for (_, opens), pool_id in known if opens > waited)
    if ahead:
        opens, pool_id = ahead[0]
        name = scene.rules.pool(pool_id).name or "the next step"
        return Refusal(f"{name} has its turn in {clock_text(opens - waited)}", contact.queued_at + opens)
    if known:
        return Refusal("a later step has taken the place of this team's", None, "a change of the steps")
    return Refusal("the queue has no step for this team", None, "a step or overflow that opens it")
