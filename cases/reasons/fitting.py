"""Fits the model. scikit-learn is imported in here and only when something is trained: no process that serves
people pays for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cases.reasons.scoring import Weights

if TYPE_CHECKING:
    from sklearn.linear_model import LogisticRegression

# Changed with the way a model is fitted.
VERSION = 1
RARE = 5
_STRENGTHS = (0.03, 0.1, 0.3, 1.0)
_ITERATIONS = 400
# How much the probabilities are flattened (above 1) or sharpened; chosen where they were right most nearly.
_TEMPERATURES = tuple(0.6 + 0.1 * step for step in range(15))

Row = Mapping[str, float]


@dataclass(frozen=True)
class Tuning:
    """What the weeks before the held-out ones chose: how far weights may go, and the temperature."""

    strength: float
    temperature: float


@dataclass(frozen=True)
class Fitted:
    """A model as scikit-learn has it and as it is stored; both give the same probabilities."""

    weights: Weights
    classifier: LogisticRegression
    names: list[str]


def tune(rows: Sequence[Row], reasons: Sequence[str], *, known: int) -> Tuning:
    """Choose on the contacts after the first `known` ones, with models that have not seen them."""
    import numpy as np

    best = (float("inf"), Tuning(_STRENGTHS[1], 1.0))
    for strength in _STRENGTHS:
        fitted = fit(rows[:known], reasons[:known], Tuning(strength, 1.0))
        index = {reason: number for number, reason in enumerate(fitted.weights.reasons)}
        places = [place for place in range(known, len(rows)) if reasons[place] in index]
        if not places:
            break
        scores = _scores(fitted, [rows[place] for place in places])
        truth = np.array([index[reasons[place]] for place in places], dtype=int)
        for temperature in _TEMPERATURES:
            loss = _log_loss(scores / temperature, truth)
            if loss < best[0] - 1e-9:
                best = (loss, Tuning(strength, temperature))
    return best[1]


def fit(rows: Sequence[Row], reasons: Sequence[str], tuning: Tuning) -> Fitted:
    """Fit on all rows; the same rows give the same weights. There must be two reasons at least."""
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    names = _vocabulary(rows)
    classifier = LogisticRegression(C=tuning.strength, max_iter=_ITERATIONS, random_state=0)
    with threadpool_limits(1):  # small matrices: threads only wait for each other, and calls need the cores
        classifier.fit(_matrix(rows, names), list(reasons))
    classifier.coef_ = classifier.coef_ / tuning.temperature
    classifier.intercept_ = classifier.intercept_ / tuning.temperature
    return Fitted(_stored(classifier, names, reasons), classifier, names)


def predict(fitted: Fitted, rows: Sequence[Row]) -> list[dict[str, float]]:
    """The probability of each reason, per row, as scikit-learn says."""
    classes = [str(one) for one in fitted.classifier.classes_]
    chances = fitted.classifier.predict_proba(_matrix(rows, fitted.names))
    return [dict(zip(classes, map(float, line), strict=True)) for line in chances]


def _vocabulary(rows: Sequence[Row]) -> list[str]:
    seen = Counter(name for row in rows for name in row)
    return sorted(name for name, count in seen.items() if count >= RARE)


def _matrix(rows: Sequence[Row], names: Sequence[str]) -> Any:
    import numpy as np

    places = {name: place for place, name in enumerate(names)}
    matrix = np.zeros((len(rows), len(names)))
    for number, row in enumerate(rows):
        for name, value in row.items():
            if name in places:
                matrix[number, places[name]] = value
    return matrix


def _stored(classifier: LogisticRegression, names: Sequence[str], reasons: Sequence[str]) -> Weights:
    classes = [str(one) for one in classifier.classes_]
    rows = [[float(one) for one in row] for row in classifier.coef_]
    intercepts = [float(one) for one in classifier.intercept_]
    if len(rows) == 1:  # of two reasons scikit-learn keeps the second's row alone
        rows, intercepts = [[0.0] * len(names), *rows], [0.0, *intercepts]
    return Weights(
        reasons=tuple(classes),
        intercepts=tuple(intercepts),
        weights={name: tuple(row[place] for row in rows) for place, name in enumerate(names)},
        counts=dict(Counter(reasons)),
    )


def _scores(fitted: Fitted, rows: Sequence[Row]) -> Any:
    import numpy as np

    scores = fitted.classifier.decision_function(_matrix(rows, fitted.names))
    return np.column_stack([np.zeros(len(scores)), scores]) if scores.ndim == 1 else scores


def _log_loss(scores: Any, truth: Any) -> float:
    import numpy as np

    highest = scores.max(axis=1, keepdims=True)
    logs = scores - highest - np.log(np.exp(scores - highest).sum(axis=1, keepdims=True))
    return float(-logs[np.arange(len(truth)), truth].mean())
