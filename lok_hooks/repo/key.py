"""The repository's own secret, from which the marks around its diffs are derived."""

from __future__ import annotations

import os
import re
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

from lok_hooks.repo.git import Repository

FOLDER: Final = "lok"
_NAME: Final = "key"
_FORM: Final = re.compile(r"[0-9a-f]{64}")
_BYTES: Final = 32


def repository_key(repository: Repository) -> str:
    """64 hex digits, the same for all work trees of a repository, made at the first call and kept for its owner alone.

    "" when it cannot be kept: a read-only repository, or a folder that is a link or somebody else's. Marks are then
    derived from the content alone.
    """
    try:
        folder = _folder(repository.common_dir)
    except OSError:
        return ""
    try:
        return _read(folder) or _made(folder)
    except OSError:
        return ""
    finally:
        os.close(folder)


def _folder(common: Path) -> int:
    """A handle of the folder, made if need be. Raises OSError for a link and for what belongs to somebody else."""
    path = common / FOLDER
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    if os.fstat(handle).st_uid != os.geteuid():
        os.close(handle)
        raise PermissionError(str(path))
    return handle


def _read(folder: int) -> str:
    try:
        file = os.open(_NAME, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except FileNotFoundError:
        return ""
    with os.fdopen(file, "rb") as opened:
        text = opened.read(_BYTES * 2 + 1).decode("ascii", "replace")
        is_ours = os.fstat(opened.fileno()).st_uid == os.geteuid()
    return text if is_ours and _FORM.fullmatch(text) else ""


def _made(folder: int) -> str:
    """A new key, whole or not at all: what another process made in the meantime wins, what cannot be a key goes."""
    key = secrets.token_hex(_BYTES)
    partial = f"{_NAME}.{os.getpid()}.{key[:8]}"
    file = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600, dir_fd=folder)
    try:
        with os.fdopen(file, "w", encoding="ascii") as opened:
            opened.write(key)
        try:
            os.link(partial, _NAME, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
        except FileExistsError:
            found = _read(folder)
            if found:
                return found
            os.replace(partial, _NAME, src_dir_fd=folder, dst_dir_fd=folder)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(partial, dir_fd=folder)
    return key
