"""What can be taken out of the package: defences by what they guard, and behaviours by what users are told."""

from __future__ import annotations

from typing import Final

from tests.removal import (
    backends,
    backends_answers,
    backends_faults,
    backends_lines,
    backends_sarif,
    backends_servers,
    backends_static,
    backends_words,
    diffs,
    diffs_house,
    diffs_kinds,
    diffs_parser,
    diffs_push,
    diffs_refused,
    files,
    git,
    outcomes,
    outcomes_ends,
    outcomes_progress,
    outcomes_reports,
    outcomes_runs,
    reports,
    reviews,
    sealing,
    secrets,
    trust,
    verdict,
)
from tests.removal.row import Removal

DEFENCES: Final[tuple[Removal, ...]] = (
    *sealing.ROWS,
    *git.ROWS,
    *trust.ROWS,
    *secrets.ROWS,
    *verdict.ROWS,
    *reports.ROWS,
    *files.ROWS,
)
BEHAVIOURS: Final[tuple[Removal, ...]] = (
    *diffs.ROWS,
    *diffs_house.ROWS,
    *diffs_kinds.ROWS,
    *diffs_parser.ROWS,
    *diffs_push.ROWS,
    *diffs_refused.ROWS,
    *backends.ROWS,
    *backends_answers.ROWS,
    *backends_faults.ROWS,
    *backends_lines.ROWS,
    *backends_sarif.ROWS,
    *backends_servers.ROWS,
    *backends_static.ROWS,
    *backends_words.ROWS,
    *reviews.ROWS,
    *outcomes.ROWS,
    *outcomes_reports.ROWS,
    *outcomes_progress.ROWS,
    *outcomes_ends.ROWS,
    *outcomes_runs.ROWS,
)
REMOVALS: Final = DEFENCES + BEHAVIOURS
