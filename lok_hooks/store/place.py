"""Where what is known of a repository is kept: a folder for each, in the user's own state folder.

Never in the repository. Whoever packs one packs all that lies in it, and unpacked it belongs to whoever unpacked it, so
neither owner nor mode would tell a planted answer from one that was paid for. As with the records of trust
(`config.trusted`), the folder is named by a digest of the path of the repository's common git directory, so that
linked work trees share it.

Loaded by every commit that has something staged.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from lok_hooks import files
from lok_hooks.core.state import named_after, state_folder
from lok_hooks.store.database import make_private

KEPT_SECONDS: Final = 30 * 24 * 3600.0  # from its last change on, what is kept about a repository that has gone
_NOTE: Final = "repository"  # holds the path that the folder is about
_GONE: Final = (FileNotFoundError, NotADirectoryError)


class Place(NamedTuple):
    """The `folder` (None: nothing can be kept) for the repository with this common git directory (None: for what is
    asked outside of any)."""

    folder: Path | None
    repository: Path | None


def place_of(repository: Path | None, environ: Mapping[str, str]) -> Place:
    """The place of a repository, by its common git directory. Nothing is made."""
    state = state_folder(environ)
    if not state:
        return Place(None, repository)
    if repository is None:
        return Place(Path(state, "elsewhere"), None)
    return Place(Path(state, "repositories", named_after(os.fsencode(repository.resolve()))), repository)


def ready(place: Place, now: float) -> Path | None:
    """The place's folder, made if need be; `now` in seconds since 1970. A new one takes the room of those whose
    repositories have been gone for a month. Never raises: whoever opens a file there will say what is wrong."""
    folder, repository = place
    with suppress(OSError):
        if folder is not None and repository is not None and not (folder / _NOTE).exists():
            make_private(folder)
            files.write_whole(folder / _NOTE, os.fsencode(repository.resolve()), files.PRIVATE)
            _forget_gone(folder.parent, now - KEPT_SECONDS)
    return folder


def obstacle(folder: Path) -> str:
    """Why the folder cannot be made, "" where nothing is in its way. Nothing is made."""
    nearest = next(path for path in (folder, *folder.parents) if os.path.lexists(path))
    if not nearest.is_dir():
        return f"{nearest}: is no folder"
    return "" if os.access(nearest, os.W_OK | os.X_OK) else f"{nearest}: cannot be written to"


def _forget_gone(folders: Path, limit: float) -> None:
    """Removes what is kept about repositories that are no longer there and has not changed since `limit`."""
    for folder in [each for each in folders.iterdir() if each.is_dir()]:
        if max(path.lstat().st_mtime for path in (folder, *folder.iterdir())) < limit and _is_gone(folder):
            from shutil import rmtree

            rmtree(folder, ignore_errors=True)  # follows no link


def _is_gone(folder: Path) -> bool:
    """Whether the repository is known not to be there: one that cannot be looked at just now may come back."""
    try:
        Path(os.fsdecode((folder / _NOTE).read_bytes())).lstat()
    except _GONE:
        return True
    except OSError:
        return False
    return False
