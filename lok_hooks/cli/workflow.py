"""Workflows from the command line: which one is meant, whether it may run commands, running it, listing them."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lok_hooks.cli import crews, output, wiring
from lok_hooks.cli.arguments import budget_of
from lok_hooks.config.workflow_find import PROJECT_FOLDER
from lok_hooks.errors import ConfigError, UsageError, UserError

if TYPE_CHECKING:
    from lok_hooks.config.workflow_find import Found
    from lok_hooks.core.settings import Settings
    from lok_hooks.core.workflow import Step, Workflow
    from lok_hooks.flows.crew import Crew
    from lok_hooks.flows.workflow_asking import WorkflowMeans
    from lok_hooks.report.workflow import Listed


def search(name: str, place: Path, settings: Settings, *, is_workflow: bool) -> Found | None:
    """The workflow that NAME means; None when it is a task. Raises UsageError when it is neither."""
    from lok_hooks.config.messages import nearest, shown
    from lok_hooks.config.workflow_find import find, named_file, names

    if os.sep in name or name.endswith(".toml"):
        return named_file(Path(name))
    top = wiring.top_of(place)
    found = find(name, top, os.environ)
    tasks = [] if is_workflow else [task.name for task in settings.tasks]
    if name in tasks and (found is None or found.origin == "built-in"):
        return None
    if found is None:
        raise UsageError(
            f'{"no workflow" if is_workflow else "neither a task nor a workflow"} is called "{shown(name)}"'
            f"{nearest(name, {*tasks, *names(top, os.environ)})}",
            advice="lok tasks and lok workflow list show what there is.",
        )
    return found


def read(found: Found, settings: Settings) -> Workflow:
    """The workflow in a file. Raises ConfigError with every mistake in it."""
    from lok_hooks.config.workflow_read import read_workflow

    models = [backend.name for backend in settings.backends if not backend.is_analyser]
    return read_workflow(found.content, found.label, found.name, models)


def refuse_commands(found: Found, workflow: Workflow, place: Path, arguments: argparse.Namespace) -> None:
    """Raises UserError for a workflow that came with a repository and would run commands, unless the user trusts it:
    by `lok trust`, or with --trust-tree for this time. A named file that lies in no repository, and not below the
    directory, is the user's own."""
    from lok_hooks.config.trust_items import workflow_digest

    shells = [step.name for step in workflow.steps if step.shell]
    if not shells or arguments.trust_tree:
        return
    home = _repository_of(found, place)
    if home is not None and not wiring.is_trusted(home.top, workflow_digest(found.content, home.name)):
        raise UserError(
            f"{found.label}: its shell steps ({', '.join(shells)}) came with the repository and are not trusted",
            advice=f"read them, then: {_way_to_trust(home)} (or --trust-tree for this time); nothing was run",
        )


class _Home(NamedTuple):
    """The tree that a workflow came with, and its path in it."""

    top: Path
    name: str


def _way_to_trust(home: _Home) -> str:
    """What makes the workflow trusted: `lok trust` looks at the folder of workflows alone."""
    is_looked_at = Path(home.name).parent == PROJECT_FOLDER
    if is_looked_at:
        return f"lok trust --dir {shlex.quote(str(home.top))}"
    return f"move it to {home.top / PROJECT_FOLDER} and lok trust it"


def _repository_of(found: Found, place: Path) -> _Home | None:
    if found.origin == "project":
        return _Home(wiring.top_of(place), (PROJECT_FOLDER / found.path.name).as_posix())
    if found.origin != "file":
        return None
    path = found.path.resolve()
    here, own = wiring.top_of(place).resolve(), wiring.top_of(path.parent).resolve()
    if path.is_relative_to(here):
        return _Home(here, path.relative_to(here).as_posix())
    return _Home(own, path.relative_to(own).as_posix()) if (own / ".git").exists() else None


def run_found(
    found: Found, place: Path, settings: Settings, given: Mapping[str, str], arguments: argparse.Namespace
) -> int:
    """Runs a workflow, prints what it brought and returns the exit code."""
    from lok_hooks.flows.workflow import WorkflowOrder, run_workflow
    from lok_hooks.report import workflow as report
    from lok_hooks.report.lines import as_text
    from lok_hooks.report.visible import visible

    workflow = read(found, settings)
    refuse_commands(found, workflow, place, arguments)
    order = WorkflowOrder(
        workflow=workflow,
        arguments=given,
        chosen=settings.chosen,
    )
    has_prompts = any(step.prompt for step in workflow.steps)
    with crews.crew(
        settings,
        place,
        budget=budget_of(arguments),
        verbose=arguments.verbose,
        fresh=arguments.no_cache,
        trust_tree=arguments.trust_tree or not has_prompts,
    ) as crew:
        result = run_workflow(order, _means(crew, settings, place, may_run_answers=arguments.run_answers))
    notes = (*settings.notes, *result.notes)
    told = report.note_lines(notes)
    if arguments.json:
        print("".join(f"{line}\n" for line in told), end="", file=sys.stderr, flush=True)
        output.print_json({**report.as_values(result), "notes": [visible(note) for note in notes]})
        return result.exit_code
    is_colored = output.wants_color(arguments.color, sys.stderr)
    for line in told:
        output.say(line, sys.stderr)
    lines = as_text(report.progress(result, output.columns_of(sys.stderr)), color=is_colored)
    print(lines, end="", file=sys.stderr, flush=True)
    if said := report.outputs(result, output.options(arguments)):
        output.print_text(said)
    return result.exit_code


def _means(crew: Crew, settings: Settings, place: Path, *, may_run_answers: bool) -> WorkflowMeans:
    from lok_hooks.backends.deadline import pause
    from lok_hooks.backends.shell import Shell
    from lok_hooks.cli.consent import consent_of, consented
    from lok_hooks.flows.workflow_asking import WorkflowMeans

    return WorkflowMeans(
        crew=crew,
        shell=Shell(directory=place).run,
        limits={backend.name: backend.max_parallel for backend in settings.backends},
        parallel=settings.parallel,
        wait=pause,
        consent=consented if may_run_answers else consent_of(crew.listener),
    )


def list_workflows(arguments: argparse.Namespace, settings: Settings, place: Path) -> int:
    """Prints every workflow: its name, where it comes from, what it is for, whether another hides it."""
    from lok_hooks.config.workflow_find import all_workflows
    from lok_hooks.report.workflow import list_lines, list_values

    rows: list[Listed] = []
    for found in all_workflows(wiring.top_of(place), os.environ):
        row = _listed(found, settings)
        rows.append(replace(row, is_hidden=any(row.name == other.name for other in rows)))
    asked = partial(_whom, settings=settings)
    if arguments.json:
        output.print_json(list_values(rows, asked))
    else:
        output.print_lines(list_lines(rows, output.options(arguments), asked), arguments)
    return 0


def validate(arguments: argparse.Namespace, settings: Settings, place: Path) -> int:
    """Reads the named workflows (all, when none is named) and says what is wrong with them. Raises ConfigError."""
    from lok_hooks.config.workflow_find import all_workflows
    from lok_hooks.report.workflow import valid_lines

    names: list[str] = arguments.workflows
    named = [found for name in names if (found := search(name, place, settings, is_workflow=True))]
    rows = [_listed(found, settings) for found in named or all_workflows(wiring.top_of(place), os.environ)]
    mistakes = [line for row in rows if not row.workflow for line in row.problem.split("\n")]
    if arguments.json:
        valid = [f"{row.label}: {len(row.workflow.steps)} steps, in order" for row in rows if row.workflow]
        output.print_json({"schema": "lok-hooks/workflow-validate/1", "valid": valid, "mistakes": mistakes})
        return ConfigError.exit_code if mistakes else 0
    output.print_lines(valid_lines(rows, output.options(arguments), partial(_whom, settings=settings)), arguments)
    if mistakes:
        raise ConfigError("\n".join(mistakes), advice="correct them; nothing was run")
    return 0


def _listed(found: Found, settings: Settings) -> Listed:
    from lok_hooks.report.workflow import Listed

    row = Listed(name=found.name, origin=found.origin, path=str(found.path), label=found.label)
    try:
        return replace(row, workflow=read(found, settings))
    except ConfigError as error:
        return replace(row, problem=error.message)


def _whom(step: Step, settings: Settings) -> tuple[str, ...]:
    """Whom the step asks, if all are at hand that are switched on."""
    from lok_hooks.core.workflow import whom_to_ask

    models = [b.name for b in settings.backends if b.enabled and not b.is_analyser]
    return whom_to_ask(step, settings.chosen, models)
