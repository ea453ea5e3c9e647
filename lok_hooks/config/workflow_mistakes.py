"""What is wrong in a workflow file beyond its form: whether steps, backends and texts fit together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final

from lok_hooks.config.messages import nearest, shown
from lok_hooks.config.workflow_schema import StepSection
from lok_hooks.core.workflow import circles_in
from lok_hooks.core.workflow_mentions import Mentioned, mentioned, mentioned_in_expression, misplaced_values
from lok_hooks.core.workflow_text import LOOP_NAMES, NAMES, is_nothing_but_a_value

_LONGEST_REASON: Final = 300  # characters of what the template's reader says

Steps = Mapping[int, StepSection]
"""Steps by their place in the file, from 0 on, with what is right of each."""
Mentions = Mapping[str, Mentioned]
"""What the texts of a step refer to, by key."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkflowMistake:
    """What is wrong, and where: the step's place among the steps (None: before them), the key ("" for all of the
    step), and the line of the key's text (0: the key itself)."""

    text: str
    step: int | None = None
    key: str = ""
    line: int = 0


def mistakes_between(steps: Steps, wrong: Mapping[int, Set[str]], backends: Sequence[str]) -> Iterator[WorkflowMistake]:
    """What does not fit together. `wrong` are the keys of a step that are told as mistakes already: what follows from
    these alone is not told."""
    known = [step.name for step in steps.values()]
    mentions = {
        number: {key: mentioned_in(key, text, known) for key, text in texts(step)} for number, step in steps.items()
    }
    for number, step in steps.items():
        faulty = wrong.get(number, frozenset())
        if known.count(step.name) > 1:
            yield WorkflowMistake(step=number, key="name", text="two steps have this name")
        yield from _kind_mistakes(number, step, faulty)
        for name in step.depends_on or ():
            if name not in known:
                yield WorkflowMistake(step=number, key="depends_on", text=_no_step(name, known))
        before = len(set(step.depends_on or ()))
        if step.min_deps_success is not None and step.min_deps_success > before and "depends_on" not in faulty:
            text = f"{step.min_deps_success} of only {before} steps in depends_on"
            yield WorkflowMistake(step=number, key="min_deps_success", text=text)
        for key, name in _backends_named(step):
            if name not in backends:
                text = f'no backend is called "{shown(name)}"{nearest(name, backends)}'
                yield WorkflowMistake(step=number, key=key, text=text)
        yield from _text_mistakes(number, step, mentions[number], known)
    yield from _circles(steps, mentions, known)


def texts(step: StepSection) -> Iterator[tuple[str, str]]:
    """The texts of a step that may refer to others, by key."""
    if step.prompt is not None:
        yield "prompt", step.prompt
    if step.shell is not None:
        yield "shell", step.shell
    if step.condition is not None:
        yield "if", step.condition
    if step.when is not None:
        yield "when", step.when
    if isinstance(step.for_each, str):
        yield "for_each", step.for_each


def mentioned_in(key: str, text: str, known: Sequence[str]) -> Mentioned:
    """What the text of this key refers to."""
    return mentioned(text, known) if key in ("prompt", "shell") else mentioned_in_expression(text, known)


def _no_step(name: str, known: Sequence[str]) -> str:
    return f'no step is called "{shown(name)}"{nearest(name, {*known})}'


def _kind_mistakes(number: int, step: StepSection, faulty: Set[str]) -> Iterator[WorkflowMistake]:
    is_one = (step.prompt is None) != (step.shell is None)
    if not is_one and not (step.prompt is None and _may_be_meant(faulty)):
        yield WorkflowMistake(step=number, text="has to have either prompt or shell")
    if step.condition is not None and step.when is not None:
        yield WorkflowMistake(step=number, key="when", text="the same as `if`; keep one of the two")
    if step.backend and step.backends:
        yield WorkflowMistake(step=number, key="backends", text="contradicts backend; keep one of the two")
    if step.shell is not None:
        for key in ("backend", "backends", "consensus", "weights"):
            if getattr(step, key):
                yield WorkflowMistake(step=number, key=key, text="a shell step asks no backend")


def _may_be_meant(faulty: Set[str]) -> bool:
    """Whether one of these keys is a faulty or misspelt prompt or shell."""
    import difflib

    return any(difflib.get_close_matches(key[:100], ("prompt", "shell"), n=1) for key in faulty)


def _backends_named(step: StepSection) -> Iterator[tuple[str, str]]:
    if step.backend:
        yield "backend", step.backend
    yield from (("backends", name) for name in step.backends or ())
    yield from (("weights", name) for name in step.weights or {})


def _text_mistakes(
    number: int, step: StepSection, mentions: Mentions, known: Sequence[str]
) -> Iterator[WorkflowMistake]:
    for key, found in mentions.items():
        for mistake in found.mistakes:
            said = f"not a template: {shown(str(mistake), _LONGEST_REASON)}"
            yield WorkflowMistake(step=number, key=key, line=mistake.line, text=said)
        told = {name: _no_step(name, known) for name in found.steps if name not in known}
        if step.name in found.steps:
            told[step.name] = "refers to its own output"
        for name, said in told.items():
            for line in found.steps[name]:
                yield WorkflowMistake(step=number, key=key, line=line, text=said)
        allowed = [*NAMES, *(LOOP_NAMES if step.for_each is not None and key in ("prompt", "shell") else ())]
        for name in (name for name in found.names if name not in allowed):
            said = f"there is nothing called {shown(name)}{nearest(name, allowed)}"
            for line in found.names[name]:
                yield WorkflowMistake(step=number, key=key, line=line, text=said)
    if step.shell is not None and not is_nothing_but_a_value(step.shell):
        for mistake in misplaced_values(step.shell):
            yield WorkflowMistake(step=number, key="shell", line=mistake.line, text=str(mistake))


def _circles(steps: Steps, mentions: Mapping[int, Mentions], known: Sequence[str]) -> Iterator[WorkflowMistake]:
    numbers = {step.name: number for number, step in steps.items()}
    waits_for = {name: _waited_for(steps[number], mentions[number], known) for name, number in numbers.items()}
    for circle in circles_in({name: list(found) for name, found in waits_for.items()}):
        key, line = waits_for[circle[0]][circle[1]]
        text = f"a circle: {' waits for '.join(circle)}"
        yield WorkflowMistake(step=numbers[circle[0]], key=key, line=line, text=text)


def _waited_for(step: StepSection, mentions: Mentions, known: Sequence[str]) -> dict[str, tuple[str, int]]:
    """The steps that this one waits for, as far as they are there and not this one's own output, each with the key that
    names it first and the line of that key's text."""
    found = {name: ("depends_on", 0) for name in step.depends_on or () if name in known}
    for key, found_there in mentions.items():
        for name, lines in found_there.steps.items():
            if name in known and name != step.name:
                found.setdefault(name, (key, lines[0]))
    return found
