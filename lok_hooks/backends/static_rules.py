"""How the embedded reviewer weighs one result of ruff: the table, lok.toml over it, and what the code itself says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from lok_hooks.backends.static_proof import Result, is_test, proof_or_suspicion
from lok_hooks.backends.static_source import Source
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
_SELECTOR: Final = re.compile(r"[A-Z]+[0-9]*")
# Something that is no CONSTANT is put into the string: {name}, % name, + name, .format(
_VARIABLE_PART: Final = re.compile(
    r"\{(?!\s*[A-Z_][A-Z0-9_.]*\s*[}!:])|%\s*+(?:\(\s*+)?(?![A-Z_][A-Z0-9_.]*\b)[a-z]"
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


def weighed(result: Result, rule: Rule, source: Source) -> Rule | None:
    """The rule for one result: milder, or None, where its message, its file or the code speak against it."""
    if result.code in {"S602", "S604", "S605"} and "seems safe" in result.message:
        return None
    if rule.is_proof:
        return proof_or_suspicion(result, rule, source)
    code_text = "\n".join(source.lines(result.row, result.end_row))
    if result.code == "S608" and not (_VARIABLE_PART.search(code_text) and _STATEMENT.search(code_text)):
        return replace(rule, severity=Severity.MEDIUM)
    if result.code.startswith("S") and is_test(source.piece.file.path):
        return replace(rule, severity=Severity.LOW)
    return rule
