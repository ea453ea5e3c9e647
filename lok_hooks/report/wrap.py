"""Words into lines of a terminal's width: styled spans, hanging indents, wide characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal

Role = Literal["plain", "strong", "quiet", "critical", "high", "medium", "low", "good", "warn"]
MIN_WIDTH: Final = 20  # columns; narrower terminals get lines of this width and do their own wrapping
INDENT_SHARE: Final = 3  # an indentation takes at most this part of a line
LEAST_INDENT: Final = 2  # columns that always stay of one: who wrote what is told by it
# A number and the unit behind it ("3.0 s") stay on one line. A no-break space would do that too, and be in the way of
# whoever searches a report.
_TOKEN: Final = re.compile(r"\s+|(?:\S+|(?<=\d) (?=s\b))+")


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
    """`spans` as lines of at most `width` columns, broken at spaces between words; a word longer than a line is cut.

    `indent` opens the first line, `hanging` every further one. Both shrink where the terminal is narrow, and for a
    word that has no room behind them down to `LEAST_INDENT`. Runs of spaces inside a line are kept.
    """
    width = max(width, MIN_WIDTH)
    indent, hanging = _narrowed(indent, width), _narrowed(hanging, width)
    lines: list[list[Span]] = [[Span(indent)] if indent else []]
    used, is_begun = cells(indent), False
    for gap, word in _words(spans, width - cells(hanging), width - min(cells(hanging), LEAST_INDENT)):
        size = line_cells(word)
        if is_begun and used + cells(gap.text) + size > width:
            lines.append([Span(hanging)] if hanging else [])
            used, is_begun, gap = cells(hanging), False, Span("")
        if not is_begun and used + cells(gap.text) + size > width:
            if indent.strip() and len(lines) == 1:
                lines.append([])
            used, gap = width - size, Span("")
            lines[-1] = [Span(" " * used)] if used else []
        lines[-1] += [gap, *word] if gap.text else word
        used += cells(gap.text) + size
        is_begun = True
    return [_merged(line) for line in lines]


def _narrowed(blank: str, width: int) -> str:
    """An indentation that leaves most of a narrow terminal to the words; anything else as it is."""
    return blank if blank.strip() else blank[: width // INDENT_SHARE]


def _merged(spans: Iterable[Span]) -> Line:
    """Neighbours of one role as one span."""
    groups = groupby(spans, key=lambda span: span.role)
    return tuple(Span("".join(span.text for span in group), role) for role, group in groups)


def with_tail(spans: Sequence[Span], tail: Span, width: int, *, indent: str = "", hanging: str = "") -> list[Line]:
    """`filled(spans)` with `tail` flush right on the last line; room is kept for it by breaking earlier, and where that
    takes more lines it gets one of its own."""
    width = max(width, MIN_WIDTH)
    reserved = cells(tail.text) + 2
    lines = filled(spans, width, indent=indent, hanging=hanging)
    if line_cells(lines[-1]) + reserved > width:
        shorter = filled(spans, width - reserved, indent=indent, hanging=hanging)
        has_room = line_cells(shorter[-1]) + reserved <= width
        lines = shorter if has_room and len(shorter) <= len(lines) + 1 else [*lines, ()]
    free = width - line_cells(lines[-1]) - cells(tail.text)
    return [*lines[:-1], (*lines[-1], Span(" " * free), tail)]


def _words(spans: Iterable[Span], room: int, most: int) -> Iterator[tuple[Span, Line]]:
    """Each word with the gap before it, in order; a word ends at a space, not where its role changes. One wider than
    `most` columns comes in pieces of `room`."""
    gap, word = Span(""), list[Span]()
    for span in spans:
        for match in _TOKEN.finditer(span.text):
            token = Span(match.group(), span.role)
            if not token.text.isspace():
                word.append(token)
                continue
            yield from _pieces(gap, word, room, most)
            gap, word = token, []
    yield from _pieces(gap, word, room, most)


def _pieces(gap: Span, word: Sequence[Span], room: int, most: int) -> Iterator[tuple[Span, Line]]:
    if line_cells(tuple(word)) <= most:
        if word:
            yield gap, tuple(word)
        return
    piece: list[Span] = []
    for span in word:
        rest = span.text
        while rest:
            head = _head(rest, room - line_cells(tuple(piece)))
            if not head and piece:
                yield gap, tuple(piece)
                gap, piece = Span(""), []
                continue
            head = head or rest[:1]
            piece.append(Span(head, span.role))
            rest = rest[len(head) :]
    yield gap, tuple(piece)


def _head(text: str, room: int) -> str:
    """The longest start of `text` that takes at most `room` columns, maybe empty."""
    taken = 0
    for index, character in enumerate(text):
        taken += _cell(character)
        if taken > room:
            return text[:index]
    return text
