"""On which line a thing stands in a TOML file, for messages: tomllib tells what a file says, not where."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

_TOKEN: Final = re.compile(
    r"""
    (?P<space>\s+) | (?P<comment>\#[^\n]*) | (?P<mark>[\[\]{}=,.])
    | (?P<text>"{3}(?:\\.|[^\\])*?"{3,5}(?!") | '{3}.*?'{3,5}(?!') | "(?:\\.|[^"\\])*" | '[^']*')
    | (?P<word>[^\s\[\]{}=,.\#"']+)
    """,
    re.VERBOSE | re.DOTALL,
)
_PAIRS: Final = {"[": "]", "{": "}"}
# In a text with escapes: a line that goes on in the next one, a line break that is written out, and one that is there.
_BREAK: Final = re.compile(r"(?P<continued>\\[ \t]*\r?\n\s*)|(?P<written>\\n)|(?P<there>\n)|\\.", re.DOTALL)

Token = re.Match[str]
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
    """Where things stand in `content`, which is TOML; `array` is the name of the array of tables that is looked at,
    each with a heading of its own or written inline."""
    made = Places(content)
    breaks = [found.start() for found in re.finditer("\n", content)]

    def line_of(token: Token) -> int:
        return bisect_right(breaks, token.start()) + 1

    tokens = _tokens(content)
    entry: int | None = None
    is_top, is_elsewhere = True, False  # elsewhere: in another table, whose keys are nobody's
    for token in tokens:
        if token.lastgroup in ("space", "comment"):
            continue
        if token[0] != "[":
            key, value = _statement(token, tokens)
            if is_top and key == array:
                _read_inline(made, value, line_of)
            if not is_elsewhere:
                _note(made, (entry, key), line_of(token), value[0] if value else None)
            continue
        is_array, parts = _header(tokens)
        is_top, is_elsewhere = False, not is_array or parts != [array]
        made.keys.setdefault((None, "".join(parts[:1])), line_of(token))
        if not is_elsewhere:
            made.entries.append(line_of(token))
            entry = len(made.entries) - 1
        elif len(parts) > 1 and parts[0] == array:
            made.keys.setdefault((entry, parts[1]), line_of(token))
    return made


def _note(made: Places, key: Key, line: int, value: Token | None) -> None:
    made.keys.setdefault(key, line)
    if value is not None and value.lastgroup == "text":
        made.texts.setdefault(key, value.span())


def _read_inline(made: Places, value: Sequence[Token], line_of: Callable[[Token], int]) -> None:
    """The entries of an array that is written as a value, and their keys."""
    inside: list[str] = []  # the brackets that are open
    key: Token | None = None
    for before, token in pairwise(value):
        mark = before[0]
        if mark in _PAIRS:
            inside.append(mark)
        elif mark in _PAIRS.values() and inside:
            inside.pop()
        begins = mark in (*_PAIRS, ",") and token[0] not in _PAIRS.values()
        if inside == ["["] and begins:
            made.entries.append(line_of(token))
        elif inside == ["[", "{"] and begins:
            key = token
        elif inside == ["[", "{"] and mark == "=" and key:
            _note(made, (len(made.entries) - 1, _name(key)), line_of(key), token)


def _tokens(content: str) -> Iterator[Token]:
    at = 0
    while found := _TOKEN.match(content, at):
        yield found
        at = found.end()


def _header(tokens: Iterator[Token]) -> tuple[bool, list[str]]:
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


def _statement(first: Token, tokens: Iterator[Token]) -> tuple[str, Sequence[Token]]:
    """The first part of a key, and the tokens of its value."""
    for token in tokens:
        if token[0] == "=":
            break
    value: list[Token] = []
    depth = 0
    for token in tokens:
        if token.lastgroup == "mark":
            depth += (token[0] in "[{") - (token[0] in "]}")
        if token.lastgroup == "space" and "\n" in token[0] and not depth:
            break
        if token.lastgroup not in ("space", "comment"):
            value.append(token)
    return _name(first), value


def _name(token: Token) -> str:
    return token[0][1:-1] if token.lastgroup == "text" else token[0]
