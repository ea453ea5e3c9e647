"""Two sides of a repository compared: the records first, and patches only for the files that were chosen.

Every flag here is pinned because a setting of the user's, or of a hostile repository's, would otherwise change what
git prints, hide a file, or start a program.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from lok_hooks.core.diff import Status
from lok_hooks.errors import InternalError, RepositoryError
from lok_hooks.repo.git import Repository
from lok_hooks.repo.patch import split_patches
from lok_hooks.repo.records import Record, parse_records

_FLAGS: Final = (
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    "--no-relative",
    "--submodule=short",
    "--ita-invisible-in-index",
    "--inter-hunk-context=0",
    "--diff-algorithm=myers",
    "--indent-heuristic",
    "--full-index",
    "--no-abbrev",
    "-O/dev/null",
)
_WITH_RENAMES: Final = ("--find-renames=50%", "-l1000")
_WITH_COPIES: Final = (*_WITH_RENAMES, "--find-copies=50%")
_WITHOUT_RENAMES: Final = ("--no-renames",)
# A context line that is empty keeps its blank, so every line of a hunk has a sign.
_CONFIG: Final = ("-c", "diff.suppressBlankEmpty=false")

# One command line must stay under what the system allows (256 KiB on the strictest) together with the environment.
_PATHSPEC_BYTES: Final = 96_000
_TWO_NAMES: Final = frozenset({Status.RENAMED, Status.COPIED})

# What git printed for one record: one patch, or a deletion and an addition for a type change.
Patches = tuple[bytes, ...]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What is compared. `sides` are git diff's words for it: ids and `--cached`, never a user's string.
    `has_work_tree` when the new side is the work tree, whose files have no blob. `config` are extra `-c` pairs."""

    repository: Repository
    sides: tuple[str, ...]
    has_work_tree: bool = False
    config: tuple[str, ...] = ()

    def records(self) -> tuple[Record, ...]:
        """Every changed path. Unmerged paths appear once, with status None."""
        records, _ = parse_records(self.repository.run(*self._diff("--raw", "-z", *self._detection)))
        unmerged = {record.name for record in records if record.status is None}
        return tuple(record for record in records if record.status is None or record.name not in unmerged)

    def patches(
        self, chosen: Sequence[Record], *options: str, of: Sequence[Record] = ()
    ) -> Iterator[tuple[Record, Patches]]:
        """The patch of each chosen record (two for a type change), in no particular order.

        `of` are all records there are: when nothing was left out, one call without paths gives everything.
        Raises InternalError rather than leaving a file out.
        """
        if not chosen:
            return
        if list(chosen) == list(of):
            yield from self._paired(chosen, self._detection, (), options)
            return
        renamed = [record for record in chosen if record.status in _TWO_NAMES]
        others = [record for record in chosen if record.status not in _TWO_NAMES]
        for records, detection in ((others, _WITHOUT_RENAMES), (renamed, self._detection)):
            for batch in _batches(records):
                yield from self._paired(batch, detection, _pathspecs(batch), options)

    @property
    def _detection(self) -> tuple[str, ...]:
        # Whether a file is a copy or a rename depends on what else is looked at. Blobs can be compared directly
        # when that happens, the work tree cannot; renames alone do not have that trouble.
        return _WITH_RENAMES if self.has_work_tree else _WITH_COPIES

    def _paired(
        self, chosen: Sequence[Record], detection: tuple[str, ...], pathspecs: tuple[str, ...], options: tuple[str, ...]
    ) -> Iterator[tuple[Record, Patches]]:
        records, patches = self._stream(detection, options, pathspecs)
        wanted = set(chosen)
        for record in records:
            own = tuple(itertools.islice(patches, record.patch_count))
            if record in wanted:
                _check(record, own)
                wanted.discard(record)
                yield record, own
        if any(patches):
            raise InternalError("git printed more patches than records")
        for record in chosen:
            if record in wanted:
                yield record, self._alone(record, options)

    def _alone(self, record: Record, options: tuple[str, ...]) -> Patches:
        """One record's patch by a call of its own, for when git paired renames differently in a smaller set."""
        if record.status in _TWO_NAMES and not self.has_work_tree:
            sides = (record.old_blob, record.new_blob)
            return (self.repository.run(*_CONFIG, "diff", *_FLAGS, "-p", *options, *sides, "--"),)
        detection = self._detection if record.status in _TWO_NAMES else _WITHOUT_RENAMES
        records, patches = self._stream(detection, options, _pathspecs([record]))
        if records == (record,):
            own = tuple(patches)
            _check(record, own)
            return own
        if record not in self.records():
            raise RepositoryError(
                f"{record.path} changed while the diff was read", advice="run this again when nothing writes to it"
            )
        raise InternalError(f"git lists {record.path} as changed but gives no patch for it")

    def _stream(
        self, detection: tuple[str, ...], options: tuple[str, ...], pathspecs: tuple[str, ...]
    ) -> tuple[tuple[Record, ...], Iterator[bytes]]:
        pieces = self.repository.stream(*self._diff("--raw", "-z", "-p", *detection, *options, paths=pathspecs))
        head = b""
        for piece in pieces:
            head += piece
            # No name is empty, so this is the field between records and patches.
            if b"\0\0" in head:
                break
        records, start = parse_records(head)
        return records, split_patches(itertools.chain([head[start:]], pieces))

    def _diff(self, *options: str, paths: tuple[str, ...] = ()) -> tuple[str, ...]:
        # A dirty submodule would have git look inside it, under that submodule's own config.
        submodules = "--ignore-submodules=dirty" if self.has_work_tree else "--ignore-submodules=none"
        return (*_CONFIG, *self.config, "diff", *_FLAGS, submodules, *options, *self.sides, "--", *paths)


def without_filters(repository: Repository) -> tuple[str, ...]:
    """`-c` pairs that switch off every clean filter the config names: comparing the work tree would run them.

    Raises RepositoryError for a filter whose name cannot be overridden.
    """
    listed = repository.ask("config", "-z", "--name-only", "--get-regexp", r"^filter\..*\.(clean|process|required)$")
    names = {os.fsdecode(key).split(".", 1)[1].rpartition(".")[0] for key in (listed or b"").split(b"\0") if key}
    if strange := sorted(name for name in names if "=" in name):
        raise RepositoryError(
            f"the git config names a filter with an equals sign: {strange[0]!r}", advice="remove or rename it"
        )
    values = (("clean", ""), ("process", ""), ("required", "false"))
    return tuple(
        word for name in sorted(names) for key, value in values for word in ("-c", f"filter.{name}.{key}={value}")
    )


def _check(record: Record, patches: Patches) -> None:
    """The patch must carry the record's own blob ids, so a slip in the pairing cannot pass."""
    if record.old_blob == record.new_blob and record.new_blob.strip("0"):
        expected = b"diff --git "
    elif record.new_blob.strip("0") and record.status is not Status.TYPE_CHANGED:
        expected = f"\nindex {record.old_blob}..{record.new_blob}".encode()
    else:
        expected = f"\nindex {record.old_blob}..".encode()
    if len(patches) != record.patch_count or expected not in patches[0]:
        raise InternalError(f"the patch git printed for {record.path} is not its own")


def _batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    batch: list[Record] = []
    size = 0
    for record in records:
        # Each argument also costs its pointer and the words of the pathspec's magic.
        cost = len(record.name) + len(record.old_name) + 64
        if batch and size + cost > _PATHSPEC_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(record)
        size += cost
    if batch:
        yield batch


def _pathspecs(records: Iterable[Record]) -> tuple[str, ...]:
    names = {name for record in records for name in (record.old_name, record.name)}
    return tuple(f":(top,literal){os.fsdecode(name)}" for name in sorted(names))
