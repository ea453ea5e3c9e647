"""The parametrised cases of detect-secrets' plugin tests: its files are loaded, none of their tests is run.

What such a file imports besides detect-secrets, pytest and the standard library (helpers of its own tests, `responses`,
`mock`) is a stand-in that decorates nothing. A case that cannot be read is counted with the reason, never left out.
"""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, MutableSequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from itertools import product
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, Final

import pytest

_STOOD_IN: Final = frozenset({"testing", "tests", "responses", "mock"})
# Names of arguments, the likeliest first.
_PAYLOADS: Final = ("payload", "line", "file_content", "content", "format", "text", "string", "token", "secret")
_EXPECTATIONS: Final = (
    "should_flag", "should_be_caught", "is_secret", "expected", "expected_secret", "expected_output", "secrets_amount",
    "num_results",
)  # fmt: skip
_NEGATIVE: Final = ("negative", "non_secret", "no_secret", "not_", "invalid")
_PARAMETERS: Final = type(pytest.param(0))


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A text, the name of the file it stands in, and whether the plugin's test expects a secret in it."""

    plugin: str
    path: str
    text: str
    is_secret: bool


@dataclass(frozen=True, slots=True)
class Cases:
    """All cases of a folder, and how many of its tests and cases are none of ours, by reason."""

    read: list[Case] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)


class _Anything:
    """Stands for a helper: any attribute of it is one too, and as a decorator it gives a test back unchanged."""

    def __getattr__(self, name: str) -> _Anything:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *values: object, **_options: object) -> object:
        is_decorated = len(values) == 1 and isinstance(values[0], FunctionType | type)
        return values[0] if is_decorated else self


class _Helpers(ModuleType):
    """A module of helpers; as a package, so that modules below it can be imported too."""

    __path__: MutableSequence[str] = []  # noqa: RUF012 - as ModuleType declares it

    def __getattr__(self, name: str) -> _Anything:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Anything()


class _Finder(MetaPathFinder):
    """Finds what nothing else has found."""

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        return ModuleSpec(name, _Loader(), is_package=True) if name.partition(".")[0] in _STOOD_IN else None


class _Loader(Loader):
    """Makes modules of helpers."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Helpers(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """There is nothing to run."""


def cases_of(folder: Path) -> Cases:
    """The cases of every `*_test.py` in a folder."""
    cases = Cases()
    for path in sorted(folder.glob("*_test.py")):
        plugin = path.stem.removesuffix("_test")
        try:
            module = _loaded(path)
        except Exception as problem:  # whatever a foreign file does when it is loaded
            cases.unread[f"{plugin}: {type(problem).__name__}: {problem}"] += 1
            continue
        for test, marks in _tests(module, module.__name__, _marks(module)):
            _read_test(plugin, test, marks, cases)
    return cases


@contextmanager
def _helpers() -> Iterator[None]:
    finder, before = _Finder(), set(sys.modules)
    sys.meta_path.append(finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in set(sys.modules) - before:
            if isinstance(sys.modules[name], _Helpers):
                del sys.modules[name]


def _loaded(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"_upstream_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with _helpers():
        spec.loader.exec_module(module)
    return module


def _marks(owner: object) -> list[pytest.Mark]:
    marks = vars(owner).get("pytestmark", [])
    every: list[pytest.Mark | pytest.MarkDecorator] = marks if isinstance(marks, list) else [marks]
    return [mark.mark if isinstance(mark, pytest.MarkDecorator) else mark for mark in every]


def _tests(owner: object, module: str, outer: list[pytest.Mark]) -> Iterator[tuple[FunctionType, list[pytest.Mark]]]:
    """Each test function below a module or class, with the marks on it and around it."""
    for name, value in vars(owner).items():
        member = value.__func__ if isinstance(value, staticmethod) else value
        if getattr(member, "__module__", None) != module:
            continue
        if isinstance(member, FunctionType) and name.startswith("test"):
            yield member, [*outer, *_marks(member)]
        elif inspect.isclass(member) and name.startswith("Test"):
            yield from _tests(member, module, [*outer, *_marks(member)])


def _read_test(plugin: str, test: FunctionType, marks: list[pytest.Mark], cases: Cases) -> None:
    tables = [_table(mark) for mark in marks if mark.name == "parametrize"]
    if not tables:
        cases.unread["tests without parameters"] += 1
        return
    is_skipped = any(mark.name in {"skip", "skipif"} for mark in marks)
    for rows in product(*tables):
        values = {name: value for row in rows for name, value in row.items()}
        read = "skipped upstream" if is_skipped else _case(plugin, test.__name__, values)
        if isinstance(read, Case):
            cases.read.append(read)
        else:
            cases.unread[f"{plugin}, {test.__name__}: {read}"] += 1


def _table(mark: pytest.Mark) -> list[dict[str, Any]]:
    """The rows of a `parametrize` mark, by argument."""
    given = dict(zip(("argnames", "argvalues"), mark.args, strict=False)) | dict(mark.kwargs)
    names: str | Iterable[str] = given["argnames"]
    split = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    split = [name for name in split if name]
    table = []
    for values in given["argvalues"]:
        if isinstance(values, _PARAMETERS):
            row = tuple(values.values)
        else:
            row = (values,) if len(split) == 1 else tuple(values)
        table.append(dict(zip(split, row, strict=True)))
    return table


def _case(plugin: str, test: str, values: Mapping[str, Any]) -> Case | str:
    """A case, or why there is none."""
    if "find_" in test:
        return "looks for the name of an account, not for a secret"
    payload = next((name for name in _PAYLOADS if isinstance(values.get(name), str)), "")
    others = {name: value for name, value in values.items() if isinstance(value, str)}
    expectation = next((name for name in _EXPECTATIONS if name in values), "")
    if payload in {"token", "secret"} and "format" not in values and not expectation:
        return "neither a line nor an expectation"
    if not payload:
        return "no text"
    text = str(values[payload]).format(**others) if payload == "format" else str(values[payload])
    # A plugin's test expects True or False, how many are found, or what is found.
    if expectation:
        is_secret = bool(values[expectation])
    elif any(word in test for word in _NEGATIVE):
        is_secret = False
    elif test.startswith("test_analyze") or "positive" in test:
        is_secret = True
    else:
        return "no expectation"
    suffix = str(values.get("file_extension") or "py").lstrip(".")
    return Case(plugin=plugin, path=f"case.{suffix}", text=text, is_secret=is_secret)
