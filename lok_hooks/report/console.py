"""The report on a terminal: the plain words, severity in colour, the rest quiet."""

from __future__ import annotations

from lok_hooks.core.review import Review
from lok_hooks.report.layout import lay_out
from lok_hooks.report.lines import as_text
from lok_hooks.report.options import Options


def report(review: Review, options: Options) -> str:
    """The review as text with ANSI colours when `options.color`, else exactly the plain report."""
    return as_text(lay_out(review, options), color=options.color)
