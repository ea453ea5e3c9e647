"""Styled lines as text, with or without colours."""

from __future__ import annotations

from collections.abc import Iterable
from io import StringIO
from typing import TYPE_CHECKING, Final

from lok_hooks.report.visible import harmless_line
from lok_hooks.report.wrap import Line, Role

if TYPE_CHECKING:
    from rich.text import Text

# The sixteen colours that every terminal theme defines itself, so that they are readable on dark and light.
STYLES: Final[dict[Role, str]] = {
    "plain": "",
    "strong": "bold",
    "quiet": "dim",
    "critical": "bold magenta",
    "high": "bold red",
    "medium": "bold yellow",
    "low": "bold cyan",
    "good": "green",
    "warn": "bold yellow",
}


def as_text(lines: Iterable[Line], *, color: bool) -> str:
    """The lines as text, each ended by a newline; with ANSI colours when `color`. Their text must be visible."""
    if not color:
        texts = ("".join(span.text for span in line).rstrip() for line in lines)
        return "".join(f"{harmless_line(text)}\n" for text in texts)
    from rich.console import Console
    from rich.text import Text

    # Wide enough that nothing is broken again: the lines are as wide as they shall be.
    console = Console(file=StringIO(), force_terminal=True, color_system="standard", width=1000, no_color=False)
    with console.capture() as captured:
        for line in lines:
            text = Text.assemble(*((span.text, STYLES[span.role]) for span in line))
            text.rstrip()
            console.print(_harmless(text), soft_wrap=True, markup=False, highlight=False, emoji=False)
    return captured.get()


def _harmless(text: Text) -> Text:
    """The same as `harmless_line`, its colours kept."""
    if harmless_line(text.plain) == text.plain:
        return text
    colon = text.plain.index(":")
    return text[:colon].append("\\x3a").append_text(text[colon + 1 :])
