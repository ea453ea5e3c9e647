"""Numbering the lines of a hunk: every shape that git prints."""

from __future__ import annotations

import pytest

from lok_hooks.core.diff import Diff, FileDiff, Hunk, Line, Skipped, SkipReason, Status

CONTEXT, ADDED, REMOVED = "context", "added", "removed"
Row = tuple[str, int | None, int | None, str]

# name: (old start, old count, new start, new count, body, rows of kind, old number, new number, text)
HUNKS: dict[str, tuple[int, int, int, int, str, list[Row]]] = {
    "a new file, @@ -0,0 +1,3 @@": (
        0,
        0,
        1,
        3,
        "+a\n+b\n+c\n",
        [(ADDED, None, 1, "a"), (ADDED, None, 2, "b"), (ADDED, None, 3, "c")],
    ),
    "a deleted file, @@ -1,2 +0,0 @@": (
        1,
        2,
        0,
        0,
        "-a\n-b\n",
        [(REMOVED, 1, None, "a"), (REMOVED, 2, None, "b")],
    ),
    "a removal without context, @@ -3,2 +2,0 @@": (
        3,
        2,
        2,
        0,
        "-c\n-d\n",
        [(REMOVED, 3, None, "c"), (REMOVED, 4, None, "d")],
    ),
    "an addition without context, @@ -2,0 +3,2 @@": (
        2,
        0,
        3,
        2,
        "+c\n+d\n",
        [(ADDED, None, 3, "c"), (ADDED, None, 4, "d")],
    ),
    "one line each side, @@ -5 +5 @@": (
        5,
        1,
        5,
        1,
        "-old\n+new\n",
        [(REMOVED, 5, None, "old"), (ADDED, None, 5, "new")],
    ),
    "sides that have drifted apart": (
        10,
        4,
        13,
        5,
        " a\n-b\n+B\n+B2\n c\n d\n",
        [
            (CONTEXT, 10, 13, "a"),
            (REMOVED, 11, None, "b"),
            (ADDED, None, 14, "B"),
            (ADDED, None, 15, "B2"),
            (CONTEXT, 12, 16, "c"),
            (CONTEXT, 13, 17, "d"),
        ],
    ),
    "additions before removals": (
        1,
        2,
        1,
        2,
        "+x\n-y\n z\n",
        [(ADDED, None, 1, "x"), (REMOVED, 1, None, "y"), (CONTEXT, 2, 2, "z")],
    ),
    "no newline at the end of both sides": (
        1,
        1,
        1,
        1,
        "-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n",
        [(REMOVED, 1, None, "a"), (ADDED, None, 1, "b")],
    ),
    "no newline at the end of the old side only": (
        1,
        2,
        1,
        3,
        " a\n-b\n\\ No newline at end of file\n+b\n+c\n",
        [(CONTEXT, 1, 1, "a"), (REMOVED, 2, None, "b"), (ADDED, None, 2, "b"), (ADDED, None, 3, "c")],
    ),
    "a mark in another language": (
        1,
        0,
        2,
        1,
        "+a\n\\ Kein Zeilenumbruch am Dateiende.\n",
        [(ADDED, None, 2, "a")],
    ),
    "carriage returns are kept": (
        1,
        2,
        1,
        2,
        " a\r\n-b\r\n+c\r\n",
        [(CONTEXT, 1, 1, "a\r"), (REMOVED, 2, None, "b\r"), (ADDED, None, 2, "c\r")],
    ),
    "a lone carriage return, form feed and line separator end no line": (
        0,
        0,
        1,
        1,
        "+a\rb\x0cc\u2028d\x85e\n",
        [(ADDED, None, 1, "a\rb\x0cc\u2028d\x85e")],
    ),
    "empty lines, with their sign and without (diff.suppressBlankEmpty)": (
        1,
        4,
        1,
        4,
        " \n\n-\n+\n e\n",
        [
            (CONTEXT, 1, 1, ""),
            (CONTEXT, 2, 2, ""),
            (REMOVED, 3, None, ""),
            (ADDED, None, 3, ""),
            (CONTEXT, 4, 4, "e"),
        ],
    ),
    "an empty context line as the last": (
        1,
        1,
        1,
        2,
        "+a\n\n",
        [(ADDED, None, 1, "a"), (CONTEXT, 1, 2, "")],
    ),
    "one empty context line and nothing else": (1, 1, 1, 1, "\n", [(CONTEXT, 1, 1, "")]),
    "lines that look like signs, headers and hunks": (
        1,
        3,
        1,
        3,
        "--- a/x\n+++ b/x\n-@@ -1 +1 @@\n+\\ No newline\n ++\n",
        [
            (REMOVED, 1, None, "-- a/x"),
            (ADDED, None, 1, "++ b/x"),
            (REMOVED, 2, None, "@@ -1 +1 @@"),
            (ADDED, None, 2, "\\ No newline"),
            (CONTEXT, 3, 3, "++"),
        ],
    ),
    "a body without its last newline": (1, 0, 2, 1, "+a", [(ADDED, None, 2, "a")]),
    "nothing": (0, 0, 0, 0, "", []),
}


def hunk(name: str) -> Hunk:
    old_start, old_count, new_start, new_count, body, _ = HUNKS[name]
    return Hunk(
        old_start=old_start, old_count=old_count, new_start=new_start, new_count=new_count, section="", body=body
    )


def file_diff(*hunks: Hunk) -> FileDiff:
    return FileDiff(
        path="a",
        old_path="a",
        status=Status.MODIFIED,
        old_mode="100644",
        new_mode="100644",
        old_blob="0" * 40,
        new_blob="0" * 40,
        hunks=hunks,
    )


@pytest.mark.parametrize("name", HUNKS)
def test_every_line_is_numbered_where_it_exists(name: str) -> None:
    lines = list(hunk(name).lines())

    assert [(line.kind, line.old, line.new, line.text) for line in lines] == HUNKS[name][-1]


@pytest.mark.parametrize("name", HUNKS)
def test_as_many_lines_as_the_header_says(name: str) -> None:
    found = hunk(name)
    lines = list(found.lines())

    assert sum(line.new is not None for line in lines) == found.new_count
    assert sum(line.old is not None for line in lines) == found.old_count


def test_lines_can_be_read_more_than_once() -> None:
    found = hunk("sides that have drifted apart")

    assert list(found.lines()) == list(found.lines())
    assert next(iter(found.lines())) == Line(kind="context", old=10, new=13, text="a")


def test_added_lines_and_counts_over_all_hunks() -> None:
    file = file_diff(
        hunk("a removal without context, @@ -3,2 +2,0 @@"),
        hunk("sides that have drifted apart"),
        hunk("no newline at the end of both sides"),
    )

    assert file.added_lines() == {1, 14, 15}
    assert file.changed_line_count() == 2 + 3 + 2


def test_a_file_without_text_changes_counts_nothing() -> None:
    assert file_diff().added_lines() == frozenset()
    assert file_diff().changed_line_count() == 0


@pytest.mark.parametrize(
    ("files", "skipped", "expected"),
    [
        ((), (), True),
        ((file_diff(),), (), False),
        ((), (Skipped(path="a.png", reason=SkipReason.BINARY),), False),
    ],
)
def test_a_diff_is_empty_only_when_nothing_changed(
    files: tuple[FileDiff, ...], skipped: tuple[Skipped, ...], expected: bool
) -> None:
    assert Diff(label="staged changes", files=files, skipped=skipped).is_empty is expected
