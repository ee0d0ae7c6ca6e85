"""The stored model at work: probabilities and evidence from its coefficients, in plain Python."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import Any

from cases.reasons.features import Feature
from cases.rules import ReasonGuess, frequency_sentence, label_of

# What the customer said outweighs what anybody like them ever wanted.
STATED_ODDS = 200.0
SENTENCES = 3
_SPEAKS_FOR = 0.2


@dataclass(frozen=True)
class Weights:
    """A multinomial linear model: per reason an intercept, and a weight for each feature by name. `counts`
    are the contacts it was trained on, by reason."""

    reasons: tuple[str, ...]
    intercepts: tuple[float, ...]
    weights: Mapping[str, tuple[float, ...]]
    counts: Mapping[str, int]

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Weights":
        """As `as_json` wrote them."""
        return cls(
            reasons=tuple(stored["reasons"]),
            intercepts=tuple(stored["intercepts"]),
            weights={name: tuple(row) for name, row in stored["weights"].items()},
            counts=dict(stored["counts"]),
        )

    def as_json(self) -> dict[str, Any]:
        """Plain lists and numbers."""
        return {
            "reasons": list(self.reasons),
            "intercepts": list(self.intercepts),
            "weights": {name: list(row) for name, row in self.weights.items()},
            "counts": dict(self.counts),
        }


def probabilities(model: Weights, features: Sequence[Feature]) -> list[float]:
    """One per reason of the model; they add up to 1. Features it never saw count nothing."""
    scores = list(model.intercepts)
    for feature in features:
        for place, weight in enumerate(model.weights.get(feature.name, ())):
            scores[place] += weight * feature.value
    highest = max(scores)
    odds = [exp(score - highest) for score in scores]
    total = sum(odds)
    return [one / total for one in odds]


def guess(model: Weights, features: Sequence[Feature], *, stated_reason: str = "") -> list[ReasonGuess]:
    """Every reason with its probability and what speaks for it, likeliest first."""
    chances = dict(zip(model.reasons, probabilities(model, features), strict=True))
    if stated_reason:
        least = min(chances.values())
        chances[stated_reason] = chances.get(stated_reason, least) * STATED_ODDS
    total = sum(chances.values())
    ranked = sorted(chances.items(), key=lambda pair: -pair[1])
    return [
        ReasonGuess(
            reason,
            label_of(reason),
            chance / total,
            evidence(model, features, reason, stated_reason=stated_reason),
        )
        for reason, chance in ranked
    ]


def evidence(
    model: Weights, features: Sequence[Feature], reason: str, *, stated_reason: str = ""
) -> list[str]:
    """The sentences of what raises this reason most above the others; its frequency where nothing does."""
    said = [f"They said so: {label_of(reason).lower()}."] if reason == stated_reason else []
    if reason not in model.reasons:
        return said
    place = model.reasons.index(reason)
    found = []
    for feature in features:
        row = model.weights.get(feature.name)
        if row and feature.sentence:
            found.append((feature.value * (row[place] - sum(row) / len(row)), feature.sentence))
    found.sort(key=lambda pair: -pair[0])
    told = [*said, *(sentence for weight, sentence in found[:SENTENCES] if weight > _SPEAKS_FOR)]
    return told or frequency_sentence(reason, model.counts)
