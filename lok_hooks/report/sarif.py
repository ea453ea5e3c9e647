"""The report as SARIF 2.1.0 (OASIS Standard with Errata 01), for code scanning services and editors."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from lok_hooks import __version__
from lok_hooks.core.finding import Finding, Place, Severity
from lok_hooks.core.review import Disposition, Judged, Review
from lok_hooks.report import words
from lok_hooks.report.options import Options
from lok_hooks.report.visible import visible, visible_sentence

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT: Final = "lokFinding/v1"
BASE: Final = "SRCROOT"
_LEVELS: Final = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}
_UNRESERVED: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")


def report(review: Review, options: Options) -> str:
    """The review as one SARIF run. Findings that do not block have level "note" and their disposition as a
    property (a `kind` other than "fail" would force level "none", which services hide)."""
    return written(review, _invocation(review))


def written(review: Review, invocation: dict[str, Any]) -> str:
    """The findings of `review` as one SARIF run that went as `invocation` says."""
    judged = words.ordered(review)
    rules = sorted({_rule_id(item.finding) for item in judged})
    run = {
        "tool": {"driver": {"name": "lok-hooks", "version": __version__, "rules": [_rule(rule) for rule in rules]}},
        "automationDetails": {"id": f"{visible(review.command)}/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {BASE: {"description": {"text": "The top folder of the repository."}}},
        "invocations": [invocation],
        "results": [_result(item, rules.index(_rule_id(item.finding))) for item in judged],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def _rule_id(finding: Finding) -> str:
    return visible(finding.category.strip()) or "general"


def _rule(rule: str) -> dict[str, Any]:
    return {"id": rule, "shortDescription": _message(rule)}


def _result(judged: Judged, rule_index: int) -> dict[str, Any]:
    finding = judged.finding
    is_confirmed = judged.disposition is Disposition.CONFIRMED
    why, fix = "\n".join(words.prose(finding.why)), "\n".join(words.prose(finding.fix))
    paragraphs = [words.title(finding), why, f"Fix: {fix}" if fix else ""]
    return {
        "ruleId": _rule_id(finding),
        "ruleIndex": rule_index,
        "level": _LEVELS[finding.severity] if is_confirmed else "note",
        "message": _message("\n\n".join(paragraph for paragraph in paragraphs if paragraph)),
        "locations": [_location(finding.place.path, finding.place)],
        "partialFingerprints": {FINGERPRINT: visible(finding.identity)},
        # The standard wants suppressions on all results or on none, so unsuppressed ones have an empty list.
        "suppressions": _suppressions(judged),
        "properties": {
            "disposition": str(judged.disposition),
            "reason": visible(judged.reason),
            "severity": str(finding.severity),
            "raisedBy": [visible(name) for name in finding.raised_by],
            "votes": [f"{visible(vote.voter)}, {vote.round}: {words.stance(vote)}" for vote in judged.votes],
            "tags": [visible(finding.cwe)] if finding.cwe else [],
        },
    }


def _suppressions(judged: Judged) -> list[dict[str, Any]]:
    if judged.disposition is not Disposition.SUPPRESSED:
        return []
    why = judged.finding.suppression or judged.reason
    return [{"kind": "external", "status": "accepted", "justification": visible_sentence(why, 500)}]


def _location(path: str, place: Place | None = None) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": uri(path), "uriBaseId": BASE}}
    if place is not None and place.line > 0:
        physical["region"] = _region(place)
    return {"physicalLocation": physical}


def _region(place: Place) -> dict[str, Any]:
    end = max(place.line, place.end_line)
    region: dict[str, Any] = {"startLine": place.line, "endLine": end}
    code = [text for number, text in enumerate(place.code, place.first) if place.line <= number <= end]
    # Of a deleted file there is nothing but what was removed.
    code = code if place.code else list(place.removed)
    if code:
        region["snippet"] = {"text": "\n".join(visible(line.rstrip("\r").expandtabs(4)) for line in code)}
    return region


def _invocation(review: Review) -> dict[str, Any]:
    left_open = [
        notification("error", "incomplete", f"incomplete: {item.task}: {item.reason}", item.path)
        for item in review.coverage.unreviewed
    ]
    return {
        "executionSuccessful": not review.is_incomplete,
        "exitCode": review.exit_code,
        "exitCodeDescription": words.outcome(review),
        "toolExecutionNotifications": notifications(review, left_open),
    }


def notifications(review: Review, left_open: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Who failed, what stayed open because of it, what was left out, who was asked and why, and what every reader must
    know."""
    return [
        *(notification("error", "backend-failed", text) for text in words.failures(review)),
        *left_open,
        *(
            notification("note", "left-out", f"left out: {item.reason} {item.detail}".rstrip(), item.path)
            for item in review.coverage.skipped
        ),
        *(notification("note", "asked", text) for text in filter(None, [words.asked(review)])),
        *(notification("note", "note", note) for note in review.notes),
    ]


def notification(level: str, kind: str, text: str, path: str = "") -> dict[str, Any]:
    """One notification, about the file at `path` where one is named."""
    return {
        "level": level,
        "descriptor": {"id": kind},
        "message": _message(visible_sentence(text, words.MESSAGE_LIMIT)),
        **({"locations": [_location(path)]} if path else {}),
    }


def _message(visible_text: str) -> dict[str, str]:
    """A message object. SARIF readers make links of "[text](target)"; a space takes that meaning away."""
    return {"text": visible_text.replace("](", "] (")}


def uri(path: str) -> str:
    """A repository path as a relative URI reference: every byte outside the unreserved characters and "/" as %NN,
    a leading "/" too, so that no path can name a scheme, a host or a place outside the repository's folder."""
    encoded = visible(path).encode()
    return "".join(
        chr(byte) if byte in _UNRESERVED and (index or byte != ord("/")) else f"%{byte:02X}"
        for index, byte in enumerate(encoded)
    )
