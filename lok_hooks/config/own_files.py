"""Files of this user alone: read only when nobody else can have written them, written whole or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lok_hooks import files


def read_own(path: Path, largest_bytes: int) -> bytes:
    """The content of a file that is this user's alone, cut at `largest_bytes`. Raises OSError, also for a link, a pipe
    and a file that others could have written."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o022:
            raise PermissionError(f"{path} is not this user's own")
        return file.read(largest_bytes)


def write_own(path: Path, content: bytes) -> None:
    """The file whole or not at all, readable by this user alone; its folders are made. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    files.write_whole(path, content, files.PRIVATE)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Nobody else who asks for it is in this folder meanwhile, so that a file can be read, changed and written back.
    The folder is made; the kernel lifts the lock however the process ends. Raises OSError."""
    import fcntl

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
