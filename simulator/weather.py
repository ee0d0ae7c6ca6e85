"""Bad weather on request: what may go wrong between a carrier and its customer, switched on by rules."""

from dataclasses import dataclass, field
from typing import Any

WEBHOOK_EFFECTS = frozenset({"duplicate", "delay", "reorder", "drop", "bad_signature"})
REST_EFFECTS = frozenset({"rest_delay", "rest_status"})


@dataclass
class Rule:
    """One effect; `kinds` and `events` narrow it, `times` limits it (None: until the weather changes)."""

    effect: str
    kinds: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    path: str = ""
    times: int | None = None
    ms: int = 300
    status: int = 503

    def fits(self, kind: str, event: str, path: str) -> bool:
        """Whether this rule is for a request of that kind and event to that path, and not used up."""
        if self.times == 0:
            return False
        return (
            (not self.kinds or kind in self.kinds)
            and (not self.events or event in self.events)
            and self.path in path
        )

    def use(self) -> None:
        """Count one use down."""
        if self.times is not None:
            self.times -= 1


def read_rule(raw: dict[str, Any]) -> Rule:
    """A rule from its JSON object; ValueError says what is wrong with it."""
    effect = raw.get("effect", "")
    if effect not in WEBHOOK_EFFECTS | REST_EFFECTS:
        raise ValueError(f"effect must be one of {sorted(WEBHOOK_EFFECTS | REST_EFFECTS)}, not {effect!r}")
    unknown = set(raw) - set(Rule.__dataclass_fields__)
    if unknown:
        raise ValueError(f"unknown fields {sorted(unknown)}")
    times = raw.get("times")
    return Rule(
        effect=effect,
        kinds=frozenset(raw.get("kinds", ())),
        events=frozenset(raw.get("events", ())),
        path=str(raw.get("path", "")),
        times=None if times is None else int(times),
        ms=int(raw.get("ms", 300)),
        status=int(raw.get("status", 503)),
    )


@dataclass
class Weather:
    """The rules in force; clean when there are none."""

    rules: list[Rule] = field(default_factory=list)

    def take(self, effect: str, *, kind: str = "", event: str = "", path: str = "") -> Rule | None:
        """The first rule with this effect that fits, counted as used; None in clean weather."""
        for rule in self.rules:
            if rule.effect == effect and rule.fits(kind, event, path):
                rule.use()
                return rule
        return None

    def describe(self) -> list[dict[str, Any]]:
        """The rules as JSON."""
        return [
            {
                "effect": rule.effect,
                "kinds": sorted(rule.kinds),
                "events": sorted(rule.events),
                "path": rule.path,
                "times": rule.times,
                "ms": rule.ms,
                "status": rule.status,
            }
            for rule in self.rules
        ]
