"""Logistic regression by Newton's method, with the standard library: a dozen weights need no more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import Final

_STEPS: Final = 50
_CLOSE: Final = 1e-7  # log odds; a smaller step ends the search
SHRINKAGE: Final = 1.0  # the weight of the prior that every weight but the base is 0 (standard deviation 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """Terms of a finding, whether it is true, and how much it counts."""

    terms: Mapping[str, float]
    is_true: bool
    count: float = 1.0


def fit(examples: Sequence[Example], free: Sequence[str]) -> dict[str, float]:
    """The weight of every term that is not 0 everywhere; those named in `free` are not shrunk."""
    names = sorted({name for example in examples for name, value in example.terms.items() if value})
    rows = [([example.terms.get(name, 0.0) for name in names], example) for example in examples]
    shrinkage = [0.0 if name in free else SHRINKAGE for name in names]
    weights = [0.0] * len(names)
    for _ in range(_STEPS):
        step = _solve(*_slope(rows, weights, shrinkage))
        weights = [weight + change for weight, change in zip(weights, step, strict=True)]
        if max(map(abs, step)) < _CLOSE:
            break
    return dict(zip(names, weights, strict=True))


def predict(weights: Mapping[str, float], terms: Mapping[str, float]) -> float:
    """The probability, 0 to 1; terms without a weight count nothing."""
    return _sigmoid(sum(weights.get(name, 0.0) * value for name, value in terms.items()))


def _sigmoid(odds: float) -> float:
    return 1 / (1 + exp(-max(-40.0, min(40.0, odds))))


def _slope(
    rows: Sequence[tuple[Sequence[float], Example]], weights: Sequence[float], shrinkage: Sequence[float]
) -> tuple[list[list[float]], list[float]]:
    """The (negative) second and the first derivative of the log likelihood."""
    size = len(weights)
    second = [[shrinkage[i] if i == j else 0.0 for j in range(size)] for i in range(size)]
    first = [-shrunk * weight for shrunk, weight in zip(shrinkage, weights, strict=True)]
    for values, example in rows:
        likely = _sigmoid(sum(w * v for w, v in zip(weights, values, strict=True)))
        known = [index for index, value in enumerate(values) if value]
        for i in known:
            first[i] += example.count * (example.is_true - likely) * values[i]
            for j in known:
                second[i][j] += example.count * likely * (1 - likely) * values[i] * values[j]
    return second, first


def _solve(matrix: Sequence[Sequence[float]], right: Sequence[float]) -> list[float]:
    """x of matrix · x = right, by Gauss and Jordan."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for i in range(len(rows)):
        best = max(range(i, len(rows)), key=lambda r: abs(rows[r][i]))
        rows[i], rows[best] = rows[best], rows[i]
        pivot = rows[i][i] or 1e-12
        for r in range(len(rows)):
            if r != i:
                factor = rows[r][i] / pivot
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[i], strict=True)]
    return [row[-1] / (row[i] or 1e-12) for i, row in enumerate(rows)]
