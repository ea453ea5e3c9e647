"""One review from arguments to exit code: settings, snapshot, flow, report."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from lok_hooks import files
from lok_hooks.cli import keeping, ledgers, output, wiring
from lok_hooks.cli.arguments import STANDARD_OUTPUT
from lok_hooks.core.dismissal import DISMISSALS
from lok_hooks.core.remember import as_remembered
from lok_hooks.core.review import Coverage, Policy, Review
from lok_hooks.errors import EXIT_USER, RepositoryError, UsageError

if TYPE_CHECKING:
    from lok_hooks.core.dismissal import Dismissal
    from lok_hooks.core.select import Selection
    from lok_hooks.core.settings import EntrySettings, Settings
    from lok_hooks.repo.git import Repository
    from lok_hooks.repo.rules import Sides
    from lok_hooks.repo.snapshot import Snapshot


class Scope(NamedTuple):
    """What is reviewed: the sides of each change, how its snapshot is taken, and lines for the user. The sides come
    first, since they decide which rules count."""

    changes: Sequence[Sides]
    take: Callable[[Selection], Snapshot]
    notes: Sequence[str] = ()


Source = Callable[["Repository"], Scope]


def run(command: str, entry: keeping.EntryName, arguments: argparse.Namespace, source: Source) -> int:
    """Reviews what `source` gives, prints the report, and returns the exit code."""
    from lok_hooks.config.load import FILE_NAME
    from lok_hooks.repo.git import Repository
    from lok_hooks.repo.rules import rule_files

    repository = Repository.open()
    scope = source(repository)
    names = (DISMISSALS,) if wiring.is_config_named(arguments) else (DISMISSALS, FILE_NAME)
    found = dict(zip(names, rule_files(repository, scope.changes, names), strict=True))
    settings = wiring.review_settings(repository, found.get(FILE_NAME), arguments)
    dismissed, edited = ledgers.committed_dismissals(found[DISMISSALS])
    snapshot = scope.take(wiring.selection(settings))
    notes = (*settings.notes, *scope.notes, *edited)
    return finish(command, settings, entry, arguments, snapshot, notes, dismissed)


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
    if wiring.edits_rules(snapshot, arguments):
        settings = wiring.patch_settings(directory, arguments)
        snapshot = from_patch(data, label, wiring.selection(settings))
    # Nobody may take "nothing found" for a check of files that are not there.
    analysers = [backend.name for backend in settings.backends if backend.enabled and backend.is_analyser]
    note = f"Only a patch is known, not the files: {' and '.join(analysers)} can check no more than its added lines."
    return finish(command, settings, "by_hand", arguments, snapshot, (*settings.notes, *([note] if analysers else [])))


def finish(
    command: str,
    settings: Settings,
    entry: keeping.EntryName,
    arguments: argparse.Namespace,
    snapshot: Snapshot,
    notes: Sequence[str],
    dismissed: Mapping[str, Dismissal] = MappingProxyType({}),
) -> int:
    """Reviews a snapshot under the entry point's policy, prints the report and returns the exit code."""
    _refuse_two_documents(arguments)
    way: EntrySettings = {"hunt": settings.hunt, "audit": settings.audit, "by_hand": settings.by_hand}[entry]
    policy = Policy(
        fail_on=settings.review.fail_on,
        quorum=settings.review.quorum,
        debate=settings.review.debate,
        on_incomplete=way.on_incomplete,
        budget=way.budget,
        examination=settings.debate,
        confirm=settings.review.confirm,
        threshold=settings.review.threshold,
    )
    if snapshot.diff.files:
        from lok_hooks.flows.review import Order

        order = Order(
            command=command,
            diff=snapshot.diff,
            tasks=wiring.tasks(settings, way.tasks),
            policy=policy,
            chosen=settings.chosen,
            notes=tuple(notes),
            dismissed=dismissed,
        )
        if arguments.show_payload:
            from lok_hooks.cli.payload import show_payload

            return show_payload(order, settings, snapshot, entry, arguments)
        outcome, said = keeping.reviewed(order, settings, snapshot, entry, arguments)
    else:
        outcome, said = wiring.screened(_nothing(command, snapshot, policy, notes), snapshot.diff), ()
    code = show(replace(outcome, notes=outcome.notes + said), arguments)
    if keeping.is_worth_keeping(outcome, settings, arguments):
        keeping.keep_report(outcome.exit_code, on_screen(as_remembered(outcome), arguments), settings, arguments)
    return code


def _refuse_two_documents(arguments: argparse.Namespace) -> None:
    """Raises UsageError where a program that reads the report would stumble over the transcript behind it."""
    if arguments.transcript == STANDARD_OUTPUT and not arguments.output and arguments.format in ("json", "sarif"):
        raise UsageError(
            f"--format {arguments.format} and --transcript - both want standard output",
            advice="Name a file for one of them.",
        )


def show(review: Review, arguments: argparse.Namespace) -> int:
    """Prints the report (and writes it to `--output`, and the debate to `--transcript`); returns the exit code."""
    shown = on_screen(review, arguments)
    problems: list[str] = []
    if arguments.output:
        text = _rendered(review, arguments.format or output.usual_format(arguments.color), arguments, color=False)
        problems += _written(review, "report", arguments.output, text)
        shown = text if problems else shown
    if arguments.transcript:
        from lok_hooks.report.transcript import transcript

        told = transcript(review)
        if arguments.transcript == STANDARD_OUTPUT:
            shown = f"{shown}\n{told}"
        else:
            problems += _written(review, "transcript", arguments.transcript, told)
    output.print_text(shown)
    for problem in problems:
        output.say(problem, sys.stderr)
    return (review.exit_code or EXIT_USER) if problems else review.exit_code


def on_screen(review: Review, arguments: argparse.Namespace) -> str:
    """What is printed: the report in `--format`, or as people read it where that one went into a file."""
    usual = output.usual_format(arguments.color)
    chosen = usual if arguments.output else arguments.format or usual
    return _rendered(review, chosen, arguments, color=output.wants_color(arguments.color))


def _rendered(review: Review, format: str, arguments: argparse.Namespace, *, color: bool) -> str:
    from lok_hooks.report.all import render

    return render(review, format, width=output.width(), color=color, verbose=arguments.verbose)


def _written(review: Review, what: str, path: Path, text: str) -> list[str]:
    """Writes `text` to a file the user named; the sentence that says why it could not be, if so."""
    try:
        files.write_over(path, text.encode(), files.PRIVATE)
    except OSError as error:
        problem = f"{review.command}: the {what} could not be written to {path}: {error.strerror}"
        return [f"{problem}\n  Name another file; the review itself stands above."]
    return []


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
