"""A finding that a team has answered for, and where a repository lists such."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

DISMISSALS: Final = ".lok/dismissed.json"
"""A repository's list of dismissed findings, from the top of its work tree."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Dismissal:
    """A finding somebody called wrong or accepted: its identity, why, by whom and when ("" where nobody says), and
    what it was about, for those who read the list."""

    identity: str
    because: str
    by: str = ""
    date: str = ""
    path: str = ""
    category: str = ""
    title: str = ""
