"""The tasks of lok.toml as a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lok_hooks.core.task import Task
from lok_hooks.report import words
from lok_hooks.report.visible import visible, visible_sentence
from lok_hooks.report.wrap import Line, Span, filled


def lines(tasks: Sequence[Task], width: int, *, verbose: bool) -> list[Line]:
    """A line for each task: its name, its description, who is asked, how many questions; `verbose`: the questions."""
    made: list[Line] = []
    for task in tasks:
        asked = ", ".join(map(visible, task.backends)) or "the best one at hand"
        facts = f" · {asked} · {words.counted(len(task.aspects), 'question')}"
        description = visible_sentence(task.description, words.TITLE_LIMIT)
        head = [Span(visible(task.name), "strong"), Span(f"  {description}"), Span(facts, "quiet")]
        made += filled(head, width, hanging="    ")
        if verbose:
            for aspect in task.aspects:
                said = f"{visible(aspect.name)}: {visible_sentence(aspect.text, 10_000)}"
                made += filled([Span(said, "quiet")], width, indent="    ", hanging="      ")
    return made


def as_values(tasks: Sequence[Task]) -> dict[str, Any]:
    """The tasks as plain lists, mappings and strings."""
    return {
        "schema": "lok-hooks/tasks/1",
        "tasks": [
            {
                "name": task.name,
                "description": task.description,
                "backends": list(task.backends),
                "prompts": [{"name": aspect.name, "prompt": aspect.text} for aspect in task.aspects],
            }
            for task in tasks
        ],
    }
