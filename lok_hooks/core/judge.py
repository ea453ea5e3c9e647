"""The decision: every finding gets exactly one disposition, by the rules of this file alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from types import MappingProxyType
from typing import Final, Literal

from lok_hooks.core.debate import Round, Stance, Vote, standing
from lok_hooks.core.evidence import SECURITY_TASK, Features, probability
from lok_hooks.core.family import family
from lok_hooks.core.finding import Finding
from lok_hooks.core.review import Disposition, Judged, Policy

AuthorKind = Literal["model", "weak model", "analyser"]
_Voice = tuple[str, str, bool]  # name, part, is weak

# What one voice weighs; times the backend's reliability where that is known. A weak voice is one whose word does not
# block: half of another's, and nothing without a strong one of the same opinion.
WEIGHTS: Final[Mapping[str, float]] = MappingProxyType(
    {"author": 1.0, "examiner": 1.0, "judge": 2.0, "weak author": 0.5, "weak examiner": 0.5, "weak judge": 1.0}
)
EQUALLY_RELIABLE: Final[Mapping[str, float]] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class Author:
    """A backend that raised the finding. "weak model": an LLM whose word does not block (`may_block = false`)."""

    name: str
    kind: AuthorKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """Who stands behind a finding, gathered by our code. `reviewers`: how many LLM backends whose word may block
    reviewed this place for the finding's task, the authors among them."""

    authors: tuple[Author, ...] = ()
    reviewers: int = 0

    @property
    def models(self) -> int:
        """How many LLM authors may block."""
        return sum(author.kind == "model" for author in self.authors)

    @property
    def weak(self) -> int:
        """How many LLM authors may not."""
        return sum(author.kind == "weak model" for author in self.authors)

    @property
    def analysers(self) -> int:
        """How many analysers raised it."""
        return sum(author.kind == "analyser" for author in self.authors)

    @property
    def strong(self) -> int:
        """How many authors' words may block."""
        return self.models + self.analysers


def is_candidate(finding: Finding, policy: Policy) -> bool:
    """True when debate has to examine the finding: it could block, and nothing else settles it."""
    return (
        policy.debate
        and not (finding.suppression or finding.problem or finding.is_proof)
        and finding.severity.order >= max(policy.fail_on.order, policy.examination.min_severity.order)
    )


def decide(
    finding: Finding,
    evidence: Evidence,
    policy: Policy,
    votes: Sequence[Vote] = (),
    reliability: Mapping[str, float] = EQUALLY_RELIABLE,
) -> Judged:
    """The finding's disposition and the rule that gave it. Total: every input has exactly one outcome.

    In order: suppressed, outside the diff, below `fail_on`, proved by an analyser; then by the votes where at least
    one strong backend examined it, else by the quorum. `reliability` is what a backend's voice weighs against an
    average one (1.0, also for those it does not name). `votes` may be of all rounds and in any order.

    Quorum: confirmed when at least min(`quorum`, reviewers) authors raised it independently. Analysers count as
    authors but not as reviewers, weak models add their voice to another's but never reach the quorum alone, and where
    no model reviewed at all one analyser is enough.

    Votes: each author and each voter counts once, for or against. An author that refutes what it raised takes its
    word back. More against than for: refuted. More for than against, and a strong backend other than the author
    confirmed it or raised it too (as many as the quorum wants, at least two): confirmed. Else unconfirmed. A vote of
    an author confirms only where nobody strong but authors voted.

    With `confirm = "probability"` the calibrated table (core/evidence.py) takes the place of quorum and votes: as
    likely as `threshold` or more, and somebody strong stands behind it: confirmed. Else what is against it decides
    between refuted and unconfirmed, as above.
    """
    if finding.suppression:
        return _judged(finding, votes, Disposition.SUPPRESSED, finding.suppression)
    if finding.problem:
        return _judged(finding, votes, Disposition.OUTSIDE, finding.problem)
    if finding.severity.order < policy.fail_on.order:
        reason = f"{finding.severity}, and only {policy.fail_on} or worse blocks"
        return _judged(finding, votes, Disposition.BELOW, reason)
    if finding.is_proof:
        return _judged(finding, votes, Disposition.CONFIRMED, "proved by a deterministic rule")
    counted = standing(votes) if policy.debate else ()
    if policy.confirm == "probability":
        return _judged(finding, votes, *_by_probability(finding, evidence, policy, counted, reliability))
    if any(not vote.is_weak for vote in counted):
        return _judged(finding, votes, *_by_votes(evidence, policy, counted, reliability))
    return _judged(finding, votes, *_by_quorum(evidence, policy))


def _by_quorum(evidence: Evidence, policy: Policy) -> tuple[Disposition, str]:
    authors, needed = len(evidence.authors), _needed(evidence, policy)
    if not evidence.strong:
        return Disposition.UNCONFIRMED, "raised only by a model whose word does not block"
    if authors >= needed:
        return Disposition.CONFIRMED, _confirmed_by(authors, evidence)
    return Disposition.UNCONFIRMED, f"raised by {authors} of {evidence.reviewers} reviewers, {needed} are needed"


def _needed(evidence: Evidence, policy: Policy) -> int:
    return max(1, min(policy.quorum, evidence.reviewers))


def _confirmed_by(authors: int, evidence: Evidence) -> str:
    if authors > 1:
        return f"raised independently by {authors}"
    if evidence.models:
        return "raised by the only model that reviewed it"
    return "raised by an analyser, no second reviewer at hand" if not evidence.reviewers else "raised by an analyser"


def _by_votes(
    evidence: Evidence, policy: Policy, votes: Collection[Vote], reliability: Mapping[str, float]
) -> tuple[Disposition, str]:
    kept, confirmers, refuters = _sides(evidence, votes)
    for_ = _weight(_authors(kept) + confirmers, reliability)
    against = _weight(refuters, reliability)
    reason = _told(votes)
    if against > for_:
        return Disposition.REFUTED, reason
    if for_ > against and _is_backed(evidence, policy, votes, kept):
        return Disposition.CONFIRMED, reason
    return Disposition.UNCONFIRMED, reason


def _by_probability(
    finding: Finding, evidence: Evidence, policy: Policy, votes: Collection[Vote], reliability: Mapping[str, float]
) -> tuple[Disposition, str]:
    kept, confirmers, refuters = _sides(evidence, votes)
    against = _weight(refuters, reliability)
    kinds = [author.kind for author in kept]
    likely = probability(
        Features(
            severity=finding.severity,
            kind=family(finding.category, finding.cwe),
            is_audit=SECURITY_TASK in finding.tasks,
            models=kinds.count("model"),
            weak=kinds.count("weak model"),
            analysers=kinds.count("analyser"),
            confirms=_weight(confirmers, reliability),
            refutes=against,
        )
    )
    said = f"; {_told(votes)}" if votes else ""
    reason = f"{likely:.0%} likely by the calibrated table, {policy.threshold:.0%} confirms".replace("%", " %") + said
    voices = _authors(kept) + confirmers
    if likely >= policy.threshold and not all(is_weak for _, _, is_weak in voices):
        return Disposition.CONFIRMED, reason
    return Disposition.REFUTED if against > _weight(voices, reliability) else Disposition.UNCONFIRMED, reason


def _sides(evidence: Evidence, votes: Collection[Vote]) -> tuple[list[Author], list[_Voice], list[_Voice]]:
    """The authors that did not take their word back, and the voices of those who confirm and who refute. An author's
    confirmation is no second voice."""
    names = {author.name for author in evidence.authors}
    refuters = [vote for vote in votes if vote.stance is Stance.REFUTE]
    confirmers = [vote for vote in votes if vote.stance is Stance.CONFIRM and vote.voter not in names]
    kept = [author for author in evidence.authors if author.name not in {vote.voter for vote in refuters}]
    return kept, [_voice(vote) for vote in confirmers], [_voice(vote) for vote in refuters]


def _authors(kept: Sequence[Author]) -> list[_Voice]:
    return [(author.name, "author", author.kind == "weak model") for author in kept]


def _is_backed(evidence: Evidence, policy: Policy, votes: Collection[Vote], kept: Sequence[Author]) -> bool:
    """True when somebody besides the author stands behind a finding for which more is said than against it."""
    names = {author.name for author in evidence.authors}
    strong = [vote for vote in votes if not vote.is_weak]
    among_themselves = all(vote.voter in names for vote in strong)
    if any(vote.stance is Stance.CONFIRM and (among_themselves or vote.voter not in names) for vote in strong):
        return True
    return len(kept) >= max(2, _needed(evidence, policy))


def _voice(vote: Vote) -> _Voice:
    return vote.voter, "judge" if vote.round is Round.JUDGE else "examiner", vote.is_weak


def _weight(voices: Sequence[_Voice], reliability: Mapping[str, float]) -> float:
    """The sum over (name, part, is weak); nothing when only weak voices say it. Exact, so in any order the same."""
    if all(is_weak for _, _, is_weak in voices):
        return 0.0
    return fsum(
        WEIGHTS[f"weak {part}" if is_weak else part] * reliability.get(name, 1.0) for name, part, is_weak in voices
    )


def _told(votes: Collection[Vote]) -> str:
    """Who said what: "confirmed by gemini; refuted by claude", or, where only authors examined it, "self-examined;
    confirmed by codex"."""
    alone = all(vote.is_self for vote in votes)
    said = ["self-examined"] if alone else []
    for stance, words in ((Stance.CONFIRM, "confirmed by"), (Stance.REFUTE, "refuted by"), (Stance.UNSURE, "unsure:")):
        names = [f"{v.voter} itself" if v.is_self and not alone else v.voter for v in votes if v.stance is stance]
        said += [f"{words} {', '.join(names)}"] if names else []
    return "; ".join(said)


def _judged(finding: Finding, votes: Sequence[Vote], disposition: Disposition, reason: str) -> Judged:
    shown = tuple(sorted(votes, key=lambda vote: (vote.round.order, vote.voter, vote.stance, vote.reason, vote.quote)))
    return Judged(finding=finding, disposition=disposition, reason=reason, votes=shown)
