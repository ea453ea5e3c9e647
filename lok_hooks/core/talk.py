"""Questions put by hand as values: every turn with its answer or failure, and what came out in the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from lok_hooks.core.ports import Failure, Reply
from lok_hooks.errors import EXIT_CLEAN, EXIT_INCOMPLETE

SYNTHESIS: Final = "synthesis"  # what a conclusion is when one backend wrote it from what all said


class Step(StrEnum):
    """What a backend was asked for; the value names it in progress and reports."""

    ANSWER = "answer"
    POSITION = "position"
    RESPONSE = "response"
    WORK = "work"
    REVIEW = "review"
    REVISION = "revision"
    ORDER = "order"
    SYNTHESIS = "synthesis"


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What a conductor wants asked of whom."""

    backend: str
    prompt: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """One request with what came of it. `round` counts from 1. `prompt` is what a conductor had asked, "" where it is
    the user's question.

    `text` is what the backend has to say, "" for a failure. `agrees` and `disagreements` are the fields of an answer
    that was asked for them; None and () where it was not, or did not give them. `orders` are a conductor's, carried
    out in the next turns. `problem` says what was wrong with the form of the answer, "" for nothing.
    """

    backend: str
    step: Step
    round: int
    answer: Reply | Failure
    prompt: str = ""
    text: str = ""
    agrees: bool | None = None
    disagreements: tuple[str, ...] = ()
    orders: tuple[Order, ...] = ()
    problem: str = ""

    @property
    def is_answered(self) -> bool:
        """True when there is something to read that the backend said about the question."""
        return isinstance(self.answer, Reply) and bool(self.text.strip())


@dataclass(frozen=True, kw_only=True, slots=True)
class Disagreement:
    """A point that is still open, and whose it is: stamped by our code. `is_of_synthesis`: its backend left it open
    as the author of the conclusion, not as one of those who discussed."""

    backend: str
    point: str
    is_of_synthesis: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Absence:
    """A backend whose word is not in the conclusion, and why."""

    backend: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Conclusion:
    """What came out. `how` says what it is ("synthesis", "agreed by all", "only answer"). `open` are the points still
    disputed; None when nobody said whether there are any. `absent` names who is not in it."""

    text: str
    backend: str
    how: str
    open: tuple[Disagreement, ...] | None = ()
    absent: tuple[Absence, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Talk:
    """The whole of one command. `missing` could not be asked at all. `labels` maps the letter under which others saw
    a participant to its name. `notes` are single lines that the reader must see."""

    command: str
    question: str
    turns: tuple[Turn, ...] = ()
    conclusion: Conclusion | None = None
    missing: tuple[Failure, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Every failure among the turns, in order."""
        return tuple(turn.answer for turn in self.turns if isinstance(turn.answer, Failure))

    @property
    def exit_code(self) -> int:
        """0 when somebody answered, else 4."""
        answered = self.conclusion is not None or any(turn.is_answered for turn in self.turns)
        return EXIT_CLEAN if answered else EXIT_INCOMPLETE
