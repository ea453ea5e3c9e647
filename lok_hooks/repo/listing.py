"""The files of a directory, each as if it were new: what a sweep grounds findings on and shows to those who cannot look
around by themselves.

A file is listed only where no part of its path below the directory is a symbolic link, so that nothing outside it is
ever read.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from lok_hooks.core.credential_files import held_back
from lok_hooks.core.diff import Diff, FileDiff, Hunk, Skipped, SkipReason, Status
from lok_hooks.core.select import VENDORED_FOLDERS, Candidate, Selection, select
from lok_hooks.errors import RepositoryError, UsageError
from lok_hooks.repo.records import readable

MOST_FILES: Final = 50_000  # files listed; a directory with more is not one project
MOST_BYTES: Final = 64 * 2**20  # bytes of text read for one sweep
_NULL: Final = "0" * 40
_BINARY_LOOK: Final = 8_000  # bytes in which git looks for a NUL


@dataclass(frozen=True, kw_only=True)
class Listing:
    """The files below `root` (absolute, links resolved) that are looked at, by their path as shown; and what was left
    out. Implements the port that a sweep reads files through."""

    root: Path
    paths: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    _real: dict[str, Path] = field(repr=False)
    _read: dict[str, FileDiff | None] = field(default_factory=dict, repr=False)

    def file(self, path: str) -> FileDiff | None:
        """The file as a diff that adds all of it; None when it is not listed, cannot be read or is not text."""
        if path not in self._read:
            data = self._bytes(path)
            self._read[path] = None if data is None or _is_binary(data) else _added(path, data)
        return self._read[path]

    def new(self, file: FileDiff) -> bytes | None:
        """The file's bytes as they are on disk."""
        return self._bytes(file.path)

    def diff(self) -> Diff:
        """All that can be shown, up to `MOST_BYTES` of it; the rest is left out with the reason."""
        files: list[FileDiff] = []
        skipped = list(self.skipped)
        left = MOST_BYTES
        for path in self.paths:
            found = self.file(path)
            if found is None:
                skipped.append(Skipped(path=path, reason=SkipReason.BINARY))
            elif not found.hunks:
                continue
            elif (left := left - len(found.hunks[0].body)) < 0:
                detail = f"the directory has more than {MOST_BYTES // 2**20} MiB of text"
                skipped.append(Skipped(path=path, reason=SkipReason.TOO_LARGE, detail=detail))
            else:
                files.append(found)
        return Diff(label=str(self.root), files=tuple(files), skipped=tuple(skipped))

    def _bytes(self, path: str) -> bytes | None:
        real = self._real.get(path)
        if real is None:
            return None
        try:
            # Looked at again: between listing and reading, a link may have come in its place.
            return real.read_bytes() if real.resolve() == real and real.is_file() else None
        except OSError:
            return None


def list_files(directory: Path, selection: Selection) -> Listing:
    """The files below `directory`: what git tracks or would track, else (no repository) all but vendored folders.

    Raises UsageError when it is not a directory, or holds more than `MOST_FILES`.
    """
    try:
        root = directory.resolve(strict=True)
        is_directory = root.is_dir()
    except OSError as error:
        raise UsageError(f"{directory}: {error.strerror}", advice="Name a directory that exists.") from error
    if not is_directory:
        raise UsageError(f"{directory}: not a directory", advice="Name the directory the file is in.")
    real: dict[str, Path] = {}
    skipped: list[Skipped] = []
    for name in _names(root):
        path, shown = root / name, readable(os.fsencode(name))
        size = _size(path)
        if size is None:
            continue
        if len(real) >= MOST_FILES:
            raise UsageError(f"{directory}: more than {MOST_FILES:,} files", advice="Name a smaller directory.")
        if reason := _left_out(shown, size, selection):
            skipped.append(reason)
        else:
            real[shown] = path
    return Listing(root=root, paths=tuple(real), skipped=tuple(skipped), _real=real)


def _names(root: Path) -> Iterator[str]:
    """Names of files below `root` in order, as the file system has them."""
    from lok_hooks.repo.git import Repository

    try:
        repository = Repository.open(root)
        listed = repository.run("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ".")
    except RepositoryError:
        listed = b""
    # A directory that git ignores as a whole is looked through all the same: somebody asked for it.
    names = sorted({os.fsdecode(name) for name in listed.split(b"\0") if name})
    yield from names or _walked(root)


def _walked(root: Path) -> Iterator[str]:
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if name != ".git" and name.lower() not in VENDORED_FOLDERS)
        for name in sorted(files):
            yield os.path.relpath(os.path.join(folder, name), root)  # noqa: PTH118


def _size(path: Path) -> int | None:
    """Bytes of a regular file that is reached without any link; None for everything else."""
    try:
        found = path.lstat()
        return found.st_size if stat.S_ISREG(found.st_mode) and path.resolve() == path else None
    except OSError:
        return None


def _left_out(path: str, size: int, selection: Selection) -> Skipped | None:
    if reason := held_back(path):
        return Skipped(path=path, reason=SkipReason.CREDENTIALS, detail=reason)
    candidate = Candidate(
        path=path,
        old_path=path,
        status=Status.ADDED,
        old_mode="000000",
        new_mode="100644",
        old_blob=_NULL,
        new_blob="",
        old_size=0,
        new_size=size,
    )
    return select(candidate, selection)


def _is_binary(data: bytes) -> bool:
    return b"\0" in data[:_BINARY_LOOK]


def _added(path: str, data: bytes) -> FileDiff:
    text = data.decode("utf-8", "replace")
    lines = text.removesuffix("\n").split("\n") if text else []
    hunk = Hunk(
        old_start=0,
        old_count=0,
        new_start=1,
        new_count=len(lines),
        section="",
        body="".join(f"+{line}\n" for line in lines),
    )
    blob = hashlib.sha1(b"blob %d\0%b" % (len(data), data), usedforsecurity=False).hexdigest()
    return FileDiff(
        path=path,
        old_path=path,
        status=Status.ADDED,
        old_mode="000000",
        new_mode="100644",
        old_blob=_NULL,
        new_blob=blob,
        hunks=(hunk,) if lines else (),
    )
