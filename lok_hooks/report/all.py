"""How each format of a report is made."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Final

from lok_hooks.core.review import Review
from lok_hooks.errors import UsageError
from lok_hooks.report.formats import FORMATS
from lok_hooks.report.options import Options

Report = Callable[[Review, Options], str]


def _lazily(module: str) -> Report:
    """The module's `report`, imported when the first report is asked for: rich is felt on each commit."""

    def report(review: Review, options: Options) -> str:
        function: Report = import_module(f"lok_hooks.report.{module}").report
        return function(review, options)

    return report


REPORTS: Final[dict[str, Report]] = {name: _lazily(name) for name in FORMATS}


def render(review: Review, format: str, *, width: int = 80, color: bool = False, verbose: bool = False) -> str:
    """`review` as text in `format` (a key of REPORTS), ended by a newline and always encodable as UTF-8.

    `width` in columns counts for console and plain, `color` for console, `verbose` for the three that people read.
    An unknown format is a UsageError that names the known ones.
    """
    report = REPORTS.get(format)
    if report is None:
        raise UsageError(f"there is no report format {format!r}", advice=f"use one of: {', '.join(REPORTS)}")
    return report(review, Options(width=width, color=color, verbose=verbose))
