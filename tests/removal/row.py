"""One defence or behaviour that can be taken out of the package, and the tests that must notice."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Change:
    """In `file` (from the top of this checkout) `old` becomes `new`. `old` stands there exactly once."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, kw_only=True)
class Removal:
    """A defence or a behaviour called `name`, removed by `changes`; `tests` (ids of pytest, with their parameters where
    it matters) must fail then. `promise` of a defence begins a promise or a row of the attack table in README, that of
    a behaviour is what users are told. `says` must stand in what the failure says, where a test could also fail for
    another reason, or fails by an exception. `doubled` says what else has to go in the same row, because the tests
    stay green while it stands."""

    name: str
    promise: str
    changes: tuple[Change, ...]
    tests: tuple[str, ...]
    says: str = ""
    doubled: str = ""


def row(name: str, promise: str, file: str, old: str, new: str, *tests: str, says: str = "") -> Removal:
    """A Removal by one change, as most are."""
    return Removal(name=name, promise=promise, changes=(Change(file, old, new),), tests=tests, says=says)


class Stale(Exception):
    """A row speaks of text that is no longer there."""


def changed(removal: Removal, top: Path) -> dict[Path, str]:
    """The files of the checkout at `top` as they are without the defence. Raises Stale for text that is not there, or
    there twice, and for what would not be Python any more."""
    texts: dict[Path, str] = {}
    for change in removal.changes:
        path = top / change.file
        text = texts.get(path) or path.read_text(encoding="utf-8")
        if (times := text.count(change.old)) != 1:
            raise Stale(f"{removal.name}: {change.file} has this text {times} times: {change.old!r}")
        texts[path] = text.replace(change.old, change.new)
    for path, text in texts.items():
        if path.suffix != ".py":
            continue
        try:
            compile(text, str(path), "exec")
        except SyntaxError as error:
            raise Stale(f"{removal.name}: {path.name} is no Python any more: {error}") from error
    return texts
