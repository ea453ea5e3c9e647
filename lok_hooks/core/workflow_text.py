"""Templates in workflows: `{{ steps.x.output }}`, `{{ arg.1 }}`, conditions; rendered in Jinja's sandbox.

A workflow may come with a cloned repository, so a template sees the values it is given and nothing else: no attributes
of objects, no methods, no files, no way to make a gigabyte out of a line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from lok_hooks.core.shorten import shortened
from lok_hooks.core.workflow_shell import marked

FUNCTIONS: Final = ("contains", "equals")
LOOP_NAMES: Final = ("item", "index")
NAMES: Final = ("steps", "arg", "workflow")
_FILTERS: Final = (
    "default d trim upper lower capitalize title join length count first last reverse sort unique list string int "
    "float round abs replace truncate wordcount tojson map select reject selectattr rejectattr min max sum"
).split()
# No opening inside: a file full of openings without an end must not be scanned from each of them to its end.
TAG: Final = re.compile(
    r"""
    \{\#(?:(?!\{\#|\#\}).)*\#\}
    | \{%[-+]?\s*raw\s*-?%\}(?P<raw>(?:(?!\{%[-+]?\s*(?:end)?raw\b).)*)\{%[-+]?\s*endraw\s*[-+]?%\}
    | (?P<value>\{\{(?:(?!\{\{|\}\}).)*\}\})
    | (?P<statement>\{%(?:(?!\{%|%\}).)*%\})
    """,
    re.DOTALL | re.VERBOSE,
)
"""A comment, a raw block, a value or a statement of a template; what stands in the first two is nobody's."""
# One that does not end goes to the end of all, so that the next quote is not tried too.
QUOTED: Final = r"\"(?:\\.|[^\"\\])*\"?|'(?:\\.|[^'\\])*'?"
_STEP: Final = re.compile(rf"{QUOTED}|\bsteps\.([A-Za-z_][\w-]{{0,99}})", re.DOTALL)
_OLD_CONTAINS: Final = re.compile(r"([\w.\-\[\]\"]+)\s+contains\s+(\"[^\"]*\"|'[^']*')")
_WHOLE: Final = re.compile(r"\s*\{\{((?:(?!\}\}|\{\{).)*)\}\}\s*", re.DOTALL)
_OUTPUT: Final = re.compile(r"(?:steps\.)?([A-Za-z_][\w-]*)\.output")
_LONGEST_REPETITION: Final = 100_000
_FALSE: Final = frozenset({"", "false", "no", "0", "none", "null"})
# SyntaxError: Python's compiler reads what Jinja makes of a template, and knows no more than 20 loops in each other.
FAILURES: Final = (
    TemplateError, TypeError, ValueError, ArithmeticError, RecursionError, LookupError, SyntaxError
)  # fmt: skip
"""What Jinja raises for a template, or its values, that cannot be used."""


class TemplateMistakeError(ValueError):
    """A template cannot be used; the text says why, `line` where in it (0 where unknown)."""

    def __init__(self, text: str, line: int = 0) -> None:
        super().__init__(text)
        self.line = line


class Output(str):
    """A step's output: prints as text, and gives the fields or entries of the JSON value it holds."""

    value: Any = None

    def __iter__(self) -> Iterator[Any]:
        return iter(self.value) if isinstance(self.value, list) else super().__iter__()


class Arguments(dict[str, str]):
    """What was given on the command line; what was not given is empty. `missed` are the names of what was not given
    and was printed all the same."""

    def __init__(self, given: Mapping[str, str]) -> None:
        super().__init__(given)
        self.missed: set[str] = set()


class Absent(str):
    """The empty text that stands for an argument that was not given: a condition on it is no mistake, to print it may
    be one."""

    name: str
    arguments: Arguments

    def printed(self) -> None:
        """Somebody will read nothing in its place."""
        self.arguments.missed.add(self.name)


class Sandbox(ImmutableSandboxedEnvironment):
    """Values by name and nothing else."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self, finalize: Callable[[Any], Any]) -> None:
        def printed(value: Any) -> Any:
            if isinstance(value, Absent):
                value.printed()
            return finalize(value)

        super().__init__(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True, finalize=printed)
        self.globals = {"contains": _contains, "equals": _equals, "range": self.globals["range"]}
        self.filters = {name: self.filters[name] for name in _FILTERS}

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, LoopContext):
            return super().getattr(obj, attribute)
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, Arguments):
            return obj[str(argument)] if str(argument) in obj else _absent(str(argument), obj)
        if isinstance(obj, Output) and not isinstance(argument, int | slice):
            return self.getitem(obj.value, argument) if obj.value is not None else self.undefined(_no_field(argument))
        try:
            return obj[argument]
        except (LookupError, TypeError):
            return self.undefined(_no_field(argument))

    def is_safe_callable(self, obj: Any) -> bool:
        return obj in self.globals.values()

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        sizes = [len(side) for side in (left, right) if isinstance(side, Sequence)]
        factors = [side for side in (left, right) if isinstance(side, int)]
        if operator == "**" or (operator == "%" and sizes):
            raise TemplateError(f"{operator} is not for texts or powers here")
        if sizes and any(sizes[0] * factor > _LONGEST_REPETITION for factor in factors):
            raise TemplateError(f"a repetition of more than {_LONGEST_REPETITION:,} characters")
        return super().call_binop(context, operator, left, right)


def _absent(name: str, arguments: Arguments) -> Absent:
    made = Absent("")
    made.name, made.arguments = name, arguments
    return made


def _no_field(name: object) -> str:
    return f"there is no {shortened(str(name), 80)!r} in it"


def _contains(text: Any, part: Any) -> bool:
    """Whether the text (or list) has the part in it."""
    return part in text if isinstance(text, Sequence) else False


def _equals(one: Any, other: Any) -> bool:
    return bool(one == other) or shown(one).strip() == shown(other).strip()


def shown(value: Any) -> str:
    """A value as a template prints it: texts as they are, everything else as JSON, nothing for null."""
    if isinstance(value, StrictUndefined):
        return str(value)  # raises, with the name of what is missing
    if value is None:
        return ""
    if isinstance(value, str):
        return str(value)
    return json.dumps(value, ensure_ascii=False)


def rendered(text: str, values: Mapping[str, Any], steps: Sequence[str]) -> str:
    """The template with its values. Raises TemplateMistakeError when one is missing."""
    return _run(Sandbox(shown), written(text, steps), values)


def rendered_for_shell(text: str, values: Mapping[str, Any], steps: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The template with a mark in place of each value, and the values by number, from 1 on."""
    taken: list[str] = []

    def take(value: Any) -> str:
        taken.append(shown(value))
        return marked(len(taken))

    return _run(Sandbox(take), written(text, steps), values), tuple(taken)


def is_nothing_but_a_value(text: str) -> bool:
    """Whether a shell text is a single value: then not its author wrote the commands, but whoever gives the value."""
    return _WHOLE.fullmatch(text) is not None


def why_not(text: str, values: Mapping[str, Any], steps: Sequence[str]) -> str:
    """Why a condition does not hold, "" when it does; the words false, no, none, null, 0 and nothing at all do not.
    Raises TemplateMistakeError."""
    value = evaluated(text, values, steps)
    if value.strip().casefold() not in _FALSE if isinstance(value, str) else value:
        return ""
    whole = _WHOLE.fullmatch(text)
    condition = " ".join((whole[1] if whole else text).split())
    step = _OUTPUT.fullmatch(condition)
    if isinstance(value, bool):
        return f"this is not so: {condition}"
    said = shown(value).strip()
    if step and not said:
        return f"step {step[1]} brought nothing"
    return f"{condition} is {shortened(said, 80) or 'empty'}"


def evaluated(text: str, values: Mapping[str, Any], steps: Sequence[str]) -> Any:
    """The value of an expression. Raises TemplateMistakeError."""
    named = {name: values["steps"][name] for name in steps if name in values.get("steps", {})}
    try:
        found = Sandbox(shown).compile_expression(expression_of(text, steps), undefined_to_none=False)(
            {**named, **values}
        )
    except FAILURES as error:
        raise mistake_of(error) from error
    if isinstance(found, StrictUndefined):
        raise TemplateMistakeError(f"{shortened(text.strip(), 80)}: there is no such value")
    return found


def _run(sandbox: Sandbox, source: str, values: Mapping[str, Any]) -> str:
    try:
        return sandbox.from_string(source).render(values)
    except FAILURES as error:
        raise mistake_of(error) from error


def mistake_of(error: Exception) -> TemplateMistakeError:
    """One of the FAILURES for a reader."""
    if isinstance(error, RecursionError | SyntaxError):
        return TemplateMistakeError("nested too deeply")
    line = error.lineno if isinstance(error, TemplateSyntaxError) else 0
    return TemplateMistakeError(shortened(str(error).split("\n")[0], 300), line or 0)


def written(text: str, steps: Sequence[str]) -> str:
    """The template as Jinja reads it: a step's name may have a dash, which Jinja takes for a minus."""
    return TAG.sub(lambda found: _dashes(found[0], steps) if found["value"] or found["statement"] else found[0], text)


def _dashes(text: str, steps: Sequence[str]) -> str:
    def subscript(found: re.Match[str]) -> str:
        name = found[1]
        if name is None:
            return found[0]
        while "-" in name and name not in steps:
            name = name.rpartition("-")[0]
        if "-" not in name:
            # Not a step with a dash: unless its beginning is one, the whole is what the author meant.
            name = found[1] if name not in steps else name
        return f'steps["{name}"]{found[1][len(name) :]}'

    return _STEP.sub(subscript, text)


def expression_of(text: str, steps: Sequence[str]) -> str:
    """A condition or for_each as Jinja reads it, each word on its line: without braces around all of it, with the
    original's `x contains "y"` as a call, and with steps by their bare names."""
    whole = _WHOLE.fullmatch(text)
    bare = f"{text[: whole.start(1) - 2]}{whole[1]}" if whole else text
    said = _dashes(_OLD_CONTAINS.sub(r"contains(\1, \2)", bare), steps)
    names = sorted((re.escape(name) for name in steps if "-" in name), key=len, reverse=True)
    if not names:
        return said
    bare_name = re.compile(rf"{QUOTED}|(?<![\w.-])({'|'.join(names)})(?=\.)", re.DOTALL)
    return bare_name.sub(lambda found: f'steps["{found[1]}"]' if found[1] else found[0], said)
