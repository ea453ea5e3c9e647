"""The debate on findings as data: who examines what, what a vote is, what is disputed.

A finding is examined by others than its authors. Only where no other strong backend is at hand do its authors, each
in a fresh context that remembers nothing: with one backend there is nobody else. A weak backend (`may_block = false`)
examines too, but what it says counts only beside a strong one of the same opinion (core/judge.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import blake2b

from lok_hooks.core.finding import Finding
from lok_hooks.core.route import Candidate


class Stance(StrEnum):
    """What an examiner says of a claim. Whatever is not clearly one of the first two is the third."""

    CONFIRM = "confirm"
    REFUTE = "refute"
    UNSURE = "unsure"


class Ground(StrEnum):
    """Why a claim is refuted; the value is what prompts and reports say."""

    UNREACHABLE = "not reachable"
    HANDLED = "handled elsewhere"
    OLD = "existed before"
    MISREAD = "misread code"
    INTENDED = "intended"
    STYLE = "style only"


class Round(StrEnum):
    """The rounds in their order."""

    CROSS_EXAMINATION = "cross-examination"
    REBUTTAL = "rebuttal"
    JUDGE = "judge"

    @property
    def order(self) -> int:
        """0 for the first."""
        return list(Round).index(self)


@dataclass(frozen=True, kw_only=True, slots=True)
class Vote:
    """What one backend said of one finding in one round.

    `voter`, `round`, `is_self` (the voter is an author of the finding) and `is_weak` (its word does not block) are
    stamped by our code. `quote` is the code that decides it, `ground` why a refutation refutes, None where it names
    none. `doubt` says why our code took a confirmation or refutation for unsure, "" where the stance is the voter's.
    """

    voter: str
    stance: Stance
    reason: str = ""
    quote: str = ""
    ground: Ground | None = None
    round: Round = Round.CROSS_EXAMINATION
    is_self: bool = False
    is_weak: bool = False
    doubt: str = ""


def standing(votes: Iterable[Vote]) -> tuple[Vote, ...]:
    """The votes that count, by voter's name: each voter's latest. Two different ones of one voter in one round are
    unsure, whichever came first."""
    latest: dict[str, Vote] = {}
    for vote in sorted(votes, key=lambda v: (v.voter, v.round.order, v.stance, v.reason, v.quote)):
        before = latest.get(vote.voter)
        if before and before.round is vote.round and before.stance is not vote.stance:
            vote = replace(vote, stance=Stance.UNSURE, doubt="it gave two different votes")
        latest[vote.voter] = vote
    return tuple(latest.values())


def is_disputed(votes: Iterable[Vote]) -> bool:
    """True when strong voters confirm and refute it."""
    return {Stance.CONFIRM, Stance.REFUTE} <= {vote.stance for vote in standing(votes) if not vote.is_weak}


def examiners(finding: Finding, models: Sequence[Candidate], limit: int) -> tuple[str, ...]:
    """Who examines a finding, strongest first: models that may block before those that may not, by what they are good
    at, then by name. At most `limit`, 0 for all; nobody where no strong one is at hand."""
    ranked = sorted(models, key=lambda model: (not model.traits.may_block, _rank(model, finding.tasks), model.name))
    others = [model for model in ranked if model.name not in finding.raised_by]
    if not any(model.traits.may_block for model in others):
        themselves = [model for model in ranked if model.name in finding.raised_by and model.traits.may_block]
        others = themselves + others if themselves else []
    return tuple(model.name for model in (others[:limit] if limit else others))


def _rank(model: Candidate, tasks: Collection[str]) -> int:
    strengths = model.traits.strengths
    return min((strengths.index(task) for task in tasks if task in strengths), default=len(strengths) + 100)


def shuffle_key(salt: str, text: str) -> str:
    """Sorts like a shuffle, and the same for the same content every time."""
    return blake2b(f"{salt}\0{text}".encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
