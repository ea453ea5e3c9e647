"""Packing a diff into requests: within a backend's budget, split at hunks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from lok_hooks.core.diff import FileDiff, Hunk
from lok_hooks.core.task import HEADER_CHARACTERS, Chunk, Piece

Enclosing = Callable[[FileDiff, Hunk], str]

LINE_OVERHEAD: Final = 10  # bytes of number and sign that rendering puts before a line
FILE_OVERHEAD: Final = 200  # bytes of a file's header lines besides its path
HUNK_OVERHEAD: Final = 200  # bytes around a hunk, and for what takes more room without its secrets


@dataclass(frozen=True, kw_only=True, slots=True)
class Packed:
    """The chunks, and the files of which some line alone is larger than the budget."""

    chunks: tuple[Chunk, ...]
    too_large: tuple[FileDiff, ...]


def pack(files: Sequence[FileDiff], budget: int, enclosing: Enclosing) -> Packed:
    """Packs files in their order into as few chunks as a single pass can, each at most `budget` bytes.

    A file is split only at hunks; a hunk that is larger than the whole budget (a new file is one hunk) is cut
    between lines, the numbering kept. No chunk holds two files of the same path.
    """
    pieces: list[Piece] = []
    too_large: list[FileDiff] = []
    for file in files:
        split = list(_split(file, budget - FILE_OVERHEAD - len(file.path.encode()), enclosing))
        if any(_cost(hunk) > budget for group in split for hunk, _ in group):
            too_large.append(file)
            continue
        pieces += [
            Piece(
                file=file,
                hunks=tuple(hunk for hunk, _ in group),
                enclosing=tuple(heading for _, heading in group),
                part=number,
                parts=len(split),
            )
            for number, group in enumerate(split, 1)
        ]
    return Packed(chunks=tuple(fill(pieces, budget)), too_large=tuple(too_large))


def fill(pieces: Sequence[Piece], budget: int) -> Iterator[Chunk]:
    """Pieces in their order in as few chunks of at most `budget` bytes as a single pass can make."""
    current: list[Piece] = []
    used = 0
    for piece in pieces:
        shown = sum(map(_cost, piece.hunks)) + sum(map(_heading_cost, piece.enclosing))
        cost = FILE_OVERHEAD + len(piece.file.path.encode()) + shown
        if current and (used + cost > budget or piece.file.path in {p.file.path for p in current}):
            yield Chunk(pieces=tuple(current))
            current, used = [], 0
        current.append(piece)
        used += cost
    if current:
        yield Chunk(pieces=tuple(current))


def whole(file: FileDiff) -> Piece:
    """All of a file's changes as one piece."""
    return Piece(file=file, hunks=file.hunks, enclosing=("",) * len(file.hunks))


def whole_files(files: Iterable[FileDiff]) -> tuple[Chunk, ...]:
    """All of the files, for those who look at everything at once, in as few chunks as hold no two files of one path:
    each of several pushed refs has its own."""
    chunks: list[list[Piece]] = []
    seen: Counter[str] = Counter()
    for file in files:
        if seen[file.path] == len(chunks):
            chunks.append([])
        chunks[seen[file.path]].append(whole(file))
        seen[file.path] += 1
    return tuple(Chunk(pieces=tuple(pieces)) for pieces in chunks)


def _split(file: FileDiff, budget: int, enclosing: Enclosing) -> Iterator[list[tuple[Hunk, str]]]:
    """The file's hunks with their headings, in groups that fit into `budget` bytes."""
    group: list[tuple[Hunk, str]] = []
    used = 0
    for hunk in (part for whole in file.hunks for part in _cut(whole, budget)):
        heading = enclosing(file, hunk)
        cost = _cost(hunk) + _heading_cost(heading)
        if group and used + cost > budget:
            yield group
            group, used = [], 0
        group.append((hunk, heading))
        used += cost
    if group:
        yield group


def _cost(hunk: Hunk) -> int:
    """Upper bound of the hunk's rendered size in bytes, but for its heading."""
    return len(hunk.body.encode()) + LINE_OVERHEAD * (hunk.body.count("\n") + 1) + HUNK_OVERHEAD


def _heading_cost(text: str) -> int:
    """Upper bound of a heading's rendered size in bytes: its lines are cut, and joined by three characters."""
    return sum(min(len(line.encode()), 4 * HEADER_CHARACTERS) + 3 for line in text.split("\n"))


def _cut(hunk: Hunk, budget: int) -> Iterator[Hunk]:
    """The hunk itself, or, when it is larger than `budget`, consecutive hunks that together are it."""
    if _cost(hunk) <= budget:
        yield hunk
        return
    room = max(1, budget - 400)
    old, new = hunk.old_start + (hunk.old_count == 0), hunk.new_start + (hunk.new_count == 0)
    start, lines, used = (old, new), list[str](), 0
    for raw in _raw_lines(hunk.body):
        cost = len(raw.encode()) + LINE_OVERHEAD
        if lines and used + cost > room and not raw.startswith("\\"):
            yield _sub_hunk(hunk, lines, start, (old, new))
            start, lines, used = (old, new), [], 0
        lines.append(raw)
        used += cost
        old += raw[:1] in " -"
        new += raw[:1] in " +"
    if lines:
        yield _sub_hunk(hunk, lines, start, (old, new))


def _raw_lines(body: str) -> list[str]:
    """The body's lines with their newline; only "\\n" ends a line."""
    return [line + "\n" for line in body.removesuffix("\n").split("\n")]


def _sub_hunk(hunk: Hunk, lines: Sequence[str], start: tuple[int, int], end: tuple[int, int]) -> Hunk:
    old_count, new_count = end[0] - start[0], end[1] - start[1]
    return replace(
        hunk,
        old_start=start[0] - (old_count == 0),
        old_count=old_count,
        new_start=start[1] - (new_count == 0),
        new_count=new_count,
        body="".join(lines),
    )
