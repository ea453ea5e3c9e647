"""What a reviewer claims, and the finding that claims become once grounded and merged."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SCREENING: Final = "screening"
"""The author of findings about secrets where the embedded reviewer, which looks for more than them, did not run."""
TRIPWIRE: Final = "tripwire"
"""The author of findings about text that speaks to the reviewer or hides."""
OURS: Final = frozenset({SCREENING, TRIPWIRE})
"""Authors of findings that no backend raised: fixed rules, as an analyser's are."""


class Severity(StrEnum):
    """How bad a finding is, mildest first in `order`."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def order(self) -> int:
        """0 (low) to 3 (critical)."""
        return list(Severity).index(self)


@dataclass(frozen=True, kw_only=True, slots=True)
class Remark:
    """A comment in the code that tells an analyser to be silent, as it stands in its new-side line."""

    line: int
    comment: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """One finding as its author raised it.

    `backend`, `task`, `is_proof` and `ignored_by` (the remark that silences this analyser here) are stamped by our
    code, never read from an answer. `quote` is the code the author copied, `file` and `line` are what it wrote, true
    or not: grounding decides. `cwe` is "CWE-n" or "".
    """

    backend: str
    task: str
    file: str
    line: int
    end_line: int
    severity: Severity
    category: str
    cwe: str
    title: str
    why: str
    fix: str
    quote: str
    is_proof: bool = False
    ignored_by: Remark | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a claim really stands: new-side lines (for a removal the line after the gap), the code there
    (one string per shown line, `first` is the number of the first), the `removed` lines that it quotes, and whether a
    changed line is touched."""

    path: str
    ref: str
    line: int
    end_line: int
    touches_change: bool
    first: int = 0
    code: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Grounded:
    """A claim with its place. `problem` says why it is outside the diff, "" when it stands on a change."""

    claim: Claim
    place: Place
    problem: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Claims about the same thing at the same place, merged.

    `identity` is a hex digest of path, normalised quoted code and category family: stable against rewording,
    line shifts and backends. `raised_by` is sorted; `is_proof` is true when a deterministic analyser proved it;
    `suppression` is the reason given for suppressing it, "" for none; `ignored_by` the remark that silences the
    analysers that raised it.
    """

    identity: str
    place: Place
    severity: Severity
    category: str
    cwe: str
    title: str
    why: str
    fix: str
    quote: str
    tasks: tuple[str, ...]
    raised_by: tuple[str, ...]
    is_proof: bool = False
    problem: str = ""
    suppression: str = ""
    ignored_by: Remark | None = None

    @property
    def short_identity(self) -> str:
        """What a person types: the first eight hex digits."""
        return self.identity[:8]
