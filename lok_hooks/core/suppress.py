"""Suppressions: findings that someone has answered for, in a comment of the code, to us or to the analyser that raised
them, or by `lok dismiss`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from lok_hooks.core.diff import FileDiff
from lok_hooks.core.dismissal import Dismissal
from lok_hooks.core.family import family
from lok_hooks.core.finding import Finding

# What begins a comment in the languages people write: C's, shells', SQL's, Lisp's, TeX's, HTML's, Fortran's, BASIC's.
_LEADER: Final = r"(?:\#|//|--|;|%|/\*|<!--|\{-|\(\*|\{\#|<%--|'|\"|!|\*|\bREM\b|\.\.)"
_ENDING: Final = re.compile(r"(?<!\s)\s*+(?:\*/|-->|-\}|\*\)|\#\}|--%>)\s*$")
# A bracket that is opened must be closed: half a list must not count as none, which would mean every category.
_SCOPE: Final = r"(?:\s*\[(?P<categories>[^\]]*)\]|(?!\s*\[))"
_COMMENT: Final = re.compile(rf"{_LEADER}\s*lok:\s*ignore\b{_SCOPE}[:,]?(?P<reason>.*)$", re.I)
_ALONE: Final = re.compile(rf"^\s*{_LEADER}+\s*lok:\s*ignore\b", re.I)


@dataclass(frozen=True, kw_only=True, slots=True)
class IgnoreComment:
    """One `lok: ignore[category, …] reason` comment. `categories` is empty where it names none, and then it holds for
    all. `is_alone`: nothing else stands on its line, so that it speaks for the line below as well. `is_added`: the
    reviewed change brings it in."""

    path: str
    line: int
    categories: tuple[str, ...]
    reason: str
    is_alone: bool
    is_added: bool

    @property
    def place(self) -> str:
        """ "app.py:3"."""
        return f"{self.path}:{self.line}"


def ignore_comments(file: FileDiff, lines: Sequence[tuple[int, str]]) -> tuple[IgnoreComment, ...]:
    """The comments among numbered new-side `lines` of `file`."""
    found = [
        (number, text, match) for number, text in lines if "lok:" in text.lower() and (match := _COMMENT.search(text))
    ]
    if not found:
        return ()
    added = file.added_lines()
    return tuple(
        IgnoreComment(
            path=file.path,
            line=number,
            categories=tuple(word.strip().lower() for word in (match["categories"] or "").split(",") if word.strip()),
            reason=_ENDING.sub("", match["reason"]).strip(" \t\r-:"),
            is_alone=bool(_ALONE.match(text)),
            is_added=number in added,
        )
        for number, text, match in found
    )


def suppress(
    findings: Iterable[Finding],
    comments: Mapping[tuple[str, str], Sequence[IgnoreComment]],
    dismissed: Mapping[str, Dismissal],
) -> tuple[Finding, ...]:
    """The findings, those that a comment (by path and pushed ref), a remark or a dismissal (by identity) speaks for
    with their `suppression`.

    A comment without a reason suppresses nothing: nobody answers for it. What an analyser proved can be suppressed
    like anything else, since the user has the last word.
    """
    return tuple(
        _suppressed(finding, comments.get((finding.place.path, finding.place.ref), ()), dismissed)
        for finding in findings
    )


def unexplained(comments: Iterable[IgnoreComment]) -> tuple[str, ...]:
    """A line for each comment that suppresses nothing for want of a reason."""
    return tuple(
        f"{comment.place}: `lok: ignore` says not why, so it ignores nothing; write the reason behind it"
        for comment in comments
        if not comment.reason
    )


def misnamed(
    findings: Iterable[Finding], comments: Mapping[tuple[str, str], Sequence[IgnoreComment]]
) -> tuple[str, ...]:
    """A line for each added comment that stands at a finding and names other categories than the finding's."""
    missed: dict[tuple[str, str], dict[str, None]] = {}
    for finding in findings:
        for comment in comments.get((finding.place.path, finding.place.ref), ()):
            is_meant = comment.is_added and comment.reason and _is_at(comment, finding)
            if is_meant and not finding.suppression and not finding.problem:
                wanted = missed.setdefault((comment.place, ", ".join(comment.categories)), {})
                wanted[family(finding.category, finding.cwe)] = None
    return tuple(
        f"{place}: `lok: ignore[{named}]` is not about what was found there: {', '.join(wanted)}"
        for (place, named), wanted in missed.items()
    )


def brought_in(comments: Iterable[IgnoreComment]) -> tuple[str, ...]:
    """A line for each suppression that the reviewed change itself adds: nobody may switch the reviewer off unseen."""
    return tuple(
        f"{comment.place}: this change adds a suppression{_scope(comment)}: {comment.reason}"
        for comment in comments
        if comment.is_added and comment.reason
    )


def remarks_brought_in(findings: Iterable[Finding], files: Iterable[FileDiff]) -> tuple[str, ...]:
    """As `brought_in`, for the remarks to analysers that silenced one of the findings."""
    added = {(file.path, file.ref): file.added_lines() for file in files}
    lines: dict[str, None] = {}
    for finding in findings:
        place, remark = finding.place, finding.ignored_by
        if remark and remark.line in added.get((place.path, place.ref), ()):
            lines[f"{place.path}:{remark.line}: this change adds a suppression: {remark.comment}"] = None
    return tuple(lines)


def _scope(comment: IgnoreComment) -> str:
    return f" of {', '.join(comment.categories)}" if comment.categories else ""


def _suppressed(finding: Finding, comments: Sequence[IgnoreComment], dismissed: Mapping[str, Dismissal]) -> Finding:
    for comment in comments:
        if comment.reason and _is_at(comment, finding) and _is_about(comment, finding):
            return replace(finding, suppression=f"ignored at {comment.place}: {comment.reason}")
    if remark := finding.ignored_by:
        return replace(finding, suppression=f"ignored at {finding.place.path}:{remark.line}: {remark.comment}")
    dismissal = dismissed.get(finding.identity)
    if dismissal is None:
        return finding
    who = f" by {dismissal.by}" if dismissal.by else ""
    return replace(finding, suppression=f"dismissed{who}: {dismissal.because}")


def _is_at(comment: IgnoreComment, finding: Finding) -> bool:
    first, last = finding.place.line, max(finding.place.line, finding.place.end_line)
    return first <= comment.line <= last or (comment.is_alone and comment.line == first - 1)


def _is_about(comment: IgnoreComment, finding: Finding) -> bool:
    if not comment.categories:
        return True
    names = {finding.category, family(finding.category, finding.cwe), finding.cwe.lower()}
    return any(category in names or family(category, category.upper()) in names for category in comment.categories)
