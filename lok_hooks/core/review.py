"""The outcome: every finding judged, what was covered, who answered, and the exit code."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from lok_hooks.core.debate import Vote
from lok_hooks.core.diff import Skipped
from lok_hooks.core.finding import Finding, Severity
from lok_hooks.core.ports import Failure
from lok_hooks.core.settings import DebateSettings
from lok_hooks.errors import EXIT_CLEAN, EXIT_CONFIRMED, EXIT_INCOMPLETE


class Disposition(StrEnum):
    """What became of a finding; each has exactly one. Only CONFIRMED blocks."""

    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"
    REFUTED = "refuted"
    OUTSIDE = "outside the diff"
    BELOW = "below the threshold"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """What decides. `budget` in seconds, None for none. `on_incomplete` says what an unfinished review does
    when nothing is confirmed: "allow" (loudly) or "block" (exit 4). `debate`: what could block is examined, as
    `examination` says. `confirm` and `threshold` as in `ReviewSettings`."""

    fail_on: Severity = Severity.HIGH
    quorum: int = 2
    debate: bool = True
    on_incomplete: Literal["allow", "block"] = "block"
    budget: float | None = None
    examination: DebateSettings = field(default_factory=DebateSettings)
    confirm: Literal["rule", "probability"] = "rule"
    threshold: float = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """A finding with its disposition and the rule that gave it, in a sentence. `votes`: what its examiners said, all
    rounds in their order, then by voter; () where nobody examined it."""

    finding: Finding
    disposition: Disposition
    reason: str
    votes: tuple[Vote, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Unreviewed:
    """A file that a task's reviewers did not get through, and why."""

    path: str
    task: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Coverage:
    """What was looked at. `reviewed` holds paths every planned task got an answer for; `skipped` was left out
    on purpose; `unreviewed` should have been reviewed and was not."""

    reviewed: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    unreviewed: tuple[Unreviewed, ...] = ()
    changed_lines: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One backend's share of the work: why the router chose it, how many requests, how many answered,
    wall seconds of its slowest answer, tokens where known. `remembered`: files for which it was not asked again."""

    backend: str
    tasks: tuple[str, ...]
    why: str
    requests: int
    answered: int
    seconds: float
    model: str = ""
    tokens_in: int | None = None
    tokens_out: int | None = None
    remembered: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """Everything a report says. `command` is the entry point ("lok-hunt"), `label` what was reviewed.
    `notes` are single lines the reader must see (which keys were ignored, that no model was at hand). `examined` is
    who was asked about the findings of others, `tasks` being the rounds."""

    command: str
    label: str
    judged: tuple[Judged, ...]
    coverage: Coverage
    asked: tuple[Asked, ...]
    failures: tuple[Failure, ...]
    policy: Policy
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    examined: tuple[Asked, ...] = ()

    @property
    def blocking(self) -> tuple[Judged, ...]:
        """The confirmed findings, in report order."""
        return tuple(j for j in self.judged if j.disposition is Disposition.CONFIRMED)

    @property
    def is_incomplete(self) -> bool:
        """True when something that had to be reviewed was not."""
        return bool(self.coverage.unreviewed)

    @property
    def exit_code(self) -> int:
        """1 confirmed findings, else 4 incomplete and the policy blocks, else 0."""
        if self.blocking:
            return EXIT_CONFIRMED
        if self.is_incomplete and self.policy.on_incomplete == "block":
            return EXIT_INCOMPLETE
        return EXIT_CLEAN
