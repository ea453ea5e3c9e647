"""Outsiders' text made harmless: what cannot be seen, or would steer a terminal or a log, is shown as an escape."""

from __future__ import annotations

import re
from typing import Final

# Control characters (C0, DEL, C1), characters that are invisible or reorder what stands around them (Unicode
# categories Cf, Zl and Zp, the Hangul fillers, the variation selectors that smuggle bytes), lone surrogates.
_INVISIBLE: Final = (
    "\x00-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# A zero width joiner behind an emoji makes one picture of two, and is the only one that hides nothing.
_HIDDEN: Final = re.compile(f"(?!(?<=[\ufe0f\u2600-\u27bf\U0001f300-\U0001faff])\u200d)[{_INVISIBLE}]")
# CI runners read commands out of any printed line: "##[…]" and "##vso[…]" anywhere in it.
_RUNNER: Final = re.compile(r"##(?=\w*\[)")
# They also take a line that starts with "::" (spaces before it or not) for one.
_COMMAND: Final = re.compile(r"^(\s*):(?=:)")
_SHORT: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str) -> str:
    """`text` on one line, every hidden character as `\\xNN`, `\\uNNNN` or `\\UNNNNNNNN`, line breaks as `\\n`.

    Bytes that Python could not decode (lone surrogates U+DC80 to U+DCFF) are shown as the byte they stand for, so
    the result can always be encoded as UTF-8. Text without hidden characters comes back unchanged.
    """
    return _RUNNER.sub(r"#\\x23", _HIDDEN.sub(lambda match: _escape(match.group()), text))


def harmless_line(line: str) -> str:
    """A whole visible line as it may be printed where a CI runner reads along: `\\x3a` for the colon that would make it
    a command."""
    return _COMMAND.sub(r"\1\\x3a", line)


def visible_lines(text: str) -> list[str]:
    """The lines of `text`, each made visible, tabs as four spaces, blank lines at both ends dropped."""
    lines = re.split(r"\r\n|\n|\r", text.expandtabs(4))
    return [visible(line.rstrip()) for line in "\n".join(lines).strip("\n").split("\n")] if text.strip() else []


def visible_text(text: str) -> str:
    """`text` made visible line by line for programs, tabs kept, so that code can be taken out as it is."""
    kept = text.replace("\r\n", "\n").split("\n")
    return "\n".join("\t".join(visible(part) for part in line.split("\t")) for line in kept)


def visible_sentence(text: str, limit: int) -> str:
    """`text` as one run of words of at most `limit` characters, ended by "…" where it had to be cut."""
    words = " ".join(line.strip() for line in visible_lines(text) if line.strip())
    return words if len(words) <= limit else words[: limit - 1].rstrip() + "…"


def _escape(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
