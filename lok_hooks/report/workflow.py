"""A workflow that ended: the outputs it was run for, how each step went, and the same as JSON."""

from __future__ import annotations

from typing import Any, Final

from lok_hooks.core.workflow import State, StepResult, WorkflowResult
from lok_hooks.report import words
from lok_hooks.report.visible import visible, visible_lines, visible_sentence

SCHEMA: Final = "lok-hooks/workflow/1"
_MARKS: Final = {State.DONE: "✓", State.FAILED: "✗", State.SKIPPED: "·", State.NOT_RUN: "!"}


def outputs(result: WorkflowResult, *, verbose: bool) -> str:
    """What the last steps brought (`verbose`: all of them), under their names where there are several."""
    wanted = [step for step in result.steps if step.output and (verbose or step.name in result.workflow.last_steps)]
    parts = []
    for step in wanted:
        body = prose(step.output)
        parts.append(f"## {visible(step.name)}\n\n{body}" if len(wanted) > 1 else body)
    return "\n\n".join(parts)


def prose(text: str) -> str:
    """Outsiders' text, made visible line by line."""
    return "\n".join(visible_lines(text))


def _exact(text: str) -> str:
    """The same for programs, tabs kept, so that code can be taken out as it is."""
    return "\n".join("\t".join(visible(part) for part in line.split("\t")) for line in text.split("\n"))


def progress(result: WorkflowResult) -> list[str]:
    """A line for the workflow and one for each step: how it ended, how long it took, who answered, what it lacks."""
    head = f"{visible(result.workflow.name)} · {words.counted(len(result.steps), 'step')}"
    return [f"{head} · {words.duration(result.seconds)}", *(line for step in result.steps for line in _step(step))]


def _step(step: StepResult) -> list[str]:
    who = f" · {', '.join(map(visible, step.backends))}" if step.backends else ""
    tries = f" · {step.attempts} tries" if step.attempts > 1 else ""
    line = f"{_MARKS[step.state]} {visible(step.name)} {words.duration(step.seconds)}{who}{tries}"
    if step.state is not State.DONE:
        reason = visible_sentence(step.reason, words.MESSAGE_LIMIT)
        line += f" · {step.state}: {reason}{' (allowed)' if step.is_forgiven else ''}"
    return [line, *(f"    {visible_sentence(note, words.MESSAGE_LIMIT)}" for note in step.notes)]


def as_values(result: WorkflowResult) -> dict[str, Any]:
    """The result as plain lists, mappings, strings and numbers."""
    return {
        "schema": SCHEMA,
        "workflow": visible(result.workflow.name),
        "steps": [
            {
                "name": step.name,
                "state": str(step.state),
                "output": _exact(step.output),
                "reason": _exact(step.reason),
                "notes": [visible(note) for note in step.notes],
                "backends": [visible(name) for name in step.backends],
                "attempts": step.attempts,
                "allowed_to_fail": step.is_forgiven,
                "seconds": round(step.seconds, 3),
            }
            for step in result.steps
        ],
        "outputs": {step.name: _exact(step.output) for step in result.steps if step.name in result.workflow.last_steps},
        "seconds": round(result.seconds, 3),
        "exit_code": result.exit_code,
    }
