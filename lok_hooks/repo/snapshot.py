"""What is to be reviewed, taken from git's objects once: editing a file during the review changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from lok_hooks.core.diff import Diff, FileDiff, Skipped, Status
from lok_hooks.core.select import Selection
from lok_hooks.errors import RepositoryError
from lok_hooks.repo.compare import Comparison, without_filters
from lok_hooks.repo.extract import HunksKey, extract, hunks_key
from lok_hooks.repo.git import BLOBS_AT_ONCE, Repository
from lok_hooks.repo.patch import apply_hunks


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A diff with the contents behind it. Implements `core.ports.Contents`; safe to use from several threads.

    `repository` is None for a bare patch. `hunks` holds raw hunks where the new side is the work tree and so has
    no blob.
    """

    diff: Diff
    repository: Repository | None = None
    hunks: Mapping[HunksKey, bytes] = field(default_factory=dict, repr=False)
    _cache: dict[HunksKey, bytes] = field(default_factory=dict, repr=False, compare=False)

    def new(self, file: FileDiff) -> bytes | None:
        """The new side's bytes; None when there is none (deleted) or only a patch is known.

        Raises RepositoryError when the object database no longer has them.
        """
        if self.repository is None or file.status is Status.DELETED:
            return None
        key = hunks_key(file)
        if key not in self._cache:
            self._cache.update(self._read(self.repository, {key: file, **self._next(key)}))
        return self._cache[key]

    @cached_property
    def _places(self) -> dict[HunksKey, int]:
        return {hunks_key(file): place for place, file in enumerate(self.diff.files)}

    def _next(self, key: HunksKey) -> dict[HunksKey, FileDiff]:
        """Files that stand behind one in the diff and are asked for next, as a rule."""
        place = self._places.get(key, len(self.diff.files))
        behind = (file for file in self.diff.files[place : place + BLOBS_AT_ONCE] if file.status is not Status.DELETED)
        return {each: file for file in behind if (each := hunks_key(file)) not in self._cache}

    def _read(self, repository: Repository, files: Mapping[HunksKey, FileDiff]) -> dict[HunksKey, bytes]:
        stored = {key: _stored(file) for key, file in files.items()}
        blobs = {"": b"", **repository.blobs(filter(None, stored.values()))}
        return {
            key: blobs[blob] if blob == files[key].new_blob else apply_hunks(blobs[blob], self.hunks[key])
            for key, blob in stored.items()
        }


def _stored(file: FileDiff) -> str:
    """The blob that is the new side, or that hunks make it from; "" where they make it from nothing."""
    if file.new_blob.strip("0"):
        return file.new_blob
    if file.status is Status.TYPE_CHANGED or not file.old_blob.strip("0"):
        return ""
    return file.old_blob


def staged(repository: Repository, selection: Selection) -> Snapshot:
    """What this commit would change: the index git uses for it, against HEAD (or nothing, before the first commit).

    `git add -N` is invisible, as it is to the commit; unmerged paths are left out with that reason. Raises
    RepositoryError when git cannot answer.
    """
    repository.check_index()
    sides = ("--cached", repository.head or repository.empty_tree)
    return _taken(Comparison(repository=repository, sides=sides), selection, "staged changes")


def between(
    repository: Repository, base: str | None, tip: str, selection: Selection, *, label: str, ref: str = ""
) -> Snapshot:
    """From commit `base` (None: from nothing) to commit `tip`; `ref` names the pushed ref it belongs to.

    Raises RepositoryError when either is not a commit of this repository.
    """
    old = repository.empty_tree if base is None else repository.resolve(base)
    comparison = Comparison(repository=repository, sides=(old, repository.resolve(tip)))
    return _taken(comparison, selection, label, ref)


def commit(repository: Repository, revision: str, selection: Selection) -> Snapshot:
    """One commit against its first parent; a root commit against nothing.

    Raises RepositoryError when the parent is cut off by a shallow clone: the whole tree would pass for the change.
    """
    tip = repository.resolve(revision)
    # The raw commit still names the parent that a shallow clone hides from every other command.
    headers = repository.run("cat-file", "commit", tip).partition(b"\n\n")[0].split(b"\n")
    parents = [line.removeprefix(b"parent ").decode() for line in headers if line.startswith(b"parent ")]
    if parents and repository.ask("rev-parse", "--verify", "--quiet", f"{parents[0]}^{{commit}}") is None:
        raise RepositoryError(
            f"the parent of commit {tip[:12]} is not in this shallow clone", advice="fetch it: git fetch --deepen=1"
        )
    return between(repository, parents[0] if parents else None, tip, selection, label=f"commit {tip[:12]}")


def working_tree(repository: Repository, selection: Selection) -> Snapshot:
    """All tracked files as they are on disk, against HEAD; staged or not makes no difference.

    Clean filters of the git config are not run: they are programs. A file changed under one is compared as it
    lies on disk. Renames are detected, copies show as added files.
    """
    repository.check_index()
    with repository.private_index() as private:
        comparison = Comparison(
            repository=private,
            sides=(repository.head or repository.empty_tree,),
            has_work_tree=True,
            config=without_filters(repository),
        )
        taken = _taken(comparison, selection, "working tree changes")
    return replace(taken, repository=repository)


def from_patch(data: bytes, label: str, selection: Selection) -> Snapshot:
    """Any unified diff, made by git or not; its files have no contents. Empty input is an empty diff.

    Raises DiffError when it cannot be read whole.
    """
    from lok_hooks.repo.foreign import read_foreign

    files, skipped = read_foreign(data, selection)
    return Snapshot(diff=Diff(label=label, files=files, skipped=skipped))


def combine(snapshots: Sequence[Snapshot], label: str) -> Snapshot:
    """Several snapshots of one repository as one; what two of them share (same path, same blobs) counts once,
    under the ref that brought it first."""
    files: dict[HunksKey, FileDiff] = {}
    skipped: dict[Skipped, None] = {}
    hunks: dict[HunksKey, bytes] = {}
    for snapshot in snapshots:
        hunks.update(snapshot.hunks)
        skipped.update(dict.fromkeys(snapshot.diff.skipped))
        for file in snapshot.diff.files:
            files.setdefault(hunks_key(file), file)
    repository = next((snapshot.repository for snapshot in snapshots if snapshot.repository), None)
    diff = Diff(label=label, files=tuple(files.values()), skipped=tuple(skipped))
    return Snapshot(diff=diff, repository=repository, hunks=hunks)


def _taken(comparison: Comparison, selection: Selection, label: str, ref: str = "") -> Snapshot:
    found = extract(comparison, selection, ref)
    diff = Diff(label=label, files=found.files, skipped=found.skipped)
    return Snapshot(diff=diff, repository=comparison.repository, hunks=found.hunks)
