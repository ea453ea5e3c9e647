"""Mistakes in lok.toml as sentences: where, what was given, what is expected, the nearest known name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from lok_hooks.core.shorten import shortened

KeyPath = tuple[str | int, ...]

_LONGEST_SHOWN: Final = 60
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Mistake:
    """One wrong thing: the key path inside its file, what is wrong and what to do."""

    path: KeyPath
    text: str

    def line(self, label: str) -> str:
        """The line a person reads; `label` names the file or variable. An empty path speaks of the whole."""
        return f"{label}: {shown_path(self.path)}: {self.text}" if self.path else f"{label}: {self.text}"


def shown(text: str, longest: int = _LONGEST_SHOWN) -> str:
    """The text for a terminal: shortened, with everything unprintable (escapes, bidi controls) spelled out."""
    short = shortened(text, longest)
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in short)


def shown_path(path: KeyPath) -> str:
    """`backends.codex.timeout`; the second entry of a list reads `prompts#2`, an odd key stands in quotes."""
    words = ""
    for part in path:
        if isinstance(part, int):
            words += f"#{part + 1}"
        else:
            word = part if _BARE_KEY.fullmatch(part) else f'"{shown(part)}"'
            words += f".{word}" if words else word
    return words


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean "x"?`, or the known names when none is near, or "" when there are none."""
    names = sorted(known)
    if close := closest(name, names):
        return f'; did you mean "{close}"?'
    return f"; known: {', '.join(names)}" if names else ""


def closest(name: str, known: Sequence[str]) -> str:
    """The known name that `name` was most likely meant to be, "" when none is near."""
    import difflib

    from rapidfuzz.distance import OSA

    short = name[:_LONGEST_SHOWN]
    # Two letters that changed places are one slip; difflib alone takes "aks" for "tasks", not for "ask".
    slips = {other: OSA.distance(short, other) for other in known}
    best = min(known, key=slips.__getitem__, default="")
    if best and slips[best] <= max(1, len(short) // 4) and slips[best] < len(short):
        return best
    return next(iter(difflib.get_close_matches(short, known, n=1)), "")
