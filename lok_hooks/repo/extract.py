"""From the records of a comparison to its files: sizes, the gate, patches for the rest, binary content."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lok_hooks.core.credential_files import held_back
from lok_hooks.core.diff import FileDiff, Skipped, SkipReason
from lok_hooks.core.select import SUBMODULE_MODE, Candidate, Selection, human_size, select, unchanged
from lok_hooks.errors import DiffError, InternalError, RepositoryError
from lok_hooks.repo.compare import Comparison, Patches
from lok_hooks.repo.git import BLOBS_AT_ONCE, Repository
from lok_hooks.repo.patch import parse_hunks, split_header
from lok_hooks.repo.records import Record

# How far git itself looks for a NUL before it calls content text (buffer_is_binary in git's xdiff-interface.c).
BINARY_HEAD: Final = 8000
_SYMLINK_MODE: Final = "120000"

HunksKey = tuple[str, str, str, str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Extracted:
    """The changed files in git's order. `hunks` holds the raw hunks that make the new side where it has no blob
    (the work tree), by `hunks_key`."""

    files: tuple[FileDiff, ...]
    skipped: tuple[Skipped, ...]
    hunks: Mapping[HunksKey, bytes]


def hunks_key(file: FileDiff) -> HunksKey:
    """What tells one changed file from another, whatever became of its hunks."""
    return (file.path, file.old_path, file.old_blob, file.new_blob, file.new_mode)


def extract(comparison: Comparison, selection: Selection, ref: str = "") -> Extracted:
    """Every changed file of the comparison, either with its hunks or left out with a reason.

    Raises RepositoryError when git cannot answer, InternalError rather than lose a file.
    """
    records = comparison.records()
    outcome: dict[Record, FileDiff | Skipped] = {}
    for record, candidate in _candidates(comparison, records):
        if left_out := select(candidate, selection):
            outcome[record] = left_out
    chosen = [record for record in records if record not in outcome]
    raw: dict[Record, bytes] = {}
    suspects = []
    unified = f"--unified={selection.context_lines}"
    for record, patches in comparison.patches(chosen, unified, of=records):
        if any(_may_be_binary(patch) for patch in patches):
            suspects.append(record)
        else:
            outcome[record] = _file(record, patches, ref)
            raw[record] = _last_hunks(comparison, patches)
    outcome.update(_binary(comparison, suspects))
    # What git calls binary without a NUL in it was hidden by an attribute or a setting.
    hidden = [record for record in suspects if record not in outcome]
    for record, patches in comparison.patches(hidden, unified, "--text"):
        outcome[record] = _file(record, patches, ref)
        raw[record] = _last_hunks(comparison, patches)
    ordered = [outcome[record] for record in records]
    return Extracted(
        files=tuple(item for item in ordered if isinstance(item, FileDiff)),
        skipped=tuple(item for item in ordered if isinstance(item, Skipped)),
        hunks=_by_key(outcome, raw) if comparison.has_work_tree else {},
    )


def _candidates(comparison: Comparison, records: Sequence[Record]) -> Iterator[tuple[Record, Candidate]]:
    sizes = comparison.repository.blob_sizes(
        blob
        for record in records
        for blob, mode in ((record.old_blob, record.old_mode), (record.new_blob, record.new_mode))
        if blob.strip("0") and mode != SUBMODULE_MODE
    )
    for record in records:
        new_size = sizes.get(record.new_blob, 0)
        if _is_on_disk(comparison, record):
            new_size = _size_on_disk(comparison.repository, record)
        yield (
            record,
            Candidate(
                path=record.path,
                old_path=record.old_path,
                status=record.status,
                old_mode=record.old_mode,
                new_mode=record.new_mode,
                old_blob=record.old_blob,
                new_blob=record.new_blob,
                old_size=sizes.get(record.old_blob, 0),
                new_size=new_size,
            ),
        )


def _file(record: Record, patches: Patches, ref: str) -> FileDiff | Skipped:
    if record.status is None:
        raise InternalError(f"a patch was made for the unmerged path {record.path}")
    try:
        hunks = tuple(hunk for patch in patches for hunk in parse_hunks(split_header(patch)[1]))
    except DiffError as error:
        raise InternalError(f"the patch git printed for {record.path} cannot be read: {error.message}") from error
    if not hunks:
        detail = unchanged(record.status, record.old_path, record.old_mode, record.new_mode)
        return Skipped(path=record.path, reason=SkipReason.NO_TEXT_CHANGE, detail=detail)
    return FileDiff(
        path=record.path,
        old_path=record.old_path,
        status=record.status,
        old_mode=record.old_mode,
        new_mode=record.new_mode,
        old_blob=record.old_blob,
        new_blob=record.new_blob,
        hunks=hunks,
        ref=ref,
        held_back=held_back(record.path) or (held_back(record.old_path) if record.old_name != record.name else ""),
    )


def _last_hunks(comparison: Comparison, patches: Patches) -> bytes:
    # The last patch of a type change is the one that makes the new side.
    return split_header(patches[-1])[1] if comparison.has_work_tree else b""


def _by_key(outcome: Mapping[Record, FileDiff | Skipped], raw: Mapping[Record, bytes]) -> dict[HunksKey, bytes]:
    hunks: dict[HunksKey, bytes] = {}
    for record, own in raw.items():
        file = outcome[record]
        if isinstance(file, FileDiff) and hunks.setdefault(hunks_key(file), own) is not own:
            raise RepositoryError(
                f"two changed files have the same name when written as text: {file.path}", advice="rename one of them"
            )
    return hunks


def _may_be_binary(patch: bytes) -> bool:
    header, hunks = split_header(patch)
    return b"\0" in hunks or b"\nBinary files " in header


def _binary(comparison: Comparison, suspects: Sequence[Record]) -> Iterator[tuple[Record, Skipped]]:
    sides = [side for record in suspects for side in (record.old_blob, record.new_blob) if side.strip("0")]
    found: dict[str, bool] = {}
    sizes: dict[str, int] = {}
    for start in range(0, len(sides), BLOBS_AT_ONCE):
        for blob, content in comparison.repository.blobs(sides[start : start + BLOBS_AT_ONCE]).items():
            found[blob] = b"\0" in content[:BINARY_HEAD]
            sizes[blob] = len(content)
    for record in suspects:
        on_disk = _is_on_disk(comparison, record)
        size = _size_on_disk(comparison.repository, record) if on_disk else sizes.get(record.new_blob, 0)
        if (
            found.get(record.old_blob)
            or found.get(record.new_blob)
            or (on_disk and b"\0" in _head_on_disk(comparison.repository, record))
        ):
            detail = human_size(size or sizes.get(record.old_blob, 0))
            yield record, Skipped(path=record.path, reason=SkipReason.BINARY, detail=detail)


def _is_on_disk(comparison: Comparison, record: Record) -> bool:
    return comparison.has_work_tree and not record.new_blob.strip("0") and bool(record.new_mode.strip("0"))


def _place(repository: Repository, record: Record) -> bytes:
    return os.path.join(os.fsencode(repository.top), record.name)  # noqa: PTH118 - a Path cannot hold bytes


def _size_on_disk(repository: Repository, record: Record) -> int:
    try:
        return os.lstat(_place(repository, record)).st_size
    except OSError as error:
        raise RepositoryError(
            f"{record.path} cannot be read: {error.strerror}", advice="run this again when nothing writes to it"
        ) from error


def _head_on_disk(repository: Repository, record: Record) -> bytes:
    if record.new_mode == _SYMLINK_MODE:
        return b""
    try:
        descriptor = os.open(_place(repository, record), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise RepositoryError(
            f"{record.path} cannot be read: {error.strerror}", advice="run this again when nothing writes to it"
        ) from error
    with os.fdopen(descriptor, "rb") as file:
        return file.read(BINARY_HEAD)
