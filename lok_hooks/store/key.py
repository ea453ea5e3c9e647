"""The secret from which the marks around a repository's diffs are derived: no packed repository brings it along."""

from __future__ import annotations

import os
import re
import secrets
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

from lok_hooks import files
from lok_hooks.store.database import make_private

_NAME: Final = "key"
_FORM: Final = re.compile(r"[0-9a-f]{64}")
_BYTES: Final = 32


def key_in(folder: Path | None) -> str:
    """64 hex digits, made at the first call and kept in `folder` for its owner alone.

    Where they cannot be kept (no folder, one that cannot be written to, a link, somebody else's) they are new each
    time: nobody can foretell the marks, but no two runs send the same prompt.
    """
    if folder is not None:
        with suppress(OSError):
            make_private(folder)
            path = folder / _NAME
            return _read(path) or _made(path)
    return secrets.token_hex(_BYTES)


def _read(path: Path) -> str:
    """The key in a file of this user's; "" when there is none. Raises OSError for a link."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return ""
    with os.fdopen(file, "rb") as opened:
        found = os.fstat(opened.fileno())
        is_ours = stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid()
        text = opened.read(_BYTES * 2 + 1).decode("ascii", "replace") if is_ours else ""
    return text if _FORM.fullmatch(text) else ""


def _made(path: Path) -> str:
    """A new key, whole or not at all: what another process made in the meantime wins, what cannot be a key goes."""
    key = secrets.token_hex(_BYTES)
    partial = path.with_name(f"{_NAME}.{secrets.token_hex(8)}")
    files.write_new(partial, key.encode(), files.PRIVATE)
    try:
        try:
            path.hardlink_to(partial)
        except FileExistsError:
            if found := _read(path):
                return found
            partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return key
