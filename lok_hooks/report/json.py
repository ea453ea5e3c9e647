"""The report for programs: one JSON object whose keys are the contract `lok-hooks/review/1`.

A key is never renamed or removed within version 1; new ones may be added. Texts are made visible: no value holds a
control character other than line breaks and tabs inside `why`, `fix` and `quote`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from lok_hooks.core.debate import Vote
from lok_hooks.core.ports import Failure
from lok_hooks.core.review import Asked, Coverage, Judged, Review
from lok_hooks.report import words
from lok_hooks.report.options import Options
from lok_hooks.report.visible import visible, visible_text

SCHEMA: Final = "lok-hooks/review/1"


def report(review: Review, options: Options) -> str:
    """The review as indented JSON, keys in a fixed order, findings in report order."""
    return json.dumps(as_values(review), ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def as_values(review: Review) -> dict[str, Any]:
    """The review as plain lists, mappings, strings and numbers."""
    return {
        "schema": SCHEMA,
        "command": visible(review.command),
        "label": visible(review.label),
        "findings": [_finding(judged) for judged in words.ordered(review)],
        "coverage": _coverage(review.coverage),
        "asked": [_asked(asked) for asked in review.asked],
        "examined": [_asked(asked) for asked in review.examined],
        "failures": [_failure(failure) for failure in review.failures],
        "notes": [visible(note) for note in review.notes],
        "timing": {"seconds": _seconds(review.seconds), "backends": _slowest(review)},
        "policy": {
            "fail_on": str(review.policy.fail_on),
            "quorum": review.policy.quorum,
            "debate": review.policy.debate,
            "examination": {
                "rounds": review.policy.examination.rounds,
                "reviewers": review.policy.examination.reviewers,
                "min_severity": str(review.policy.examination.min_severity),
                "judge": visible(review.policy.examination.judge),
            },
            "confirm": review.policy.confirm,
            "threshold": review.policy.threshold,
            "on_incomplete": review.policy.on_incomplete,
            "budget": review.policy.budget,
        },
        "incomplete": review.is_incomplete,
        "exit_code": review.exit_code,
    }


def _finding(judged: Judged) -> dict[str, Any]:
    finding = judged.finding
    return {
        "id": visible(finding.identity),
        "path": visible(finding.place.path),
        "ref": visible(finding.place.ref),
        "line": finding.place.line,
        "end_line": finding.place.end_line,
        "severity": str(finding.severity),
        "category": visible(finding.category),
        "cwe": visible(finding.cwe),
        "title": visible(finding.title),
        "why": visible_text(finding.why),
        "fix": visible_text(finding.fix),
        "quote": visible_text(finding.quote),
        "disposition": str(judged.disposition),
        "reason": visible(judged.reason),
        "raised_by": [visible(name) for name in finding.raised_by],
        "tasks": [visible(name) for name in finding.tasks],
        "evidence": {
            "proof": finding.is_proof,
            "votes": [_vote(vote) for vote in judged.votes],
            "problem": visible(finding.problem),
        },
    }


def _vote(vote: Vote) -> dict[str, Any]:
    return {
        "round": str(vote.round),
        "voter": visible(vote.voter),
        "stance": str(vote.stance),
        "ground": str(vote.ground) if vote.ground else "",
        "reason": visible_text(vote.reason),
        "quote": visible_text(vote.quote),
        "is_self": vote.is_self,
        "is_weak": vote.is_weak,
        "doubt": visible(vote.doubt),
    }


def _coverage(coverage: Coverage) -> dict[str, Any]:
    return {
        "reviewed": [visible(path) for path in coverage.reviewed],
        "skipped": [
            {"path": visible(item.path), "reason": str(item.reason), "detail": visible(item.detail)}
            for item in coverage.skipped
        ],
        "unreviewed": [
            {"path": visible(item.path), "task": visible(item.task), "reason": visible(item.reason)}
            for item in coverage.unreviewed
        ],
        "changed_lines": coverage.changed_lines,
    }


def _asked(asked: Asked) -> dict[str, Any]:
    return {
        "backend": visible(asked.backend),
        "tasks": [visible(task) for task in asked.tasks],
        "why": visible(asked.why),
        "requests": asked.requests,
        "answered": asked.answered,
        "seconds": _seconds(asked.seconds),
        "model": visible(asked.model),
        "tokens_in": asked.tokens_in,
        "tokens_out": asked.tokens_out,
        "remembered": asked.remembered,
    }


def _failure(failure: Failure) -> dict[str, Any]:
    return {
        "backend": visible(failure.backend),
        "kind": str(failure.kind),
        "reason": visible(failure.reason),
        "advice": visible(failure.advice),
        "seconds": _seconds(failure.seconds),
    }


def _slowest(review: Review) -> Mapping[str, float]:
    slowest: dict[str, float] = {}
    for asked in review.asked:
        name = visible(asked.backend)
        slowest[name] = max(slowest.get(name, 0.0), _seconds(asked.seconds))
    return slowest


def _seconds(seconds: float) -> float:
    return round(seconds, 3)
