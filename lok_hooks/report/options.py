"""What a reader may choose about a report's look."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """`width` in terminal columns. `color`: ANSI colours are wanted (console only). `verbose`: say also what
    each backend cost, and list every file that was left out or not reviewed."""

    width: int = 80
    color: bool = False
    verbose: bool = False
