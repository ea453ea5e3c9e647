"""Fits the table of core/evidence.py: `python -m tests.bench.fit_evidence --data DIR` prints it.

Examples are merged findings of the realvuln panel (three models, and with three scanners beside them; three runs, each
counting a third) and of the martian panel, and the recorded claims with the votes of two examiners. Recorded claims
have a base of their own that is dropped: half of them were planted, so their base says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from lok_hooks.core.evidence import WEIGHTS, Features, terms
from lok_hooks.core.family import family
from lok_hooks.core.finding import Severity
from tests.bench.blocking import Panel, panel
from tests.bench.data import data_folder
from tests.bench.logistic import Example, fit
from tests.bench.rows import REALVULN_SCANNERS, RECORDED, RUNS, martian, read, realvuln

RECORDED_BASE: Final = "recorded"
TRUE_LABELS: Final = frozenset({"known", "real"})
FALSE_LABELS: Final = frozenset({"false"})


def audit_panel(folder: Path) -> Panel:
    """The realvuln panel of models, all runs."""
    return panel((change for run in RUNS for change in realvuln(folder, run)), is_audit=True)


def scanner_panel(folder: Path) -> Panel:
    """The same with the scanners."""
    changes = (change for run in RUNS for change in realvuln(folder, run, REALVULN_SCANNERS))
    return panel(changes, is_audit=True)


def hunt_panel(folder: Path) -> Panel:
    """The martian panel."""
    return panel(martian(folder), is_audit=False)


class Examples:
    """All examples, each with the group it comes from."""

    def __init__(self, folder: Path) -> None:
        runs = 1 / (2 * len(RUNS))  # each application is there with and without scanners
        self._all = [
            (finding.group, Example(terms=terms(finding.features), is_true=finding.is_true, count=runs))
            for source in (audit_panel(folder), scanner_panel(folder))
            for finding in source.findings
        ]
        self._all += [
            (finding.group, Example(terms=terms(finding.features), is_true=finding.is_true))
            for finding in hunt_panel(folder).findings
        ]
        self._all += [("", example) for row in read(folder / RECORDED) for example in _recorded(row)]

    @cache  # noqa: B019 - lives as long as the program
    def weights_without(self, group: str) -> dict[str, float]:
        """The weights that all examples give which do not come from `group`; "" for all."""
        examples = [example for home, example in self._all if home != group or not group]
        return fit(examples, free=("base", RECORDED_BASE))


def _recorded(row: Mapping[str, Any]) -> list[Example]:
    stances: dict[str, list[str]] = {}
    for answer in row["votes"].values():
        for vote in answer["votes"]:
            stances.setdefault(vote["claim"], []).append(vote["stance"])
    return [
        Example(
            terms={
                **terms(
                    Features(
                        severity=Severity(claim["severity"]),
                        kind=family(claim["category"], claim["cwe"] or ""),
                        is_audit=True,
                        models=1,
                        confirms=stances.get(claim["claim"], []).count("confirm"),
                        refutes=stances.get(claim["claim"], []).count("refute"),
                    )
                ),
                RECORDED_BASE: 1.0,
            },
            is_true=claim["label"] in TRUE_LABELS,
        )
        for claim in row["claims"]
        if claim["label"] in TRUE_LABELS | FALSE_LABELS
    ]


def fitted(folder: Path) -> dict[str, float]:
    """The table of core/evidence.py, by name, rounded as it stands there."""
    weights = Examples(folder).weights_without("")
    weights["weak model"] = weights["second model"] / 2
    return {name: round(weights[name], 2) for name in WEIGHTS}


def main() -> None:
    """Prints the table as Python."""
    for name, weight in fitted(data_folder(__doc__)).items():
        print(f'    "{name}": {weight},')


if __name__ == "__main__":
    main()
