"""Whether what the table calls proof is proof of this very result: what the code and the file say against it.

Each doubt stands for code that real projects have and that runs well. Looked for in the standard library and in some
hundred packages, every file of them read as if it were new.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Final

from lok_hooks.backends.static_names import Standing
from lok_hooks.backends.static_source import Source
from lok_hooks.backends.static_table import SYNTAX, Rule
from lok_hooks.core.finding import Severity


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """One result of ruff's, with the diff's line numbers."""

    code: str
    message: str
    row: int
    end_row: int


_TESTS: Final = re.compile(r"(?:^|/)(?:tests?|testing|specs?|fixtures|examples?|docs?)(?:/|$)", re.IGNORECASE)
# Files that tests read rather than run.
_TEST_DATA: Final = re.compile(
    r"(?:^|/)(?:tests?|testing|specs?)/(?:.*/)?(?:\w*data|fixtures?|cases|samples|resources|snapshots?|inputs?)/"
    r"|(?:^|/)(?:testdata|test_data|__fixtures__|__snapshots__)/|(?:^|/)bad_?syntax",
    re.IGNORECASE,
)
_EXPECTED: Final = re.compile(r"\braises\b|assertRaises|assertWarns|\btry:|\bexcept\b|\bsuppress\(")
_NEIGHBOURS: Final = 3  # lines before and after, in which a test says that it expects the failure

# Names that scripts get from the program that runs them, not from an import.
_INJECTED: Final = frozenset(
    {"_", "__", "ngettext", "get_ipython", "ip", "_ip", "display", "displayHTML", "spark", "dbutils", "sc"}
    | {"sqlContext", "Import", "Export", "c", "get_config", "load_subconfig", "reveal_type", "reveal_locals"}
    | {"profile", "snakemake", "ic"}
)
_PYTHON2_NAMES: Final = frozenset(
    "unicode basestring xrange long raw_input reduce unichr file cmp execfile reload buffer intern apply".split()
)
_BOTH_PYTHONS: Final = re.compile(
    r"\bPY[23]\b|version_info|hexversion|\bsix\b"
    r"|^[# \t]*from __future__ import .*\b(?:print_function|unicode_literals)\b",
    re.MULTILINE,
)
_MAKES_NAMES: Final = re.compile(
    r"\bglobals\(\)|\bexec\(|\bexecfile\(|\bbuiltins\b|__builtins?__|\bvars\(\)|\blocals\(\)\["
    r"|\bmodules\[__name__\]|\bf_globals\b|\bglobal_enum\b|\b_convert_?\(|\bgettext\.install\("
)
_KNOWS_OF_IT: Final = re.compile(r"\b(?:NameError|UnboundLocalError)\b")
_IMPORTS: Final = re.compile(r"^[ \t]*(?:from|import)\s", re.MULTILINE)
_NOTEBOOK: Final = re.compile(
    r"^# ?(?:Databricks notebook source|COMMAND -{5}|MAGIC |%%|In ?\[)|\bget_ipython\(\)", re.MULTILINE
)
# Marks of Jinja, ERB, shell-like and automake templates, where no quotation mark stands before them.
_TEMPLATE: Final = re.compile(
    r"""^[^'"#\n]*(?:\{%[-+]?\s*\w|\{\{[-+]?\s*[\w.]++\s*+(?:\|[^}\n]{0,200}+)?[-+]?\}\}|<%|\$\{\w)|^[ \t]*@\w+@\s*$""",
    re.MULTILINE,
)
_PYTHON2_SHEBANG: Final = re.compile(r"#!.*\bpython2")
_PYTHON2_CODE: Final = re.compile(
    r"^\s*print\s+(?![=(\[.,:)]).|\bexcept\s+[\w.()]+\s*,\s*\w+\s*:|\bexec\s+[\"'\w]|\braise\s+[\w.]+\s*,|<>"
    r"|\b0[0-7]+\b|\b\d+L\b|\bur[\"']|`|\bprint\s*>>"
)
_OUTSIDE_FUNCTIONS: Final = frozenset({"F704", "F706", "PLE1142"})


def is_test(path: str) -> bool:
    """True for tests, examples and documentation, where patterns that endanger a product are ordinary."""
    name = PurePosixPath(path).name
    return bool(_TESTS.search(str(PurePosixPath(path).parent))) or name.startswith("test_") or name == "conftest.py"


def undefined_name(message: str) -> str:
    """The name in "Undefined name `x`", "" for another message."""
    match = re.search(r"Undefined name `(\w+)`", message)
    return match[1] if match else ""


def proof_or_suspicion(result: Result, rule: Rule, source: Source) -> Rule | None:
    """The rule as it is where this result proves what it says, else a suspicion, milder where it mostly is none; None
    for a mistake of syntax in a file that Python compiles."""
    path = source.piece.file.path
    if rule.category == "syntax-error":
        return None if source.compiles else _unparsed(result, rule, source)
    if _TEST_DATA.search(path):
        return _suspicion(rule, Severity.MEDIUM)
    if path.endswith(".pyi"):
        return _suspicion(rule, Severity.MEDIUM, why="a stub never runs, but type checkers stumble over this")
    if result.code == "F821":
        return _undefined(result, rule, source)
    around = source.lines(max(1, result.row - _NEIGHBOURS), result.end_row + _NEIGHBOURS)
    if is_test(path) and any(map(_EXPECTED.search, around)):
        return _suspicion(rule, Severity.LOW)
    if result.code == "F507" and "0 placeholder(s)" in result.message:
        # Nothing fails where what is put in is a mapping.
        return _suspicion(rule, rule.severity)
    if result.code == "F521" and "[" in "".join(source.lines(result.row, result.end_row)):
        # In an index, brackets stand for themselves.
        return _suspicion(rule, Severity.MEDIUM)
    return _suspicion(rule, Severity.LOW) if _is_python2(source.text) else rule


def _suspicion(rule: Rule, most: Severity, why: str = "") -> Rule:
    """The rule without its proof, at most so grave."""
    severity = min(rule.severity, most, key=lambda each: each.order)
    return replace(rule, is_proof=False, severity=severity, why=why or rule.why)


def _unparsed(result: Result, rule: Rule, source: Source) -> Rule:
    """A mistake of syntax in a file that is meant to be Python 3, and to run."""
    if source.compiles is None or _TEST_DATA.search(source.piece.file.path):
        return _suspicion(rule, Severity.MEDIUM)
    if result.code in _OUTSIDE_FUNCTIONS and _NOTEBOOK.search(source.text):
        return _suspicion(rule, Severity.LOW)
    if _TEMPLATE.search(source.text) or "{{" in source.piece.file.path:
        return _suspicion(rule, Severity.MEDIUM, why="as it stands this is no Python; it looks like a template of it")
    if _is_python2(source.text):
        return _suspicion(rule, Severity.MEDIUM, why="Python 3 cannot compile this file")
    if result.code == SYNTAX and any(map(_PYTHON2_CODE.search, source.lines(result.row, result.end_row))):
        return _suspicion(rule, Severity.HIGH, why="Python 3 cannot compile this file: importing it fails")
    return rule


def _undefined(result: Result, rule: Rule, source: Source) -> Rule:
    name, text = undefined_name(result.message), source.text
    if name in _PYTHON2_NAMES and (_BOTH_PYTHONS.search(text) or _KNOWS_OF_IT.search(text) or _is_python2(text)):
        return _suspicion(rule, Severity.LOW)
    if name in _INJECTED or any(map(_TEMPLATE.search, source.lines(result.row, result.row))):
        return _suspicion(rule, Severity.LOW)
    # ruff names the versions of Python that a builtin is missing in.
    if _brings_names(text) or "requires-python" in result.message:
        return _suspicion(rule, Severity.MEDIUM)
    if name.startswith("__") or (source.name == "__init__.py" and _IMPORTS.search(text)):
        # Python makes such names itself or writes them in another way; the modules of a package become names in it
        # once they are imported, by whomever.
        return _suspicion(rule, Severity.HIGH)
    match source.standing(name, result.row):
        case Standing.CERTAIN:
            return rule
        case Standing.ANNOTATION:
            why = "NameError when this line runs on Python 3.13 or older; type checkers fail on any"
            return _suspicion(rule, Severity.HIGH, why=why)
        case Standing.LAZY:
            return _suspicion(rule, Severity.MEDIUM, why="type checkers and get_type_hints fail")
        case Standing.BOUND | Standing.GUARDED:
            return _suspicion(rule, Severity.MEDIUM, why="NameError when this line runs before the name is bound")
        case None:
            return _suspicion(rule, Severity.HIGH)


@lru_cache(maxsize=8)  # one file may have thousands of undefined names
def _brings_names(text: str) -> bool:
    """True for a file that makes names in ways nobody can follow, expects to miss some, or is part of a notebook."""
    return any(each.search(text) for each in (_MAKES_NAMES, _KNOWS_OF_IT, _NOTEBOOK))


def _is_python2(text: str) -> bool:
    return _PYTHON2_SHEBANG.match(text) is not None
