"""Grounding: a claim counts only where the code it quotes stands in what was shown, on a line that changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from typing import Final

from lok_hooks.core.diff import Line
from lok_hooks.core.finding import Claim, Finding, Grounded, Place
from lok_hooks.core.task import Chunk, Piece

MIN_QUOTE: Final = 4  # letters; a shorter quote ("}") stands everywhere and proves only the line it names
MAX_SPAN: Final = 60  # lines of one finding; a longer range is a model's shrug
_CONTEXT: Final = 2  # lines around a finding kept for the report
_PREFIX: Final = re.compile(r"^\s*\d*\s*[+-]\s?|^\s*\d+\s+")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Shown:
    """A line as shown. `line` is its new-side number, for a removed line that of the line after the gap; `text` has
    its white space collapsed, `raw` has it as it is."""

    line: int
    text: str
    raw: str
    is_added: bool
    is_removed: bool
    hunk: int


def ground(claim: Claim, chunk: Chunk) -> Grounded:
    """The claim with its real place in `chunk`.

    The quote decides where: it mends a wrong line number, and a quote that was never shown grounds nothing. The
    place must touch an added line, or the gap that a pure deletion left; else `problem` says what is missing.
    """
    piece = next((piece for piece in chunk.pieces if piece.file.path == claim.file), None)
    if piece is None:
        return _outside(claim, "it names a file that is not part of the change")
    shown = _shown(piece)
    quote = quoted_lines(claim.quote)
    if not quote:
        return _outside(claim, "it quotes no code")
    located, starts = _located(piece, quote)
    if starts and located != quote:
        # A finding has one name, whether a model copied the number or not.
        claim, quote = replace(claim, quote="\n".join(located)), located
    if sum(len(line) for line in quote) < MIN_QUOTE:
        starts = [index for index in starts if shown[index].line == claim.line]
    if not starts:
        return _outside(claim, "the code it quotes does not stand in what was shown")
    spans = [_span(claim, shown, start, len(quote)) for start in starts]
    best = min(
        spans,
        key=lambda span: (
            shown[span.first].line != claim.line,
            not span.touches,
            abs(shown[span.first].line - claim.line),
            span.first,
        ),
    )
    place = replace(_place(piece, shown, best), removed=_removed(shown, best.first, quote))
    problem = "" if place.touches_change else "the line it is about was not changed"
    return Grounded(claim=claim, place=place, problem=problem)


def shows(chunk: Chunk, finding: Finding) -> bool:
    """True when the chunk shows the finding's place."""
    place = finding.place
    return any(
        piece.file.path == place.path
        and piece.file.ref == place.ref
        and any(h.new_start <= place.line <= h.new_start + max(1, h.new_count) for h in piece.hunks)
        for piece in chunk.pieces
    )


def stands_in(quote: str, chunk: Chunk) -> bool:
    """True when the quoted code stands in what the chunk shows. A quote of less than four letters is no evidence."""
    lines = quoted_lines(quote)
    if sum(map(len, lines)) < MIN_QUOTE:
        return False
    return any(_located(piece, lines)[1] for piece in chunk.pieces)


def quoted_lines(text: str) -> list[str]:
    """The lines of a quote, their white space collapsed, without blank ones."""
    return [_normal(line) for line in text.splitlines() if _normal(line)]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Span:
    """Indices into the shown lines, both inclusive."""

    first: int
    last: int
    touches: bool


def _outside(claim: Claim, problem: str) -> Grounded:
    place = Place(path=claim.file, ref="", line=claim.line, end_line=claim.end_line, touches_change=False)
    return Grounded(claim=claim, place=place, problem=problem)


def _normal(text: str) -> str:
    """Text with its white space collapsed: indentation and tabs are not what a quote is about."""
    return " ".join(text.split())


def _located(piece: Piece, quote: list[str]) -> tuple[list[str], list[int]]:
    """The quote, as it is or without the numbers and signs that were copied along, and where it stands."""
    if starts := _matches(piece, quote):
        return quote, starts
    bare = [_normal(_PREFIX.sub("", line)) for line in quote]
    return bare, _matches(piece, bare)


@lru_cache(maxsize=32)  # an analyser makes hundreds of claims about one file
def _shown(piece: Piece) -> tuple[_Shown, ...]:
    return tuple(
        _Shown(
            line=number,
            text=_normal(line.text),
            raw=line.text,
            is_added=line.kind == "added",
            is_removed=line.kind == "removed",
            hunk=index,
        )
        for index, hunk in enumerate(piece.hunks)
        for number, line in _numbered(list(hunk.lines()), hunk.new_start + (hunk.new_count == 0))
    )


@lru_cache(maxsize=32)
def _by_text(piece: Piece) -> Mapping[str, Sequence[int]]:
    """Where each text stands among the shown lines, so that many claims about many lines take no time by the square."""
    places: dict[str, list[int]] = {}
    for index, line in enumerate(_shown(piece)):
        places.setdefault(line.text, []).append(index)
    return places


def _numbered(lines: Sequence[Line], start: int) -> Iterator[tuple[int, Line]]:
    number = start
    for line in lines:
        number = line.new if line.new is not None else number
        yield number, line
        number += line.new is not None


def _matches(piece: Piece, quote: Sequence[str]) -> list[int]:
    """Where the quote's lines stand one after another: whole lines first, else the first of them inside a line."""
    shown, begun = _shown(piece), _by_text(piece).get(quote[0], ())
    exact = [index for index in begun if any(_stands(shown, index, quote, side) for side in ("removed", "added"))]
    if exact:
        return exact
    starts = range(len(shown) - len(quote) + 1)
    return [n for n in starts if quote[0] and all(q in shown[n + k].text for k, q in enumerate(quote))]


def _stands(shown: Sequence[_Shown], start: int, quote: Sequence[str], left_out: str) -> bool:
    """True when the quote's lines follow one another from `start` on the side that lacks the `left_out` lines."""
    if getattr(shown[start], f"is_{left_out}"):
        return False
    side = (line.text for line in islice(shown, start, None) if not getattr(line, f"is_{left_out}"))
    return list(islice(side, len(quote))) == list(quote)


def _removed(shown: Sequence[_Shown], start: int, quote: Sequence[str]) -> tuple[str, ...]:
    """The removed lines that a quote is about; none where it stands in the new code."""
    if shown[start].is_added or _stands(shown, start, quote, "removed"):
        return ()
    side = islice((line for line in islice(shown, start, None) if not line.is_added), min(len(quote), MAX_SPAN))
    return tuple(line.raw for line in side if line.is_removed)


def _span(claim: Claim, shown: Sequence[_Shown], start: int, count: int) -> _Span:
    """The quoted lines, made longer by the range the claim named, within the hunk."""
    length = max(count, min(claim.end_line - claim.line + 1, MAX_SPAN))
    last = start
    while (
        last + 1 < len(shown)
        and shown[last + 1].hunk == shown[start].hunk
        and (last + 1 - start < count or shown[last + 1].line - shown[start].line < length)
    ):
        last += 1
    return _Span(first=start, last=last, touches=_touches(shown, start, last))


def _touches(shown: Sequence[_Shown], first: int, last: int) -> bool:
    if any(line.is_added or line.is_removed for line in shown[first : last + 1]):
        return True
    return _is_pure_removal(shown, first - 1, -1) or _is_pure_removal(shown, last + 1, 1)


def _is_pure_removal(shown: Sequence[_Shown], index: int, step: int) -> bool:
    """True when the neighbour at `index` is the edge of a run of removed lines that nothing replaces."""
    seen = False
    while 0 <= index < len(shown) and shown[index].is_removed:
        seen = True
        index += step
    return seen and not (0 <= index < len(shown) and shown[index].is_added)


def _place(piece: Piece, shown: Sequence[_Shown], span: _Span) -> Place:
    first = max(0, span.first - _CONTEXT)
    last = min(len(shown) - 1, span.last + _CONTEXT, first + MAX_SPAN)
    around = [line for line in shown[first : last + 1] if line.hunk == shown[span.first].hunk and not line.is_removed]
    return Place(
        path=piece.file.path,
        ref=piece.file.ref,
        line=max(1, shown[span.first].line),
        end_line=max(1, shown[span.first].line, shown[span.last].line - shown[span.last].is_removed),
        touches_change=span.touches,
        first=around[0].line if around else 0,
        code=tuple(line.raw for line in around),
    )
