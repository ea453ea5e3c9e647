"""The decision: every finding gets exactly one disposition, by the rules of this file alone."""

from __future__ import annotations

from dataclasses import dataclass

from lok_hooks.core.finding import Finding
from lok_hooks.core.review import Disposition, Judged, Policy


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """Who stands behind a finding, counted by our code.

    `models`: LLM authors whose word may block. `weak`: LLM authors whose word may not (`may_block = false`).
    `analysers`: analysers that raised it. `reviewers`: LLM backends whose word may block that reviewed this place
    for the finding's task, the authors among them.
    """

    models: int = 0
    weak: int = 0
    analysers: int = 0
    reviewers: int = 0


def decide(finding: Finding, evidence: Evidence, policy: Policy) -> Judged:
    """The finding's disposition and the rule that gave it. Total: every input has exactly one outcome.

    In order: suppressed, outside the diff, below `fail_on`, proved by an analyser, and then the quorum: confirmed
    when at least min(`quorum`, reviewers) authors raised it independently. Analysers count as authors but not as
    reviewers, weak models add their voice to another's but never reach the quorum alone, and where no model
    reviewed at all one analyser is enough.
    """
    if finding.suppression:
        return _judged(finding, Disposition.SUPPRESSED, finding.suppression)
    if finding.problem:
        return _judged(finding, Disposition.OUTSIDE, finding.problem)
    if finding.severity.order < policy.fail_on.order:
        return _judged(finding, Disposition.BELOW, f"{finding.severity}, and only {policy.fail_on} or worse blocks")
    if finding.is_proof:
        return _judged(finding, Disposition.CONFIRMED, "proved by a deterministic rule")
    return _by_quorum(finding, evidence, policy)


def _by_quorum(finding: Finding, evidence: Evidence, policy: Policy) -> Judged:
    strong = evidence.models + evidence.analysers
    authors = strong + evidence.weak
    needed = max(1, min(policy.quorum, evidence.reviewers))
    if not strong:
        return _judged(finding, Disposition.UNCONFIRMED, "raised only by a model whose word does not block")
    if authors >= needed:
        return _judged(finding, Disposition.CONFIRMED, _confirmed_by(authors, evidence))
    return _judged(
        finding, Disposition.UNCONFIRMED, f"raised by {authors} of {evidence.reviewers} reviewers, {needed} are needed"
    )


def _confirmed_by(authors: int, evidence: Evidence) -> str:
    if authors > 1:
        return f"raised independently by {authors}"
    if evidence.models:
        return "raised by the only model that reviewed it"
    return "raised by an analyser, no second reviewer at hand" if not evidence.reviewers else "raised by an analyser"


def _judged(finding: Finding, disposition: Disposition, reason: str) -> Judged:
    return Judged(finding=finding, disposition=disposition, reason=reason)
