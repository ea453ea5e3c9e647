"""The table of defences, by what they guard."""

from __future__ import annotations

from typing import Final

from tests.security.removals import files, git, reports, sealing, secrets, trust, verdict
from tests.security.removals.row import Removal

REMOVALS: Final[tuple[Removal, ...]] = (
    *sealing.ROWS,
    *git.ROWS,
    *trust.ROWS,
    *secrets.ROWS,
    *verdict.ROWS,
    *reports.ROWS,
    *files.ROWS,
)
