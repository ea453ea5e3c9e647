"""Backends: command lines, failures and their kinds, the embedded reviewer, scanners."""

from __future__ import annotations

from typing import Final

from tests.removal.row import Removal

ROWS: Final[tuple[Removal, ...]] = ()
