"""Unified diffs that somebody else made: `git diff`, `git format-patch`, mercurial, subversion, plain `diff -u`.

What stands between the patches (mail, notes) is passed over, as `git apply` does. What looks like a patch and
cannot be read whole is an error: a file that is missing from a review unnoticed is worse than no review.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from lok_hooks.core.credential_files import held_back
from lok_hooks.core.diff import FileDiff, Skipped, SkipReason, Status
from lok_hooks.core.select import Candidate, Selection, human_size, select, unchanged
from lok_hooks.errors import DiffError
from lok_hooks.repo.names import git_names, plain_name, strip_prefixes, unquote
from lok_hooks.repo.patch import HUNK, parse_hunks
from lok_hooks.repo.records import readable

_NOTHING: Final = b"/dev/null"
_NO_BLOB: Final = "0" * 40
_FULL_ID: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_INDEX: Final = re.compile(rb"index ([0-9a-f]+)\.\.([0-9a-f]+)(?: (\d{6}))?")
_BARE_BINARY: Final = re.compile(rb"Binary files (?=.* differ$)(.+) and (.+) differ")
_CONTEXT_DIFF: Final = re.compile(rb"\*\*\* \d+(?:,\d+)? \*\*\*\*")
_COMBINED: Final = (b"diff --cc ", b"diff --combined ", b"@@@ -")
# Some tools date a side that does not exist at the epoch, in whatever time zone.
_EPOCH: Final = re.compile(
    rb"(1970-01-01|1969-12-31|Jan 0?1 .{0,40}1970|1 Jan 1970|Dec 31 .{0,40}1969|\(revision 0\)|nonexistent)"
)


@dataclass(kw_only=True, slots=True)
class _Found:
    """One file's patch while it is read. Names are None where unknown, `/dev/null` where that side has none."""

    line: int
    old: bytes | None = None
    new: bytes | None = None
    status: Status = Status.MODIFIED
    old_mode: str = ""
    new_mode: str = ""
    old_blob: str = ""
    new_blob: str = ""
    hunks: bytes = b""
    is_binary: bool = False


def read_foreign(data: bytes, selection: Selection) -> tuple[tuple[FileDiff, ...], tuple[Skipped, ...]]:
    """The files of any unified diff, and those left out with the reason. Blank input has no files.

    Raises DiffError, naming the line, when the input is not a unified diff or is cut off.
    """
    if not data.strip():
        return (), ()
    found = _Scanner(data).files()
    if not found:
        raise DiffError("there is no unified diff in it", advice="make one with `git diff` or `diff -u`")
    files: list[FileDiff] = []
    skipped: list[Skipped] = []
    for file in found:
        outcome = _outcome(file, selection)
        if isinstance(outcome, Skipped):
            skipped.append(outcome)
        else:
            files.append(outcome)
    return tuple(files), tuple(skipped)


class _Scanner:
    """Walks over the lines once; `at` is the line to be looked at next."""

    def __init__(self, data: bytes) -> None:
        self.lines = data.removesuffix(b"\n").split(b"\n")
        self.at = 0
        self._is_ended = data.endswith(b"\n")

    def files(self) -> list[_Found]:
        """Every file's patch, in order."""
        found: list[_Found] = []
        while self.at < len(self.lines):
            line = self._line()
            if line.startswith(b"diff --git "):
                found.append(self._git())
            elif self._is_plain_header():
                found.append(self._plain())
            elif bare := _BARE_BINARY.fullmatch(line):
                old, new = strip_prefixes(bare[1], bare[2])
                found.append(_Found(line=self.at + 1, old=old, new=new, is_binary=True))
                self.at += 1
            else:
                self._check_passed_over(line)
                self.at += 1
        return found

    def _line(self, ahead: int = 0) -> bytes:
        at = self.at + ahead
        return self.lines[at].removesuffix(b"\r") if at < len(self.lines) else b""

    def _is_plain_header(self) -> bool:
        return (
            self._line().startswith(b"--- ")
            and self._line(1).startswith(b"+++ ")
            and HUNK.match(self._line(2)) is not None
        )

    def _check_passed_over(self, line: bytes) -> None:
        where = f"line {self.at + 1}"
        if HUNK.match(line):
            raise DiffError(f"{where}: a hunk without a file header", advice="keep the lines `---` and `+++`")
        if line.startswith(_COMBINED):
            raise DiffError(
                f"{where}: a combined diff of a merge has no single old side",
                advice="compare with one parent: `git diff PARENT MERGE`",
            )
        if _CONTEXT_DIFF.fullmatch(line):
            raise DiffError(f"{where}: this is a context diff", advice="make a unified one: `diff -u`")

    def _git(self) -> _Found:
        found = _Found(line=self.at + 1)
        if names := git_names(self._line()[len(b"diff --git ") :]):
            found.old, found.new = strip_prefixes(*names)
        self.at += 1
        while self.at < len(self.lines) and self._extended(found, self._line()):
            self.at += 1
        if self._line().startswith(b"--- "):
            self._sides(found)
            self._hunks(found)
        if found.old is None or found.new is None:
            raise DiffError(f"line {found.line}: the names in this header cannot be told apart")
        return found

    def _extended(self, found: _Found, line: bytes) -> bool:
        """Takes in one line of git's extended header; False when it is something else."""
        if index := _INDEX.fullmatch(line):
            found.old_blob, found.new_blob = index[1].decode(), index[2].decode()
            if index[3]:
                found.old_mode = found.new_mode = index[3].decode()
        elif line.startswith((b"Binary files ", b"GIT binary patch")):
            found.is_binary = True
        elif line.startswith((b"similarity index ", b"dissimilarity index ")):
            pass
        else:
            key, value = _key_and_value(line)
            match key:
                case b"old mode":
                    found.old_mode = value.decode("ascii", errors="replace")
                case b"new mode":
                    found.new_mode = value.decode("ascii", errors="replace")
                case b"new file mode":
                    found.new_mode, found.status = value.decode("ascii", errors="replace"), Status.ADDED
                case b"deleted file mode":
                    found.old_mode, found.status = value.decode("ascii", errors="replace"), Status.DELETED
                case b"rename from" | b"rename old":
                    found.old, found.status = unquote(value), Status.RENAMED
                case b"copy from":
                    found.old, found.status = unquote(value), Status.COPIED
                case b"rename to" | b"rename new" | b"copy to":
                    found.new = unquote(value)
                case _:
                    return False
        return True

    def _plain(self) -> _Found:
        found = _Found(line=self.at + 1)
        old_line, new_line = self._line(), self._line(1)
        self._sides(found)
        self._hunks(found)
        if found.status is Status.MODIFIED and _EPOCH.search(old_line) and b"\n-" not in found.hunks:
            found.status = Status.ADDED
        elif found.status is Status.MODIFIED and _EPOCH.search(new_line) and b"\n+" not in found.hunks:
            found.status = Status.DELETED
        return found

    def _sides(self, found: _Found) -> None:
        start = self.at + 1
        old = plain_name(self._line()[4:])
        self.at += 1
        if not self._line().startswith(b"+++ "):
            raise DiffError(f"line {start}: `---` without `+++`")
        new = plain_name(self._line()[4:])
        self.at += 1
        if HUNK.match(self._line()) is None:
            raise DiffError(f"line {start}: a file header without a hunk; is the diff cut off?")
        if old == _NOTHING and found.status is Status.MODIFIED:
            found.status = Status.ADDED
        elif new == _NOTHING and found.status is Status.MODIFIED:
            found.status = Status.DELETED
        # What the git header said counts: there the two names agree on what is a prefix.
        if found.old is None or found.new is None:
            old, new = strip_prefixes(old, new)
            found.old = new if old == _NOTHING else old
            found.new = old if new == _NOTHING else new

    def _hunks(self, found: _Found) -> None:
        first = self.at
        while head := HUNK.match(self._line()):
            self._hunk(int(head[2] or b"1"), int(head[4] or b"1"))
        taken = (line or b" " for line in self.lines[first : self.at])
        found.hunks = b"\n".join(taken) + b"\n"

    def _hunk(self, old_left: int, new_left: int) -> None:
        start = self.at + 1
        self.at += 1
        is_change = False
        while old_left > 0 or new_left > 0:
            if self.at >= len(self.lines):
                raise DiffError(f"line {start}: this hunk is cut off by the end of the input")
            sign = self.lines[self.at][:1]
            if self.at == len(self.lines) - 1 and not self._is_ended:
                raise DiffError(
                    f"line {self.at + 1}: the input ends within this line",
                    advice="if nothing is missing, end it with a line break",
                )
            if sign in (b" ", b""):
                old_left, new_left = old_left - 1, new_left - 1
            elif sign == b"-":
                old_left -= 1
            elif sign == b"+":
                new_left -= 1
            elif sign == b"\r":
                raise DiffError(f"line {self.at + 1}: this line lost the blank that it began with")
            elif sign != b"\\":
                raise DiffError(f"line {self.at + 1}: the hunk of line {start} is shorter than it says")
            is_change |= sign in (b"-", b"+")
            self.at += 1
        if not is_change:
            raise DiffError(f"line {start}: this hunk changes nothing")
        if old_left or new_left:
            raise DiffError(f"line {start}: this hunk is longer on one side than it says")
        if self._line().startswith(b"\\ "):
            self.at += 1


def _key_and_value(line: bytes) -> tuple[bytes, bytes]:
    words = line.split(b" ")
    length = 3 if line.startswith((b"new file mode ", b"deleted file mode ")) else 2
    return b" ".join(words[:length]), b" ".join(words[length:])


def _outcome(found: _Found, selection: Selection) -> FileDiff | Skipped:
    old_path, new_path = readable(found.old or b""), readable(found.new or b"")
    path = old_path if found.status is Status.DELETED else new_path
    old_mode, new_mode = _modes(found)
    candidate = Candidate(
        path=path,
        old_path=old_path,
        status=found.status,
        old_mode=old_mode,
        new_mode=new_mode,
        old_blob=found.old_blob or _NO_BLOB,
        new_blob=found.new_blob or _NO_BLOB,
        # Only the patch is known; a side is at least as large as what is shown of it.
        old_size=len(found.hunks) or int(found.is_binary),
        new_size=len(found.hunks) or int(found.is_binary),
    )
    if left_out := select(candidate, selection):
        return left_out
    if found.is_binary or b"\0" in found.hunks:
        detail = human_size(len(found.hunks)) if found.hunks else ""
        return Skipped(path=path, reason=SkipReason.BINARY, detail=detail)
    if not found.hunks:
        detail = unchanged(found.status, old_path, old_mode, new_mode)
        return Skipped(path=path, reason=SkipReason.NO_TEXT_CHANGE, detail=detail)
    try:
        hunks = parse_hunks(found.hunks)
    except DiffError as error:
        raise DiffError(f"line {found.line}: {error.message}") from error
    return FileDiff(
        path=path,
        old_path=old_path,
        status=found.status,
        old_mode=old_mode,
        new_mode=new_mode,
        old_blob=_full(found.old_blob),
        new_blob=_full(found.new_blob),
        hunks=hunks,
        held_back=held_back(path) or held_back(old_path),
    )


def _modes(found: _Found) -> tuple[str, str]:
    old = "000000" if found.status is Status.ADDED else found.old_mode or found.new_mode or "100644"
    new = "000000" if found.status is Status.DELETED else found.new_mode or found.old_mode or "100644"
    return old, new


def _full(blob: str) -> str:
    return blob if _FULL_ID.fullmatch(blob) else _NO_BLOB
