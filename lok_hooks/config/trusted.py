"""What the user has trusted: digests, kept outside every repository, for each repository apart.

The record lies in the user's state folder (`core.state`), one file for each repository, named by a digest of the path
of its common git directory, so that linked work trees share it. Only the user may read or write it; a file that others
could have written counts as none. `LOK_TRUST` (digests, separated by commas) does the same for one run, for machines
that ask nobody.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lok_hooks.config.own_files import alone_in, read_own, write_own
from lok_hooks.core.state import NOWHERE, named_after, state_folder
from lok_hooks.errors import OutputError

VARIABLE: Final = "LOK_TRUST"
_MOST_KEPT: Final = 200  # digests for one repository; the oldest go first
_LARGEST_BYTES: Final = 256 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Approved:
    """One digest that the user has trusted, and the name of the file it was made of."""

    digest: str
    name: str


def is_trusted(digest: str, place: Path, environ: Mapping[str, str]) -> bool:
    """Whether the user trusts what has this digest, in the repository whose common git directory is `place` (outside
    one: the directory of the file). Never raises: a record that cannot be used trusts nothing."""
    if not digest:
        return False
    if digest in {word.strip() for word in environ.get(VARIABLE, "").split(",")}:
        return True
    return any(approved.digest == digest for approved in approvals(place))


def approvals(place: Path) -> tuple[Approved, ...]:
    """Everything the user has trusted in the repository at `place`, the oldest first."""
    path = record_path(place)
    if path is None:
        return ()
    try:
        kept = json.loads(read_own(path, _LARGEST_BYTES))["approved"]
        return tuple(Approved(digest=str(digest), name=str(name)) for digest, name in kept.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        # Somebody else's file, or half of one: asking again is the safe answer.
        return ()


def approve(place: Path, added: Mapping[str, str]) -> Path:
    """Trust these digests (with the names of their files) besides what is trusted already, and return the record's
    path. Raises OutputError when it cannot be written."""
    path = record_path(place)
    if path is None:
        raise OutputError(f"trust cannot be kept: {NOWHERE}", advice="set HOME, or XDG_STATE_HOME")
    try:
        with alone_in(path.parent):
            kept = {approved.digest: approved.name for approved in approvals(place) if approved.digest not in added}
            together = dict(list({**kept, **added}.items())[-_MOST_KEPT:])
            record = {"repository": os.fsencode(place).decode(errors="backslashreplace"), "approved": together}
            write_own(path, json.dumps(record, indent=1).encode())
    except OSError as error:
        raise OutputError(
            f"{path}: cannot be written ({error.strerror})", advice="make it writable, or set XDG_STATE_HOME"
        ) from error
    return path


def revoke(place: Path) -> bool:
    """Trust nothing in the repository at `place` any more; whether there was anything. Raises OutputError."""
    path = record_path(place)
    if path is None:
        return False
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise OutputError(f"{path}: cannot be removed ({error.strerror})", advice="remove it yourself") from error
    return True


def record_path(place: Path) -> Path | None:
    """Where the record about the repository at `place` lies, whether it exists or not; None where none can be."""
    state = state_folder(os.environ)
    return Path(state, "trust", f"{named_after(os.fsencode(place.resolve()))}.json") if state else None
