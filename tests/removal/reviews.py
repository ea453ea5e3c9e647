"""The review: planning, receipts, grounding, routing, verdict, budget, settings."""

from __future__ import annotations

from typing import Final

from tests.removal.row import Removal

ROWS: Final[tuple[Removal, ...]] = ()
