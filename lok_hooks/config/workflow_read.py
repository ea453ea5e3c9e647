"""A workflow file as a Workflow, or every mistake in it, each with its place: file, step, key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from lok_hooks.config.load import read_toml
from lok_hooks.config.messages import nearest, shown
from lok_hooks.config.workflow_schema import EDITING, StepSection, WorkflowSection
from lok_hooks.core.workflow import Step, Workflow, cycle_in
from lok_hooks.core.workflow_shell import ShellMistakeError, assembled
from lok_hooks.core.workflow_text import (
    LOOP_NAMES,
    NAMES,
    Mentioned,
    TemplateMistakeError,
    is_nothing_but_a_value,
    mentioned,
    mentioned_in_expression,
    with_marks,
)
from lok_hooks.errors import ConfigError

_ADVICE: Final = "correct the file; nothing was run"
_LongPlace = tuple[str, str]  # step ("" for the whole file) and key ("" for the whole step)


def read_workflow(content: bytes, label: str, fallback_name: str, backends: Sequence[str]) -> Workflow:
    """The workflow in a file. `label` begins every message, `fallback_name` is its name where it gives none, `backends`
    are the names that may stand in it. Raises ConfigError with one line for every mistake."""
    raw = read_toml(content, label)
    steps = raw.get("steps")
    names = [_name_in(step, number) for number, step in enumerate(steps if isinstance(steps, list) else [])]
    try:
        section = WorkflowSection.model_validate(raw)
    except ValidationError as error:
        # Where every step has a mistake, "no steps are left" is none of its own.
        found = [
            details
            for details in error.errors(include_url=False)
            if not (names and details["loc"] == ("steps",) and details["type"] == "too_short")
        ]
        lines = [_line(label, *_told(details, names)) for details in found]
        raise ConfigError("\n".join(dict.fromkeys(lines)), advice=_ADVICE) from error
    told = [_line(label, place, text) for place, text in _mistakes(section, backends)]
    if told:
        raise ConfigError("\n".join(dict.fromkeys(told)), advice=_ADVICE)
    known = [step.name for step in section.steps]
    made = [_step(step, section, known) for step in section.steps]
    circle = cycle_in({step.name: step.waits_for for step in made})
    if circle:
        chain = " waits for ".join(circle)
        raise ConfigError(_line(label, (circle[0], "depends_on"), f"a circle: {chain}"), advice=_ADVICE)
    return Workflow(
        name=section.name or fallback_name,
        description=section.description or "",
        label=label,
        steps=tuple(made),
    )


def _name_in(step: object, number: int) -> str:
    name = step.get("name") if isinstance(step, dict) else None
    return name if isinstance(name, str) and name else f"#{number + 1}"


def _line(label: str, place: _LongPlace, text: str) -> str:
    step, key = place
    words = [label, f'step "{shown(step)}"' if step else "", key, text]
    return ": ".join(word for word in words if word)


def _told(details: ErrorDetails, names: Sequence[str]) -> tuple[_LongPlace, str]:
    """Where the schema found a mistake, and what it is."""
    path = [part for part in details["loc"] if part not in ("constrained-str", "tuple[constrained-str, ...]")]
    in_step = path[0] == "steps" and len(path) > 1 and isinstance(path[1], int)
    step = names[path[1]] if in_step and isinstance(path[1], int) else ""
    keys = path[2:] if in_step else path
    key = str(keys[0]) if keys else ""
    model = StepSection if in_step else WorkflowSection
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    if details["type"] == "extra_forbidden":
        if key in EDITING:
            return (step, key), "steps that edit files are not run by lok-hooks; take the key out"
        return (step, shown(key)), f"unknown key{nearest(key, fields)}"
    advice = fields[key].description if key in fields else ""
    if details["type"] == "missing":
        return (step, key), f"missing; write {advice}"
    said = details["msg"][:1].lower() + details["msg"][1:]
    return (step, key), f"{said}; it is {advice}" if advice else said


def _mistakes(section: WorkflowSection, backends: Sequence[str]) -> Iterator[tuple[_LongPlace, str]]:
    """What the schema cannot know: whether steps, backends and texts fit together."""
    known = [step.name for step in section.steps]
    for step in section.steps:
        if known.count(step.name) > 1:
            yield (step.name, "name"), "two steps have this name"
        yield from _kind_mistakes(step)
        for name in step.depends_on or ():
            if name not in known:
                yield (step.name, "depends_on"), f'no step is called "{shown(name)}"{nearest(name, known)}'
        if step.min_deps_success is not None and step.min_deps_success > len(set(step.depends_on or ())):
            number = len(set(step.depends_on or ()))
            yield (step.name, "min_deps_success"), f"{step.min_deps_success} of only {number} steps in depends_on"
        for key, name in _backends_named(step):
            if name not in backends:
                yield (step.name, key), f'no backend is called "{shown(name)}"{nearest(name, backends)}'
        yield from _text_mistakes(step, known)


def _kind_mistakes(step: StepSection) -> Iterator[tuple[_LongPlace, str]]:
    if (step.prompt is None) == (step.shell is None):
        yield (step.name, ""), "has to have either prompt or shell"
    if step.condition is not None and step.when is not None:
        yield (step.name, "when"), "the same as `if`; keep one of the two"
    if step.backend and step.backends:
        yield (step.name, "backends"), "contradicts backend; keep one of the two"
    if step.shell is not None:
        for key in ("backend", "backends", "consensus", "weights"):
            if getattr(step, key):
                yield (step.name, key), "a shell step asks no backend"


def _backends_named(step: StepSection) -> Iterator[tuple[str, str]]:
    if step.backend:
        yield "backend", step.backend
    yield from (("backends", name) for name in step.backends or ())
    yield from (("weights", name) for name in step.weights or {})


def _text_mistakes(step: StepSection, known: Sequence[str]) -> Iterator[tuple[_LongPlace, str]]:
    for key, text in _texts(step):
        try:
            found = _mentioned(key, text, known)
        except TemplateMistakeError as mistake:
            line = f" (line {mistake.line})" if mistake.line else ""
            yield (step.name, key), f"not a template{line}: {shown(str(mistake))}"
            continue
        for name in found.steps:
            if name not in known:
                yield (step.name, key), f'no step is called "{shown(name)}"{nearest(name, known)}'
            elif name == step.name:
                yield (step.name, key), "refers to its own output"
        allowed = [*NAMES, *(LOOP_NAMES if step.for_each is not None and key in ("prompt", "shell") else ())]
        for name in found.names:
            if name not in allowed:
                yield (step.name, key), f"there is nothing called {shown(name)}{nearest(name, allowed)}"
    if step.shell is not None and not is_nothing_but_a_value(step.shell):
        try:
            assembled(with_marks(step.shell), 1)
        except ShellMistakeError as mistake:
            yield (step.name, "shell"), str(mistake)


def _texts(step: StepSection) -> Iterator[tuple[str, str]]:
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


def _mentioned(key: str, text: str, known: Sequence[str]) -> Mentioned:
    return mentioned(text, known) if key in ("prompt", "shell") else mentioned_in_expression(text, known)


def _step(step: StepSection, section: WorkflowSection, known: Sequence[str]) -> Step:
    """A step that is known to be right. What a file leaves out is None here."""
    needs = [
        *(step.depends_on or ()),
        *(name for key, text in _texts(step) for name in _mentioned(key, text, known).steps),
    ]
    timeout = section.timeout if step.timeout is None else step.timeout
    forgiving = section.continue_on_error if step.continue_on_error is None else step.continue_on_error
    made = Step(
        name=step.name,
        prompt=step.prompt or "",
        shell=step.shell or "",
        backends=tuple(dict.fromkeys(step.backends or ((step.backend,) if step.backend else ()))),
        weights=step.weights or {},
        depends_on=tuple(dict.fromkeys(step.depends_on or ())),
        waits_for=tuple(dict.fromkeys(needs)),
        min_successes=step.min_deps_success,
        condition=step.condition or step.when or "",
        for_each=step.for_each,
        retries=step.retries or 0,
        timeout=timeout or None,
        continue_on_error=bool(forgiving),
    )
    given: Mapping[str, Any] = {
        key: value for key in ("consensus", "retry_delay", "output_format") if (value := getattr(step, key)) is not None
    }
    return replace(made, **given)
