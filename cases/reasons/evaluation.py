"""How often a ranking is right: hit@1, hit@3, and per reason; pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import sqrt
from typing import Any

FIRST, FIRST_THREE = 1, 3
_WAYS = ("model", "rules", "frequency")
Ranking = Sequence[str]


@dataclass(frozen=True)
class Score:
    """Of `contacts` held-out ones, the share whose reason was ranked first, and among the first three."""

    contacts: int
    hit1: float
    hit3: float


@dataclass(frozen=True)
class ReasonScore:
    """The same for one reason; `guessed` counts how often the model ranked it first, `right` how often that
    was so."""

    reason: str
    contacts: int
    model: Score
    rules: Score
    frequency: Score
    guessed: int
    right: int


@dataclass(frozen=True)
class Sureness:
    """Of the guesses given a probability in this tenth, how many there were and how many were right."""

    at_least: float
    guesses: int
    said: float
    right: float


@dataclass(frozen=True)
class Evaluation:
    """Model, rules and plain frequency on the same held-out contacts."""

    model: Score
    rules: Score
    frequency: Score
    reasons: list[ReasonScore] = field(default_factory=list)
    sureness: list[Sureness] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Evaluation":
        """As `as_json` wrote it."""
        return cls(
            **{name: Score(**stored[name]) for name in _WAYS},
            reasons=[
                ReasonScore(**{**one, **{name: Score(**one[name]) for name in _WAYS}})
                for one in stored["reasons"]
            ],
            sureness=[Sureness(**one) for one in stored["sureness"]],
        )


def score(truth: Sequence[str], rankings: Sequence[Ranking]) -> Score:
    """hit@1 and hit@3; 0 of nothing."""
    pairs = list(zip(truth, rankings, strict=True))
    total = len(pairs) or 1
    return Score(
        contacts=len(pairs),
        hit1=sum(reason in ranking[:FIRST] for reason, ranking in pairs) / total,
        hit3=sum(reason in ranking[:FIRST_THREE] for reason, ranking in pairs) / total,
    )


def evaluate(
    truth: Sequence[str],
    *,
    model: Sequence[Mapping[str, float]],
    rules: Sequence[Ranking],
    counts: Mapping[str, int],
) -> Evaluation:
    """Compare them; `model` gives probabilities, `counts` the contacts by reason before those weeks."""
    ranked = [sorted(one, key=lambda reason: -one[reason]) for one in model]
    plain = [reason for reason, _ in Counter(counts).most_common()]
    usual = [plain] * len(truth)
    reasons = []
    for reason, contacts in Counter(truth).most_common():
        chosen = [place for place, one in enumerate(truth) if one == reason]
        of_reason = [reason] * len(chosen)
        guessed = [place for place, one in enumerate(ranked) if one[0] == reason]
        reasons.append(
            ReasonScore(
                reason=reason,
                contacts=contacts,
                model=score(of_reason, [ranked[place] for place in chosen]),
                rules=score(of_reason, [rules[place] for place in chosen]),
                frequency=score(of_reason, [plain] * len(chosen)),
                guessed=len(guessed),
                right=sum(truth[place] == reason for place in guessed),
            )
        )
    return Evaluation(
        model=score(truth, ranked),
        rules=score(truth, rules),
        frequency=score(truth, usual),
        reasons=reasons,
        sureness=_sureness(truth, model),
    )


def _sureness(truth: Sequence[str], model: Sequence[Mapping[str, float]]) -> list[Sureness]:
    tenths: dict[int, list[tuple[float, bool]]] = {}
    for reason, chances in zip(truth, model, strict=True):
        best = max(chances, key=lambda one: chances[one])
        tenths.setdefault(min(int(chances[best] * 10), 9), []).append((chances[best], best == reason))
    return [
        Sureness(
            at_least=tenth / 10,
            guesses=len(said),
            said=sum(chance for chance, _ in said) / len(said),
            right=sum(right for _, right in said) / len(said),
        )
        for tenth, said in sorted(tenths.items())
    ]


def margin(share: float, contacts: int) -> float:
    """Half the width of the 95 % interval of a share counted on so many contacts."""
    return 1.96 * sqrt(share * (1 - share) / contacts) if contacts else 0.0
