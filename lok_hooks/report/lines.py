"""Styled lines as text, with or without colours."""

from __future__ import annotations

from collections.abc import Iterable
from io import StringIO

from lok_hooks.report.console import STYLES
from lok_hooks.report.wrap import Line


def as_text(lines: Iterable[Line], *, color: bool) -> str:
    """The lines as text, each ended by a newline; with ANSI colours when `color`. Their text must be visible."""
    if not color:
        return "".join("".join(span.text for span in line).rstrip() + "\n" for line in lines)
    from rich.console import Console
    from rich.text import Text

    # Wide enough that nothing is broken again: the lines are as wide as they shall be.
    console = Console(file=StringIO(), force_terminal=True, color_system="standard", width=1000, no_color=False)
    with console.capture() as captured:
        for line in lines:
            text = Text.assemble(*((span.text, STYLES[span.role]) for span in line))
            text.rstrip()
            console.print(text, soft_wrap=True, markup=False, highlight=False, emoji=False)
    return captured.get()
