"""The pool that is furthest below its share of a split queue comes first."""

from routing.engine import splits
from routing.engine.scene import Scene
from routing.engine.values import Contact, Seat, Share


def rank(contact: Contact, seat: Seat, pools: frozenset[int], scene: Scene) -> float:
    """Minus the contacts the agent's pool is short of."""
    found = neediest(contact, pools, scene)
    return -found[0] if found else 0.0


def reason(contact: Contact, seat: Seat, pools: frozenset[int], scene: Scene) -> str:
    """Which share, and what it has had so far."""
    found = neediest(contact, pools, scene)
    if found is None:
        return ""
    taken = scene.taken(scene.plan(contact))
    had, total = taken.get(found[1].pool_id, 0), sum(taken.values())
    name = scene.rules.pool(found[1].pool_id).name or "this team"
    return f"{name} is to have {found[1].percent:g} %, has had {had} of {total}"


def neediest(contact: Contact, pools: frozenset[int], scene: Scene) -> tuple[float, Share] | None:
    """The share of these pools that most needs a contact, with its urgency; None outside of splits."""
    plan = scene.plan(contact)
    if plan.split is None or contact.pinned_pool_id is not None:
        return None
    taken = scene.taken(plan)
    found = [(splits.urgency(share, taken), share) for share in plan.split.shares if share.pool_id in pools]
    return max(found, key=lambda one: (one[0], -one[1].pool_id), default=None)
