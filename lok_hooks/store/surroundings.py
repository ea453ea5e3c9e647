"""What a model that explores a directory can see there, as a digest: an answer holds as long as nothing changes."""

from __future__ import annotations

import os
from hashlib import blake2b
from pathlib import Path
from typing import Final

MOST_ENTRIES: Final = 50_000  # some 0.3 s of looking; in a larger tree nothing is remembered
_LEFT_OUT: Final = frozenset({".git"})


def surroundings(directory: Path) -> str | None:
    """A digest of the directory's path and of every file's name, size and date below it (of a repository's own folder
    only what HEAD says); None when there is too much to look at, or something cannot be looked at."""
    digest = blake2b(os.fsencode(directory.resolve()), digest_size=20)
    folders = [directory]
    left = MOST_ENTRIES
    try:
        digest.update(_head(directory))
        while folders:
            folder = folders.pop()
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
            left -= len(entries)
            if left < 0:
                return None
            for entry in entries:
                if entry.name in _LEFT_OUT:
                    continue
                seen = entry.stat(follow_symlinks=False)
                digest.update(
                    f"\0{os.fsencode(entry.path)!r} {seen.st_mode} {seen.st_size} {seen.st_mtime_ns}".encode()
                )
                if entry.is_dir(follow_symlinks=False):
                    folders.append(Path(entry.path))
    except OSError:
        return None
    return digest.hexdigest()


def _head(directory: Path) -> bytes:
    try:
        return (directory / ".git" / "HEAD").read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return b""
