"""What is known of a workflow's templates before any value is: what they refer to, and what is wrong in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from jinja2 import TemplateSyntaxError, nodes
from jinja2.meta import find_undeclared_variables
from jinja2.parser import Parser

from lok_hooks.core.workflow_shell import MARK, ShellMistakeError, assembled, marked
from lok_hooks.core.workflow_text import (
    FAILURES,
    FUNCTIONS,
    NAMES,
    QUOTED,
    TAG,
    Sandbox,
    TemplateMistakeError,
    expression_of,
    mistake_of,
    shown,
    written,
)

_MOST_WORDS: Final = 300  # of one expression
_MOST_TAGS: Final = 500  # of one text
_MOST_OPERANDS: Final = 300  # of one text that are looked at by themselves
_MOST_MISPLACED: Final = 10  # told of one text
_WORDS: Final = re.compile(r"\w+")
_JOINTS: Final = re.compile(
    rf"{QUOTED}|(?P<open>[(\[{{])|(?P<close>[)\]}}])|(?P<joint>(?<=\s)(?:and|or)(?=\s))|(?P<other>,|\b(?:if|else)\b)",
    re.DOTALL,
)
_STATEMENT: Final = re.compile(
    r"\{%[-+]?\s*(?:(?P<word>if|elif)\b|(?P<loop>for)\b(?P<items>.*?)\sin\b|set\b(?P<names>[^=]*)=)", re.DOTALL
)
_TAKING: Final = re.compile(r"\{%[-+]?\s*(?:filter\b|set\b(?![\w.,()\s]*=))")
_TAKEN: Final = re.compile(r"\{%[-+]?\s*end(?:filter|set)\b")
_AROUND: Final = {"if": ("", "{% endif %}"), "elif": ("{% if true %}", "{% endif %}"), "for": ("", "{% endfor %}")}


@dataclass(frozen=True, kw_only=True, slots=True)
class Mentioned:
    """What a template refers to: steps, and other names that it expects from outside, each with the lines of the text
    that have it; and what no template here may have, by line."""

    steps: Mapping[str, Sequence[int]] = field(default_factory=dict)
    names: Mapping[str, Sequence[int]] = field(default_factory=dict)
    mistakes: Sequence[TemplateMistakeError] = ()


Read = Callable[[str, Sandbox], nodes.Template]


def mentioned(text: str, steps: Sequence[str]) -> Mentioned:
    """What a template refers to, `steps` being the known ones. Where it is no template as a whole, each of its values
    and conditions is looked at by itself, so that all that is wrong can be told at once."""
    sandbox, source = Sandbox(shown), written(text, steps)
    try:
        return _of_tree(_template(source, sandbox), sandbox)
    except TemplateMistakeError as mistake:
        return _joined([*_parts_alone(source, sandbox), Mentioned(mistakes=(mistake,))])


def mentioned_in_expression(text: str, steps: Sequence[str]) -> Mentioned:
    """The same for a condition or a for_each; steps may go by their bare names there."""
    found = _of_expression(expression_of(text, steps), _expression, Sandbox(shown), iter(range(_MOST_OPERANDS)))
    bare = {name: lines for name, lines in found.names.items() if name in steps and name not in NAMES}
    names = {name: lines for name, lines in found.names.items() if name not in bare}
    return _joined([Mentioned(steps=bare), Mentioned(steps=found.steps, names=names, mistakes=found.mistakes)])


def misplaced_values(text: str) -> Iterator[TemplateMistakeError]:
    """The values of a shell text that stand where a shell would read them as more than data, or where something else
    would arrive in their place, each with its line; at most so many of both as anybody mends in one go."""
    yield from islice(_changed_values(text), _MOST_MISPLACED)
    marks = script = TAG.sub(_script_of, text)
    values = [found for found in TAG.finditer(text) if found["value"]]
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


def _changed_values(text: str) -> Iterator[TemplateMistakeError]:
    """The values inside of a block that takes what is printed in it for text: it would get marks, not values."""
    depth = 0
    for tag in TAG.finditer(text):
        statement = tag["statement"] or ""
        depth += bool(_TAKING.match(statement)) - bool(_TAKEN.match(statement))
        if tag["value"] and depth > 0:
            said = "a value inside {% filter … %} or {% set … %}{% endset %}; write {{ x | filter }} or {% set y = x %}"
            yield TemplateMistakeError(said, text.count("\n", 0, tag.start()) + 1)


def _script_of(found: re.Match[str]) -> str:
    """What a tag leaves in a shell text."""
    return marked(1) if found["value"] else found["raw"] or ""


def _joined(parts: Iterable[Mentioned]) -> Mentioned:
    """All of it, each thing once on a line."""
    steps: dict[str, list[int]] = {}
    names: dict[str, list[int]] = {}
    mistakes: dict[tuple[int, str], TemplateMistakeError] = {}
    for part in parts:
        for whole, found in ((steps, part.steps), (names, part.names)):
            for name, lines in found.items():
                whole[name] = sorted({*whole.get(name, ()), *lines})
        mistakes.update({(each.line, str(each)): each for each in part.mistakes})
    in_order = sorted(mistakes.values(), key=lambda mistake: mistake.line)
    return Mentioned(steps=steps, names=names, mistakes=tuple(in_order))


def _moved(found: Mentioned, lines: int) -> Mentioned:
    """The same so many lines further down."""
    return Mentioned(
        steps={name: [lines + line for line in at] for name, at in found.steps.items()},
        names={name: [lines + line for line in at] for name, at in found.names.items()},
        mistakes=tuple(TemplateMistakeError(str(each), lines + each.line) for each in found.mistakes),
    )


def _parts_alone(source: str, sandbox: Sandbox) -> Iterator[Mentioned]:
    """What each of the first values and conditions of a text refers to, or what is wrong with it. Names that a
    statement may give are left out."""
    tags = list(islice(TAG.finditer(source), _MOST_TAGS))
    statements = {tag.start(): _STATEMENT.match(tag[0]) for tag in tags if tag["statement"]}
    places = iter(range(_MOST_OPERANDS))
    given = {"loop"}.union(*(_given_by(tag[0], statements[tag.start()]) for tag in tags if tag["statement"]))
    for tag in tags:
        if tag["value"]:
            found = _of_expression(tag[0][2:-2], _value, sandbox, places)
        elif statement := statements.get(tag.start()):
            found = _of_statement(tag[0], statement, sandbox)
        else:
            continue
        names = {name: lines for name, lines in found.names.items() if name not in given}
        before = source.count("\n", 0, tag.start())
        yield _moved(Mentioned(steps=found.steps, names=names, mistakes=found.mistakes), before)


def _given_by(tag: str, statement: re.Match[str] | None) -> list[str]:
    """The words of a statement that may be names which it gives: all of them where it is of no known form."""
    return _WORDS.findall(tag if statement is None else statement["items"] or statement["names"] or "")


def _of_statement(tag: str, statement: re.Match[str], sandbox: Sandbox) -> Mentioned:
    """What a condition, a loop or an assignment refers to."""
    before, behind = _AROUND.get(statement["word"] or statement["loop"], ("", ""))
    try:
        return _of_tree(_template(f"{before}{tag}{behind}", sandbox), sandbox)
    except TemplateMistakeError as mistake:
        return Mentioned(mistakes=(mistake,))


def _of_expression(said: str, read: Read, sandbox: Sandbox, places: Iterator[int]) -> Mentioned:
    """What an expression refers to; where it is none as a whole, each of its operands is looked at by itself, as long
    as there are `places`, which it takes."""
    try:
        return _of_tree(read(said, sandbox), sandbox)
    except TemplateMistakeError as mistake:
        parts = [Mentioned(mistakes=(mistake,))]
    is_told = False  # the first operand that is broken broke the whole
    for (start, operand), _ in zip(_operands(said), places, strict=False):
        try:
            found = _of_tree(_expression(operand, sandbox), sandbox)
        except TemplateMistakeError as mistake:
            found = Mentioned(mistakes=(mistake,) if is_told else ())
            is_told = True
        parts.append(_moved(found, said.count("\n", 0, start)))
    return _joined(parts)


def _operands(said: str) -> list[tuple[int, str]]:
    """What stands between `and` and `or`, with its place; nothing where these are not the outermost words."""
    starts, ends, depth = [0], list[int](), 0
    for found in _JOINTS.finditer(said):
        depth += (found["open"] is not None) - (found["close"] is not None)
        if found["other"] and depth <= 0:
            return []
        if found["joint"] and depth <= 0:
            ends.append(found.start())
            starts.append(found.end())
    return [(start, said[start:end]) for start, end in zip(starts, [*ends, len(said)], strict=True)] if ends else []


def _template(source: str, sandbox: Sandbox) -> nodes.Template:
    """Raises TemplateMistakeError for what is no template, or a long one."""
    _refuse_long(source, sandbox)
    try:
        return sandbox.parse(source)
    except FAILURES as error:
        raise mistake_of(error) from error


def _value(said: str, sandbox: Sandbox) -> nodes.Template:
    """The template that prints an expression. Raises TemplateMistakeError."""
    return _template("{{" + said + "}}", sandbox)


def _expression(said: str, sandbox: Sandbox) -> nodes.Template:
    """The same for what is read as Jinja's compile_expression does. Raises TemplateMistakeError."""
    _refuse_long("{{" + said + "}}", sandbox)
    try:
        parser = Parser(sandbox, said, state="variable")
        found = parser.parse_expression()
        if not parser.stream.eos:
            rest = parser.stream.current
            raise TemplateSyntaxError(f"unexpected {rest.value!r} behind the expression", rest.lineno)
    except FAILURES as error:
        raise mistake_of(error) from error
    tree = nodes.Template([nodes.Output([found], lineno=1)], lineno=1)
    tree.set_environment(sandbox)
    return tree


def _of_tree(tree: nodes.Template, sandbox: Sandbox) -> Mentioned:
    steps: dict[str, list[int]] = {}
    names: dict[str, list[int]] = {}
    mistakes = [*_forbidden(tree), *_unknown(tree, sandbox)]
    accesses: Iterator[nodes.Getattr | nodes.Getitem] = tree.find_all((nodes.Getattr, nodes.Getitem))
    for access in accesses:
        if isinstance(access.node, nodes.Name) and access.node.name == "steps":
            try:
                steps.setdefault(_step_name(access), []).append(access.lineno)
            except TemplateMistakeError as mistake:
                mistakes.append(mistake)
    try:
        undeclared = find_undeclared_variables(tree) - {*FUNCTIONS, "range"}
        sandbox.compile(tree)
    except FAILURES as error:
        return _joined([Mentioned(steps=steps, mistakes=[*mistakes, mistake_of(error)])])
    for node in tree.find_all(nodes.Name):
        if node.name in undeclared:
            names.setdefault(node.name, []).append(node.lineno)
    return _joined([Mentioned(steps=steps, names=names, mistakes=mistakes)])


def _unknown(tree: nodes.Template, sandbox: Sandbox) -> Iterator[TemplateMistakeError]:
    """Filters and tests that there are not; known ones take their places, so that the rest can be looked at."""
    for node in tree.find_all((nodes.Filter, nodes.Test)):
        kind, known, any_name = (
            ("filter", sandbox.filters, "string")
            if isinstance(node, nodes.Filter)
            else ("test", sandbox.tests, "defined")
        )
        if node.name not in known:
            yield TemplateMistakeError(f"No {kind} named {node.name!r}.", node.lineno)
            node.name = any_name


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


def _refuse_long(source: str, sandbox: Sandbox) -> None:
    """Raises TemplateMistakeError for what Jinja would take long to read: its time grows with the square."""
    tags = words = 0
    with suppress(TemplateSyntaxError):  # the parser stops there too, if not before, and tells it
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
