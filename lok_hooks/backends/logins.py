"""The user's own login inside a sealed run: copies of exactly the files that hold it, for this user's eyes only."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from pathlib import Path

from lok_hooks import files


@dataclass(frozen=True, kw_only=True, slots=True)
class Lent:
    """A login file and its copy; `content` is what both held when it was made."""

    source: Path
    copy: Path
    content: bytes


def lend(source: Path, copy: Path) -> Lent | None:
    """Copy a login file (mode 0600). None when there is none that can be read; raises OSError when the copy fails."""
    try:
        content = source.read_bytes()
    except OSError:
        return None
    write_private(copy, content)
    return Lent(source=source, copy=copy, content=content)


def write_private(path: Path, content: bytes) -> None:
    """A new file that only this user can read, its folders too. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    files.write_new(path, content, files.PRIVATE)


def give_back(lent: Lent) -> None:
    """Keep a login that the CLI has renewed: a refresh token often works once, so the user's file would be dead.
    Does nothing when the copy is unchanged or no JSON object, or when the user's file has changed meanwhile."""
    # A home that cannot be written, or a copy that the CLI removed: the answer is worth no less.
    with contextlib.suppress(OSError, ValueError):
        renewed = lent.copy.read_bytes()
        source = lent.source.resolve(strict=True)
        if renewed == lent.content or source.read_bytes() != lent.content or not isinstance(json.loads(renewed), dict):
            return
        files.write_whole(source, renewed, files.PRIVATE)
