"""What looking through a directory brought: for people (console, plain) and for programs (json, sarif)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from lok_hooks.core.finding import Finding, Severity
from lok_hooks.core.review import Review
from lok_hooks.core.sweep import Sweep, as_review
from lok_hooks.report import words
from lok_hooks.report.layout import ROLES, code_lines, code_rows, prose_lines
from lok_hooks.report.lines import as_text
from lok_hooks.report.options import Options
from lok_hooks.report.visible import visible, visible_sentence
from lok_hooks.report.wrap import MIN_WIDTH, Line, Role, Span, filled, with_tail

SCHEMA: Final = "lok-hooks/sweep/1"
UNGROUNDED: Final = 5  # claims that stand in no file are told one by one up to here; json has them all
_KEPT: Final = (
    *("id", "path", "line", "end_line", "severity", "category", "cwe", "title", "why", "fix", "quote", "raised_by"),
)
_INDENT: Final = "    "
_BLANK: Final[Line] = ()


def plain(sweep: Sweep, options: Options) -> str:
    """The sweep as text without any escape sequence."""
    return as_text(lay_out(sweep, options), color=False)


def console(sweep: Sweep, options: Options) -> str:
    """The plain words, with ANSI colours when `options.color`."""
    return as_text(lay_out(sweep, options), color=options.color)


def sarif(sweep: Sweep, options: Options) -> str:
    """SARIF 2.1.0, as of a review that confirmed what stands in the files; paths count from the repository's top, as
    those who show it expect."""
    from lok_hooks.report.sarif import notification, notifications, written

    review = _from_top(as_review(sweep), sweep.below)
    left_open = [notification("error", "incomplete", f"incomplete: {told}") for told in _left_open(sweep)]
    invocation = {
        "executionSuccessful": not sweep.unanswered,
        "exitCode": sweep.exit_code,
        "exitCodeDescription": _outcome(sweep),
        "toolExecutionNotifications": notifications(review, left_open),
    }
    return written(review, invocation)


def _from_top(review: Review, below: str) -> Review:
    judged = []
    for each in review.judged:
        place = replace(each.finding.place, path=f"{below}{each.finding.place.path}")
        judged.append(replace(each, finding=replace(each.finding, place=place)))
    return replace(review, judged=tuple(judged))


def as_json(sweep: Sweep, options: Options) -> str:
    """One JSON object whose keys are the contract `lok-hooks/sweep/1`."""
    return json.dumps(as_values(sweep), ensure_ascii=False, allow_nan=False, indent=2) + "\n"


FORMATS: Final[Mapping[str, Callable[[Sweep, Options], str]]] = {
    "console": console,
    "plain": plain,
    "json": as_json,
    "sarif": sarif,
}


def lay_out(sweep: Sweep, options: Options) -> list[Line]:
    """The whole report, line by line, at most `options.width` columns wide."""
    width = max(options.width, MIN_WIDTH)
    quiet = " · ".join(part for part in (visible(sweep.label), _size(sweep), _who(sweep)) if part)
    lines = filled(
        [Span(visible(sweep.command), "strong"), Span(f" · {quiet} · ", "quiet"), Span(_outcome(sweep), _tone(sweep))],
        width,
        hanging="  ",
    )
    review = as_review(sweep)
    lines += _texts(words.routing(review) if options.verbose else (words.asked(review),), width, role="quiet")
    for finding in sweep.found:
        lines += [_BLANK, *_finding(finding, width)]
    ending = [f"! {told}" for told in _left_open(sweep)]
    ending += [*words.failures(review), *words.notes(review), *_ungrounded(sweep)]
    if options.verbose:
        ending += [f"left out: {file}" for file in words.left_out(review)]
    told = _texts(tuple(ending), width, role="plain")
    return [*lines, *([_BLANK] if told and sweep.found else []), *told]


def _size(sweep: Sweep) -> str:
    read = f", {len(sweep.read):,} read" if sweep.read else ""
    return f"{words.counted(sweep.files, 'file')}{read}"


def _who(sweep: Sweep) -> str:
    return ", ".join(
        f"{visible(asked.backend)} {words.duration(asked.seconds)}"
        + (f" ({asked.answered} of {asked.requests} answered)" if asked.answered < asked.requests else "")
        for asked in sweep.asked
    )


def _outcome(sweep: Sweep) -> str:
    if sweep.found:
        counts = [(sum(f.severity is severity for f in sweep.found), severity) for severity in reversed(Severity)]
        return f"{len(sweep.found):,} found: " + ", ".join(
            f"{number} {severity}" for number, severity in counts if number
        )
    if not sweep.unanswered:
        return "nothing found"
    if sweep.is_unseen:
        return f"nobody {'answered' if sweep.asked else 'was asked'}; nothing was looked at"
    return "nothing found by those who answered"


def _left_open(sweep: Sweep) -> Iterator[str]:
    """What nobody answered, once for each reason."""
    by_reason: dict[str, list[str]] = {}
    for each in sweep.unanswered:
        by_reason.setdefault(visible(each.reason), []).append(visible(each.question))
    for reason, questions in by_reason.items():
        yield f"{', '.join(questions)} {'was' if len(questions) == 1 else 'were'} answered by nobody: {reason}"


def _tone(sweep: Sweep) -> Role:
    return "plain" if sweep.found or sweep.unanswered else "good"


def _finding(finding: Finding, width: int) -> list[Line]:
    role = ROLES[finding.severity]
    head = [
        Span(f"• {finding.severity}", role),
        Span(f"  {words.where(finding.place)}  "),
        Span(words.title(finding), "strong"),
        Span(f"  {words.weakness(finding)}", "quiet"),
    ]
    lines = filled(head, width, hanging="  ")
    lines += code_lines(code_rows(finding), width, role)
    lines += prose_lines("why", finding.why, width)
    lines += prose_lines("fix", finding.fix, width)
    said = f"raised {words.authors(finding)}" + (" · proved by a deterministic rule" if finding.is_proof else "")
    identity = Span(f"[{visible(finding.short_identity)}]", "quiet")
    return lines + with_tail([Span(said, "quiet")], identity, width, indent=_INDENT, hanging=_INDENT)


def _ungrounded(sweep: Sweep) -> list[str]:
    """What was claimed and stands nowhere: told, since nothing is dropped silently."""
    told = [
        f"not shown: {words.where(finding.place)} {words.title(finding)}, {words.authors(finding)}: "
        f"{visible_sentence(finding.problem, words.MESSAGE_LIMIT)}"
        for finding in sweep.ungrounded[:UNGROUNDED]
    ]
    more = len(sweep.ungrounded) - UNGROUNDED
    return [*told, f"not shown: {more:,} more, all of them in --json"] if more > 0 else told


def _texts(texts: tuple[str, ...], width: int, *, role: Role) -> list[Line]:
    return [line for text in texts if text for line in filled([Span(text, role)], width, indent="  ", hanging=_INDENT)]


def as_values(sweep: Sweep) -> dict[str, Any]:
    """The sweep as plain lists, mappings, strings and numbers."""
    from lok_hooks.report.json import as_values as review_values

    shared = review_values(as_review(sweep))
    by_key = {(f["id"], f["line"], f["title"]): {key: f[key] for key in _KEPT} for f in shared["findings"]}
    return {
        "schema": SCHEMA,
        "command": visible(sweep.command),
        "directory": visible(sweep.label),
        "findings": [{**by_key[_key(finding)], "proof": finding.is_proof} for finding in sweep.found],
        "ungrounded": [{**by_key[_key(f)], "problem": visible(f.problem)} for f in sweep.ungrounded],
        "files": sweep.files,
        "read": shared["coverage"]["reviewed"],
        "skipped": shared["coverage"]["skipped"],
        "asked": shared["asked"],
        "failures": shared["failures"],
        "unanswered": [{"question": visible(u.question), "reason": visible(u.reason)} for u in sweep.unanswered],
        "notes": shared["notes"],
        "seconds": round(sweep.seconds, 3),
        "exit_code": sweep.exit_code,
    }


def _key(finding: Finding) -> tuple[str, int, str]:
    return visible(finding.identity), finding.place.line, visible(finding.title)
