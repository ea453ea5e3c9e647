"""What users see: reports, exit codes, flags, bad input, hooks and runners."""

from __future__ import annotations

from typing import Final

from tests.removal.row import Removal

ROWS: Final[tuple[Removal, ...]] = ()
