"""What can be seen of a backend without asking it anything: its place, its version, its login, how slowly it starts."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.metadata import version
from itertools import repeat
from pathlib import Path
from typing import Final, Literal, TypeVar

from lok_hooks.backends import process
from lok_hooks.backends.all import FACTORIES, make
from lok_hooks.backends.deadline import Until
from lok_hooks.backends.environment import child_environment, find_program, without_keys, wrapped
from lok_hooks.backends.logins_seen import login_seen
from lok_hooks.backends.sealed import SealedProgram, text
from lok_hooks.backends.versions import fit, known_range, version_in
from lok_hooks.core.checkup import BackendCheck
from lok_hooks.core.diff import FileDiff
from lok_hooks.core.message import readable
from lok_hooks.core.ports import Backend, Deadline, Failure, FailureKind, Listener, Reply
from lok_hooks.core.settings import BackendSettings
from lok_hooks.core.task import plain_prompt
from lok_hooks.errors import ConfigError

VERSION_SECONDS: Final = 15.0  # gemini takes 1.4 s on a busy machine
_T = TypeVar("_T")
_QUESTION: Final = "Reply with one word: ready"
_VERSION: Final = "--version"  # what progress calls the two
_PROBE: Final = "probe"
_WHOLE: Final = "1/1"
_FETCHING: Final = frozenset({"npx", "pnpx", "bunx", "uvx"})


class _NoContents:
    """There is no change to look at."""

    def new(self, file: FileDiff) -> bytes | None:
        """Nothing."""
        return None


def inspect_all(
    backends: Sequence[BackendSettings], deadline: Deadline, listener: Listener
) -> tuple[BackendCheck, ...]:
    """Every backend, all at once. Starts the programs that exist with `--version` and nothing else."""
    return _side_by_side(backends, lambda one, until: inspect(one, until, listener), deadline)


def probe_all(
    backends: Sequence[BackendSettings], checks: Sequence[BackendCheck], deadline: Deadline, listener: Listener
) -> tuple[BackendCheck, ...]:
    """The same checks, those of models that could be asked after one tiny question each: it costs what a question
    costs."""
    pairs = list(zip(backends, checks, strict=True))
    return _side_by_side(pairs, lambda pair, until: _probed(*pair, until, listener), deadline)


def inspect(settings: BackendSettings, deadline: Deadline, listener: Listener) -> BackendCheck:
    """One backend; never raises for what is wrong with it."""
    role: Literal["model", "analyser"] = "analyser" if settings.kind in ("static", "sarif") else "model"
    check = BackendCheck(
        name=settings.name, kind=settings.kind, role=role, state="off", known=known_range(settings.kind)
    )
    if not settings.enabled:
        return replace(check, problem=settings.off)
    try:
        backend = FACTORIES[settings.kind](settings, _NoContents())
    except ConfigError as error:
        return replace(check, state="bad", problem=error.message, advice=error.advice)
    if settings.kind == "static":
        return replace(check, state="good", is_usable=True, version=_embedded())
    check = replace(check, found=_found(settings, backend))
    listener.noted(f"{settings.name}: {settings.kind}, {check.found or 'not found'}")
    if missing := backend.missing():
        return _missing(check, settings, backend, missing)
    if isinstance(backend, SealedProgram):
        check = _started(check, settings, backend, deadline, listener)
    return _logged_in(check, settings, backend)


def _missing(check: BackendCheck, settings: BackendSettings, backend: Backend, missing: Failure) -> BackendCheck:
    is_stock = settings.command in ("", settings.kind) and not settings.command_wrapper
    if is_stock and isinstance(backend, SealedProgram) and backend.product:
        return replace(check, state="bad", problem="not installed", advice=missing.advice)
    if settings.kind == "ollama" and not settings.model:
        return replace(check, found="", problem=missing.reason, advice=missing.advice)
    return replace(check, state="bad", problem=f"{missing.kind}: {missing.reason}", advice=missing.advice)


def _found(settings: BackendSettings, backend: Backend) -> str:
    if settings.kind in ("ollama", "openai"):
        return settings.url
    program = backend.program[0] if isinstance(backend, SealedProgram) else settings.command
    return find_program(program) or ""


def _started(
    check: BackendCheck, settings: BackendSettings, backend: SealedProgram, deadline: Deadline, listener: Listener
) -> BackendCheck:
    """With its version, where asking for that is known to do nothing else."""
    if backend.product is None or Path(backend.program[0]).name in _FETCHING:
        return check
    program = (check.found or backend.program[0], *backend.program[1:], "--version")
    argv = wrapped(settings.command_wrapper, program, f"backends.{settings.name}")
    listener.noted(f"{settings.name} starts: {shlex.join(argv)}")
    listener.asked(settings.name, _VERSION, _WHOLE)
    answer = _version(argv, settings, deadline)
    listener.answered(settings.name, _VERSION, _WHOLE, answer)
    if isinstance(answer, Failure):
        return replace(check, state="bad", problem=answer.reason, advice=answer.advice)
    return replace(check, version=answer.text, fit=fit(settings.kind, answer.text), start_seconds=answer.seconds)


def _version(argv: Sequence[str], settings: BackendSettings, deadline: Deadline) -> Reply | Failure:
    """What the program says its version is."""
    failed = Failure(backend=settings.name, kind=FailureKind.CRASHED, reason="", advice="")
    try:
        with process.private_directory() as room:
            environment = child_environment(os.environ, room, (), settings.env)
            finished = process.run(
                argv, stdin=b"", cwd=room, env=environment, deadline=deadline.at_most(VERSION_SECONDS)
            )
    except OSError as error:
        return replace(failed, reason=f"does not start: {error.strerror}")
    said = version_in(text(finished.stdout))
    if finished.ended != "exited" or finished.returncode or not said:
        words = readable(text(without_keys(finished.stderr, settings))) or finished.ended
        advice = f"start it yourself: {argv[0]}"
        return replace(failed, reason=f"`--version` failed: {words}", advice=advice, seconds=finished.seconds)
    return Reply(backend=settings.name, text=said, seconds=finished.seconds)


def _logged_in(check: BackendCheck, settings: BackendSettings, backend: Backend) -> BackendCheck:
    if check.problem:
        return check
    login = login_seen(settings)
    if login is None:
        product = backend.product if isinstance(backend, SealedProgram) else None
        named = f"{settings.api_key_env} is not set" if settings.api_key_env else "no login was found"
        advice = product.login if product else f"set {settings.api_key_env}"
        return replace(check, state="warn", problem=f"not logged in: {named}", advice=advice)
    if check.fit in ("older", "newer"):
        problem = f"{check.fit} than the versions its flags were checked with ({check.known})"
        return replace(check, state="warn", is_usable=True, login=login, problem=problem)
    return replace(check, state="good", is_usable=True, login=login)


def _probed(settings: BackendSettings, check: BackendCheck, deadline: Deadline, listener: Listener) -> BackendCheck:
    if check.role != "model" or not check.is_usable:
        return check
    listener.noted(f"{settings.name} · {_PROBE}\n{_QUESTION}")
    listener.asked(settings.name, _PROBE, _WHOLE)
    answer = make(settings, _NoContents(), listener.noted).ask(plain_prompt("doctor", _QUESTION), deadline)
    listener.answered(settings.name, _PROBE, _WHOLE, answer)
    if isinstance(answer, Reply):
        return replace(check, answered_seconds=answer.seconds)
    if isinstance(answer, Failure):
        problem = f"{answer.kind}: {answer.reason}"
        return replace(check, state="bad", is_usable=False, problem=problem, advice=answer.advice)
    return check


def _embedded() -> str:
    return f"ruff {version('ruff')}, detect-secrets {version('detect-secrets')}"


def _side_by_side(
    items: Sequence[_T], work: Callable[[_T, Deadline], BackendCheck], deadline: Deadline
) -> tuple[BackendCheck, ...]:
    scope = Until.within(deadline)
    with ThreadPoolExecutor(max_workers=max(1, len(items))) as pool:
        try:
            return tuple(pool.map(work, items, repeat(scope)))
        finally:
            # The pool holds Ctrl-C back until its threads have ended.
            scope.cancel()
