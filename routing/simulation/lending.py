"""Overflow in a simulation: pools that help another queue, by the engine's own rule with its hysteresis."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from routing.simulation.arrivals import Caller
from routing.simulation.router import Lending, Overflow, Router, borrow

LOOK_SECONDS = 5.0


@dataclass
class _Rule:
    overflow: Overflow
    state: Lending


class Lendings:
    """The rules and which of them are on."""

    def __init__(self, rules: Iterable[Overflow], router: Router) -> None:
        self._rules = [_Rule(rule, Lending()) for rule in rules]
        self._router = router

    def __bool__(self) -> bool:
        return bool(self._rules)

    def look(self, waiting: Mapping[int, Mapping[int, Caller]], now: float) -> bool:
        """Open and close what is due; whether anything changed."""
        changed: set[int] = set()
        for rule in self._rules:
            one = rule.overflow
            home = 0.0 if one.home_queue_id is None else _longest(waiting[one.home_queue_id], now)
            wait = _longest(waiting[one.queue_id], now)
            state = borrow(one, rule.state, wait=wait, home_wait=home, now=now)
            if state != rule.state:
                rule.state = state
                changed.add(one.queue_id)
        for queue_id in changed:
            lent = (rule for rule in self._rules if rule.state.opened_at is not None)
            helping = frozenset(r.overflow.pool_id for r in lent if r.overflow.queue_id == queue_id)
            self._router.lend(queue_id, helping)
        return bool(changed)


def _longest(line: Mapping[int, Caller], now: float) -> float:
    first = next(iter(line.values()), None)
    return 0.0 if first is None else now - first.entered_at
