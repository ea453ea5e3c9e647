"""File names as the headers of a patch write them: prefixed, quoted, dated."""

from __future__ import annotations

import re
from typing import Final

_NOTHING: Final = b"/dev/null"
# a/ b/ and what diff.mnemonicPrefix and `git diff --no-index` write: commit, index, object, work tree, 1, 2.
_PREFIX: Final = re.compile(rb"[abciow12]/")
_STAMP: Final = re.compile(
    rb"(?<!\s)(?:\s+\d{4}-\d\d-\d\d \d\d:\d\d:\d\d.*|\s*\((?:revision \d+|working copy|nonexistent)\))$"
)
_ESCAPE: Final = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_QUOTED: Final = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_LETTERS: Final = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}


def unquote(name: bytes) -> bytes:
    """The name inside git's C-style quotes; any other name as it is."""
    if not _QUOTED.fullmatch(name):
        return name
    return _ESCAPE.sub(_unescaped, name[1:-1])


def plain_name(words: bytes) -> bytes:
    """The name behind `--- ` or `+++ `, without the date or revision that may follow it."""
    if quoted := _QUOTED.match(words):
        return unquote(quoted[0])
    return _STAMP.sub(b"", words.partition(b"\t")[0])


def git_names(words: bytes) -> tuple[bytes, bytes] | None:
    """Both names behind `diff --git `. Names with blanks stand there unquoted and can be told apart only when
    they are the same on both sides; None when they cannot."""
    if quoted := _QUOTED.match(words):
        return unquote(quoted[0]), unquote(words[quoted.end() + 1 :])
    if words.endswith(b'"') and b' "' in words:
        old, _, new = words.partition(b' "')
        return old, unquote(b'"' + new)
    middle = len(words) // 2
    old, new = words[:middle], words[middle + 1 :]
    if words[middle : middle + 1] == b" " and (old == new or old.partition(b"/")[2] == new.partition(b"/")[2]):
        return old, new
    if words.count(b" ") == 1:
        old, _, new = words.partition(b" ")
        return old, new
    return None


def strip_prefixes(old: bytes, new: bytes) -> tuple[bytes, bytes]:
    """Both names without `a/` and `b/`. Equal letters on both sides are a directory, not a prefix."""
    if old == _NOTHING and _PREFIX.match(new):
        return old, new[2:]
    if new == _NOTHING and _PREFIX.match(old):
        return old[2:], new
    if _PREFIX.match(old) and _PREFIX.match(new) and old[:1] != new[:1]:
        return old[2:], new[2:]
    return old, new


def _unescaped(found: re.Match[bytes]) -> bytes:
    code = found[1]
    if len(code) == 3:
        return bytes([int(code, 8) & 0xFF])
    return _LETTERS.get(code, code)
