"""Templates in workflows: `{{ steps.x.output }}`, `{{ arg.1 }}`, conditions; rendered in Jinja's sandbox.

A workflow may come with a cloned repository, so a template sees the values it is given and nothing else: no attributes
of objects, no methods, no files, no way to make a gigabyte out of a line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, nodes
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from lok_hooks.core.shorten import shortened
from lok_hooks.core.workflow_shell import MARK, ShellMistakeError, assembled, marked

FUNCTIONS: Final = ("contains", "equals")
LOOP_NAMES: Final = ("item", "index")
NAMES: Final = ("steps", "arg", "workflow")
_FILTERS: Final = (
    "default d trim upper lower capitalize title join length count first last reverse sort unique list string int "
    "float round abs replace truncate wordcount tojson map select reject selectattr rejectattr min max sum"
).split()
# No opening inside: a file full of openings without an end must not be scanned from each of them to its end.
_TAG: Final = re.compile(r"\{\{(?:(?!\{\{|\}\}).)*\}\}|\{%(?:(?!\{%|%\}).)*%\}", re.DOTALL)
_STEP: Final = re.compile(r"\bsteps\.([A-Za-z_][\w-]{0,99})")
_OLD_CONTAINS: Final = re.compile(r"([\w.\-\[\]\"]+)\s+contains\s+(\"[^\"]*\"|'[^']*')")
_WHOLE: Final = re.compile(r"\s*\{\{((?:(?!\}\}|\{\{).)*)\}\}\s*", re.DOTALL)
_OUTPUT: Final = re.compile(r"(?:steps\.)?([A-Za-z_][\w-]*)\.output")
_MOST_WORDS: Final = 300  # of one expression
_MOST_TAGS: Final = 500  # of one text
_MOST_MISPLACED: Final = 10  # told of one text
_LONGEST_REPETITION: Final = 100_000
_FALSE: Final = frozenset({"", "false", "no", "0", "none", "null"})


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Mentioned:
    """What a template refers to: steps, and other names that it expects from outside, each with the line of the text
    that has it first; and what no template here may have."""

    steps: Mapping[str, int]
    names: Mapping[str, int]
    mistakes: tuple[TemplateMistakeError, ...] = ()


class _Sandbox(ImmutableSandboxedEnvironment):
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


def mentioned(text: str, steps: Sequence[str]) -> Mentioned:
    """What a template refers to, `steps` being the known ones. Where it is no template as a whole, each of its values
    is looked at by itself, so that all that is wrong can be told at once."""
    sandbox, source = _Sandbox(shown), _written(text, steps)
    try:
        return _mentioned(source, sandbox)
    except TemplateMistakeError as mistake:
        parts = [*_values_alone(source, sandbox), Mentioned(steps={}, names={}, mistakes=(mistake,))]
    found = {(each.line, str(each)): each for part in parts for each in part.mistakes}
    return Mentioned(
        steps={name: line for part in reversed(parts) for name, line in part.steps.items()},
        names={name: line for part in reversed(parts) for name, line in part.names.items()},
        mistakes=tuple(found[key] for key in sorted(found)),
    )


def mentioned_in_expression(text: str, steps: Sequence[str]) -> Mentioned:
    """The same for a condition or a for_each; steps may go by their bare names there."""
    try:
        found = _mentioned("{{ " + _expression(text, steps) + " }}", _Sandbox(shown))
    except TemplateMistakeError as mistake:
        return Mentioned(steps={}, names={}, mistakes=(mistake,))
    bare = {name: line for name, line in found.names.items() if name in steps}
    names = {name: line for name, line in found.names.items() if name not in bare}
    return Mentioned(steps={**bare, **found.steps}, names=names, mistakes=found.mistakes)


def rendered(text: str, values: Mapping[str, Any], steps: Sequence[str]) -> str:
    """The template with its values. Raises TemplateMistakeError when one is missing."""
    return _run(_Sandbox(shown), _written(text, steps), values)


def rendered_for_shell(text: str, values: Mapping[str, Any], steps: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The template with a mark in place of each value, and the values by number, from 1 on."""
    taken: list[str] = []

    def take(value: Any) -> str:
        taken.append(shown(value))
        return marked(len(taken))

    return _run(_Sandbox(take), _written(text, steps), values), tuple(taken)


def misplaced_values(text: str) -> Iterator[TemplateMistakeError]:
    """The values of a shell text that stand where a shell would read them as more than data, each with its line; at
    most so many as anybody mends in one go."""
    marks = script = _TAG.sub(lambda found: marked(1) if found[0].startswith("{{") else "", text)
    values = [found for found in _TAG.finditer(text) if found[0].startswith("{{")]
    for _ in range(_MOST_MISPLACED):
        try:
            assembled(script, 1)
        except ShellMistakeError as mistake:
            if mistake.at < 0:
                yield TemplateMistakeError(str(mistake))
                return
            number = marks.count(MARK, 0, mistake.at) // 2
            yield TemplateMistakeError(str(mistake), text.count("\n", 0, values[number].start()) + 1)
            # A word in its place, so that the next one is found.
            start = mistake.at - marks.count(MARK, 0, mistake.at) % 2 * (len(marked(1)) - 1)
            script = script[:start] + "x" * len(marked(1)) + script[start + len(marked(1)) :]
        else:
            return


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
        found = _Sandbox(shown).compile_expression(_expression(text, steps), undefined_to_none=False)(
            {**named, **values}
        )
    except _FAILURES as error:
        raise _mistake(error) from error
    if isinstance(found, StrictUndefined):
        raise TemplateMistakeError(f"{shortened(text.strip(), 80)}: there is no such value")
    return found


_FAILURES: Final = (TemplateError, TypeError, ValueError, ArithmeticError, RecursionError, LookupError)


def _run(sandbox: _Sandbox, source: str, values: Mapping[str, Any]) -> str:
    try:
        return sandbox.from_string(source).render(values)
    except _FAILURES as error:
        raise _mistake(error) from error


def _mistake(error: Exception) -> TemplateMistakeError:
    if isinstance(error, RecursionError):
        return TemplateMistakeError("nested too deeply")
    line = error.lineno if isinstance(error, TemplateSyntaxError) else 0
    return TemplateMistakeError(shortened(str(error).split("\n")[0], 300), line or 0)


def _written(text: str, steps: Sequence[str]) -> str:
    """The template as Jinja reads it: a step's name may have a dash, which Jinja takes for a minus."""
    return _TAG.sub(lambda found: _dashes(found[0], steps), text)


def _dashes(text: str, steps: Sequence[str]) -> str:
    def subscript(found: re.Match[str]) -> str:
        name = found[1]
        while "-" in name and name not in steps:
            name = name.rpartition("-")[0]
        if "-" not in name:
            # Not a step with a dash: unless its beginning is one, the whole is what the author meant.
            name = found[1] if name not in steps else name
        return f'steps["{name}"]{found[1][len(name) :]}'

    return _STEP.sub(subscript, text)


def _expression(text: str, steps: Sequence[str]) -> str:
    whole = _WHOLE.fullmatch(text)
    said = _dashes(_OLD_CONTAINS.sub(r"contains(\1, \2)", whole[1] if whole else text), steps)
    for name in sorted((name for name in steps if "-" in name), key=len, reverse=True):
        said = re.sub(rf"(?<![\w.\"-]){re.escape(name)}(?=\.)", f'steps["{name}"]', said)
    return said.strip()


def _values_alone(source: str, sandbox: _Sandbox) -> Iterator[Mentioned]:
    """What each of the first values of a text refers to, or what is wrong with it. Names that a tag around it may give
    are left out."""
    tags = list(islice(_TAG.finditer(source), _MOST_TAGS))
    given = {word for tag in tags if tag[0].startswith("{%") for word in re.findall(r"\w+", tag[0])}
    for tag in tags:
        if tag[0].startswith("{%"):
            continue
        before = source.count("\n", 0, tag.start())
        try:
            found = _mentioned(tag[0], sandbox)
        except TemplateMistakeError as mistake:
            found = Mentioned(steps={}, names={}, mistakes=(mistake,))
        yield Mentioned(
            steps={name: before + line for name, line in found.steps.items()},
            names={name: before + line for name, line in found.names.items() if name not in given},
            mistakes=tuple(TemplateMistakeError(str(each), before + each.line) for each in found.mistakes),
        )


def _mentioned(source: str, sandbox: _Sandbox) -> Mentioned:
    """Raises TemplateMistakeError for what is no template."""
    from jinja2.meta import find_undeclared_variables

    try:
        _refuse_long(source, sandbox)
        tree = sandbox.parse(source)
        sandbox.compile(source)
    except _FAILURES as error:
        raise _mistake(error) from error
    steps: dict[str, int] = {}
    mistakes = list(_forbidden(tree))
    accesses: list[nodes.Getattr | nodes.Getitem] = [*tree.find_all(nodes.Getattr), *tree.find_all(nodes.Getitem)]
    for access in sorted(accesses, key=lambda access: access.lineno):
        if isinstance(access.node, nodes.Name) and access.node.name == "steps":
            try:
                steps.setdefault(_step_name(access), access.lineno)
            except TemplateMistakeError as mistake:
                mistakes.append(mistake)
    undeclared = find_undeclared_variables(tree) - set(FUNCTIONS) - {"range"}
    lines = sorted((node.name, node.lineno) for node in tree.find_all(nodes.Name))
    names = {name: line for name, line in reversed(lines) if name in undeclared}
    return Mentioned(steps=steps, names=names, mistakes=tuple(sorted(mistakes, key=lambda mistake: mistake.line)))


def _forbidden(tree: nodes.Template) -> Iterator[TemplateMistakeError]:
    """What a template here may not have, though Jinja knows it."""
    unknown = (
        nodes.Include,
        nodes.Import,
        nodes.FromImport,
        nodes.Extends,
        nodes.Block,
        nodes.Macro,
        nodes.CallBlock,
    )
    for node in tree.find_all(unknown):
        yield TemplateMistakeError(f"{type(node).__name__.lower()} is not for workflows", node.lineno)
    for call in tree.find_all(nodes.Call):
        if not (isinstance(call.node, nodes.Name) and call.node.name in (*FUNCTIONS, "range")):
            yield TemplateMistakeError(f"only {', '.join(FUNCTIONS)} and range can be called", call.lineno)


def _refuse_long(source: str, sandbox: _Sandbox) -> None:
    """Raises TemplateMistakeError for what Jinja would take long to read: its time grows with the square."""
    tags = words = 0
    for line, kind, _ in sandbox.lex(source):
        is_beginning = kind in ("variable_begin", "block_begin")
        tags, words = tags + is_beginning, 0 if is_beginning else words + (kind != "whitespace")
        if words > _MOST_WORDS:
            raise TemplateMistakeError(f"an expression of more than {_MOST_WORDS} words and signs", line)
        if tags > _MOST_TAGS:
            raise TemplateMistakeError(f"more than {_MOST_TAGS} values and tags", line)


def _step_name(access: nodes.Getattr | nodes.Getitem) -> str:
    if isinstance(access, nodes.Getattr):
        return access.attr
    if isinstance(access.arg, nodes.Const) and isinstance(access.arg.value, str):
        return access.arg.value
    raise TemplateMistakeError("a step is named by a text: steps.NAME or steps['NAME']", access.lineno)
