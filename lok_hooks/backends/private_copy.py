"""What exploring models look at in place of a directory: a private copy of its text, without what must not leave.

They search and read by themselves, and what they read goes to their vendors. Not every CLI can be told to keep away
from some files (gemini knows no ignore file for a directory that is lent), and none leaves a secret out of one.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Final

from lok_hooks.backends.logins import write_private
from lok_hooks.backends.rooms import room
from lok_hooks.backends.wrapper import Wrapper
from lok_hooks.core.diff import NO_FILES, Diff, FileDiff
from lok_hooks.core.ports import Analysis, Answer, Backend, Deadline, Failure, FailureKind, Reply
from lok_hooks.core.screen import Screening
from lok_hooks.core.select import human_size
from lok_hooks.core.task import Prompt
from lok_hooks.errors import InternalError

EXPLAINED: Final = (
    "In the files here <SECRET:kind:n> stands for a secret value that was taken out before you could read them; the "
    "same mark is the same value. It is not a mistake of the code: write the mark where you mean the value.\n\n"
)
_NAME: Final = "project"
"""The copy's own name: the directory's could hold what a CLI takes for a pattern or a list."""
_PIECE: Final = 2**18
"""Characters searched for secrets at once, some 0.05 s: then the deadline is looked at again."""
_PATIENCE: Final = 1.0
"""Seconds to wait for somebody who is making the copy, when it is not wanted any more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Copied:
    """The copy's directory (absolute, links resolved), and whether a secret in it was replaced."""

    place: Path
    has_placeholders: bool


class PrivateCopy:
    """Made when somebody first asks for it, for everybody who does, and there until `close`. May be used from any
    thread. `look` gives the directory's files, each as a diff that adds all of it; `screen` searches such a diff for
    secrets and returns all that are known by then; `noted` is told what was copied."""

    def __init__(
        self,
        look: Callable[[], Diff],
        screen: Callable[[Diff, Sequence[str]], Screening],
        noted: Callable[[str], None],
    ) -> None:
        self._look = look
        self._screen = screen
        self._noted = noted
        self._lock = Lock()
        self._room = ExitStack()
        self._copied: Copied | None = None

    def copied(self, deadline: Deadline) -> Copied:
        """The copy. Raises TimeoutError when it cannot be there before the deadline, else OSError when it cannot be
        written."""
        with self._lock:
            if self._copied is None:
                self._copied = self._made(deadline)
            return self._copied

    def close(self) -> None:
        """Removes the copy. When it is still being made, since somebody pressed Ctrl-C, that ends with the next look at
        the deadline; what takes longer is left to the next run, as every room is whose owner is gone."""
        if self._lock.acquire(timeout=_PATIENCE):
            try:
                self._room.close()
            finally:
                self._lock.release()

    def _made(self, deadline: Deadline) -> Copied:
        with ExitStack() as opened:
            place = opened.enter_context(room()) / _NAME
            place.mkdir()
            diff = self._look()
            screening = self._searched(diff.files, deadline)
            named = [file for file in diff.files if screening.redact(file.path) == file.path]
            has_placeholders, size = False, 0
            for file in named:
                _look_at(deadline)
                text = _text(file)
                size += len(text)
                clean = screening.redact(text)
                has_placeholders |= clean != text
                write_private(place / file.path, clean.encode())
            self._noted(_told(diff, len(named), size))
            self._room = opened.pop_all()
        return Copied(place=place, has_placeholders=has_placeholders)

    def _searched(self, files: Sequence[FileDiff], deadline: Deadline) -> Screening:
        """All secrets that are known once these files were searched: one that is told by its surroundings in the last
        of them may stand bare in the first."""
        screening = self._screen(NO_FILES, ())
        for piece in _pieces(files):
            _look_at(deadline)
            screening = self._screen(Diff(label="", files=piece), ())
        return screening


class InPrivateCopy(Wrapper):
    """A Backend around one that would explore `directory`: it explores the copy. Paths that it is asked about, and
    those it answers with, are relative. `make` gives the same backend for another directory; `seconds` is the most
    that it may have to wait for the copy."""

    def __init__(self, make: Callable[[Path], Backend], directory: Path, copy: PrivateCopy, seconds: float) -> None:
        super().__init__(make(directory))
        self._make = make
        self._directory = directory
        self._copy = copy
        self._seconds = seconds

    def ask(self, prompt: Prompt, deadline: Deadline) -> Answer:
        """The answer of the backend that explores the copy."""
        started = time.monotonic()
        answer = self._asked(prompt, deadline)
        return replace(answer, seconds=time.monotonic() - started)

    def _asked(self, prompt: Prompt, deadline: Deadline) -> Answer:
        try:
            copied = self._copy.copied(deadline.at_most(self._seconds))
        except TimeoutError:
            if deadline.is_cancelled():
                return self._failure(FailureKind.CANCELLED, "called off", "")
            reason = "the time was over before the directory's files had been searched for secrets"
            return self._failure(FailureKind.TIMED_OUT, reason, "raise the budget, or name a smaller directory")
        except OSError as error:
            reason = f"no private copy of the directory's files: {error.strerror or error}"
            advice = "free some disk space, or set TMPDIR to a writable folder"
            return self._failure(FailureKind.CRASHED, reason, advice)
        text = _relative(_relative(prompt.text, self._directory), self._directory.resolve())
        if copied.has_placeholders:
            text = EXPLAINED + text
        answer = self._make(copied.place).ask(replace(prompt, text=text), deadline)
        return _without(copied.place, answer)

    def _failure(self, kind: FailureKind, reason: str, advice: str) -> Failure:
        return Failure(backend=self.name, kind=kind, reason=reason, advice=advice)


def _without(place: Path, answer: Answer) -> Answer:
    """The answer with paths in the copy as the user knows them."""
    match answer:
        case Reply():
            return replace(answer, text=_told_from(place, answer.text))
        case Failure():
            reason, said = _told_from(place, answer.reason), _told_from(place, answer.answer)
            return replace(answer, reason=reason, answer=said)
        case Analysis():
            raise InternalError(f"{answer.backend}: an analyser does not explore")


def _told_from(place: Path, text: str) -> str:
    return _relative(text, place).replace(str(place), ".")


def _relative(text: str, directory: Path) -> str:
    """`text` with paths below the directory relative to it."""
    return text.replace(f"{directory}/", "") if directory.name else text


def _pieces(files: Sequence[FileDiff]) -> Iterator[tuple[FileDiff, ...]]:
    piece: list[FileDiff] = []
    size = 0
    for file in files:
        piece.append(file)
        size += sum(len(hunk.body) for hunk in file.hunks)
        if size >= _PIECE:
            yield tuple(piece)
            piece, size = [], 0
    if piece:
        yield tuple(piece)


def _text(file: FileDiff) -> str:
    return "".join(hunk.body[1:].replace("\n+", "\n") for hunk in file.hunks)


def _look_at(deadline: Deadline) -> None:
    if deadline.remaining() <= 0:
        raise TimeoutError


def _told(diff: Diff, copied: int, size: int) -> str:
    left = Counter(str(item.reason) for item in diff.skipped)
    left["secret in the name"] = len(diff.files) - copied
    reasons = "; ".join(f"{reason}: {count:,}" for reason, count in left.items() if count)
    return f"models see a private copy of the directory's files: {copied:,} ({human_size(size)})" + (
        f"; left out: {reasons}" if reasons else ""
    )
