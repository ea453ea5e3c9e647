"""Measures merging, the block decision, recorded reviews and debate on the evaluation data, without calling a model.

`python -m tests.bench.replay --data DIR` prints the tables of README, in about a minute. Every figure says over how
many cases it was taken; what the terms mean stands in merging.py, blocking.py, recorded.py and debating.py.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from lok_hooks.core.finding import Severity
from tests.bench.blocking import Panel, by_probability, by_votes
from tests.bench.data import data_folder
from tests.bench.debating import PANELS, SKILLS, Skill, closed_form, replayed, scenes
from tests.bench.fit_evidence import Examples, audit_panel, hunt_panel, scanner_panel
from tests.bench.merging import Pairs, opposite_neighbours, same_defect
from tests.bench.recorded import Cast, Replayed, became, is_confirmed, replay
from tests.bench.rows import RUNS, aacr, martian, realvuln

PRECISION_FLOOR: Final = 0.9
_CASTS: Final[dict[str, Cast]] = {
    "A alone, no debate": Cast(reviewers=("A",), examiners=()),
    "A alone, examined by D and E": Cast(reviewers=("A",)),
    "A, B, C, no debate (two must agree)": Cast(examiners=()),
    "A, B, C, examined by D and E": Cast(),
    "A, B, C and a source of false claims, no debate": Cast(planted=True, examiners=()),
    "A, B, C and a source of false claims, examined by D and E": Cast(planted=True),
    "weak model alone": Cast(reviewers=(), weak=True, examiners=()),
    "A and the weak model, no debate": Cast(reviewers=("A",), weak=True, examiners=()),
}


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *([str(cell) for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def merging_table(folder: Path) -> str:
    """Pair precision, recall and F of merging, and neighbours with opposite labels."""
    applications = [change for run in RUNS for change in realvuln(folder, run)]
    measured = [
        ("realvuln, opus + gpt + gemini, 3 runs", same_defect(applications, unmatched=False)),
        ("the same, unmatched findings counted as other things", same_defect(applications, unmatched=True)),
        ("martian, 4 tools, text only", same_defect(martian(folder), unmatched=False)),
        ("martian, all 15 tools, text only", same_defect(martian(folder, ()), unmatched=False)),
    ]
    neighbours = opposite_neighbours(aacr(folder))
    rows = [(name, *_cells(pairs)) for name, pairs in measured]
    return (
        table(("pairs about one defect", "pairs", "precision", "recall", "F"), rows)
        + f"\nAACR: {neighbours.merged} of {neighbours.pairs} neighbours with opposite labels merged "
        + f"({neighbours.share:.1%}).\n"
    )


def _cells(pairs: Pairs) -> tuple[str, ...]:
    return str(pairs.right + pairs.missed), f"{pairs.precision:.3f}", f"{pairs.recall:.3f}", f"{pairs.f:.3f}"


def blocking_table(folder: Path) -> str:
    """Precision, recall and F1 of what blocks, by votes and by the calibrated probability."""
    examples = Examples(folder)
    panels = {
        "realvuln: opus + gpt + gemini, 3 runs": audit_panel(folder),
        "realvuln: the same + 3 scanners": scanner_panel(folder),
        "martian: claude + gemini + copilot + bugbot": hunt_panel(folder),
    }
    head = ("precision / recall / F1", "k=1", "k=2", "k=3", "probability, best F1", "probability, precision ≥ .90")
    return table(head, [(name, *_decisions(panel, examples)) for name, panel in panels.items()])


def _decisions(panel: Panel, examples: Examples) -> list[str]:
    cells = [str(by_votes(panel, k)) for k in (1, 2, 3)]
    for floor in (0.0, PRECISION_FLOOR):
        decision, threshold = by_probability(panel, examples.weights_without, floor)
        cells.append(f"{decision} (from {threshold:.2f})")
    return cells


def gate_table(folder: Path) -> str:
    """How many recorded changes the gate refuses."""
    rows = []
    for name, cast in _CASTS.items():
        made = list(replay(folder, cast))
        rows.append((name, _refused(made, is_defective=True), _refused(made, is_defective=False)))
    return table(("who reviews", "defective changes refused", "sound changes refused"), rows)


def _refused(made: Sequence[Replayed], *, is_defective: bool) -> str:
    mine = [each for each in made if each.is_defective == is_defective]
    return f"{sum(each.is_refused for each in mine)} of {len(mine)}"


def claims_table(folder: Path) -> str:
    """What became of the recorded claims when all of them are examined, whatever their severity."""
    made = list(replay(folder, Cast(planted=True, fail_on=Severity.LOW)))
    true = became(made, is_true=True)
    false = became(made, is_true=False)
    planted = [judged for claim, judged in false if claim["planted_false"]]
    raised = [judged for claim, judged in false if not claim["planted_false"]]
    rows = [
        (name, len(judged), sum(map(is_confirmed, judged)), sum(not is_confirmed(each) for each in judged))
        for name, judged in (
            ("true", [judged for _, judged in true]),
            ("false, planted", planted),
            ("false, raised by a reviewer", raised),
        )
    ]
    return table(("claims", "number", "confirmed", "demoted"), rows)


def debate_table(folder: Path) -> str:
    """Precision and recall after debates among examiners of known skill, computed and replayed."""
    all_ = scenes(folder)
    rows = []
    largest = 0.0
    for sensitivity in SKILLS:
        for specificity in SKILLS:
            skill = Skill(sensitivity=sensitivity, specificity=specificity)
            cells = []
            for examiners in PANELS:
                must, did = closed_form(all_, skill, examiners), replayed(all_, skill, examiners)
                largest = max(largest, abs(must.precision - did.precision), abs(must.recall - did.recall))
                cells.append(f"{did.precision:.2f} / {1 - did.recall:.0%}".replace("%", " %"))
            rows.append((sensitivity, specificity, *cells))
    truths = [finding.why == "true" for scene in all_ for finding in scene.findings]
    head = ("sensitivity", "specificity", *(f"{n} examiner{'s' * (n > 1)}" for n in PANELS))
    return (
        f"Precision after the debate / true findings demoted. Before: {sum(truths) / len(truths):.2f} / 0 %, over "
        f"{len(truths)} recorded claims of one author each, {sum(truths)} of them true.\n\n"
        + table(head, rows)
        + f"\nLargest difference between replay and closed form: {largest:.4f}.\n"
    )


def main() -> None:
    """Prints every table."""
    folder = data_folder(__doc__)
    print(f"Measured {datetime.date.today():%Y-%m-%d} by `python -m tests.bench.replay`.\n")
    for title, make in (
        ("Merging", merging_table),
        ("What blocks", blocking_table),
        ("Recorded reviews through the gate", gate_table),
        ("Recorded claims through the debate", claims_table),
        ("What debate costs and gains", debate_table),
    ):
        print(f"#### {title}\n\n{make(folder)}")


if __name__ == "__main__":
    main()
