"""On which line a thing stands in a TOML file, for messages: tomllib tells what a file says, not where."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

_TOKEN: Final = re.compile(
    r"""
    (?P<space>\s+) | (?P<comment>\#[^\n]*) | (?P<mark>[\[\]{}=,.])
    | (?P<text>"{3}(?:\\.|[^\\])*?"{3,5}(?!") | '{3}.*?'{3,5}(?!') | "(?:\\.|[^"\\])*" | '[^']*')
    | (?P<word>[^\s\[\]{}=,.\#"']+)
    """,
    re.VERBOSE | re.DOTALL,
)
# In a text with escapes: a line that goes on in the next one, a line break that is written out, and one that is there.
_BREAK: Final = re.compile(r"(?P<continued>\\[ \t]*\r?\n\s*)|(?P<written>\\n)|(?P<there>\n)|\\.", re.DOTALL)

Key = tuple[int | None, str]
"""The number of an entry of the array of tables that is looked at (None: before or outside of it), and a key there."""


@dataclass(slots=True)
class Places:
    """Lines, from 1 on. `entries` holds the line of each entry of the array of tables, `keys` that of each key,
    `texts` where each key's text begins and ends, with its quotes."""

    content: str
    entries: list[int] = field(default_factory=list)
    keys: dict[Key, int] = field(default_factory=dict)
    texts: dict[Key, tuple[int, int]] = field(default_factory=dict)

    def line(self, entry: int | None, key: str) -> int:
        """The line of a key, else that of its entry; 0 where neither is known."""
        if (entry, key) in self.keys:
            return self.keys[entry, key]
        return self.entries[entry] if entry is not None and entry < len(self.entries) else 0

    def line_in(self, entry: int | None, key: str, number: int) -> int:
        """The line of the file on which line `number` of a key's text stands (0: the key's own line)."""
        if not number or (entry, key) not in self.texts:
            return self.line(entry, key)
        start, end = self.texts[entry, key]
        line = self.content.count("\n", 0, start) + 1
        body = self.content[start:end]
        quotes = 3 if body[:3] in ('"""', "'''") else 1
        # A line break behind the opening quotes is no part of the text.
        opening = re.match(r".{3}\r?\n", body, re.DOTALL) if quotes == 3 else None
        if opening:
            line += 1
        if body[0] == "'":
            return line + number - 1
        for found in _BREAK.finditer(body, opening.end() if opening else quotes):
            if number <= 1:
                break
            line += found[0].count("\n")
            number -= found.lastgroup in ("written", "there")
        return line


def places(content: str, array: str) -> Places:
    """Where things stand in `content`, which is TOML; `array` is the name of the array of tables that is looked at."""
    made = Places(content)
    breaks = [found.start() for found in re.finditer("\n", content)]
    tokens = _tokens(content)
    entry: int | None = None
    is_elsewhere = False  # in another table, whose keys are nobody's
    for token in tokens:
        if token.lastgroup in ("space", "comment"):
            continue
        line = bisect_right(breaks, token.start()) + 1
        if token[0] != "[":
            key, value = _statement(token, tokens)
            if not is_elsewhere:
                made.keys.setdefault((entry, key), line)
                if value is not None and value.lastgroup == "text":
                    made.texts.setdefault((entry, key), value.span())
            continue
        is_array, parts = _header(tokens)
        is_elsewhere = parts[:1] != [array] or len(parts) > 1
        if parts == [array] and is_array:
            made.entries.append(line)
            entry = len(made.entries) - 1
        elif len(parts) > 1 and parts[0] == array:
            made.keys.setdefault((entry, parts[1]), line)
    return made


def _tokens(content: str) -> Iterator[re.Match[str]]:
    at = 0
    while found := _TOKEN.match(content, at):
        yield found
        at = found.end()


def _header(tokens: Iterator[re.Match[str]]) -> tuple[bool, list[str]]:
    """Whether a heading, whose first bracket is read, has two of them, and the parts of its name."""
    parts: list[str] = []
    is_array, depth = False, 1
    for token in tokens:
        depth += (token[0] == "[") - (token[0] == "]")
        is_array = is_array or depth > 1
        if not depth:
            break
        if token.lastgroup in ("word", "text"):
            parts.append(_name(token))
    return is_array, parts


def _statement(first: re.Match[str], tokens: Iterator[re.Match[str]]) -> tuple[str, re.Match[str] | None]:
    """The first part of a key, and the token with which its value begins."""
    for token in tokens:
        if token[0] == "=":
            break
    value: re.Match[str] | None = None
    depth = 0
    for token in tokens:
        if token.lastgroup == "mark":
            depth += (token[0] in "[{") - (token[0] in "]}")
        if token.lastgroup == "space" and "\n" in token[0] and not depth:
            break
        if value is None and token.lastgroup != "space":
            value = token
    return _name(first), value


def _name(token: re.Match[str]) -> str:
    return token[0][1:-1] if token.lastgroup == "text" else token[0]
