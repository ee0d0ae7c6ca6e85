"""A partner's contract covers the queue."""

from collections.abc import Collection

from routing.engine.filters.refusal import Refusal
from routing.engine.scene import Scene
from routing.engine.values import Contact


def admits(contact: Contact, pool_id: int, scene: Scene) -> bool:
    """Whether the contract in force names the queue."""
    covered = scene.rules.pool(pool_id).queues
    return covered is None or scene.plan(contact).slug in covered


def refusal(contact: Contact, pool_ids: Collection[int], scene: Scene) -> Refusal:
    """The missing permission."""
    plan = scene.plan(contact)
    text = f"the partner's contract does not cover {plan.name or plan.slug}"
    return Refusal(text, None, "a contract that covers it")
