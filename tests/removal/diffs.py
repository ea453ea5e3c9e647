"""The diff: where it is taken from, how it is read, what is left out and why."""

from __future__ import annotations

from typing import Final

from tests.removal.row import Removal

ROWS: Final[tuple[Removal, ...]] = ()
