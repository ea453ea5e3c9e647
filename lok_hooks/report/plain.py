"""The plain report: the console's words without any escape sequence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from lok_hooks.core.review import Review
from lok_hooks.report.layout import lay_out
from lok_hooks.report.options import Options
from lok_hooks.report.wrap import Line

# A CI runner takes a line that starts with "::" (spaces before it or not) for a command.
_COMMAND: Final = re.compile(r"^(\s*):(?=:)")


def report(review: Review, options: Options) -> str:
    """The review as text, one newline at its end."""
    return written(lay_out(review, options))


def written(lines: Iterable[Line]) -> str:
    """Laid out lines as text without any escape sequence, one newline at its end."""
    texts = ("".join(span.text for span in line).rstrip() for line in lines)
    return "".join(f"{_COMMAND.sub(_defused, text)}\n" for text in texts)


def _defused(match: re.Match[str]) -> str:
    return f"{match.group(1)}\\x3a"
