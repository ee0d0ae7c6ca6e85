"""Pools of earlier steps come before those of later ones; borrowed ones come last."""

from routing.engine.durations import clock_text
from routing.engine.scene import Scene
from routing.engine.values import Contact, Seat


def rank(contact: Contact, seat: Seat, pools: frozenset[int], scene: Scene) -> float:
    """The number of the step that brought the agent's pool in."""
    if contact.pinned_pool_id is not None:
        return 0.0
    plan = scene.plan(contact)
    ring = scene.stage(contact, plan).ring
    last = len(plan.steps) + 1
    return float(min((ring.get(pool_id, last) for pool_id in pools), default=last))


def reason(contact: Contact, seat: Seat, pools: frozenset[int], scene: Scene) -> str:
    """Which step it is, where there are several; or that the pool is pinned or borrowed."""
    plan = scene.plan(contact)
    if contact.pinned_pool_id is not None:
        return f"pinned to {scene.rules.pool(contact.pinned_pool_id).name or 'this team'}"
    number = int(rank(contact, seat, pools, scene))
    ring = scene.stage(contact, plan).ring
    pool_id = next((one for one in sorted(pools) if ring.get(one) == number), None)
    if pool_id is not None and number >= len(plan.steps):
        return f"{scene.rules.pool(pool_id).name or 'another team'} helps out"
    if pool_id is None or len(plan.steps) < 2:
        return ""
    name = plan.steps[number].name or scene.rules.pool(pool_id).name
    if number == 0:
        return f"{name} step first"
    return f"{name} step, open after {clock_text(scene.course(plan).opens[number])}"
