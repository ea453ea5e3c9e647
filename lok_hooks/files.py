"""How files are written: every file that we make or replace goes through here.

A tree under review may hold links under any name it can guess, and its programs may look on. So a file begins as a new
one of its own (O_EXCL, O_NOFOLLOW), under a name that nobody knows beforehand, and takes its place when it is whole.
Nothing here waits for the disk: what a power cut takes can be made again.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

PRIVATE: Final = 0o600
"""For what holds code, answers or logins."""
SHARED: Final = 0o644
"""For a file of the repository."""
PROGRAM: Final = 0o755
"""For a hook."""

_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_APPEND: Final = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC


def write_new(path: Path, content: bytes, mode: int) -> None:
    """Makes a file with the permissions `mode` less the umask. Raises OSError, FileExistsError when anything, even a
    dead link, has the name; then half a file is not left."""
    with os.fdopen(os.open(path, _NEW, mode), "wb") as file:
        try:
            file.write(content)
            file.flush()
        except BaseException:
            path.unlink()
            raise


def write_whole(path: Path, content: bytes, mode: int) -> None:
    """Makes or replaces a file, whole or not at all, with the permissions `mode` less the umask. A link of that name
    is replaced, not followed. Raises OSError."""
    with _beside(path, content, mode) as made:
        made.replace(path)


def write_over(path: Path, content: bytes, mode: int) -> None:
    """The same, but what is there keeps its permissions, and has to be a file: a link that a repository brought would
    be the attacker's word against the user's, and a device has nothing to be replaced. Raises OSError."""
    kept = _permissions(path)
    with _beside(path, content, mode) as made:
        if kept is not None:
            made.chmod(kept)
        made.replace(path)


def append(path: Path, text: str) -> None:
    """Adds to a file that is its owner's alone, made if need be. Raises OSError, for a link too."""
    with os.fdopen(os.open(path, _APPEND, PRIVATE), "a", encoding="utf-8") as file:
        file.write(text)


@contextmanager
def _beside(path: Path, content: bytes, mode: int) -> Iterator[Path]:
    """The content in a new file in the same folder, gone at the end unless it has taken its place."""
    import secrets  # what only reads has no use for it

    beside = path.with_name(f".lok-{secrets.token_hex(8)}")
    write_new(beside, content, mode)
    try:
        yield beside
    finally:
        beside.unlink(missing_ok=True)


def _permissions(path: Path) -> int | None:
    """Those of the file that is there, None when there is nothing. Raises OSError for whatever is no regular file."""
    with suppress(FileNotFoundError):
        found = path.lstat()
        if stat.S_ISLNK(found.st_mode):
            raise OSError(errno.ELOOP, "a symbolic link stands in its place", str(path))
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        return stat.S_IMODE(found.st_mode)
    return None
