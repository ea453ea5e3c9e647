"""The formats of a review's report. A new one is a file of its name with a `report` function, and a word here."""

from __future__ import annotations

from typing import Final

FORMATS: Final = ("console", "plain", "json", "sarif", "github", "markdown")
