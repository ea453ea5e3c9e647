"""Any scanner that writes SARIF, as an analyser of the content under review.

It sees the new side of the changed files, written into a private directory under their own relative names, and
nothing else of the repository. Its configuration is named in `args`: a configuration file that is itself part of the
change lies among the scanned files, and what the scanner does with that is the scanner's affair.
"""

from __future__ import annotations

import os
import posixpath
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Final

from lok_hooks import files
from lok_hooks.backends import process
from lok_hooks.backends.environment import child_environment, find_program, without_keys, wrapped
from lok_hooks.backends.process import Finished, ProgramError
from lok_hooks.backends.sarif_log import Reading, UnreadableLog, read_log
from lok_hooks.backends.traits import traits_of
from lok_hooks.core.diff import FileDiff, Status
from lok_hooks.core.finding import Claim
from lok_hooks.core.message import readable
from lok_hooks.core.ports import Analysis, Answer, Contents, Deadline, Failure, FailureKind, Traits
from lok_hooks.core.settings import BackendSettings
from lok_hooks.core.shorten import beginning
from lok_hooks.core.task import Prompt
from lok_hooks.errors import ConfigError

DIRECTORY: Final = "{dir}"
OUTPUT: Final = "{output}"
_NAME_LIMIT: Final = 200  # bytes; file systems take 255
_KEPT_ANSWER: Final = 20_000  # bytes of an unreadable log that are kept
_UNSAFE: Final = frozenset('\\:*?"<>|%')


class Sarif:
    """`kind = "sarif"`. In `args`, `{dir}` stands for the directory with the files (also the working directory) and
    `{output}` for the file to write the log to; without `{output}` the log is read from standard output."""

    def __init__(self, settings: BackendSettings, contents: Contents) -> None:
        """Raises ConfigError when no scanner is named or `command_wrapper` is no wrapper."""
        if not settings.command:
            raise ConfigError(
                f"backends.{settings.name}.command: missing, and a backend of kind 'sarif' is nothing without it",
                advice="name a scanner that writes SARIF 2.1.0",
            )
        wrapped(settings.command_wrapper, (), f"backends.{settings.name}")
        self._settings = settings
        self._contents = contents

    @property
    def name(self) -> str:
        """Its name in lok.toml."""
        return self._settings.name

    @cached_property
    def traits(self) -> Traits:
        """What lok.toml says of it."""
        return traits_of(self._settings, "analyser")

    def missing(self) -> Failure | None:
        """None when the program is there; starts nothing."""
        outermost = self._command_line(())[0]
        if find_program(outermost):
            return None
        advice = f"install it, or check backends.{self.name}.command in lok.toml"
        return self._failure(FailureKind.MISSING, f"no program {outermost!r} on PATH", advice)

    def ask(self, prompt: Prompt, deadline: Deadline) -> Answer:
        """What the scanner finds in the new side of the prompt's files. The exit code is not looked at when there is
        a log: scanners use it to say that they found something."""
        started = time.monotonic()
        answer = self.missing() or self._ask(prompt, deadline.at_most(self._settings.timeout))
        return replace(answer, seconds=time.monotonic() - started)

    def _ask(self, prompt: Prompt, deadline: Deadline) -> Answer:
        scanned = {piece.file.path: piece.file for piece in prompt.chunk.pieces if _has_text(piece.file)}
        contents = {path: self._contents.new(file) for path, file in scanned.items()}
        unknown = [path for path, content in contents.items() if content is None]
        if unknown:
            reason = f"a scanner reads whole files, and of {unknown[0]!r} only a patch is known"
            advice = f"review a commit or the index instead of a patch, or switch backend {self.name} off"
            return self._failure(FailureKind.REFUSED, reason, advice)
        known = {path: content for path, content in contents.items() if content is not None}
        if not known:
            return Analysis(backend=self.name, claims=(), seconds=0.0)
        try:
            with process.private_directory() as root:
                tree = _Tree.written(root / "files", known)
                finished, log = self._run(root, tree, deadline)
        except ProgramError as error:
            kind = FailureKind.MISSING if error.is_missing else FailureKind.CRASHED
            return self._failure(kind, f"{error.filename} cannot be started: {error.strerror}", self._by_hand())
        except OSError as error:
            reason = f"no private directory to run it in: {error.strerror or error}"
            return self._failure(
                FailureKind.CRASHED, reason, "free some disk space, or set TMPDIR to a writable folder"
            )
        finished = replace(finished, stderr=without_keys(finished.stderr, self._settings))
        return self._judged(finished) or self._read(prompt, tree, finished, without_keys(log, self._settings))

    def _run(self, root: Path, tree: _Tree, deadline: Deadline) -> tuple[Finished, bytes]:
        """The scanner's end and its log, one byte beyond the limit at most."""
        settings = self._settings
        temporary, output = root / "tmp", root / "log.sarif"
        temporary.mkdir()
        given = [arg.replace(DIRECTORY, str(tree.root)).replace(OUTPUT, str(output)) for arg in settings.args]
        finished = process.run(
            self._command_line(given),
            stdin=b"",
            cwd=tree.root,
            env=child_environment(os.environ, temporary, (settings.api_key_env,), settings.env),
            deadline=deadline,
        )
        if not any(OUTPUT in arg for arg in settings.args):
            return finished, finished.stdout
        if not output.is_file():
            return finished, b""
        with output.open("rb") as file:
            return finished, file.read(process.OUTPUT_LIMIT + 1)

    def _command_line(self, arguments: Sequence[str]) -> list[str]:
        command = self._settings.command
        program = find_program(command) or command
        return wrapped(self._settings.command_wrapper, (program, *arguments), f"backends.{self.name}")

    def _judged(self, finished: Finished) -> Failure | None:
        """The Failure of a scanner that did not end by itself."""
        if finished.ended == "cancelled":
            return self._failure(FailureKind.CANCELLED, "called off", "")
        if finished.ended == "timed out":
            advice = f"raise timeout of backend {self.name} or the budget"
            return self._failure(FailureKind.TIMED_OUT, f"not done within {finished.seconds:.0f} s", advice)
        if finished.ended == "too much output":
            return self._failure(FailureKind.UNREADABLE, _too_much(), self._by_hand())
        return None

    def _read(self, prompt: Prompt, tree: _Tree, finished: Finished, log: bytes) -> Analysis | Failure:
        if len(log) > process.OUTPUT_LIMIT:
            return self._failure(FailureKind.UNREADABLE, _too_much(), self._by_hand())
        reading = Reading(
            backend=self.name,
            task=prompt.task,
            path_of=tree.path_of,
            lines_of=tree.lines_of,
            rules=self._settings.rules,
        )
        try:
            claims: tuple[Claim, ...] = read_log(log, reading)
        except UnreadableLog as error:
            words = readable(finished.stderr.decode("utf-8", "replace"))
            ended = f"exit code {finished.returncode}" if finished.returncode else ""
            has_crashed = bool(finished.returncode) and not log.strip()
            reason = ": ".join(filter(None, (ended, "no SARIF log" if has_crashed else f"its log: {error}", words)))
            failure = self._failure(
                FailureKind.CRASHED if has_crashed else FailureKind.UNREADABLE, reason, self._by_hand()
            )
            return replace(failure, answer=beginning(log.decode("utf-8", "replace"), _KEPT_ANSWER))
        return Analysis(backend=self.name, claims=claims, seconds=finished.seconds)

    def _by_hand(self) -> str:
        line = " ".join((self._settings.command, *self._settings.args))
        return f"run it by hand on some file: {line}"

    def _failure(self, kind: FailureKind, reason: str, advice: str) -> Failure:
        return Failure(backend=self.name, kind=kind, reason=reason, advice=advice)


@dataclass(frozen=True, kw_only=True)
class _Tree:
    """The files as the scanner sees them: `names` maps a name below `root` to the reviewed path, `contents` that
    path to its bytes."""

    root: Path
    names: dict[str, str]
    contents: dict[str, bytes]
    _lines: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def written(cls, root: Path, contents: dict[str, bytes]) -> _Tree:
        """Write the files below `root`, which must not exist yet. Raises OSError."""
        root.mkdir()
        names: dict[str, str] = {}
        for number, (path, content) in enumerate(contents.items()):
            name = safe_name(path)
            try:
                _write_new(root / name, content)
            except (FileExistsError, NotADirectoryError):
                # Two paths that differ only for git: in letter case, or as file and directory of two pushed refs.
                name = f"same-name-{number}/{name}"
                _write_new(root / name, content)
            names[name] = path
        return cls(root=root, names=names, contents=contents)

    def path_of(self, uri: str) -> str | None:
        """The reviewed path that the scanner means: by its name, below the directory or with a part of its own
        before it; None for a file that it was not given."""
        inside = posixpath.normpath(uri).removeprefix(f"{self.root}/")
        if inside in self.names:
            return self.names[inside]
        endings = [name for name in self.names if inside.endswith(f"/{name}")]
        return self.names[max(endings, key=len)] if endings else None

    def lines_of(self, path: str) -> list[str]:
        """The lines of a reviewed path as git counts them, none for a path that was not written."""
        if path not in self._lines:
            text = self.contents.get(path, b"").decode("utf-8", "replace")
            self._lines[path] = [line.removesuffix("\r") for line in text.split("\n")] if text else []
        return self._lines[path]


def _write_new(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    files.write_new(file, content, files.PRIVATE)


def safe_name(path: str) -> str:
    """A relative name that stays below the directory it is put in, for any path that a diff can name: the path
    itself, with what could lead out of there, break a line or puzzle a reader of URIs written as ~ and its number."""
    return "/".join(_safe_part(part) for part in path.split("/"))


def _safe_part(part: str) -> str:
    if not part.strip("."):
        return "~2e" * len(part) or "~"
    safe = "".join(c if c.isprintable() and c not in _UNSAFE else f"~{ord(c):x}" for c in part)
    if len(safe.encode()) <= _NAME_LIMIT:
        return safe
    digest = blake2b(safe.encode(), digest_size=8).hexdigest()
    return f"{safe[:40]}-{digest}{Path(safe).suffix[:10]}"


def _has_text(file: FileDiff) -> bool:
    """True for a regular file on the new side: symbolic links and submodules have no text of their own."""
    return file.status is not Status.DELETED and not file.new_mode.startswith(("12", "16"))


def _too_much() -> str:
    return f"its log has more than {process.OUTPUT_LIMIT // 2**20} MiB"
