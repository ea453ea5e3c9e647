"""How likely a finding is true, from what speaks for and against it: a small logistic table.

The weights are fitted by `python -m tests.bench.fit_evidence` and were copied from its output. They are worth what
their sources are: models and scanners on deliberately vulnerable applications (realvuln, MIT), four review tools on
real pull requests with a judge's noisy word (martian, MIT), and one strong model family's votes on recorded claims.
So "audit" findings start from the first source, all others from the second, and votes weigh what the third shows,
shrunk. README has what the table is worth by cross-validation over repositories, and where it is not enough.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp
from types import MappingProxyType
from typing import Final

from lok_hooks.core.finding import Severity

SECURITY_TASK: Final = "audit"
# Kinds that are wrong only against a demand the code does not show (who may do this, what must stay secret), so that a
# reviewer has to guess it; the others can be followed through the shown code.
DEMANDS: Final = frozenset(
    "authentication authorization brute-force clickjacking cleartext exposure header-injection integrity "
    "log-injection mass-assignment redirect".split()
)

# Log odds. Fitted 2026-11-22; "weak model" is not fitted but half of "second model", as its voice is elsewhere.
WEIGHTS: Final[Mapping[str, float]] = MappingProxyType(
    {
        "base": -1.71,
        "not audit": -2.52,
        "model": 1.99,
        "second model": 1.43,
        "third model": 1.38,
        "fourth model": 1.57,
        "weak model": 0.72,
        "analyser": 0.26,
        "high": 0.5,
        "low": -0.4,
        "demand": -1.17,
        "confirm": 1.68,
        "refute": -1.51,
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Features:
    """What is known about a finding.

    `models`: LLM authors whose word may block; `weak`: those whose word may not; `analysers`: analysers that raised
    it. `is_audit`: raised by the security task. `kind`: its category family. `confirms` and `refutes`: grounded votes
    of others, each as heavy as its voter (1.0 for an average one).
    """

    severity: Severity
    kind: str
    is_audit: bool
    models: int
    weak: int = 0
    analysers: int = 0
    confirms: float = 0.0
    refutes: float = 0.0
    is_proof: bool = False


def probability(features: Features) -> float:
    """How likely the finding is true, 0 to 1. A finding that a deterministic rule proved is: 1.

    One more author or confirmation never makes it smaller, one more refutation never larger.
    """
    if features.is_proof:
        return 1.0
    return 1 / (1 + exp(-sum(WEIGHTS[name] * value for name, value in terms(features).items())))


def terms(features: Features) -> dict[str, float]:
    """The value of every weight's factor; the fit uses the same."""
    return {
        "base": 1.0,
        "not audit": float(not features.is_audit),
        "model": float(features.models >= 1),
        "second model": float(features.models >= 2),
        "third model": float(features.models >= 3),
        "fourth model": float(features.models >= 4),
        "weak model": float(features.weak >= 1),
        "analyser": float(features.analysers >= 1),
        "high": float(features.severity.order >= Severity.HIGH.order),
        "low": float(features.severity is Severity.LOW),
        "demand": float(features.kind in DEMANDS),
        "confirm": features.confirms,
        "refute": features.refutes,
    }
