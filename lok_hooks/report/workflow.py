"""Workflows: which there are, and of one that ended the outputs it was run for and how each step went; as JSON too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lok_hooks.core.workflow import State, Step, StepResult, Workflow, WorkflowResult, stages
from lok_hooks.report import words
from lok_hooks.report.lines import as_text
from lok_hooks.report.options import Options
from lok_hooks.report.visible import harmless_line, visible, visible_lines, visible_sentence, visible_text
from lok_hooks.report.wrap import Line, Role, Span, filled

SCHEMA: Final = "lok-hooks/workflow/1"
_MARKS: Final[Mapping[State, tuple[str, Role]]] = {
    State.DONE: ("✓", "good"),
    State.FAILED: ("✗", "high"),
    State.SKIPPED: ("·", "quiet"),
    State.NOT_RUN: ("!", "warn"),
}
Asked = Callable[[Step], Sequence[str]]


def outputs(result: WorkflowResult, options: Options) -> str:
    """What the last steps brought (verbose: all of them), under their names where there are several."""
    wanted = [
        step for step in result.steps if step.output and (options.verbose or step.name in result.workflow.last_steps)
    ]
    parts = []
    for step in wanted:
        body = prose(step.output)
        heading = as_text([(Span(f"## {visible(step.name)}", "strong"),)], color=options.color)
        parts.append(f"{heading}\n{body}" if len(wanted) > 1 else body)
    return "\n\n".join(parts)


def prose(text: str) -> str:
    """Outsiders' text, made harmless line by line."""
    return "\n".join(map(harmless_line, visible_lines(text)))


def progress(result: WorkflowResult, width: int) -> list[Line]:
    """A line for the workflow and one for each step: how it ended, how long it took, who answered, what it lacks."""
    quiet = f" · {words.counted(len(result.steps), 'step')} · {words.duration(result.seconds)}"
    lines = filled([Span(visible(result.workflow.name), "strong"), Span(quiet, "quiet")], width, hanging="  ")
    return [*lines, *(line for step in result.steps for line in _ended(step, width))]


def commands_shown(step: str, commands: Sequence[str]) -> str:
    """The commands that a step would run, as they are, but for what a terminal would obey."""
    lines = [f"  {visible(line)}" for command in commands for line in command.split("\n")]
    return "\n".join([f"{visible(step)} would run these commands, which an answer brought:", "", *lines, ""])


def note_lines(notes: Sequence[str]) -> list[str]:
    """Each note on a line of its own."""
    return [f"note: {visible_sentence(note, words.MESSAGE_LIMIT)}" for note in notes]


def _ended(step: StepResult, width: int) -> list[Line]:
    who = f" · {', '.join(map(visible, step.backends))}" if step.backends else ""
    tries = f" · {step.attempts} tries" if step.attempts > 1 else ""
    mark, role = _MARKS[step.state]
    line = [
        Span(f"{mark} ", role),
        Span(visible(step.name)),
        Span(f" {words.duration(step.seconds)}{who}{tries}", "quiet"),
    ]
    if step.state is not State.DONE:
        reason = visible_sentence(step.reason, words.MESSAGE_LIMIT)
        line.append(Span(f" · {step.state}: {reason}{' (allowed)' if step.is_forgiven else ''}"))
    lines = filled(line, width, hanging="    ")
    for note in step.notes:
        told = Span(visible_sentence(note, words.MESSAGE_LIMIT), "quiet")
        lines += filled([told], width, indent="    ", hanging="      ")
    return lines


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A workflow file in a list: how messages call it, where it comes from, the workflow in it or what is wrong with
    it, and whether an earlier one of the same name hides it."""

    name: str
    origin: str
    path: str
    label: str
    workflow: Workflow | None = None
    problem: str = ""
    is_hidden: bool = False


def list_lines(rows: Sequence[Listed], options: Options, asked: Asked) -> list[Line]:
    """A line for each; verbose: its file and its steps. `asked` says whom a step asks."""
    lines: list[Line] = []
    for row in rows:
        where = f" ({row.origin}{', hidden by the one above' if row.is_hidden else ''})"
        about = visible_sentence(row.workflow.description if row.workflow else row.problem, 300)
        head = [Span(visible(row.name), "strong"), Span(where, "quiet")]
        lines += filled([*head, Span(f"  {about}", "plain" if row.workflow else "warn")], options.width, hanging="    ")
        if options.verbose:
            lines += filled([Span(visible(row.path), "quiet")], options.width, indent="    ", hanging="      ")
        if options.verbose and row.workflow:
            lines += _steps(row.workflow, options, asked)
    return lines


def valid_lines(rows: Sequence[Listed], options: Options, asked: Asked) -> list[Line]:
    """A line for each workflow that was found right; verbose: its steps."""
    lines: list[Line] = []
    for row in rows:
        if row.workflow is None:
            continue
        told = f": {words.counted(len(row.workflow.steps), 'step')}, in order"
        lines += filled(
            [Span("✓ ", "good"), Span(visible(row.label), "strong"), Span(told)], options.width, hanging="  "
        )
        if options.verbose:
            lines += _steps(row.workflow, options, asked)
    return lines


def _steps(workflow: Workflow, options: Options, asked: Asked) -> list[Line]:
    """The steps as they run; those of one number run side by side."""
    lines: list[Line] = []
    for number, stage in enumerate(stages(workflow), 1):
        for step in stage:
            facts = "".join(f" · {fact}" for fact in _facts(step, asked))
            head = [Span(f"{number}. ", "quiet"), Span(visible(step.name)), Span(facts, "quiet")]
            lines += filled(head, options.width, indent="    ", hanging="       ")
    return lines


def _facts(step: Step, asked: Asked) -> Iterator[str]:
    if step.shell:
        yield f"runs {visible_sentence(step.shell, 200)}"
    else:
        names = asked(step)
        how = f" ({step.consensus.replace('_', ' ')})" if len(names) > 1 else ""
        yield f"asks {', '.join(map(visible, names)) or 'nobody'}{how}"
    if step.waits_for:
        yield f"waits for {', '.join(map(visible, step.waits_for))}"
    if step.condition:
        yield f"if {visible_sentence(step.condition, 200)}"
    if step.for_each is not None:
        yield "for each item"
    if step.retries:
        yield f"tried {step.retries + 1} times at most"
    if step.timeout is not None:
        yield f"{step.timeout:g} s at most"
    if step.continue_on_error:
        yield "may fail"


def list_values(rows: Sequence[Listed], asked: Asked) -> dict[str, Any]:
    """The list as plain values."""
    return {
        "schema": "lok-hooks/workflows/1",
        "workflows": [
            {
                "name": visible(row.name),
                "origin": row.origin,
                "file": visible(row.path),
                "description": visible_sentence(row.workflow.description if row.workflow else "", 200),
                "hidden": row.is_hidden,
                "problem": visible_sentence(row.problem, 300),
                "steps": [_step_values(step, asked) for step in row.workflow.steps] if row.workflow else [],
            }
            for row in rows
        ],
    }


def _step_values(step: Step, asked: Asked) -> dict[str, Any]:
    return {
        "name": visible(step.name),
        "shell": visible_text(step.shell),
        "backends": [] if step.shell else [visible(name) for name in asked(step)],
        "waits_for": [visible(name) for name in step.waits_for],
    }


def as_values(result: WorkflowResult) -> dict[str, Any]:
    """The result as plain lists, mappings, strings and numbers."""
    return {
        "schema": SCHEMA,
        "workflow": visible(result.workflow.name),
        "steps": [
            {
                "name": step.name,
                "state": str(step.state),
                "output": visible_text(step.output),
                "reason": visible_text(step.reason),
                "notes": [visible(note) for note in step.notes],
                "backends": [visible(name) for name in step.backends],
                "attempts": step.attempts,
                "allowed_to_fail": step.is_forgiven,
                "seconds": round(step.seconds, 3),
            }
            for step in result.steps
        ],
        "outputs": {
            step.name: visible_text(step.output) for step in result.steps if step.name in result.workflow.last_steps
        },
        "seconds": round(result.seconds, 3),
        "exit_code": result.exit_code,
    }
