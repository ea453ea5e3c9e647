"""The report on a terminal: the plain words, severity in colour, the rest quiet."""

from __future__ import annotations

from io import StringIO
from typing import Final

from lok_hooks.core.review import Review
from lok_hooks.report import plain
from lok_hooks.report.layout import lay_out
from lok_hooks.report.options import Options
from lok_hooks.report.wrap import Role

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


def report(review: Review, options: Options) -> str:
    """The review as text with ANSI colours when `options.color`, else exactly the plain report."""
    if not options.color:
        return plain.report(review, options)
    from rich.console import Console
    from rich.text import Text

    console = Console(
        file=StringIO(), force_terminal=True, color_system="standard", width=options.width, no_color=False
    )
    with console.capture() as captured:
        for line in lay_out(review, options):
            text = Text.assemble(*((span.text, STYLES[span.role]) for span in line))
            text.rstrip()
            console.print(text, soft_wrap=True, markup=False, highlight=False, emoji=False)
    return captured.get()
