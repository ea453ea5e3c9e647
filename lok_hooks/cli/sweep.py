"""`lok hunt`, `lok audit` and `lok run TASK`: a task over a directory, from arguments to exit code."""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from lok_hooks.cli import crews, output, wiring
from lok_hooks.cli.arguments import budget_of, existing_directory, to_path
from lok_hooks.errors import RepositoryError, UsageError

if TYPE_CHECKING:
    from lok_hooks.core.settings import Settings
    from lok_hooks.core.sweep import Sweep
    from lok_hooks.core.task import Task
    from lok_hooks.repo.git import Repository

FORMATS: Final = ("console", "plain", "json", "sarif")


def add_sweep_flags(parser: argparse.ArgumentParser) -> None:
    """Adds what only a look through a directory has."""
    result = parser.add_argument_group("what becomes of the findings")
    result.add_argument(
        "--fail-on", choices=("low", "medium", "high", "critical"), help="exit 1 when one is that grave or worse"
    )
    result.add_argument("--format", choices=FORMATS, help="default: console on a terminal, else plain")
    result.add_argument("--issues", action="store_true", help="open an issue for each finding, through gh or glab")
    result.add_argument("-y", "--yes", action="store_true", help="open the issues without asking")
    result.add_argument("--dry-run", action="store_true", help="only say which issues would be opened")


def add_directory(parser: argparse.ArgumentParser) -> None:
    """Adds DIR, the other way to say --dir."""
    parser.add_argument("directory", nargs="?", metavar="DIR", type=to_path, help="where to look (default: here)")


def directory_of(arguments: argparse.Namespace) -> Path:
    """The directory that DIR or --dir names, absolute; "." without either. Raises UsageError when it is none."""
    positional = getattr(arguments, "directory", None)
    if positional and arguments.dir and positional.absolute() != arguments.dir.absolute():
        raise UsageError("DIR and --dir name two directories", advice="Say which of the two you mean.")
    return existing_directory(positional or arguments.dir, flag="")


def settings_of(directory: Path, arguments: argparse.Namespace) -> Settings:
    """The settings that hold in `directory`: lok.toml of the repository it lies in, else its own."""
    return wiring.settings(wiring.top_of(directory), arguments)


def run_task(command: str, name: str, arguments: argparse.Namespace) -> int:
    """Runs the task called `name` over the directory, prints what was found and returns the exit code."""
    directory = directory_of(arguments)
    settings = settings_of(directory, arguments)
    task = next((task for task in settings.tasks if task.name == name), None)
    if task is None:
        raise unknown_task(name, settings)
    if not arguments.issues:
        return _looked_through(command, directory, settings, task, arguments)[1]
    from lok_hooks.cli.issues import forge_for, open_issues

    forge = forge_for(directory, arguments)
    found, code = _looked_through(command, directory, settings, task, arguments)
    open_issues(found, forge, arguments)
    return code


def _looked_through(
    command: str, directory: Path, settings: Settings, task: Task, arguments: argparse.Namespace
) -> tuple[Sweep, int]:
    """What was found, after it was shown and remembered, and the exit code."""
    found = look_through(command, directory, settings, task, arguments)
    _make_known(found, directory)
    return found, show(found, arguments)


def unknown_task(name: str, settings: Settings) -> UsageError:
    """The error about a task that lok.toml does not have, with the nearest that it has."""
    from lok_hooks.config.messages import nearest, shown

    known = [task.name for task in settings.tasks]
    return UsageError(f'no task is called "{shown(name)}"{nearest(name, known)}', advice="lok tasks lists them all.")


def look_through(command: str, directory: Path, settings: Settings, task: Task, arguments: argparse.Namespace) -> Sweep:
    """What the task finds below `directory`. Nothing is remembered: the answer depends on what stands there now."""
    from lok_hooks.cli.ledgers import dismissed_in
    from lok_hooks.core.finding import Severity
    from lok_hooks.flows.sweep import sweep
    from lok_hooks.flows.sweep_planning import SweepMeans, SweepOrder
    from lok_hooks.repo.listing import list_files

    home = _home_of(directory)
    files = list_files(directory, wiring.selection(settings))
    order = SweepOrder(
        command=command,
        label=shown_directory(directory),
        root=str(directory),
        task=task,
        chosen=settings.chosen,
        fail_on=Severity(arguments.fail_on) if arguments.fail_on else None,
        notes=settings.notes,
        below=home.below if home else "",
        dismissed=dismissed_in(home.repository) if home else {},
    )
    with crews.crew(
        settings,
        directory,
        budget=budget_of(arguments),
        verbose=arguments.verbose,
        fresh=True,
        trust_tree=arguments.trust_tree,
    ) as crew:
        analysers = wiring.analysers(settings, files, crew.listener.noted)
        means = SweepMeans(
            crew=crew,
            analysers=analysers,
            files=files,
            screen=crew.redactor.screen,
            spares_local=not settings.review.redact_local,
        )
        return sweep(order, means)


def _make_known(found: Sweep, directory: Path) -> None:
    """Leaves the findings in the repository's ledger, with no verdict on anybody, so that `lok dismiss` knows their
    ids."""
    import time

    from lok_hooks.cli.keeping import place_for
    from lok_hooks.cli.ledgers import ledger_in
    from lok_hooks.core.sighting import sightings
    from lok_hooks.core.sweep import as_review

    if home := _home_of(directory):
        seen = [replace(each, path=f"{home.below}{each.path}", outcome=None) for each in sightings(as_review(found))]
        with ledger_in(place_for(home.repository), output.warn) as ledger:
            ledger.record(seen, time.time())


class _Home(NamedTuple):
    """The repository a directory lies in, and the directory's path from its top: "app/", "" for the top itself."""

    repository: Repository
    below: str


def _home_of(directory: Path) -> _Home | None:
    from lok_hooks.repo.git import Repository

    try:
        repository = Repository.open(directory)
    except RepositoryError:
        return None
    real = directory.resolve()
    if not real.is_relative_to(repository.top):
        return None
    below = real.relative_to(repository.top).as_posix()
    return _Home(repository, "" if below == "." else f"{below}/")


def shown_directory(directory: Path) -> str:
    """The directory as a person types it from here."""
    here = Path.cwd()
    return (
        "."
        if directory == here
        else os.path.relpath(directory, here)
        if directory.is_relative_to(here)
        else str(directory)
    )


def show(found: Sweep, arguments: argparse.Namespace) -> int:
    """Prints the report and returns the exit code."""
    from lok_hooks.report.sweep import FORMATS as REPORTS

    chosen = "json" if arguments.json else arguments.format or output.usual_format(arguments.color)
    output.print_text(REPORTS[chosen](found, output.options(arguments)))
    return found.exit_code
