"""What trust would start, for a person to read: exactly, and unable to hide anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lok_hooks.report.visible import visible
from lok_hooks.report.wrap import Line, Span, filled

_INDENT: Final = "    "


def item_lines(
    name: str, digest: str, state: str, lines: Sequence[str], own_programs: Sequence[str], width: int
) -> list[Line]:
    """One file that needs trust: its name, whether it has it (`state`), its digest, and what it would do, uncut.
    `own_programs` are files of the repository that it would start."""
    is_good = state.startswith("trusted")
    shown: list[Line] = [
        *filled([Span(visible(name), "strong"), Span(" · "), Span(state, "good" if is_good else "warn")], width),
        *filled([Span(f"digest {visible(digest)}", "quiet")], width, indent="  ", hanging=_INDENT),
    ]
    for line in lines:
        shown += filled([Span(visible(line))], width, indent=_INDENT, hanging=_INDENT + "  ")
    if own_programs:
        named = ", ".join(map(visible, own_programs))
        text = f"! {named}: in the repository itself; trusted by name, whatever it will hold later"
        shown += filled([Span(text, "warn")], width, indent="  ", hanging=_INDENT)
    return shown
