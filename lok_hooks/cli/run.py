"""One review from arguments to exit code: settings, snapshot, flow, report."""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from lok_hooks.cli import wiring
from lok_hooks.core.review import Coverage, Policy, Review
from lok_hooks.errors import EXIT_USER, RepositoryError

if TYPE_CHECKING:
    from lok_hooks.core.select import Selection
    from lok_hooks.core.settings import EntrySettings, Settings
    from lok_hooks.repo.git import Repository
    from lok_hooks.repo.snapshot import Snapshot

Source = Callable[["Repository", "Selection"], "tuple[Snapshot, Sequence[str]]"]
EntryName = Literal["hunt", "audit", "by_hand"]
DEFAULT_WIDTH: Final = 80
WIDEST: Final = 120  # columns; longer lines are not read


def run(command: str, entry: EntryName, arguments: argparse.Namespace, source: Source) -> int:
    """Reviews what `source` gives, prints the report, and returns the exit code."""
    from lok_hooks.repo.git import Repository

    repository = Repository.open()
    settings = wiring.settings(repository.top, arguments)
    snapshot, notes = source(repository, wiring.selection(settings))
    return finish(command, settings, entry, arguments, snapshot, (*settings.notes, *notes))


def run_on_patch(command: str, arguments: argparse.Namespace, data: bytes, label: str) -> int:
    """Reviews a diff that was handed in; works outside a repository too."""
    from lok_hooks.repo.git import Repository
    from lok_hooks.repo.snapshot import from_patch

    try:
        directory = Repository.open().top
    except RepositoryError:
        directory = Path()
    settings = wiring.settings(directory, arguments)
    snapshot = from_patch(data, label, wiring.selection(settings))
    # Nobody may take "nothing found" for a check of files that are not there.
    analysers = [
        backend.name for backend in settings.backends if backend.enabled and backend.kind in ("static", "sarif")
    ]
    note = f"Only a patch is known, not the files: {' and '.join(analysers)} can check no more than its added lines."
    return finish(command, settings, "by_hand", arguments, snapshot, (*settings.notes, *([note] if analysers else [])))


def finish(
    command: str,
    settings: Settings,
    entry: EntryName,
    arguments: argparse.Namespace,
    snapshot: Snapshot,
    notes: Sequence[str],
) -> int:
    """Reviews a snapshot under the entry point's policy, prints the report and returns the exit code."""
    way: EntrySettings = {"hunt": settings.hunt, "audit": settings.audit, "by_hand": settings.by_hand}[entry]
    policy = Policy(
        fail_on=settings.review.fail_on,
        quorum=settings.review.quorum,
        debate=settings.review.debate,
        on_incomplete=way.on_incomplete,
        budget=way.budget,
    )
    if snapshot.diff.files:
        from lok_hooks.flows.review import Order, review

        order = Order(
            command=command,
            diff=snapshot.diff,
            tasks=wiring.tasks(settings, way.tasks),
            policy=policy,
            chosen=settings.chosen,
            notes=tuple(notes),
        )
        with wiring.means(settings, snapshot, policy, verbose=arguments.verbose) as means:
            outcome = review(order, means)
    else:
        outcome = _nothing(command, snapshot, policy, notes)
    return show(outcome, arguments)


def show(review: Review, arguments: argparse.Namespace) -> int:
    """Prints the report (and writes it to `--output`), and returns the exit code."""
    from lok_hooks.report.all import render

    is_terminal = sys.stdout.isatty() and not os.environ.get("PRE_COMMIT")
    chosen = arguments.format or ("console" if is_terminal else "plain")
    color = _wants_color(arguments.color, is_terminal)
    width = _width(is_terminal)
    problem = None
    if arguments.output:
        try:
            _write(arguments.output, render(review, chosen, width=width, color=False, verbose=arguments.verbose))
        except OSError as error:
            problem = f"{review.command}: the report could not be written to {arguments.output}: {error.strerror}"
        else:
            chosen = "console" if is_terminal else "plain"
    _print(render(review, chosen, width=width, color=color, verbose=arguments.verbose))
    if problem:
        print(f"{problem}\n  It stands above; name another file with -o.", file=sys.stderr)
        return review.exit_code or EXIT_USER
    return review.exit_code


def _nothing(command: str, snapshot: Snapshot, policy: Policy, notes: Sequence[str]) -> Review:
    """The Review of a diff in which no file is left to look at."""
    return Review(
        command=command,
        label=snapshot.diff.label,
        judged=(),
        coverage=Coverage(skipped=snapshot.diff.skipped),
        asked=(),
        failures=(),
        policy=policy,
        notes=tuple(notes),
    )


def _wants_color(choice: str, is_terminal: bool) -> bool:
    if choice != "auto":
        return choice == "always"
    return is_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _width(is_terminal: bool) -> int:
    # A hook runner's pseudo-terminal has a size of its own making.
    columns = shutil.get_terminal_size((DEFAULT_WIDTH, 24)).columns if is_terminal else DEFAULT_WIDTH
    return max(40, min(columns, WIDEST))


def _write(path: Path, text: str) -> None:
    """Writes the report whole or not at all: a reader never meets half a file."""
    target = path.resolve()
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _print(text: str) -> None:
    try:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader went away (`| head`); the verdict stands. Python must not fail again while closing stdout.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
