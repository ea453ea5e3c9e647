"""The one place where concrete classes meet."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from lok_hooks.core.ports import Backend
from lok_hooks.core.review import Policy
from lok_hooks.core.task import Task

if TYPE_CHECKING:
    from lok_hooks.core.select import Selection
    from lok_hooks.core.settings import Settings
    from lok_hooks.flows.crew import Crew
    from lok_hooks.flows.review import Means
    from lok_hooks.repo.snapshot import Snapshot


def settings(directory: Path, arguments: argparse.Namespace) -> Settings:
    """The settings for a run in `directory` (the top of the work tree) under these arguments."""
    from lok_hooks.config.load import load

    flags = {
        "--backend": _joined(arguments.backend),
        "--task": _joined(getattr(arguments, "task", None)),
        "--fail-on": getattr(arguments, "fail_on", None),
        "--budget": None if arguments.budget is None else str(arguments.budget),
        "--debate": None if getattr(arguments, "debate", None) is None else str(arguments.debate),
    }
    return load(directory=directory, environ=os.environ, config_file=arguments.config, flags=flags)


def _joined(names: Sequence[str] | None) -> str | None:
    return ",".join(names) if names else None


def selection(settings: Settings) -> Selection:
    """Which files are looked at."""
    from lok_hooks.core.select import Selection

    review = settings.review
    return Selection(exclude=review.exclude, max_file_bytes=review.max_file_bytes, context_lines=review.context_lines)


def tasks(settings: Settings, names: Sequence[str]) -> tuple[Task, ...]:
    """The named tasks, each once; config has checked the names."""
    known = {task.name: task for task in settings.tasks}
    return tuple(known[name] for name in dict.fromkeys(names))


def _backends(settings: Settings, snapshot: Snapshot, noted: Callable[[str], None]) -> tuple[Backend, ...]:
    """Every backend that is switched on, in the order of lok.toml; `noted` is told of retries."""
    from lok_hooks.backends.all import make
    from lok_hooks.backends.reformatting import Reformatting

    made = [make(backend, snapshot, noted) for backend in settings.backends if backend.enabled]
    return tuple(Reformatting(backend) if backend.traits.role == "model" else backend for backend in made)


@contextmanager
def crew(settings: Settings, directory: Path, *, budget: float | None, verbose: bool, fresh: bool) -> Iterator[Crew]:
    """The models for work by hand, exploring `directory` read-only; ends the progress and every child however the
    work ends. `fresh`: nothing is remembered. An explicit choice (`--backend`) leaves only those."""
    from lok_hooks.backends import process
    from lok_hooks.backends.all import make_exploring
    from lok_hooks.backends.deadline import Until
    from lok_hooks.backends.fanout import ask_all
    from lok_hooks.flows.crew import Crew
    from lok_hooks.report.live import open_listener

    limits = {backend.name: backend.max_parallel for backend in settings.backends}
    deadline = Until.after(budget)
    with open_listener(environ=os.environ, budget=budget, verbose=verbose, stream=sys.stderr) as listener:
        models = [b for b in settings.backends if b.enabled and b.kind not in ("static", "sarif")]
        try:
            yield Crew(
                backends=tuple(make_exploring(backend, directory, listener.noted) for backend in models),
                ask_all=partial(ask_all, limits=limits, parallel=settings.parallel),
                listener=listener,
                deadline=deadline,
                now=time.monotonic,
            )
        finally:
            deadline.cancel()
            process.kill_all()


@contextmanager
def means(settings: Settings, snapshot: Snapshot, policy: Policy, *, verbose: bool) -> Iterator[Means]:
    """What a review works with, live progress on; ends the progress and every child however the review ends."""
    from lok_hooks.backends import process
    from lok_hooks.backends.deadline import Until
    from lok_hooks.backends.fanout import ask_all
    from lok_hooks.backends.secrets import screen
    from lok_hooks.flows.review import Means
    from lok_hooks.report.live import open_listener

    limits = {backend.name: backend.max_parallel for backend in settings.backends}
    deadline = Until.after(policy.budget)
    with open_listener(environ=os.environ, budget=policy.budget, verbose=verbose, stream=sys.stderr) as listener:
        try:
            yield Means(
                backends=_backends(settings, snapshot, listener.noted),
                contents=snapshot,
                screen=screen,
                ask_all=partial(ask_all, limits=limits, parallel=settings.parallel),
                listener=listener,
                deadline=deadline,
                now=time.monotonic,
            )
        finally:
            deadline.cancel()
            process.kill_all()
