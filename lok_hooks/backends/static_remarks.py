"""Comments that tell ruff or bandit to be silent (`# noqa`, `# ruff: noqa`, `# nosec`): which one speaks for a result.

Whether a comment holds for a result is ruff's to say, who is run with and without listening to them; here only its
place and its words are looked for. Bandit's own marks, which ruff does not know, hold for its rules, whose numbers ruff
has kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from lok_hooks.backends.static_proof import Result
from lok_hooks.core.finding import Remark
from lok_hooks.core.shorten import beginning

_ANY: Final = re.compile(r"noqa|ruff\s*:", re.IGNORECASE)
_ON_LINE: Final = re.compile(r"#\s*(?:noqa|ruff\s*:\s*ignore)\b.*", re.IGNORECASE)
_OF_FILE: Final = re.compile(
    r"#\s*(?:(?:ruff|flake8)\s*:\s*noqa|ruff\s*:\s*(?:file-ignore|disable))\b.*", re.IGNORECASE
)
_BANDIT: Final = re.compile(r"#\s*nosec\b(?P<tests>[^#]*).*")
_BANDIT_TEST: Final = re.compile(r"\bB(\d{3})\b|\b[a-z]+_[a-z_]+\b")
_LONGEST: Final = 200  # characters of a comment that a report shows


def has_remarks(text: str) -> bool:
    """False when ruff has nothing to listen to in a file."""
    return _ANY.search(text) is not None


def remark_for(result: Result, lines: Sequence[str]) -> Remark:
    """The comment that made ruff silent about a result: on its lines, for the whole file, else the next one that
    follows, where a statement of several lines ends. `lines` are the file's."""
    found = (
        *_matches(_ON_LINE, lines, result.row, result.end_row),
        *_matches(_OF_FILE, lines, 1, len(lines)),
        *_matches(_ON_LINE, lines, result.end_row + 1, len(lines)),
        *_matches(_ON_LINE, lines, result.row - 1, result.row - 1),
    )
    return next(iter(found), Remark(line=result.row, comment="a comment to ruff"))


def bandit_remark(result: Result, lines: Sequence[str]) -> Remark | None:
    """The `# nosec` on a result's lines that holds for its rule; one that names tests holds for these alone, and a name
    in words (assert_used) for none: ruff has the numbers."""
    if not re.fullmatch(r"S\d{3}", result.code):
        return None
    for number, match in _found(_BANDIT, lines, result.row, result.end_row):
        named = list(_BANDIT_TEST.finditer(match["tests"]))
        if not named or result.code[1:] in {test[1] for test in named}:
            return Remark(line=number, comment=_shown(match))
    return None


def _matches(pattern: re.Pattern[str], lines: Sequence[str], first: int, last: int) -> list[Remark]:
    return [Remark(line=number, comment=_shown(match)) for number, match in _found(pattern, lines, first, last)]


def _found(
    pattern: re.Pattern[str], lines: Sequence[str], first: int, last: int
) -> Iterator[tuple[int, re.Match[str]]]:
    for number in range(max(1, first), min(last, len(lines)) + 1):
        if match := pattern.search(lines[number - 1]):
            yield number, match


def _shown(match: re.Match[str]) -> str:
    return beginning(match[0].strip(), _LONGEST)
