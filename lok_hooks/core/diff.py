"""A diff as a value: which files changed, and for every hunk its numbered lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

LineKind = Literal["context", "added", "removed"]
_KINDS: dict[str, LineKind] = {" ": "context", "+": "added", "-": "removed", "": "context"}


class Status(StrEnum):
    """The status letter of a raw git record."""

    ADDED = "A"
    MODIFIED = "M"
    DELETED = "D"
    RENAMED = "R"
    COPIED = "C"
    TYPE_CHANGED = "T"


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of a hunk. `old` and `new` are 1-based line numbers, None where the line does not exist on
    that side. `text` has neither sign nor newline; a carriage return before the newline is kept."""

    kind: LineKind
    old: int | None
    new: int | None
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Hunk:
    """One hunk. `body` holds the signed lines exactly as git printed them, so a large diff costs its own size
    in memory; `lines()` numbers them on demand. `section` is what git prints behind the second `@@`."""

    old_start: int
    old_count: int
    new_start: int
    new_count: int
    section: str
    body: str

    def lines(self) -> Iterator[Line]:
        """Every line in order, numbered on the side(s) where it exists; `\\ No newline` marks are left out."""
        old, new = self.old_start, self.new_start
        body = self.body.removesuffix("\n")
        for raw in body.split("\n") if body or self.old_count or self.new_count else ():
            sign = raw[:1]
            if sign == "\\":
                continue
            kind = _KINDS[sign]
            yield Line(
                kind=kind,
                old=None if kind == "added" else old,
                new=None if kind == "removed" else new,
                text=raw[1:],
            )
            old += kind != "added"
            new += kind != "removed"


@dataclass(frozen=True, kw_only=True, slots=True)
class FileDiff:
    """One changed file.

    `path` is the new name (the old one for a deletion), decoded as UTF-8 with undecodable bytes shown as
    `\\xNN`; it is never used to open a file. `old_blob`/`new_blob` are full object ids, all zeros where that
    side has none. `ref` names the pushed ref when several are reviewed at once, else "".
    `held_back` is a reason why its text must never leave this machine (a credential file), else "".
    """

    path: str
    old_path: str
    status: Status
    old_mode: str
    new_mode: str
    old_blob: str
    new_blob: str
    hunks: tuple[Hunk, ...]
    ref: str = ""
    held_back: str = ""

    def added_lines(self) -> frozenset[int]:
        """New-side numbers of added lines."""
        return frozenset(line.new for hunk in self.hunks for line in hunk.lines() if line.kind == "added" and line.new)

    def changed_line_count(self) -> int:
        """Added plus removed lines, as `git diff --numstat` counts them."""
        return sum(line.kind != "context" for hunk in self.hunks for line in hunk.lines())


class SkipReason(StrEnum):
    """Why a changed file was left out of the review; the value is what the reports print."""

    BINARY = "binary"
    GENERATED = "generated"
    VENDORED = "vendored"
    LOCK_FILE = "lock file"
    TOO_LARGE = "too large"
    EXCLUDED = "excluded by lok.toml"
    NO_TEXT_CHANGE = "no text changed"
    SUBMODULE = "submodule"
    CREDENTIALS = "credential file, not sent to any model"
    UNMERGED = "unmerged"


@dataclass(frozen=True, kw_only=True, slots=True)
class Skipped:
    """A changed file that was not reviewed, with the reason and what makes it concrete (a size, a pattern)."""

    path: str
    reason: SkipReason
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Diff:
    """What is to be reviewed. `label` reads like "staged changes" or "main...feature"."""

    label: str
    files: tuple[FileDiff, ...]
    skipped: tuple[Skipped, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True when nothing at all changed (not: when everything was left out)."""
        return not self.files and not self.skipped


NO_FILES: Final = Diff(label="", files=())
