"""Words into lines of a terminal's width: styled spans, hanging indents, wide characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal

Role = Literal["plain", "strong", "quiet", "critical", "high", "medium", "low", "good", "warn"]
MIN_WIDTH: Final = 20  # columns; narrower terminals get lines of this width and do their own wrapping
_TOKEN: Final = re.compile(r"\s+|\S+")


@dataclass(frozen=True, slots=True)
class Span:
    """Some visible text (no control characters) and the role that decides its colour."""

    text: str
    role: Role = "plain"


Line = tuple[Span, ...]


def cells(text: str) -> int:
    """Terminal columns that `text` takes: 2 for wide East Asian characters and emoji, 0 for combining marks."""
    if text.isascii():
        return len(text)
    return sum(_cell(character) for character in text)


def _cell(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def line_cells(line: Line) -> int:
    """Terminal columns that a whole line takes."""
    return sum(cells(span.text) for span in line)


def cropped(text: str, width: int) -> str:
    """`text` cut to `width` columns, its last one "…" where something was cut."""
    if cells(text) <= width:
        return text
    return _head(text, width - 1) + "…"


def filled(spans: Iterable[Span], width: int, *, indent: str = "", hanging: str = "") -> list[Line]:
    """`spans` as lines of at most `width` columns, broken at spaces; a word longer than a line is cut.

    `indent` opens the first line, `hanging` every further one. Runs of spaces inside a line are kept.
    """
    width = max(width, MIN_WIDTH)
    lines: list[list[Span]] = [[Span(indent)] if indent else []]
    used, opening = cells(indent), cells(indent)
    gap = Span("")
    for token in _tokens(spans, width - cells(hanging)):
        if token.text.isspace():
            gap = token
            continue
        if used > opening and used + cells(gap.text) + cells(token.text) > width:
            lines.append([Span(hanging)] if hanging else [])
            used = opening = cells(hanging)
        elif gap.text:
            lines[-1].append(gap)
            used += cells(gap.text)
        lines[-1].append(token)
        used += cells(token.text)
        gap = Span("")
    return [_merged(line) for line in lines]


def _merged(spans: Iterable[Span]) -> Line:
    """Neighbours of one role as one span."""
    groups = groupby(spans, key=lambda span: span.role)
    return tuple(Span("".join(span.text for span in group), role) for role, group in groups)


def with_tail(spans: Sequence[Span], tail: Span, width: int, *, indent: str = "", hanging: str = "") -> list[Line]:
    """`filled(spans)` with `tail` flush right on the last line; room is kept for it by breaking earlier,
    and on a terminal too narrow for that it gets a line of its own."""
    width = max(width, MIN_WIDTH)
    reserved = cells(tail.text) + 2
    lines = filled(spans, width, indent=indent, hanging=hanging)
    if line_cells(lines[-1]) + reserved > width:
        lines = filled(spans, width - reserved, indent=indent, hanging=hanging)
    free = width - line_cells(lines[-1]) - cells(tail.text)
    if free < 1:
        return [*lines, (Span(" " * max(0, width - cells(tail.text))), tail)]
    return [*lines[:-1], (*lines[-1], Span(" " * free), tail)]


def _tokens(spans: Iterable[Span], room: int) -> Iterable[Span]:
    """Words and gaps in order, no word wider than `room` columns."""
    for span in spans:
        for match in _TOKEN.finditer(span.text):
            rest = match.group()
            while cells(rest) > room and not rest.isspace():
                head = _head(rest, room) or rest[:1]
                yield Span(head, span.role)
                rest = rest[len(head) :]
            if rest:
                yield Span(rest, span.role)


def _head(text: str, room: int) -> str:
    """The longest start of `text` that takes at most `room` columns, maybe empty."""
    taken = 0
    for index, character in enumerate(text):
        taken += _cell(character)
        if taken > room:
            return text[:index]
    return text
