"""Private directories in the system's temporary folder, and what becomes of those whose owner was killed.

A room is locked (flock on the directory itself) as long as its process lives; the kernel lifts the lock however that
ends. So a room that can be locked has been left behind, and may hold a login: the next run removes it.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

PREFIX: Final = "lok-room-"

_MAKING: Final = 10.0
"""Seconds that a room may exist without its lock: it is made, then locked."""


@contextlib.contextmanager
def room() -> Iterator[Path]:
    """A new empty directory that only this user can enter, outside any repository (CLIs read instructions from the
    parents of their working directory), removed at the end. Raises OSError when none can be made."""
    parent = _outside_repositories()
    remove_abandoned(parent)
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=parent, ignore_cleanup_errors=True) as name:
        # Children do not inherit it: a program that outlives us must not keep the room.
        lock = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            # A file system without locks: nobody can take the room for abandoned there either.
            with contextlib.suppress(OSError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield Path(name).resolve()
        finally:
            os.close(lock)


def remove_abandoned(parent: Path) -> None:
    """Removes this user's rooms in `parent` whose process is gone. Leaves alone what it cannot be sure of."""
    # A folder that cannot be listed is no reason not to work in it.
    with contextlib.suppress(OSError), os.scandir(parent) as entries:
        for entry in entries:
            if entry.name.startswith(PREFIX):
                _remove_if_abandoned(entry.path)


def _remove_if_abandoned(path: str) -> None:
    # Gone meanwhile, another user's, or in use: all of them are no business of ours.
    with contextlib.suppress(OSError):
        file = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            found = os.fstat(file)
            is_ours = found.st_uid == os.getuid() and stat.S_IMODE(found.st_mode) == stat.S_IRWXU
            if is_ours and time.time() - found.st_mtime > _MAKING:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path, ignore_errors=True)
        finally:
            os.close(file)


def _outside_repositories() -> Path:
    wanted = Path(tempfile.gettempdir())
    candidates = [wanted, Path("/tmp"), Path("/var/tmp")]  # noqa: S108  (mkdtemp makes the name below it)
    if runtime := os.environ.get("XDG_RUNTIME_DIR"):
        candidates.append(Path(runtime))
    for candidate in candidates:
        folder = candidate.resolve()
        is_inside = any((parent / ".git").exists() for parent in (folder, *folder.parents))
        if not is_inside and os.access(folder, os.W_OK | os.X_OK):
            return folder
    raise OSError(errno.EACCES, "no writable temporary directory outside a repository; set TMPDIR to one", str(wanted))
