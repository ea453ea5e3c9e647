"""A CLI's version as it says it, compared with those that its adapter's flags were checked against."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from lok_hooks.backends import claude, codex, gemini
from lok_hooks.core.checkup import Fit

_VERSION: Final = re.compile(r"(?<![\w.])v?(\d+(?:\.\d+){1,3})(?![\w.]*\.\d)")

# First and last version with which every flag was seen to work.
KNOWN: Final[Mapping[str, tuple[str, str]]] = {
    "codex": (codex.KNOWN_VERSION, codex.KNOWN_VERSION),
    "gemini": (gemini.KNOWN_VERSION, gemini.KNOWN_VERSION),
    "claude": (claude.KNOWN_VERSION, "2.1.330"),
}


def version_in(output: str) -> str:
    """The first version in what a program said of itself, "" when there is none."""
    found = _VERSION.search(output)
    return found[1] if found else ""


def known_range(kind: str) -> str:
    """The versions known for this kind, as people write them; "" when there are none."""
    if kind not in KNOWN:
        return ""
    first, last = KNOWN[kind]
    return first if first == last else f"{first} to {last}"


def fit(kind: str, version: str) -> Fit:
    """How a version compares with those known for its kind."""
    if kind not in KNOWN or not version:
        return "unknown"
    first, last = (_numbers(one) for one in KNOWN[kind])
    if _numbers(version) < first:
        return "older"
    return "newer" if _numbers(version) > last else "known"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
