"""`lok doctor`: every backend, git, the hooks, trust and the memory, and what to do about each."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lok_hooks.errors import ConfigError, RepositoryError

if TYPE_CHECKING:
    from lok_hooks.core.checkup import BackendCheck, Check, Checkup
    from lok_hooks.core.settings import Settings
    from lok_hooks.repo.git import Repository

EXAMPLE: Final = "lok doctor --probe"
PROBE_SECONDS: Final = 60.0
_LISTS_HOOKS: Final = {".pre-commit-config.yaml": "pre-commit", "lefthook.yml": "lefthook", "prek.toml": "prek"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds its flags."""
    from lok_hooks.cli.arguments import add_budget_flag, add_output_flags, add_settings_flags

    add_budget_flag(add_settings_flags(parser))
    add_output_flags(parser, "show what is started and asked, and how long each takes, on stderr")
    parser.add_argument("--probe", action="store_true", help="ask each model one word; costs what a question costs")


def run(arguments: argparse.Namespace) -> int:
    """Looks at everything, shows it, and returns 0, or 4 when no model can be asked."""
    from lok_hooks.cli import output
    from lok_hooks.flows.doctor import as_json, exit_code
    from lok_hooks.report.doctor import lay_out

    checkup = examined(arguments)
    if arguments.json:
        output.print_json(as_json(checkup))
    else:
        output.print_lines(lay_out(checkup, parts(), output.width()), arguments)
    return exit_code(checkup)


def parts() -> str:
    """Us and what we run on, by version."""
    import platform

    from lok_hooks import __version__

    return f"lok-hooks {__version__} · Python {platform.python_version()}"


def examined(arguments: argparse.Namespace) -> Checkup:
    """The whole checkup; starts programs with `--version`, and asks them only under `--probe`."""
    from lok_hooks.cli import wiring
    from lok_hooks.cli.arguments import existing_directory
    from lok_hooks.core.checkup import Checkup
    from lok_hooks.flows.doctor import git_check
    from lok_hooks.repo.git import Repository
    from lok_hooks.repo.version import git_version

    directory = existing_directory(arguments.dir)
    problem = advice = ""
    try:
        repository = Repository.open(directory)
    except RepositoryError as error:
        repository, problem, advice = None, error.message, error.advice
    settings = wiring.settings(repository.top if repository else directory, arguments)
    backends = _looked_at(settings, arguments)
    checks = [git_check(git_version(), problem, advice)]
    if repository:
        checks += [*_hook_checks(repository), _trust_check(directory), _memory_check(repository, settings)]
    return Checkup(backends=backends, checks=tuple(checks), notes=settings.notes)


def _looked_at(settings: Settings, arguments: argparse.Namespace) -> tuple[BackendCheck, ...]:
    """Every backend, with live progress; no child is left however it ends."""
    from lok_hooks.backends import process
    from lok_hooks.backends.deadline import Until
    from lok_hooks.backends.inspection import inspect_all, probe_all
    from lok_hooks.cli.arguments import budget_of
    from lok_hooks.report.live import open_listener

    budget = budget_of(arguments, PROBE_SECONDS)
    deadline = Until.after(budget)
    with open_listener(
        environ=os.environ, budget=budget, verbose=arguments.verbose, stream=sys.stderr, idle="looking"
    ) as listener:
        try:
            found = inspect_all(settings.backends, deadline, listener)
            return probe_all(settings.backends, found, deadline, listener) if arguments.probe else found
        finally:
            deadline.cancel()
            process.kill_all()


def _hook_checks(repository: Repository) -> list[Check]:
    from lok_hooks.flows.doctor import hook_check
    from lok_hooks.repo.hook_files import ENTRIES, HOOKS, hooks_folder, look

    folder = hooks_folder(repository)
    checks = []
    for name in HOOKS:
        runner = _lister(repository.top, f"lok-{ENTRIES[name]}")
        hook = look(folder, name, sys.executable)
        checks.append(hook_check(name, hook.state, runner, hook.backends))
    return checks


def _lister(top: Path, hook: str) -> str:
    """The hook runner whose configuration names our hook."""
    for name, runner in _LISTS_HOOKS.items():
        try:
            text = (top / name).read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        if any(hook in line.partition("#")[0] for line in text.splitlines()):
            return runner
    return ""


def _trust_check(directory: Path) -> Check:
    from lok_hooks.cli.commands.trust import items
    from lok_hooks.cli.wiring import is_trusted
    from lok_hooks.core.checkup import Check
    from lok_hooks.flows.doctor import trust_check

    try:
        found = list(items(directory, None))
    except ConfigError as error:
        return Check(name="trust", state="warn", text=error.message, advice=error.advice)
    names = {item.name: is_trusted(directory, item.digest) for item in found}
    return trust_check([n for n, yes in names.items() if yes], [n for n, yes in names.items() if not yes])


def _memory_check(repository: Repository, settings: Settings) -> Check:
    from lok_hooks.cli.keeping import place_at
    from lok_hooks.flows.doctor import memory_check
    from lok_hooks.store.database import Database
    from lok_hooks.store.memory import StoredMemory
    from lok_hooks.store.place import obstacle

    problems: list[str] = []
    database = Database(place_at(repository.top).folder, problems.append)
    try:
        if database.path and not database.exists():
            return memory_check(None, 0, settings.cache.enabled, obstacle(database.path.parent))
        stats = StoredMemory(database, ttl_seconds=float("inf"), max_bytes=0, now=time.time).stats()
    finally:
        database.close()
    return memory_check(stats.texts, stats.file_bytes, settings.cache.enabled, "; ".join(problems))
