"""What Python's own rules of scope say of a name that ruff finds undefined. Pure: a syntax tree in, judgements out.

ruff reads a file once from top to bottom. A loop's second round, a function called before a `del`, an annotation that
nobody evaluates: for all these the name is undefined to it and the code runs well.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Final, Literal


class Standing(IntEnum):
    """How a name is used, those first that are the least sure to raise NameError.

    LAZY: where nothing evaluates it (a string, an annotation under the future import or in a function, a branch for
    type checkers). GUARDED: alone in a `try` that takes any exception. BOUND: a scope that it sees binds, deletes or
    declares it, and the order of execution decides. ANNOTATION: evaluated by Python 3.13 and older, not by newer ones.
    CERTAIN: running the line raises NameError.
    """

    LAZY = 0
    GUARDED = 1
    BOUND = 2
    ANNOTATION = 3
    CERTAIN = 4


_BROAD: Final = ("Exception", "BaseException")
Function = ast.FunctionDef | ast.AsyncFunctionDef
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@dataclass(kw_only=True, slots=True, eq=False)
class _Scope:
    """Names with the rows that bind them."""

    kind: Literal["module", "class", "function", "comprehension"]
    parent: _Scope | None = None
    bound: dict[str, list[int]] = field(default_factory=dict)

    def bind(self, name: str, row: int) -> None:
        """Note a binding."""
        self.bound.setdefault(name, []).append(row)

    def seen(self) -> Iterator[_Scope]:
        """The scopes whose names can be used in this one, from the inside."""
        yield self
        scope = self.parent
        while scope is not None:
            if scope.kind != "class":
                yield scope
            scope = scope.parent


@dataclass(frozen=True, kw_only=True, slots=True)
class _Context:
    """Where a node stands."""

    scope: _Scope
    standing: Standing = Standing.CERTAIN
    is_in_loop: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class _Use:
    name: str
    row: int
    context: _Context


_Places = Iterable[tuple[ast.AST, _Context]]


def standings(tree: ast.Module) -> Mapping[tuple[int, str], Standing]:
    """For each row and name that is used in it, the most certain of the uses: it fails whatever the others do."""
    found: dict[tuple[int, str], Standing] = {}
    for use in _Reader(tree).uses:
        standing = _resolved(use)
        found[use.row, use.name] = max(standing, found.get((use.row, use.name), standing))
    return found


def _resolved(use: _Use) -> Standing:
    context = use.context
    for scope in context.scope.seen():
        if rows := scope.bound.get(use.name):
            # ruff found no binding above it; where all are below and nothing jumps back, there is none when it runs.
            is_too_early = scope is context.scope and min(rows) >= use.row
            if is_too_early and not context.is_in_loop:
                return context.standing
            return min(context.standing, Standing.BOUND)
    return context.standing


class _Reader:
    """Walks a tree without recursion, since a chain of a thousand operators is ordinary code."""

    def __init__(self, tree: ast.Module) -> None:
        self.uses: list[_Use] = []
        self._module = _Scope(kind="module")
        self._is_future = any(
            isinstance(node, ast.ImportFrom)
            and node.module == "__future__"
            and any(alias.name == "annotations" for alias in node.names)
            for node in tree.body
        )
        waiting: list[tuple[ast.AST, _Context]] = [(tree, _Context(scope=self._module))]
        while waiting:
            waiting += self._read(*waiting.pop())

    def _read(self, node: ast.AST, context: _Context) -> _Places:
        """Notes what the node binds and uses; what it holds, each with its context."""
        match node:
            case ast.Name():
                self._name(node, context)
                return ()
            case ast.Constant(value=str(text)) if context.standing in (Standing.LAZY, Standing.ANNOTATION):
                lazy = replace(context, standing=Standing.LAZY)
                self.uses += [_Use(name=name, row=node.lineno, context=lazy) for name in re.findall(r"\w+", text)]
                return ()
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                return self._function(node, context)
            case ast.Lambda():
                return [*self._arguments(node.args, context), (node.body, self._inside(node.args, context))]
            case ast.ClassDef():
                return self._class(node, context)
            case ast.AnnAssign():
                return self._annotated(node, context)
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                return _comprehension(node, context)
            case ast.stmt():
                return self._statement(node, context)
            case _:
                return self._other(node, context)

    def _name(self, node: ast.Name, context: _Context) -> None:
        if not isinstance(node.ctx, ast.Store):
            self.uses.append(_Use(name=node.id, row=node.lineno, context=context))
        if not isinstance(node.ctx, ast.Load):
            context.scope.bind(node.id, node.lineno)

    def _statement(self, node: ast.stmt, context: _Context) -> _Places:
        match node:
            case ast.Import() | ast.ImportFrom():
                for alias in node.names:
                    context.scope.bind(alias.asname or alias.name.partition(".")[0], node.lineno)
            case ast.Global():
                self._declare(node.names, [self._module], node.lineno)
            case ast.Nonlocal():
                self._declare(node.names, context.scope.seen(), node.lineno)
            case ast.For() | ast.AsyncFor():
                rest = [node.target, *node.body, *node.orelse]
                return [(node.iter, context), *_each(rest, replace(context, is_in_loop=True))]
            case ast.While():
                return _each(_children(node), replace(context, is_in_loop=True))
            case ast.If() if _is_never(node.test):
                return [*_each(node.body, replace(context, standing=Standing.LAZY)), *_each(node.orelse, context)]
            case ast.Try() if _is_attempt(node):
                guarded = replace(context, standing=min(context.standing, Standing.GUARDED))
                return [*_each(node.body, guarded), *_each([*node.handlers, *node.orelse, *node.finalbody], context)]
        return self._other(node, context)

    def _other(self, node: ast.AST, context: _Context) -> _Places:
        """Nodes of which only fields matter; those that older Pythons do not have are known by their names."""
        kind = type(node).__name__
        if isinstance(node, ast.ExceptHandler) and node.name:
            # It is unbound again at the handler's end.
            self._declare([node.name], [context.scope], node.lineno)
        elif isinstance(node, ast.MatchAs | ast.MatchStar) and node.name:
            context.scope.bind(node.name, node.lineno)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            context.scope.bind(node.rest, node.lineno)
        elif isinstance(node, ast.NamedExpr):
            # It binds in the scope around a comprehension, not in the comprehension's own.
            scope = next(scope for scope in context.scope.seen() if scope.kind != "comprehension")
            return [(node.value, context), (node.target, replace(context, scope=scope))]
        elif kind in ("TypeVar", "ParamSpec", "TypeVarTuple", "TypeAlias"):
            parameters, target = getattr(node, "type_params", ()), getattr(node, "name", "")
            self._type_parameters([*parameters, *([node] if isinstance(target, str) else [])], context.scope)
            return _each(_children(node), replace(context, standing=Standing.LAZY))
        return _each(_children(node), context)

    def _function(self, node: Function, context: _Context) -> _Places:
        context.scope.bind(node.name, node.lineno)
        inner = self._inside(node.args, context)
        parameters = getattr(node, "type_params", ())
        self._type_parameters(parameters, context.scope)
        returned = [(node.returns, self._annotation(context))] if node.returns else []
        outside = [*_each([*node.decorator_list, *parameters], context), *self._arguments(node.args, context)]
        return [*outside, *returned, *_each(node.body, inner)]

    def _class(self, node: ast.ClassDef, context: _Context) -> _Places:
        context.scope.bind(node.name, node.lineno)
        parameters = getattr(node, "type_params", ())
        self._type_parameters(parameters, context.scope)
        outside = [*node.decorator_list, *node.bases, *node.keywords, *parameters]
        inner = replace(context, scope=_Scope(kind="class", parent=context.scope))
        return [*_each(outside, context), *_each(node.body, inner)]

    def _annotated(self, node: ast.AnnAssign, context: _Context) -> _Places:
        # Those of a function's own variables are never evaluated.
        lazy = replace(context, standing=Standing.LAZY)
        annotation = lazy if context.scope.kind == "function" else self._annotation(context)
        rest = [node.target, *([node.value] if node.value else [])]
        return [(node.annotation, annotation), *_each(rest, context)]

    def _annotation(self, context: _Context) -> _Context:
        standing = Standing.LAZY if self._is_future else Standing.ANNOTATION
        return replace(context, standing=min(context.standing, standing))

    def _arguments(self, arguments: ast.arguments, context: _Context) -> _Places:
        """Defaults and annotations, which belong to the scope outside."""
        defaults = [*arguments.defaults, *(default for default in arguments.kw_defaults if default)]
        annotations = [each.annotation for each in _parameters(arguments) if each.annotation]
        return [*_each(defaults, context), *_each(annotations, self._annotation(context))]

    def _inside(self, arguments: ast.arguments, context: _Context) -> _Context:
        """The context of a function's body, which runs later than what stands around it."""
        scope = _Scope(kind="function", parent=context.scope)
        for each in _parameters(arguments):
            scope.bind(each.arg, each.lineno)
        standing = Standing.LAZY if context.standing is Standing.LAZY else Standing.CERTAIN
        return _Context(scope=scope, standing=standing)

    def _type_parameters(self, parameters: Iterable[ast.AST], scope: _Scope) -> None:
        self._declare([str(getattr(each, "name", "")) for each in parameters], [scope], 0)

    def _declare(self, names: Sequence[str], scopes: Iterable[_Scope], row: int) -> None:
        for scope in scopes:
            for name in names:
                scope.bind(name, row)


def _each(nodes: Iterable[ast.AST], context: _Context) -> list[tuple[ast.AST, _Context]]:
    return [(node, context) for node in nodes]


def _children(node: ast.AST) -> Iterable[ast.AST]:
    return ast.iter_child_nodes(node)


def _comprehension(node: Comprehension, context: _Context) -> _Places:
    """What a comprehension loops over first belongs to the scope outside."""
    inner = replace(context, scope=_Scope(kind="comprehension", parent=context.scope), is_in_loop=True)
    first, *others = node.generators
    elements = [child for child in _children(node) if not isinstance(child, ast.comprehension)]
    return [(first.iter, context), *_each([first.target, *first.ifs, *others, *elements], inner)]


def _parameters(arguments: ast.arguments) -> list[ast.arg]:
    more = [each for each in (arguments.vararg, arguments.kwarg) if each]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *more]


def _is_never(test: ast.expr) -> bool:
    """True for the test of a branch that no run takes: for type checkers, or switched off."""
    match test:
        case ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"):
            return True
        case ast.Constant():
            return not test.value
        case _:
            return False


def _is_attempt(node: ast.Try) -> bool:
    """True for one plain statement whose failing, whatever the reason, is provided for."""
    types = [handler.type for handler in node.handlers]
    is_broad = any(type_ is None or (isinstance(type_, ast.Name) and type_.id in _BROAD) for type_ in types)
    return is_broad and len(node.body) == 1 and not hasattr(node.body[0], "body")
