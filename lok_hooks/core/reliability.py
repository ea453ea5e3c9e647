"""How often a backend was right, measured by what became of its findings, and what follows from it.

Every finding of a backend counts once, by the last word about it. A share of few findings says little, so it is
shrunk towards `PRIOR` as if `PRIOR_COUNT` findings of average worth had been seen before (the mean of a beta
distribution), and nothing follows from it before `ENOUGH` findings were seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

PRIOR: Final = 0.55
"""The share of findings of one tool alone that are true, on a public benchmark of 21 scanners and models (realvuln);
on pull requests it is far lower, but what reaches the ledger is grounded and judged."""

PRIOR_COUNT: Final = 10
ENOUGH: Final = 20  # findings before the router and the debate listen to the share
ENOUGH_TO_BLOCK: Final = 50  # findings before a backend that may not block earns the right
SHARE_TO_BLOCK: Final = 0.8
_WEIGHT_RANGE: Final = (0.5, 1.5)


class Outcome(StrEnum):
    """What became of a finding; a later word replaces an earlier one."""

    CONFIRMED = "confirmed"
    FIXED = "fixed"
    REFUTED = "refuted"
    DISMISSED = "dismissed"

    @property
    def is_right(self) -> bool:
        """True when it speaks for the backend that raised the finding."""
        return self in (Outcome.CONFIRMED, Outcome.FIXED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Observation:
    """One finding of one backend, and what became of it."""

    backend: str
    family: str
    outcome: Outcome


@dataclass(frozen=True, kw_only=True, slots=True)
class Precision:
    """How many findings were seen, and the shrunk share of them that was right (0 to 1)."""

    count: int
    share: float

    @property
    def is_enough(self) -> bool:
        """True when decisions may follow from it."""
        return self.count >= ENOUGH


def measured(observations: Iterable[Observation]) -> dict[str, Precision]:
    """Each backend's precision over all its observations."""
    counts: dict[str, tuple[int, int]] = {}
    for observation in observations:
        right, count = counts.get(observation.backend, (0, 0))
        counts[observation.backend] = (right + observation.outcome.is_right, count + 1)
    return {name: Precision(count=count, share=_shrunk(right, count)) for name, (right, count) in counts.items()}


def _shrunk(right: int, count: int) -> float:
    return (right + PRIOR * PRIOR_COUNT) / (count + PRIOR_COUNT)


def weights(measured: Mapping[str, Precision]) -> dict[str, float]:
    """What a backend's voice weighs in a debate, 1 for average: its share against the prior, within a half and one
    and a half, so that no record makes a voice worthless or a verdict by itself. Backends with few findings are left
    out: they weigh 1."""
    low, high = _WEIGHT_RANGE
    return {
        name: min(high, max(low, precision.share / PRIOR))
        for name, precision in measured.items()
        if precision.is_enough
    }


def has_earned_to_block(precision: Precision | None) -> bool:
    """True when a backend whose word does not block by its kind has shown that it should."""
    return precision is not None and precision.count >= ENOUGH_TO_BLOCK and precision.share >= SHARE_TO_BLOCK
