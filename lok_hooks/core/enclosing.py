"""Which definition does a hunk stand in? Git's own hunk header names only the outermost one in most languages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_DEFINITION: Final = re.compile(
    r"^\s*(?:@|(?:[\w$<>\[\],.*&:]+\s+)*?"
    r"(?:async\s+def|def|class|func|function|fn|interface|struct|impl|trait|enum|module|namespace|public|private|"
    r"protected|internal|static|void|describe|it|test|sub|proc|CREATE|create)\b"
    r"|[\w$~:<>*&\s]+\([^;]*\)\s*(?:const\s*)?\{?\s*$)"
)
_LOOK_BACK: Final = 1000  # lines; a definition longer than this tells a reviewer nothing
_SHOWN: Final = 120  # characters of one header


def enclosing_definition(lines: Sequence[str], number: int) -> str:
    """The headers of the definitions around line `number` (1-based) of `lines`, outermost first, joined by " > ".

    Works by indentation, so it serves every language that is indented as people indent it; "" when nothing
    fits. Lines before the hunk only: what the hunk itself shows needs no header.
    """
    if not 1 < number <= len(lines) + 1:
        return ""
    indent = _indent_at(lines, number)
    headers: list[str] = []
    for index in range(number - 2, max(-1, number - 2 - _LOOK_BACK), -1):
        line = lines[index]
        depth = _indent(line)
        if depth is None or depth >= indent:
            continue
        if _DEFINITION.match(line) and not line.lstrip().startswith("@"):
            headers.append(line.strip()[:_SHOWN])
        indent = depth
        if depth == 0:
            break
    return " > ".join(reversed(headers))


def _indent(line: str) -> int | None:
    """Columns of leading white space, None for a blank line; a tab counts as four."""
    width = len(line) - len(line.lstrip())
    return len(line[:width].expandtabs(4)) if width < len(line) else None


def _indent_at(lines: Sequence[str], number: int) -> int:
    """The indentation of the first non-blank line from `number` on; 0 at the end of the file."""
    for line in lines[number - 1 : number + 20]:
        depth = _indent(line)
        if depth is not None:
            return depth
    return 0
