"""The pool's hours are on."""

from collections.abc import Collection

from routing.engine.durations import clock_text
from routing.engine.filters.refusal import Refusal
from routing.engine.scene import Scene
from routing.engine.values import Contact


def admits(contact: Contact, pool_id: int, scene: Scene) -> bool:
    """Whether the pool is open now."""
    return scene.is_open(pool_id)


def refusal(contact: Contact, pool_ids: Collection[int], scene: Scene) -> Refusal:
    """When the first of the pools opens."""
    hours = [scene.rules.pool(pool_id).hours for pool_id in pool_ids]
    opens = [at for one in hours if one is not None and (at := one.opens_at(scene.now)) is not None]
    if not opens:
        return Refusal("closed", None, "opening hours")
    return Refusal(f"closed; opens in {clock_text(min(opens) - scene.now)}", min(opens))
