"""The rules for pools that look neither at splits nor at holds."""

from collections.abc import Collection
from typing import Protocol

from routing.engine.filters import barred, opening, pinned, scope, step
from routing.engine.filters.refusal import Refusal
from routing.engine.scene import Scene
from routing.engine.values import Contact


class PoolRule(Protocol):
    """The interface of the rules for pools."""

    def admits(self, contact: Contact, pool_id: int, scene: Scene) -> bool:
        """Whether this pool may take the contact."""

    def refusal(self, contact: Contact, pool_ids: Collection[int], scene: Scene) -> Refusal:
        """Why none of these pools may."""


BY_POOL: tuple[PoolRule, ...] = (pinned, step, scope, barred, opening)


def admitted(contact: Contact, pool_ids: Collection[int], scene: Scene) -> frozenset[int]:
    """Those of the pools that may take the contact by these rules."""
    return frozenset(one for one in pool_ids if all(rule.admits(contact, one, scene) for rule in BY_POOL))
