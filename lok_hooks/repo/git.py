"""The one door to git: every question goes through GitPython, hardened against the repository that answers it.

A repository may be hostile: its config can name programs for git to run, its replace refs can show other content
than what is pushed, its missing objects can make git open connections. None of that happens behind this door.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from lok_hooks import files
from lok_hooks.errors import InternalError, RepositoryError

# Standing in front of every subcommand. protocol.allow stops a partial clone from fetching what is missing.
_OPTIONS: Final = (
    "--no-pager",
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.quotePath=false"),
    *("-c", "protocol.allow=never"),
)

# Laid over the process's own environment. GIT_INDEX_FILE, GIT_DIR and GIT_WORK_TREE pass through on purpose: inside
# a hook they name the index of this very commit. GitPython cannot remove a variable, so "" stands for unset
# (and makes a `git diff` without --no-ext-diff fail rather than run a program).
_ENVIRONMENT: Final = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_EXTERNAL_DIFF": "",
    "GIT_DIFF_OPTS": "",
    "GIT_PAGER_IN_USE": "",
    "GIT_LITERAL_PATHSPECS": "0",
}

BLOBS_AT_ONCE: Final = 16
"""How many contents are read by one process: what it prints is in memory twice."""
_PIECE: Final = 1 << 18  # bytes read at once from a stream, at most
_PIPE: Final = -1  # what subprocess.PIPE is; GitPython hands it on to subprocess
_OBJECT_ID: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_EMPTY_TREES: Final = {
    "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}
_NULL_LENGTHS: Final = {"sha1": 40, "sha256": 64}
_PLACES: Final = (("--show-toplevel",), ("--git-common-dir",), ("--git-path", "index"))


@dataclass(frozen=True, kw_only=True)
class Repository:
    """A repository with a work tree.

    `directory` is where git is asked from, `top` the top of its work tree, `common_dir` the directory all linked work
    trees share (objects, config), `index` the file that holds the index of this commit; all absolute. `object_format`
    is "sha1" or "sha256", `head` the full id of the commit HEAD names, None before the first commit. `environment` is
    laid over everything else for git.
    """

    directory: Path
    top: Path
    common_dir: Path
    index: Path
    object_format: str
    head: str | None
    environment: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def open(cls, directory: str | Path = ".") -> Repository:
        """The repository that `directory` lies in.

        Raises RepositoryError, with advice, when there is none, when it has no work tree, when git refuses it
        (dubious ownership), when its config cannot be read, or when git is not installed.
        """
        try:
            where = Path(directory).absolute()
        except FileNotFoundError as error:
            raise RepositoryError("the current directory no longer exists", advice="change to another one") from error
        places, object_format, head = _facts(where)
        top, common_dir, index = map(Path, places)
        if object_format not in _EMPTY_TREES:
            raise RepositoryError(
                f"{top}: the object format {object_format} is not known to lok-hooks", advice="update lok-hooks"
            )
        return cls(directory=where, top=top, common_dir=common_dir, index=index, object_format=object_format, head=head)

    @property
    def null_oid(self) -> str:
        """The id that stands for "no object": all zeros."""
        return "0" * _NULL_LENGTHS[self.object_format]

    @property
    def empty_tree(self) -> str:
        """The id of the tree without entries, which every repository knows without storing it."""
        return _EMPTY_TREES[self.object_format]

    def run(self, *args: str, stdin: bytes | None = None) -> bytes:
        """Standard output of `git ARGS`. Raises RepositoryError with git's own words on any other exit than 0.

        Strings that come from outside may only stand behind `--` (paths) or `--end-of-options` (revisions).
        """
        return _run(self.directory, args, stdin, self.environment)

    def stream(self, *args: str) -> Iterator[bytes]:
        """As `run`, in pieces as they come, so that a large answer is read while git still writes it. The error,
        if any, comes behind the last piece."""
        process = _start(self.directory, args, None, self.environment)
        stderr, words = process.stderr, list[bytes]()
        # Nobody reading what git complains about would stop it in the middle.
        listener = threading.Thread(target=lambda: words.append(stderr.read()), daemon=True)
        listener.start()
        try:
            while piece := process.stdout.read1(_PIECE):
                yield piece
            listener.join()
            status = process.proc.wait()
        finally:
            # Whoever stops reading, because of an error or Ctrl-C, leaves no process behind.
            process.proc.kill()
            process.proc.wait()
            listener.join()
        if status:
            raise explain(b"".join(words).decode(errors="replace"), self.directory)

    def ask(self, *args: str, stdin: bytes | None = None) -> bytes | None:
        """As `run`, but None when git exits with 1, which is how `rev-parse --quiet`, `merge-base` and others
        say "no"."""
        return _ask(self.directory, args, stdin, self.environment)

    def resolve(self, revision: str) -> str:
        """The full id of the commit that `revision` names; tags are followed.

        Raises RepositoryError when it names none.
        """
        found = None
        if revision and not revision.startswith("-") and "\0" not in revision:
            found = self.ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        if found is None:
            raise RepositoryError(
                f"{revision!r} is not a commit of this repository",
                advice="name a commit, branch or tag that `git log` knows here, or fetch it first",
            )
        return found.decode().strip()

    def blobs(self, oids: Iterable[str]) -> dict[str, bytes]:
        """The contents of several blobs (full ids) by one process. Raises RepositoryError when one is not here."""
        wanted = sorted(set(oids))
        contents: dict[str, bytes] = {}
        answer = self.run("cat-file", "--batch", stdin=_lines(wanted)) if wanted else b""
        position = 0
        for oid in wanted:
            end = answer.index(b"\n", position)
            size = _size(answer[position:end].decode(), oid)
            contents[oid] = answer[end + 1 : end + 1 + size]
            position = end + 1 + size + 1
        return contents

    def blob_sizes(self, oids: Iterable[str]) -> dict[str, int]:
        """The size of each blob in bytes, by one process. Raises RepositoryError when one is not here."""
        wanted = sorted(set(oids))
        answer = self.run("cat-file", "--batch-check", stdin=_lines(wanted)) if wanted else b""
        return {oid: _size(line, oid) for oid, line in zip(wanted, answer.decode().splitlines(), strict=True)}

    def check_index(self) -> None:
        """Compares the index of this commit with its own checksum, which git leaves to `git fsck`: from a damaged
        index it reads made-up entries and says nothing. Raises RepositoryError when they differ."""
        content = self._index()
        if not content:
            return
        checksum = hashlib.new(self.object_format, usedforsecurity=False)
        body, written = content[: -checksum.digest_size], content[-checksum.digest_size :]
        checksum.update(body)
        # Zeros stand there under index.skipHash.
        if written.strip(b"\0") and checksum.digest() != written:
            raise explain(f"index file {self.index}: its checksum does not fit its content", self.directory)

    @contextmanager
    def private_index(self) -> Iterator[Repository]:
        """The same repository with a copy of its index, which git may write to: comparing the work tree puts new
        dates into the index, whatever GIT_OPTIONAL_LOCKS says. Raises RepositoryError when there is no room for it."""
        content = self._index()
        try:
            folder = tempfile.TemporaryDirectory(prefix="lok-hooks-")
        except OSError as error:
            raise RepositoryError(f"no temporary folder can be made: {error.strerror}", advice="set TMPDIR") from error
        with folder as name:
            copy = Path(name) / "index"
            try:
                if content:
                    files.write_new(copy, content, files.PRIVATE)
                    # Git looks again into files that are not older than the index; a new date would hide a change.
                    shutil.copystat(self.index, copy)
            except OSError as error:
                raise RepositoryError(f"{copy} cannot be written: {error.strerror}", advice="set TMPDIR") from error
            yield replace(self, index=copy, environment={"GIT_INDEX_FILE": str(copy)})

    def _index(self) -> bytes:
        try:
            return self.index.read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise explain(f"index file {self.index}: {error.strerror}", self.directory) from error


def explain(words: str, where: Path) -> RepositoryError:
    """The error for what git said on standard error, with advice for the cases a user can mend."""
    said = [line.removeprefix("fatal: ").removeprefix("error: ") for line in words.splitlines() if line.strip()]
    first = said[0] if said else "git failed without a word"
    for pattern, message, advice in _KNOWN:
        if found := re.search(pattern, words):
            groups = {"where": str(where), "first": first, **found.groupdict()}
            return RepositoryError(message.format_map(groups), advice=advice.format_map(groups))
    return RepositoryError(f"git failed in {where}: {first}")


# What git says | what we say | what helps. The first row that matches counts.
_KNOWN: Final[tuple[tuple[str, str, str], ...]] = (
    (
        r"dubious ownership in repository at '(?P<at>[^']*)'",
        "git refuses the repository at {at}: it belongs to another user (dubious ownership)",
        "if you trust it: git config --global --add safe.directory '{at}'",
    ),
    (
        r"not a git repository",
        "{where} is not inside a git repository",
        "change to a repository, or start one with `git init`",
    ),
    (
        r"must be run in a work tree",
        "{where} has no work tree: it is a bare repository or the inside of .git",
        "run this from the top of a work tree, for example a clone",
    ),
    (
        r"cannot change to '[^']*': (?P<why>.*)",
        "{where} cannot be entered: {why}",
        "check the path and its permissions",
    ),
    (
        r"bad (?:numeric |boolean )?config|unable to access '[^']*config'|[Ii]nvalid value for"
        r"|unable to read config|error occurred while reading the config",
        "git cannot read its config: {first}",
        "mend that file; `git config --list --show-origin` shows which files git reads",
    ),
    (
        r"index file|bad signature 0x|index uses .* extension|bad index|unordered stage entries|index entry",
        "the index cannot be read: {first}",
        "staged content is lost, the work tree is not: remove .git/index, run `git reset`, stage again",
    ),
    (
        r"lazy fetching disabled|could not fetch|promisor|transport '[^']*' not allowed",
        "objects of this partial clone are not here, and lok-hooks opens no connection for git: {first}",
        "fetch them first, for example with `git fetch --refetch --no-filter`",
    ),
    (
        r"bad object|unable to read|missing blob|missing tree|not a valid object|invalid object|loose object|corrupt",
        "an object of the repository cannot be read: {first}",
        "`git fsck` lists what is missing or damaged; fetch it again",
    ),
)


def _facts(where: Path) -> tuple[list[str], str, str | None]:
    """What git says of `_PLACES`, the object format, and the commit that HEAD names, by one process in the usual case.
    Raises RepositoryError when HEAD names something else."""
    words = (word for place in _PLACES for word in place)
    lines = _said(where, *words, "--show-object-format", "--revs-only", "HEAD^{commit}").split("\n")
    # Nothing is printed for a HEAD that names no commit, and no object format looks like an id.
    head = lines.pop() if _OBJECT_ID.fullmatch(lines[-1]) else None
    if head is None:
        _check_unborn(where)
    *places, object_format = lines
    if len(places) != len(_PLACES):  # the end of a line is part of a name
        places = [_said(where, *place) for place in _PLACES]
    return places, object_format, head


def _said(where: Path, *options: str) -> str:
    answer = _run(where, ("rev-parse", "--path-format=absolute", *options))
    return os.fsdecode(answer.removesuffix(b"\n"))


def _check_unborn(where: Path) -> None:
    named = _ask(where, ("rev-parse", "--verify", "--quiet", "HEAD"))
    if named is not None:
        raise RepositoryError(
            f"HEAD names {named.decode().strip()}, which is not a commit of this repository",
            advice="`git fsck` lists what is missing or damaged; fetch it again",
        )


_NOTHING: Final[Mapping[str, str]] = {}


def _run(
    where: Path, args: tuple[str, ...], stdin: bytes | None = None, environment: Mapping[str, str] = _NOTHING
) -> bytes:
    status, output, words = _execute(where, args, stdin, environment)
    if status:
        raise explain(words, where)
    return output


def _ask(
    where: Path, args: tuple[str, ...], stdin: bytes | None = None, environment: Mapping[str, str] = _NOTHING
) -> bytes | None:
    status, output, words = _execute(where, args, stdin, environment)
    if status == 1:
        return None
    if status:
        raise explain(words, where)
    return output


def _execute(
    where: Path, args: tuple[str, ...], stdin: bytes | None, environment: Mapping[str, str]
) -> tuple[int, bytes, str]:
    process = _start(where, args, None if stdin is None else _PIPE, environment)
    output, words = process.communicate(stdin)
    return process.returncode, output, words.decode(errors="replace")


def _start(where: Path, args: tuple[str, ...], stdin: int | None, environment: Mapping[str, str]) -> Any:
    """GitPython's wrapper around the process, which ends it when nobody holds it any more."""
    git = _gitpython()
    try:
        return git.Git().execute(
            [git.Git.GIT_PYTHON_GIT_EXECUTABLE, *_OPTIONS, "-C", str(where), *args],
            istream=stdin,
            as_process=True,
            shell=False,
            env={**_ENVIRONMENT, **environment},
        )
    except (git.GitCommandNotFound, OSError) as error:
        raise RepositoryError(f"git cannot be started: {error}", advice="install git and put it on the PATH") from error


def _gitpython() -> ModuleType:
    try:
        import git
    except ImportError as error:
        # GitPython looks for the program while it is imported.
        raise RepositoryError("git is not installed", advice="install git and put it on the PATH") from error
    return git


def _checked(oid: str) -> str:
    if not _OBJECT_ID.fullmatch(oid):
        raise InternalError(f"{oid!r} is not a full object id")
    return oid


def _lines(oids: Iterable[str]) -> bytes:
    return "".join(f"{_checked(oid)}\n" for oid in oids).encode()


def _size(header: str, oid: str) -> int:
    words = header.split()
    if len(words) == 3 and words[1] == "blob":
        return int(words[2])
    raise RepositoryError(
        f"the object {oid} is not here",
        advice="in a partial clone fetch it first (`git fetch --refetch --no-filter`); else `git fsck` says more",
    )
