"""Where what is known of a repository is kept: beside git's own files, in a folder whose name no stranger can know.

Whoever packs a repository packs all that lies in it, and unpacked it belongs to whoever unpacked it, so neither owner
nor mode would tell a planted answer from one that was paid for. The name is a digest of where the repository lies and
of the inode of its git directory, keyed with a secret in the user's state folder: what came along has another name and
is never opened, and a copy of one's own is asked anew.

Loaded by every commit that has something staged.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Final, NamedTuple

from lok_hooks.core.state import state_folder
from lok_hooks.store.key import lasting_key

FOLDER: Final = "lok"
"""The folder below a repository's common git directory."""


class Place(NamedTuple):
    """The `folder` (None: nothing can be kept) for the repository with this common git directory (None: for what is
    asked outside of any)."""

    folder: Path | None
    repository: Path | None


def place_of(repository: Path | None, environ: Mapping[str, str]) -> Place:
    """The place of a repository, by its common git directory. Makes nothing but the user's secret."""
    state = state_folder(environ)
    if not state:
        return Place(None, repository)
    if repository is None:
        return Place(Path(state, "elsewhere"), None)
    secret = lasting_key(Path(state))
    try:
        real = repository.resolve()
        where = os.fsencode(real) + b"\0%d" % real.stat().st_ino
    except OSError:
        return Place(None, repository)
    if not secret:
        return Place(None, repository)
    name = blake2b(where, key=bytes.fromhex(secret), digest_size=16).hexdigest()
    return Place(repository / FOLDER / name, repository)
