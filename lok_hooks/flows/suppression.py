"""What the reviewed files themselves say about findings: `lok: ignore` comments, and remarks to analysers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from lok_hooks.core.diff import Diff, FileDiff
from lok_hooks.core.dismissal import Dismissal
from lok_hooks.core.finding import Finding
from lok_hooks.core.ports import Contents
from lok_hooks.core.suppress import (
    IgnoreComment,
    brought_in,
    ignore_comments,
    misnamed,
    remarks_brought_in,
    suppress,
    unexplained,
)


def suppressed(
    findings: Iterable[Finding], diff: Diff, contents: Contents, dismissed: Mapping[str, Dismissal]
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """The findings, those with their reason that comments of the changed files or `dismissed` (by identity) speak
    for; and the lines about comments that the user must see."""
    comments: dict[tuple[str, str], list[IgnoreComment]] = {}
    for file in diff.files:
        comments.setdefault((file.path, file.ref), []).extend(ignore_comments(file, _new_lines(file, contents)))
    # Old ones are not this change's business.
    added = [comment for among in comments.values() for comment in among if comment.is_added]
    judged = suppress(findings, comments, dismissed)
    notes = (*brought_in(added), *remarks_brought_in(judged, diff.files), *unexplained(added))
    return judged, (*notes, *misnamed(judged, comments))


def unsuppressed(
    findings: Iterable[Finding], files: Callable[[str], FileDiff | None], dismissed: Mapping[str, Dismissal]
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """The findings nobody has answered for, and a line about the others. `files` gives a file with all its lines."""
    found = list(findings)
    comments = {
        (path, file.ref): ignore_comments(file, _shown_lines(file))
        for path in dict.fromkeys(finding.place.path for finding in found)
        if (file := files(path)) is not None
    }
    judged = suppress(found, comments, dismissed)
    left = tuple(finding for finding in judged if not finding.suppression)
    number = len(judged) - len(left)
    return left, (f"{number} suppressed (lok dismiss, lok: ignore, noqa)",) if number else ()


def _shown_lines(file: FileDiff) -> list[tuple[int, str]]:
    return [(line.new, line.text) for hunk in file.hunks for line in hunk.lines() if line.new is not None]


def _new_lines(file: FileDiff, contents: Contents) -> list[tuple[int, str]]:
    """The numbered lines of the new side: the whole file, or what a patch shows of it."""
    content = contents.new(file)
    if content is None:
        return _shown_lines(file)
    if b"lok:" not in content.lower():
        return []
    return list(enumerate(content.decode("utf-8", "replace").split("\n"), 1))
