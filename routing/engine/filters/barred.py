"""The customer has not been withheld from the pool: by what they allow, or what the partner may see."""

from collections.abc import Collection

from routing.engine.filters.refusal import Refusal
from routing.engine.scene import Scene
from routing.engine.values import Contact


def admits(contact: Contact, pool_id: int, scene: Scene) -> bool:
    """Whether the pool may serve this customer."""
    return pool_id not in contact.barred_pools


def refusal(contact: Contact, pool_ids: Collection[int], scene: Scene) -> Refusal:
    """Says that it may not."""
    return Refusal("this customer may not be served by this team", None, "the customer's consent")
