"""The files of a directory, each as if it were new: what a sweep grounds findings on and shows to those who cannot look
around by themselves, and what is lent to those who can.

A file is listed only where no part of its path below the directory is a symbolic link, so that nothing outside it is
ever read.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

from lok_hooks.core.credential_files import held_back
from lok_hooks.core.diff import Diff, FileDiff, Hunk, Skipped, SkipReason, Status
from lok_hooks.core.select import VENDORED_FOLDERS, Candidate, Selection, human_size, select
from lok_hooks.errors import RepositoryError, UsageError
from lok_hooks.repo.records import readable

MOST_FILES: Final = 50_000  # files listed; a directory with more is not one project
MOST_BYTES: Final = 64 * 2**20  # bytes of text read for one sweep
MOST_LENT_FILES: Final = 20_000
MOST_LENT_BYTES: Final = 32 * 2**20  # bytes of text; like so many files some 5 s of work before a model is asked
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
        found = self.texts(MOST_BYTES)
        return replace(found, files=tuple(file for file in found.files if file.hunks))

    def texts(self, most_bytes: int) -> Diff:
        """All text files, empty ones too, up to so many bytes; the rest is left out with the reason."""
        files: list[FileDiff] = []
        skipped = list(self.skipped)
        left = most_bytes
        for path in self.paths:
            found = self.file(path)
            if found is None:
                skipped.append(Skipped(path=path, reason=SkipReason.BINARY))
            elif (left := left - sum(len(hunk.body) for hunk in found.hunks)) < 0:
                skipped.append(Skipped(path=path, reason=SkipReason.TOO_LARGE, detail=_more_text_than(most_bytes)))
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


@dataclass(frozen=True, kw_only=True)
class Lendable:
    """The text of a directory that models may look around in; `beyond` says which bound left some of it out, "" for
    none."""

    diff: Diff
    beyond: str


def list_files(directory: Path, selection: Selection) -> Listing:
    """The files below `directory`: what git tracks or would track, else (no repository) all but vendored folders.

    Raises UsageError when it is not a directory, or holds more than `MOST_FILES`.
    """
    root = _existing(directory)
    listing = _listed(root, _names(root), partial(_left_out, selection=selection))
    if len(listing.paths) > MOST_FILES:
        raise UsageError(f"{directory}: more than {MOST_FILES:,} files", advice="Name a smaller directory.")
    return listing


def files_to_lend(directory: Path, max_file_bytes: int) -> Lendable:
    """The same files for whoever looks around there, with what a review passes over (lock files, vendored and excluded
    ones): only credential files, larger files and binary ones are left out. Beyond `MOST_LENT_FILES` or
    `MOST_LENT_BYTES` those that lie deepest go first. Raises UsageError when it is not a directory."""
    root = _existing(directory)
    names = sorted(islice(_names(root), MOST_FILES), key=lambda name: name.count("/"))
    nearest = names[:MOST_LENT_FILES]
    diff = _listed(root, nearest, partial(_not_lent, max_file_bytes=max_file_bytes)).texts(MOST_LENT_BYTES)
    beyond = _more_text_than(MOST_LENT_BYTES)
    if len(names) > MOST_LENT_FILES:
        return Lendable(diff=diff, beyond=f"the directory has more than {MOST_LENT_FILES:,} files")
    return Lendable(diff=diff, beyond=beyond if any(item.detail == beyond for item in diff.skipped) else "")


def _existing(directory: Path) -> Path:
    try:
        root = directory.resolve(strict=True)
        is_directory = root.is_dir()
    except OSError as error:
        raise UsageError(f"{directory}: {error.strerror}", advice="Name a directory that exists.") from error
    if not is_directory:
        raise UsageError(f"{directory}: not a directory", advice="Name the directory the file is in.")
    return root


def _listed(root: Path, names: Iterable[str], left_out: Callable[[str, Path, int], Skipped | None]) -> Listing:
    """The regular files among `names`, at most one more than `MOST_FILES`; `left_out` is given a file's path as shown,
    its place and its size in bytes."""
    real: dict[str, Path] = {}
    skipped: list[Skipped] = []
    for name in names:
        path, shown = root / name, readable(os.fsencode(name))
        size = _size(path)
        if size is None:
            continue
        if reason := left_out(shown, path, size):
            skipped.append(reason)
            continue
        real[shown] = path
        if len(real) > MOST_FILES:
            break
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


def _left_out(shown: str, path: Path, size: int, selection: Selection) -> Skipped | None:
    if reason := _credentials(shown, path):
        return reason
    candidate = Candidate(
        path=shown,
        old_path=shown,
        status=Status.ADDED,
        old_mode="000000",
        new_mode="100644",
        old_blob=_NULL,
        new_blob="",
        old_size=0,
        new_size=size,
    )
    return select(candidate, selection)


def _not_lent(shown: str, path: Path, size: int, max_file_bytes: int) -> Skipped | None:
    if reason := _credentials(shown, path):
        return reason
    if size > max_file_bytes:
        return Skipped(path=shown, reason=SkipReason.TOO_LARGE, detail=human_size(size))
    return None


def _credentials(shown: str, path: Path) -> Skipped | None:
    # By its whole path: somebody may have named ~/.ssh itself.
    reason = held_back(path.as_posix())
    return Skipped(path=shown, reason=SkipReason.CREDENTIALS, detail=reason) if reason else None


def _more_text_than(most_bytes: int) -> str:
    return f"the directory has more than {most_bytes // 2**20} MiB of text"


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
