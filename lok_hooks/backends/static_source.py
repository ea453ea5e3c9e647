"""A Python file under review: its text, the lines a piece of the diff changed, and what it was before."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Final

from lok_hooks.backends.static_names import Standing, standings
from lok_hooks.core.diff import Hunk, Line
from lok_hooks.core.task import Piece

_LINE_END: Final = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, kw_only=True)
class Source:
    """One Python file of a request. `text` is the whole new side, line ends as they are."""

    piece: Piece
    text: str

    @property
    def name(self) -> str:
        """A safe file name that says what ruff must know: a stub looks names up in another way, a package has
        `__path__`."""
        path = PurePosixPath(self.piece.file.path)
        stem = "__init__" if path.stem == "__init__" else "module"
        return f"{stem}.pyi" if path.suffix == ".pyi" else f"{stem}.py"

    @cached_property
    def added(self) -> dict[int, str]:
        """The added lines that this request shows: text by new-side number."""
        return {line.new: line.text for line in self._lines if line.kind == "added" and line.new is not None}

    @cached_property
    def removed(self) -> tuple[tuple[int, str], ...]:
        """The removed lines that this request shows, each with the new-side number of the line after the gap."""
        return tuple(
            (number, line.text)
            for hunk in self.piece.hunks
            for number, line in _after_gap(hunk)
            if line.kind == "removed"
        )

    @cached_property
    def before(self) -> str | None:
        """The old side's text, made from the new one and the diff; None for a new file."""
        if self.piece.file.status in {"A", "C", "T"}:
            return None
        new, old, cursor = self.text.split("\n"), [], 0
        for hunk in self.piece.file.hunks:
            start = hunk.new_start - (hunk.new_count > 0)
            old += new[cursor:start]
            old += [line.text for line in hunk.lines() if line.kind != "added"]
            cursor = start + hunk.new_count
        return "\n".join(old + new[cursor:])

    def row(self, row: int) -> int:
        """The diff's line number for a row of ruff's, which also counts lone carriage returns as line ends."""
        return self._rows[min(row, len(self._rows)) - 1] if self._rows else row

    @cached_property
    def text_lines(self) -> list[str]:
        """The text's lines as the diff counts them."""
        return self.text.split("\n")

    def lines(self, first: int, last: int) -> list[str]:
        """The text's lines by the diff's numbers, both inclusive."""
        return self.text_lines[first - 1 : last]

    def standing(self, name: str, row: int) -> Standing | None:
        """How `name` is used in that row of the diff's; None where this Python cannot read the file. A name that
        stands in a text only, as a forward reference, is LAZY."""
        return None if self._standings is None else self._standings.get((row, name), Standing.LAZY)

    @cached_property
    def compiles(self) -> bool | None:
        """Whether this Python compiles the file; None when it gave up."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                compile(self.text, self.name, "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            return False
        except (RecursionError, MemoryError):
            return None
        return True

    @cached_property
    def _lines(self) -> tuple[Line, ...]:
        return tuple(line for hunk in self.piece.hunks for line in hunk.lines())

    @cached_property
    def _rows(self) -> tuple[int, ...]:
        if not re.search(r"\r(?!\n)", self.text):
            return ()
        rows, git_row = [1], 1
        for end in _LINE_END.findall(self.text):
            git_row += end != "\r"
            rows.append(git_row)
        return tuple(rows)

    @cached_property
    def _standings(self) -> Mapping[tuple[int, str], Standing] | None:
        try:
            with warnings.catch_warnings():
                # Its odd escapes are not our user's concern.
                warnings.simplefilter("ignore")
                tree = ast.parse(self.text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            # Newer syntax than this Python's, or nested beyond it.
            return None
        return {(self.row(row), name): standing for (row, name), standing in standings(tree).items()}


def decoded(content: bytes) -> str | None:
    """The text of a Python file in the encoding that it declares, undecodable bytes replaced; None for what is no
    Python at all (NUL bytes)."""
    if b"\0" in content:
        return None
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
    except SyntaxError:
        encoding = "utf-8"
    return content.decode(encoding, "replace").removeprefix("\ufeff")


def _after_gap(hunk: Hunk) -> Iterator[tuple[int, Line]]:
    number = hunk.new_start + (hunk.new_count == 0)
    for line in hunk.lines():
        yield number, line
        number += line.new is not None


def nearest(rows: Sequence[int], row: int) -> int:
    """Of some line numbers the last at or before `row`, else the first."""
    return max((each for each in rows if each <= row), default=rows[0])
