"""The repository's own rules (lok.toml and what else steers a review), read from git's objects.

A change must not be judged by rules that it brings along. So a file of rules that the change edits counts as it
stood before; one that it leaves alone counts as it stands in what is reviewed, whatever an editor has made of it
since. A file that git does not know on either side is its user's own, and is read from the work tree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lok_hooks.errors import RepositoryError
from lok_hooks.repo.git import Repository

INDEX: Final = ""
"""Stands for the index of this commit where a side is named."""

WORK_TREE: Final = "work tree"
"""Stands for the tracked files as they are on disk."""

INDEX_PLACE: Final = "index"
"""How the index is named as a place."""

_UNCOMMITTED: Final = (INDEX, WORK_TREE)
_SHORT: Final = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Sides:
    """What a change goes from and to. `old` is a full commit id, None for nothing. `new` is a full commit id, INDEX
    or WORK_TREE."""

    old: str | None
    new: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleFile:
    """A file of rules as it counts. `content` is None where there is none. `place` is how a message names the side
    it stands on ("HEAD", a short commit id, "index"), "" for the work tree, where `content` is not read.
    `is_edited` when the change edits, adds or removes it."""

    content: bytes | None
    place: str
    is_edited: bool = False


def rule_files(repository: Repository, changes: Sequence[Sides], names: Sequence[str]) -> list[RuleFile]:
    """Each of the files (named from the top of the work tree) as it counts for a review of `changes`.

    Where several changes are reviewed at once, the first that edits it decides, else the first at all. Raises
    RepositoryError when git cannot answer.
    """
    sides = dict.fromkeys(side for each in changes for side in (each.old, each.new))
    return [_counting(repository, changes, found) for found in _contents(repository, sides, names)]


def rule_file(repository: Repository, changes: Sequence[Sides], name: str) -> RuleFile:
    """The same for one file."""
    return rule_files(repository, changes, (name,))[0]


def rule_file_at(repository: Repository, revision: str, name: str) -> bytes | None:
    """The file `name` as it stands in a commit; None where that has none. Raises RepositoryError when `revision`
    names no commit."""
    return _read(repository, [f"{repository.resolve(revision)}:{name}"])[0]


def file_in_index(repository: Repository, name: str) -> bytes | None:
    """The file `name` as it is staged; None where it is not."""
    return _read(repository, [f"{INDEX}:{name}"])[0]


def _counting(repository: Repository, changes: Sequence[Sides], found: Mapping[str | None, bytes | None]) -> RuleFile:
    for sides in changes:
        old, new = found[sides.old], found.get(sides.new)
        # What `git add -N` leaves in the index is empty, and no part of the commit.
        is_only_intended = old is None and sides.new in _UNCOMMITTED and not new
        if old != new and not is_only_intended:
            return RuleFile(content=old, place=_place(repository, sides.old), is_edited=True)
    for sides in changes:
        content = found.get(sides.new)
        if content is not None and content == found[sides.old]:
            return RuleFile(content=content, place=_place(repository, sides.new))
    return RuleFile(content=None, place="")


def _contents(
    repository: Repository, sides: Iterable[str | None], names: Sequence[str]
) -> Iterator[dict[str | None, bytes | None]]:
    """Each file on each side; on disk it counts only where git tracks it."""
    asked = list(dict.fromkeys(INDEX if side == WORK_TREE else side for side in sides if side is not None))
    read = iter(_read(repository, [f"{side}:{name}" for name in names for side in asked]))
    for name in names:
        found: dict[str | None, bytes | None] = {None: None}
        found.update({side: next(read) for side in asked})
        if found.get(INDEX) is not None:
            found[WORK_TREE] = _on_disk(repository, name)
        yield found


def _on_disk(repository: Repository, name: str) -> bytes | None:
    try:
        return (repository.top / name).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise RepositoryError(f"{name}: cannot be read ({error.strerror})", advice="mend it or remove it") from error


def _place(repository: Repository, side: str | None) -> str:
    if side is None:
        return "before"
    if side in _UNCOMMITTED:
        return INDEX_PLACE if side == INDEX else WORK_TREE
    return "HEAD" if side == repository.head else side[:_SHORT]


def _read(repository: Repository, names: Sequence[str]) -> list[bytes | None]:
    """Each object's content by one process; None for what is missing or no file. A symbolic link counts as
    the text it is: what it leads to would be read from nobody knows which side."""
    asked = "".join(f"{name}\n" for name in names).encode()
    answer = repository.run("cat-file", "--batch", stdin=asked)
    contents: list[bytes | None] = []
    position = 0
    for _ in names:
        end = answer.index(b"\n", position)
        header = answer[position:end].decode(errors="replace")
        words = header.split(" ")
        position = end + 1
        if header.endswith((" missing", " ambiguous")):
            contents.append(None)
            continue
        size = int(words[-1])
        body = answer[position : position + size]
        position += size + 1
        contents.append(body if words[1] == "blob" else None)
    return contents
