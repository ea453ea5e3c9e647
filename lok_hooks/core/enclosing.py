"""Which definition does a hunk stand in? Git's own hunk header names only the outermost one in most languages, and only
the beginning of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from lok_hooks.core.diff import Hunk
from lok_hooks.core.shorten import beginning

_DEFINITION: Final = re.compile(
    r"^\s*(?:@|(?:[\w$<>\[\],.*&:]+\s+)*?"
    r"(?:async\s+def|def|class|func|function|fn|interface|struct|impl|trait|enum|module|namespace|public|private|"
    r"protected|internal|static|void|describe|it|test|sub|proc|CREATE|create)\b"
    r"|[\w$~:<>*&\s]+\([^;]*\)\s*(?:const\s*)?\{?\s*$)"
)
_LOOK_BACK: Final = 1000  # lines; a definition longer than this tells a reviewer nothing
# Bytes from which on a heading may be cut: GNU diff and Mercurial cut at 40, Subversion at 50, git at 80.
_MAYBE_CUT: Final = 40


def heading(lines: Sequence[str] | None, hunk: Hunk) -> str:
    """The whole lines that say where a hunk stands, outermost first, one on each line: the definitions around it, else
    the line that its patch names. `lines` are the file's on the new side, None where only a patch is known: then what
    the patch names, without a word that may have been cut.

    Half a secret is none for the search and most of one for its finder: only whole lines can be searched.
    """
    if lines is None:
        return _whole_words(hunk.section)
    return enclosing_definition(lines, hunk.new_start) or _line_named(hunk, lines)


def _line_named(hunk: Hunk, lines: Sequence[str]) -> str:
    """The nearest line above the hunk that its heading was taken from; "" when there is none on this side."""
    named = _without_broken_character(hunk.section)
    end = max(0, hunk.new_start - 1)
    above = [line.strip() for line in reversed(lines[max(0, end - _LOOK_BACK) : end])] if named else []
    return next((line for line in above if line == named), "") or next((line for line in above if named in line), "")


def _whole_words(section: str) -> str:
    named = _without_broken_character(section)
    is_whole = named == section.strip() and len(section.encode()) < _MAYBE_CUT
    return named if is_whole else beginning(f"{named}…", len(named))


def _without_broken_character(section: str) -> str:
    # A cut goes by bytes: what is left of its last character was decoded as a replacement character.
    return section.strip().rstrip("\ufffd").rstrip()


def enclosing_definition(lines: Sequence[str], number: int) -> str:
    """The headers of the definitions around line `number` (1-based) of `lines`, outermost first, one on each line.

    Works by indentation, so it serves every language that is indented as people indent it; "" when nothing
    fits. Lines before the hunk only: what the hunk itself shows needs no header.
    """
    if not 1 < number <= len(lines):
        return ""
    indent = _indent_at(lines, number)
    headers: list[str] = []
    for index in range(number - 2, max(-1, number - 2 - _LOOK_BACK), -1):
        line = lines[index]
        depth = _indent(line)
        if depth is None or depth >= indent:
            continue
        if _DEFINITION.match(line) and not line.lstrip().startswith("@"):
            headers.append(line.strip())
        indent = depth
        if depth == 0:
            break
    return "\n".join(reversed(headers))


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
