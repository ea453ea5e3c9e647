"""A workflow file as a Workflow, or every mistake in it, each with its place: file, line, step, key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from lok_hooks.config.load import read_toml
from lok_hooks.config.messages import nearest, shown
from lok_hooks.config.mistakes import expected
from lok_hooks.config.toml_places import places
from lok_hooks.config.workflow_mistakes import Steps, WorkflowMistake, mentioned_in, mistakes_between, texts
from lok_hooks.config.workflow_schema import EDITING, StepSection, WorkflowSection
from lok_hooks.core.workflow import Step, Workflow
from lok_hooks.errors import ConfigError

_ADVICE: Final = "correct the file; nothing was run"
_STEPS: Final = "steps"
_TEXT, _LIST = "constrained-str", "tuple[constrained-str, ...]"  # pydantic's names for the two forms of a for_each


def read_workflow(content: bytes, label: str, fallback_name: str, backends: Sequence[str]) -> Workflow:
    """The workflow in a file. `label` begins every message, `fallback_name` is its name where it gives none, `backends`
    are the names that may stand in it. Raises ConfigError with one line for every mistake."""
    raw = read_toml(content, label)
    mistakes: list[WorkflowMistake] = []
    try:
        section = WorkflowSection.model_validate(raw)
        steps: Steps = dict(enumerate(section.steps))
    except ValidationError as error:
        section = WorkflowSection.model_construct()
        mistakes += _in_form(error)
        steps = _right_of(raw, mistakes)
    wrong = {number: {each.key for each in mistakes if each.step == number} for number in steps}
    mistakes += mistakes_between(steps, wrong, backends)
    if mistakes:
        raise ConfigError("\n".join(_lines(mistakes, raw, content, label)), advice=_ADVICE)
    known = [step.name for step in section.steps]
    return Workflow(
        name=section.name or fallback_name,
        description=section.description or "",
        label=label,
        steps=tuple(_step(step, section, known) for step in section.steps),
    )


def _entries(raw: Mapping[str, Any]) -> dict[int, Mapping[str, Any]]:
    """What stands under `steps` and may be a step, by its place."""
    found = raw.get(_STEPS)
    return {n: each for n, each in enumerate(found) if isinstance(each, dict)} if isinstance(found, list) else {}


def _name_of(entry: Mapping[str, Any], number: int) -> str:
    name = entry.get("name")
    return name if isinstance(name, str) and name else f"#{number + 1}"


def _right_of(raw: Mapping[str, Any], mistakes: Sequence[WorkflowMistake]) -> Steps:
    """The steps without the keys that are wrong, so that everything else about them can be checked too."""
    steps = {}
    for number, entry in _entries(raw).items():
        wrong = {each.key for each in mistakes if each.step == number}
        right = {key: value for key, value in entry.items() if key not in wrong}
        step = StepSection.model_validate({**right, "name": "any"})
        steps[number] = step.model_copy(update={"name": _name_of(entry, number)})
    return steps


def _lines(mistakes: Sequence[WorkflowMistake], raw: Mapping[str, Any], content: bytes, label: str) -> list[str]:
    """What a person reads, in the order of the file."""
    found, entries = places(content.decode("utf-8-sig"), _STEPS), _entries(raw)
    told = []
    for mistake in mistakes:
        line = found.line_in(mistake.step, mistake.key, mistake.line)
        where = f"{label}:{line}" if line else label
        step = mistake.step
        named = f'step "{shown(_name_of(entries.get(step, {}), step))}"' if step is not None else ""
        told.append((line, ": ".join(filter(None, (where, named, shown(mistake.key), mistake.text)))))
    return list(dict.fromkeys(text for _, text in sorted(told, key=lambda pair: pair[0])))


def _in_form(error: ValidationError) -> Iterator[WorkflowMistake]:
    """What the schema found. Where every step has a mistake, "no steps are left" is none of its own; of what may be a
    text or a list, the one that it is meant to be is told."""
    for details in error.errors(include_url=False):
        last, kind, given = details["loc"][-1], details["type"], details["input"]
        is_left_over = kind == "too_short" and given
        is_other_form = (last == _LIST and kind == "tuple_type") or (last == _TEXT and isinstance(given, list))
        if not is_left_over and not is_other_form:
            yield _told(details)


def _told(details: ErrorDetails) -> WorkflowMistake:
    path = [part for part in details["loc"] if part not in (_TEXT, _LIST)]
    step = path[1] if path[0] == _STEPS and len(path) > 1 and isinstance(path[1], int) else None
    keys = path if step is None else path[2:]
    key = str(keys[0]) if keys else ""
    model = WorkflowSection if step is None else StepSection
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    advice = fields[key].description if key in fields else ""
    if details["type"] == "extra_forbidden" and key in EDITING:
        text = "steps that edit files are not run by lok-hooks; take the key out"
    elif details["type"] == "extra_forbidden":
        text = f"unknown key{nearest(key, fields)}"
    elif details["type"] == "string_pattern_mismatch":
        text = f"cannot be used; write {advice}"
    elif details["type"] == "missing":
        text = f"missing; write {advice}"
    else:
        wanted = expected(details)
        said = f"expected {wanted}" if wanted else details["msg"][:1].lower() + details["msg"][1:]
        text = f"{said}; {advice}" if advice else said
    return WorkflowMistake(step=step, key=key, text=text)


def _step(step: StepSection, section: WorkflowSection, known: Sequence[str]) -> Step:
    """A step that is known to be right. What a file leaves out is None here."""
    needs = [
        *(step.depends_on or ()),
        *(name for key, text in texts(step) for name in mentioned_in(key, text, known).steps),
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
