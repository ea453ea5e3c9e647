"""How the embedded reviewer weighs one result of ruff: the table, lok.toml over it, and what the code itself says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Final

from lok_hooks.backends.static_table import RULES, Rule
from lok_hooks.core.finding import Severity

SELECTED: Final = ("F", "PLE", "B", "S", "ASYNC", "T10", "PLW", "PLR0124", "RUF")
"""Groups handed to ruff, which refuses a rule that a release has removed but never a group; the table sifts."""

FREQUENT: Final = ("F401", "F841", "S101", "RUF001", "RUF002", "RUF003", "RUF012", "RUF100", "B904", "B905", "PLW2901")
"""Rules of those groups that the table leaves out and that real code breaks by the thousand: not worth computing.
All of them have been in ruff for long."""

_ADDED_BY_USER: Final = Rule(
    is_proof=False, severity=Severity.MEDIUM, category="defect", cwe="", why="lok.toml switched this rule on", fix=""
)
_TESTS: Final = re.compile(r"(?:^|/)(?:tests?|testing|specs?|fixtures|examples?|docs?)(?:/|$)", re.IGNORECASE)
# Names that scripts get from the program that runs them, not from an import.
_INJECTED: Final = frozenset({"_", "__", "get_ipython", "display", "spark", "dbutils", "sc", "Import", "Export", "c"})
_PYTHON2: Final = frozenset(
    "unicode basestring xrange long raw_input reduce unichr file cmp execfile reload buffer intern apply".split()
)
_SELECTOR: Final = re.compile(r"[A-Z]+[0-9]*")
_MAKES_NAMES: Final = re.compile(r"\bglobals\(\)|\bexec\(|\bbuiltins\b|__builtins?__|\bvars\(\)|\blocals\(\)\[")
# Something that is no CONSTANT is put into the string: {name}, % name, + name, .format(
_VARIABLE_PART: Final = re.compile(
    r"\{(?!\s*[A-Z_][A-Z0-9_.]*\s*[}!:])|%\s*\(?\s*(?![A-Z_][A-Z0-9_.]*\b)[a-z]"
    r"|\+\s*(?![\"'(]|[A-Z_][A-Z0-9_.]*\b)\w|\.format\("
)

# A message may say "cannot select a file from ..."; a statement begins with its verb or goes to a database.
_STATEMENT: Final = re.compile(
    r"[\"'](?:\s|\\n)*(?:select|insert|update|delete|replace|with|merge|create|drop|alter|truncate|grant)\b"
    r"|\b(?:execute\w*|query|sql|raw|cursor)\b",
    re.IGNORECASE,
)


def rule_of(code: str, overrides: Mapping[str, str]) -> Rule | None:
    """The row for a rule id, None when it is off. `overrides` (id or prefix -> "proof", "suspicion", "off") from
    lok.toml stand over the table, the longest prefix first."""
    named = max((key for key in overrides if code.startswith(key)), key=len, default=None)
    if named is None:
        return RULES.get(code)
    if overrides[named] == "off":
        return None
    return replace(RULES.get(code, _ADDED_BY_USER), is_proof=overrides[named] == "proof")


def selection(overrides: Mapping[str, str]) -> str:
    """What ruff's --select gets: the groups of the table, and what lok.toml switches on besides."""
    more = [key for key, weight in sorted(overrides.items()) if weight != "off" and _SELECTOR.fullmatch(key)]
    return ",".join([*SELECTED, *more])


def ignored(overrides: Mapping[str, str]) -> str:
    """What ruff's --ignore gets: the frequent rules, but for those that lok.toml switches on."""
    return ",".join(code for code in FREQUENT if rule_of(code, overrides) is None)


def is_test(path: str) -> bool:
    """True for tests, examples and documentation, where patterns that endanger a product are ordinary."""
    name = PurePosixPath(path).name
    return bool(_TESTS.search(str(PurePosixPath(path).parent))) or name.startswith("test_") or name == "conftest.py"


def weighed(code: str, rule: Rule, *, message: str, path: str, text: str, lines: Sequence[str]) -> Rule | None:
    """The rule for one result: milder, or None, where its message, its file or the code speak against it.

    `text` is the whole file, `lines` those the result stands on.
    """
    if code in {"S602", "S604", "S605"} and "seems safe" in message:
        return None
    if code == "F821":
        return _undefined(rule, message, text)
    code_text = "\n".join(lines)
    if code == "S608" and not (_VARIABLE_PART.search(code_text) and _STATEMENT.search(code_text)):
        return replace(rule, severity=Severity.MEDIUM)
    if code.startswith("S") and is_test(path):
        return replace(rule, severity=Severity.LOW)
    return rule


def undefined_name(message: str) -> str:
    """The name in "Undefined name `x`", "" for another message."""
    match = re.search(r"Undefined name `(\w+)`", message)
    return match[1] if match else ""


def _undefined(rule: Rule, message: str, text: str) -> Rule:
    name = undefined_name(message)
    is_guarded = name in _PYTHON2 and re.search(r"\bPY[23]\b|version_info|NameError", text)
    if is_guarded or name in _INJECTED:
        return replace(rule, is_proof=False, severity=Severity.LOW)
    if _makes_names(text):
        return replace(rule, is_proof=False, severity=Severity.MEDIUM)
    return rule


@lru_cache(maxsize=8)  # one file may have thousands of undefined names
def _makes_names(text: str) -> bool:
    return _MAKES_NAMES.search(text) is not None
