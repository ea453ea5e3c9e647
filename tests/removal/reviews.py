"""The review: planning, receipts, grounding, routing, verdict, budget, settings."""

from __future__ import annotations

from typing import Final

from tests.removal import (
    reviews_answers,
    reviews_decision,
    reviews_effects,
    reviews_planning,
    reviews_routing,
    reviews_settings,
    reviews_verdict,
)
from tests.removal.row import Removal

ROWS: Final[tuple[Removal, ...]] = (
    *reviews_planning.ROWS,
    *reviews_routing.ROWS,
    *reviews_answers.ROWS,
    *reviews_decision.ROWS,
    *reviews_verdict.ROWS,
    *reviews_settings.ROWS,
    *reviews_effects.ROWS,
)
