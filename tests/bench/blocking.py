"""Which merged comments block: votes of k reviewers, or the calibrated probability, against what is known to be true.

A merged finding is true when one of its comments is. Precision is the share of blocking findings that are true, recall
the share of all known defects that some blocking finding is about, F1 their harmonic mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lok_hooks.core.evidence import Features, terms
from lok_hooks.core.family import family
from tests.bench.logistic import predict
from tests.bench.merging import merged
from tests.bench.rows import Change

_ANY_PRECISION: Final = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Merged:
    """A merged finding of a change: its evidence, its truth, the known defects (by change and number) it is about."""

    group: str
    features: Features
    is_true: bool
    golden: frozenset[tuple[str, int]]

    @property
    def authors(self) -> int:
        """How many reviewers raised it, whatever they are."""
        return self.features.models + self.features.analysers


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """All merged findings of some changes, and how many known defects each group of changes has."""

    findings: tuple[Merged, ...]
    known: Mapping[str, int]

    def without(self, group: str) -> Panel:
        """All groups but one."""
        return Panel(
            findings=tuple(f for f in self.findings if f.group != group),
            known={name: count for name, count in self.known.items() if name != group},
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What a way to decide is worth."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def __str__(self) -> str:
        return f"{self.precision:.3f} / {self.recall:.3f} / {self.f1:.3f}"


def panel(changes: Iterable[Change], *, is_audit: bool) -> Panel:
    """The changes' comments, merged by the product."""
    findings: list[Merged] = []
    known: dict[str, int] = {}
    for change in changes:
        known[change.group] = known.get(change.group, 0) + len(change.golden)
        for group in merged(change):
            models = {said.author for said in group if not said.is_scanner}
            scanners = {said.author for said in group if said.is_scanner}
            gravest = max(group, key=lambda said: said.severity.order)
            features = Features(
                severity=gravest.severity,
                kind=family(gravest.category, gravest.cwe),
                is_audit=is_audit,
                models=len(models),
                analysers=len(scanners),
            )
            golden = {(change.name, number) for said in group for number in said.golden & change.golden}
            findings.append(
                Merged(
                    group=change.group,
                    features=features,
                    is_true=any(said.is_true for said in group),
                    golden=frozenset(golden),
                )
            )
    return Panel(findings=tuple(findings), known=known)


def measured(blocking: Sequence[Merged], known: Mapping[str, int]) -> Decision:
    """What it is worth to block these findings."""
    found = {golden for finding in blocking for golden in finding.golden}
    return Decision(
        precision=sum(f.is_true for f in blocking) / len(blocking) if blocking else 1.0,
        recall=len(found) / (sum(known.values()) or 1),
    )


def by_votes(all_: Panel, k: int) -> Decision:
    """Blocking what at least `k` reviewers raised."""
    return measured([finding for finding in all_.findings if finding.authors >= k], all_.known)


def by_probability(
    all_: Panel, weights_without: Callable[[str], Mapping[str, float]], floor: float = _ANY_PRECISION
) -> tuple[Decision, float]:
    """Blocking by the calibrated probability, and the mean threshold.

    Each repository is judged by weights and threshold that the other repositories gave: the threshold is the one of
    the best F1 whose precision there is at least `floor`. `weights_without` gives the weights fitted without a group.
    """
    blocking: list[Merged] = []
    thresholds = []
    for group in sorted(all_.known):
        weights = weights_without(group)
        rest = all_.without(group)
        likely = [(predict(weights, terms(finding.features)), finding) for finding in rest.findings]
        threshold = _threshold(likely, rest.known, floor)
        thresholds.append(threshold)
        blocking += [
            finding
            for finding in all_.findings
            if finding.group == group and predict(weights, terms(finding.features)) >= threshold
        ]
    return measured(blocking, all_.known), sum(thresholds) / (len(thresholds) or 1)


def _threshold(likely: Sequence[tuple[float, Merged]], known: Mapping[str, int], floor: float) -> float:
    best = (0.0, 1.1)
    for threshold in {round(value, 4) - 0.0001 for value, _ in likely}:
        decision = measured([finding for value, finding in likely if value >= threshold], known)
        if decision.precision >= floor:
            best = max(best, (decision.f1, threshold))
    return best[1]
