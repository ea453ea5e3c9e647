"""The embedded reviewer: ruff's correctness and security rules, and a search for secrets. No account, no network.

It reads the new side of the change, never the working tree, and no configuration of the repository or the user. What
`# noqa` and its like silence is claimed with that remark. Python files are checked by ruff, added lines of every file
for secrets. A result counts when it touches an added line, or when the change caused it elsewhere: then what the file
was before is checked too. The same input gives the same claims.
"""

from __future__ import annotations

import json
import os
import re
import sys
import sysconfig
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, Final

from lok_hooks import files
from lok_hooks.backends import process
from lok_hooks.backends.environment import child_environment
from lok_hooks.backends.process import Finished, ProgramError
from lok_hooks.backends.static_proof import Result, undefined_name
from lok_hooks.backends.static_remarks import bandit_remark, has_remarks, remark_for
from lok_hooks.backends.static_rules import ignored, rule_of, selection, weighed
from lok_hooks.backends.static_secrets import secret_claims
from lok_hooks.backends.static_source import Source, decoded, nearest
from lok_hooks.backends.static_table import SYNTAX, UNCHECKED, Rule
from lok_hooks.backends.traits import traits_of
from lok_hooks.core.finding import Claim
from lok_hooks.core.ports import Analysis, Answer, Contents, Deadline, Failure, FailureKind, Traits
from lok_hooks.core.settings import BackendSettings
from lok_hooks.core.shorten import shortened
from lok_hooks.core.task import Prompt

_SUFFIXES: Final = frozenset({".py", ".pyi", ".pyw"})
_OUTPUT_LIMIT: Final = 128 * 2**20  # bytes; a result takes about 600
# The newest that every supported release of ruff knows: an older target would call newer syntax an error.
_TARGET: Final = "py314"
_DEAF: Final = ("--ignore-noqa",)
_NEWER_SYNTAX: Final = re.compile(r"on Python 3\.\d+ \(")


class _Stopped(Exception):
    """ruff gave no results; carries the Failure."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason)
        self.failure = failure


class Static:
    """`kind = "static"`. `rules` in its settings stand over the built-in table; those of secrets are called "secret"
    and "secret:KIND"."""

    def __init__(self, settings: BackendSettings, contents: Contents) -> None:
        self._settings = settings
        self._contents = contents

    @property
    def name(self) -> str:
        """Its name in lok.toml."""
        return self._settings.name

    @cached_property
    def traits(self) -> Traits:
        """An analyser on this machine."""
        return traits_of(self._settings, "analyser")

    def missing(self) -> Failure | None:
        """A Failure when ruff's program is not where its package puts it."""
        if ruff_program() is not None:
            return None
        advice = f"install it again: {sys.executable} -m pip install --force-reinstall ruff"
        return self._failure(FailureKind.MISSING, "ruff, which comes with lok-hooks, has no program", advice)

    def ask(self, prompt: Prompt, deadline: Deadline) -> Answer:
        """What ruff and the search for secrets find in the prompt's chunk. Of a file known as a patch only, its
        added lines are searched for secrets and nothing more."""
        started = time.monotonic()
        if failure := self.missing():
            return failure
        limit = deadline.at_most(self._settings.timeout)
        try:
            secrets = secret_claims(self.name, prompt, self._settings.rules)
            claims = _without_repeats(secrets, self._python_claims(prompt, limit))
        except _Stopped as stopped:
            return replace(stopped.failure, seconds=time.monotonic() - started)
        return Analysis(backend=self.name, claims=claims, seconds=time.monotonic() - started)

    def _python_claims(self, prompt: Prompt, deadline: Deadline) -> Iterator[Claim]:
        sources = self._sources(prompt)
        if not sources:
            return
        texts = {f"{index}/{source.name}": source.text for index, source in enumerate(sources)}
        results = self._checked(texts, deadline)
        silenced = self._silenced(texts, results, deadline)
        rows = {index: [_placed(each, sources[index]) for each in found] for index, found in results.items()}
        doubtful = {
            f"{index}/{sources[index].name}": before
            for index, found in rows.items()
            if any(_may_be_older(each, sources[index]) for each in found)
            and (before := sources[index].before) is not None
        }
        earlier = self._checked(doubtful, deadline) if doubtful else {}
        for index, source in enumerate(sources):
            quiet = {_placed(each, source) for each in silenced.get(index, ())}
            for result, blamed, rule in self._counted(source, rows.get(index, []), earlier.get(index, [])):
                remark = (remark_for if result in quiet else bandit_remark)(result, source.text_lines)
                yield replace(_claim(self.name, prompt.task, source, blamed, rule), ignored_by=remark)

    def _silenced(
        self, texts: Mapping[str, str], results: Mapping[int, Sequence[Result]], deadline: Deadline
    ) -> dict[int, set[Result]]:
        """The results that ruff keeps to itself when it listens to the comments in a file. Raises _Stopped."""
        remarked = {name: text for name, text in texts.items() if results.get(_index(name)) and has_remarks(text)}
        left = self._checked(remarked, deadline, listening=()) if remarked else {}
        return {
            index: set(results[index]) - set(left.get(index, ()))
            for index in map(_index, remarked)
            if not any(each.code == UNCHECKED for each in left.get(index, ()))
        }

    def _sources(self, prompt: Prompt) -> list[Source]:
        found = []
        for piece in prompt.chunk.pieces:
            is_python = PurePosixPath(piece.file.path).suffix in _SUFFIXES
            if not is_python or not piece.hunks or piece.file.new_mode.startswith(("12", "16")):
                continue
            content = self._contents.new(piece.file)
            text = decoded(content) if content else None
            if text is not None:
                found.append(Source(piece=piece, text=text))
        return found

    def _counted(
        self, source: Source, results: Sequence[Result], earlier: Sequence[Result]
    ) -> Iterator[tuple[Result, Result, Rule]]:
        """The results that the change is to blame for, as they are and on the line to blame, each with its rule."""
        broken = [each for each in results if each.code == SYNTAX]
        if broken and not any(each.code == SYNTAX for each in earlier):
            # One mistake makes the parser stumble on: the first result is the mistake, the rest is noise.
            results = [min(broken, key=lambda each: each.row)]
        elif broken:
            # It was no Python before either (Python 2, a template), so its names mean nothing.
            results = [each for each in results if each.code not in {SYNTAX, "F821"}]
        known = {undefined_name(each.message) for each in earlier}
        for result in results:
            rule = rule_of(result.code, self._settings.rules)
            blamed = _blamed(result, source, known)
            if rule is None or blamed is None:
                continue
            if rule := weighed(result, rule, source):
                yield result, blamed, rule

    def _checked(
        self, texts: Mapping[str, str], deadline: Deadline, listening: Sequence[str] = _DEAF
    ) -> dict[int, list[Result]]:
        """ruff's results for texts by name (a number, "/", a file name); rows as ruff counts them. `listening`: the
        arguments that decide whether comments silence it. Raises _Stopped."""
        finished = self._run(texts, deadline, listening)
        has_crashed = finished.ended == "exited" and (finished.returncode or 0) < 0
        if not has_crashed and finished.ended != "too much output":
            return self._read(finished)
        # Deeply nested code overflows ruff's stack, and some files alone break a hundred thousand rules: find the
        # file that does it, so that the others are checked.
        names = list(texts)
        if len(names) == 1:
            what = "ruff crashes on this file" if has_crashed else "ruff has too much to say of this file"
            result = Result(code=UNCHECKED, message=what, row=1, end_row=1)
            return {_index(names[0]): [result]}
        halves = (names[: len(names) // 2], names[len(names) // 2 :])
        return {
            index: found
            for half in halves
            for index, found in self._checked({name: texts[name] for name in half}, deadline, listening).items()
        }

    def _run(self, texts: Mapping[str, str], deadline: Deadline, listening: Sequence[str]) -> Finished:
        """ruff run over texts by name. Raises _Stopped."""
        program = ruff_program() or "ruff"
        try:
            with process.private_directory() as root:
                folder, temporary = root / "files", root / "tmp"
                folder.mkdir()
                temporary.mkdir()
                for name, text in texts.items():
                    # Names of our own: those of the diff may be hostile, and no rule of the table looks at them.
                    (folder / name).parent.mkdir()
                    files.write_new(folder / name, text.encode("utf-8", "replace"), files.PRIVATE)
                return process.run(
                    [program, *self._arguments(), *listening, str(folder)],
                    stdin=b"",
                    cwd=folder,
                    env=child_environment(os.environ, temporary, (), {}),
                    deadline=deadline,
                    output_limit=_OUTPUT_LIMIT,
                )
        except ProgramError as error:
            kind = FailureKind.MISSING if error.is_missing else FailureKind.CRASHED
            raise _Stopped(
                self._failure(kind, f"ruff cannot be started: {error.strerror}", "install it again")
            ) from error
        except OSError as error:
            reason = f"no private directory to run ruff in: {error.strerror or error}"
            advice = "free some disk space, or set TMPDIR to a writable folder"
            raise _Stopped(self._failure(FailureKind.CRASHED, reason, advice)) from error

    def _arguments(self) -> list[str]:
        return [
            *("check", "--isolated", "--no-cache", "--exit-zero", "--no-respect-gitignore", "--quiet"),
            *("--output-format", "json", "--target-version", _TARGET),
            *("--select", selection(self._settings.rules), "--ignore", ignored(self._settings.rules)),
        ]

    def _read(self, finished: Finished) -> dict[int, list[Result]]:
        if finished.ended == "cancelled":
            raise _Stopped(self._failure(FailureKind.CANCELLED, "called off", ""))
        if finished.ended == "timed out":
            advice = f"raise timeout of backend {self.name} or the budget"
            raise _Stopped(self._failure(FailureKind.TIMED_OUT, f"not done within {finished.seconds:.0f} s", advice))
        try:
            entries: list[dict[str, Any]] = json.loads(finished.stdout)
        except ValueError as error:
            words = shortened(" ".join(finished.stderr.decode("utf-8", "replace").split()), 400)
            reason = f"ruff ended with exit code {finished.returncode}: {words or 'its output is not JSON'}"
            advice = f"check the names in backends.{self.name}.rules" if self._settings.rules else "install ruff again"
            raise _Stopped(self._failure(FailureKind.UNREADABLE, reason, advice)) from error
        results: dict[int, list[Result]] = {}
        for entry in entries:
            if not _NEWER_SYNTAX.search(entry["message"]):
                results.setdefault(_index(entry["filename"]), []).append(_result(entry))
        return results

    def _failure(self, kind: FailureKind, reason: str, advice: str) -> Failure:
        return Failure(backend=self.name, kind=kind, reason=reason, advice=advice)


def ruff_program() -> str | None:
    """ruff's program as its package installs it beside this Python; None when it is not there."""
    folders = (Path(sys.executable).parent, Path(sysconfig.get_path("scripts")))
    name = f"ruff{sysconfig.get_config_var('EXE') or ''}"
    return next((str(folder / name) for folder in folders if os.access(folder / name, os.X_OK)), None)


def _index(name: str) -> int:
    return int(Path(name).parent.name)


def _result(entry: Mapping[str, Any]) -> Result:
    # Releases before 0.13 write a syntax error as "code": null.
    return Result(
        code=entry["code"] or SYNTAX,
        message=entry["message"].removeprefix("SyntaxError: "),
        row=entry["location"]["row"],
        end_row=entry["end_location"]["row"],
    )


def _placed(result: Result, source: Source) -> Result:
    row = source.row(result.row)
    return replace(result, row=row, end_row=max(row, source.row(result.end_row)))


def _may_be_older(result: Result, source: Source) -> bool:
    if result.code == SYNTAX:
        return True
    return result.code == "F821" and not _touched(result, source)


def _touched(result: Result, source: Source) -> list[int]:
    return sorted(row for row in source.added if result.row <= row <= result.end_row)


def _blamed(result: Result, source: Source, known: Iterable[str]) -> Result | None:
    """The result on the line of the change that it touches or that caused it; None when the change is not to blame."""
    if rows := _touched(result, source):
        return replace(result, row=rows[0])
    if result.code in {SYNTAX, UNCHECKED}:
        rows = sorted({*source.added, *(row for row, _ in source.removed)})
        row = nearest(rows, result.row)
        where = f" (noticed in line {result.row})" if row != result.row and result.code == SYNTAX else ""
        return replace(result, row=row, end_row=row, message=result.message + where)
    name = undefined_name(result.message)
    if result.code != "F821" or not name or name in known:
        return None
    cause = next((row for row, text in source.removed if re.search(rf"\b{re.escape(name)}\b", text)), None)
    if cause is None:
        return None
    message = f"{result.message} in line {result.row}: the change removes it"
    return replace(result, row=cause, end_row=cause, message=message)


def _claim(backend: str, task: str, source: Source, result: Result, rule: Rule) -> Claim:
    name = undefined_name(result.message)
    gone = [text for row, text in source.removed if row == result.row]
    named = [text for text in gone if name and re.search(rf"\b{re.escape(name)}\b", text)]
    quote = source.added.get(result.row, "") if not result.message.endswith("removes it") else ""
    return Claim(
        backend=backend,
        task=task,
        file=source.piece.file.path,
        line=result.row,
        end_line=result.end_row,
        severity=rule.severity,
        category=rule.category,
        cwe=rule.cwe,
        title=f"{result.message} ({result.code})",
        why=rule.why,
        fix=rule.fix,
        quote=(quote or next(iter([*named, *gone]), "")).strip(),
        is_proof=rule.is_proof,
    )


def _without_repeats(secrets: Sequence[Claim], others: Iterable[Claim]) -> tuple[Claim, ...]:
    """All claims in order, each once; a secret that ruff's password rules see too is reported by what it is."""
    places = {(claim.file, claim.line) for claim in secrets}
    kept = {
        claim: None
        for claim in [*secrets, *others]
        if claim in secrets or claim.cwe != "CWE-259" or (claim.file, claim.line) not in places
    }
    return tuple(sorted(kept, key=lambda claim: (claim.file, claim.line, -claim.severity.order, claim.title)))
