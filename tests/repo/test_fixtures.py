"""Patches that other tools' authors collected: what git reads has git's numbers, what their authors wrote numbers down
for has those, and all others are refused."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from lok_hooks.core.diff import Diff, FileDiff, Hunk, SkipReason
from lok_hooks.core.select import Selection
from lok_hooks.errors import DiffError
from lok_hooks.repo.names import unquote
from lok_hooks.repo.snapshot import from_patch

PATCHES = Path(__file__).parent / "data" / "patches"
NOT_PATCHES = {"COMMIT", "LICENSE", "LICENSE-MPL-2.0"}
FIXTURES = sorted(
    path for path in PATCHES.rglob("*") if path.is_file() and path.name not in NOT_PATCHES and path.suffix != ".json"
)

PARSEPATCH = sorted((PATCHES / "rust-parsepatch" / "tests" / "patches").glob("*.patch"))

# Made with --no-prefix, as many have it in their configuration: git wants to be told (-p0), we see it.
WITHOUT_PREFIX = {"git_no_prefix.diff"}
# Names that git shortens or guesses from a header of another tool, and we keep as the patch writes them.
OTHER_NAMES = {
    "src/org/mozilla/javascript/ast/StringLiteral.java(working copy)": (
        "js_instrumentation_proxy/src/org/mozilla/javascript/ast/StringLiteral.java"
    ),
}


def read(path: Path) -> Diff:
    return from_patch(path.read_bytes(), path.name, Selection()).diff


def counts(file: FileDiff) -> tuple[int, int]:
    lines = [line.kind for hunk in file.hunks for line in hunk.lines()]
    return lines.count("added"), lines.count("removed")


def numstat(path: Path, directory: Path) -> list[tuple[str, str, str]] | None:
    """What git makes of a patch; None when it refuses it."""
    strip = ["-p0"] if path.name in WITHOUT_PREFIX else []
    done = subprocess.run(
        ["git", "apply", *strip, "--numstat", str(path)], capture_output=True, cwd=directory, check=False
    )
    if done.returncode:
        return None
    rows = [line.split(b"\t", 2) for line in done.stdout.splitlines()]
    return [(added.decode(), removed.decode(), unquote(name).decode()) for added, removed, name in rows]


def same_name(ours: str, git_s: str) -> bool:
    """git apply takes the first directory for a prefix whatever it is called; we only take `a/` and `b/` for one."""
    wanted = OTHER_NAMES.get(git_s, git_s)
    return ours == wanted or ours.endswith("/" + wanted.removeprefix("/"))


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.name)
def test_as_git_apply_reads_it(path: Path, tmp_path: Path) -> None:
    expected = numstat(path, tmp_path)
    if expected is None:
        if not path.read_bytes().strip():
            assert read(path).is_empty
        elif path in PARSEPATCH:
            # Mercurial's header for an unchanged file, `diff --git a/bar b/bar` and nothing more, stops git alone.
            assert read(path).files
        else:
            with pytest.raises(DiffError) as caught:
                read(path)
            assert caught.value.message
        return
    diff = read(path)
    with_text = sorted(
        (name, int(added), int(removed))
        for added, removed, name in expected
        if added not in "-0" or removed not in "-0"
    )
    ours = sorted((file.path, *counts(file)) for file in diff.files)
    assert [row[1:] for row in sorted(ours, key=ends)] == [row[1:] for row in sorted(with_text, key=ends)]
    assert all(
        same_name(one[0], other[0])
        for one, other in zip(sorted(ours, key=ends), sorted(with_text, key=ends), strict=True)
    )
    without_text = sorted(name for added, removed, name in expected if added in "-0" and removed in "-0")
    # `diff -r` mentions binary files in a line of their own, which git passes over and we list.
    skipped = sorted(skipped.path for skipped in diff.skipped if not skipped.path.startswith("/t/"))
    assert len(skipped) == len(without_text)
    assert all(
        same_name(one, other)
        for one, other in zip(sorted(skipped, key=tail), sorted(without_text, key=tail), strict=True)
    )
    binary = [name for added, _, name in expected if added == "-"]
    assert len(binary) == sum(s.reason is SkipReason.BINARY for s in diff.skipped if not s.path.startswith("/t/"))


def test_binary_files_that_diff_mentions_are_on_the_list() -> None:
    patch = b"Binary files old/a.png and new/a.png differ\n--- a\n+++ b\n" + HUNK
    diff = from_patch(patch, "a patch", Selection()).diff
    assert [(left_out.path, left_out.reason) for left_out in diff.skipped] == [("new/a.png", SkipReason.BINARY)]
    assert [file.path for file in diff.files] == ["b"]


def test_every_line_of_a_hunk_has_its_sign() -> None:
    """Mail programs take trailing blanks away, and with them the sign of an empty line."""
    (path,) = (path for path in FIXTURES if path.name == "issue68.patch")
    assert b"\n\n" in path.read_bytes()
    bodies = [hunk.body for file in read(path).files for hunk in file.hunks]
    assert bodies
    assert "\n\n" not in "".join(bodies)


def tail(path: str) -> str:
    return OTHER_NAMES.get(path, path).rpartition("/")[2]


def ends(row: tuple[str, int, int]) -> tuple[str, int, int]:
    return tail(row[0]), row[1], row[2]


def test_every_fixture_is_there() -> None:
    assert {path.name for path in FIXTURES} >= WITHOUT_PREFIX
    assert len(FIXTURES) > 150


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("git-oneline-add.diff", "line 7: the input ends within this line"),
        ("git-oneline-change.diff", "line 7: the input ends within this line"),
        ("git-oneline-rm.diff", "line 7: the input ends within this line"),
        ("sample5.diff", "line 11: this line lost the blank that it began with"),
    ],
)
def test_what_git_refuses_is_refused_with_the_line_and_the_reason(name: str, said: str) -> None:
    (path,) = [path for path in FIXTURES if path.name == name]
    with pytest.raises(DiffError) as caught:
        read(path)
    assert said in caught.value.message


HUNK = b"@@ -1 +1 @@\n-a\n+b\n"


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "data",
    [
        b"--- a" + b" " * 200_000 + b"x\n+++ b\n" + HUNK,
        b"--- a\t" + b"Jan 1 " * 100_000 + b"\n+++ b\n" + HUNK,
        b"Binary files " + b"a and " * 100_000 + b"differ x\n--- a\n+++ b\n" + HUNK,
    ],
    ids=["a name", "a date", "binary files"],
)
def test_no_line_makes_the_reading_slow(data: bytes) -> None:
    (file,) = from_patch(data, "a patch", Selection()).diff.files
    assert file.path == "b"


REVIEWDOG = sorted((PATCHES / "reviewdog").rglob("*.diff"))
KINDS = {0: "context", 1: "added", 2: "removed"}


@pytest.mark.parametrize("path", REVIEWDOG, ids=lambda path: path.name)
def test_the_numbers_reviewdog_expects(path: Path) -> None:
    expected = json.loads(path.with_name(path.name + ".json").read_text()) or []
    with_hunks = [file for file in expected if file["Hunks"]]
    files = read(path).files
    assert len(files) == len(with_hunks)
    for file, wanted in zip(files, with_hunks, strict=True):
        assert file.path == wanted["PathNew"].removeprefix("b/")
        assert [head(hunk) for hunk in file.hunks] == [
            (
                hunk["StartLineOld"],
                hunk["LineLengthOld"],
                hunk["StartLineNew"],
                hunk["LineLengthNew"],
                hunk["Section"],
            )
            for hunk in wanted["Hunks"]
        ]
        assert [
            (line.kind, line.old or 0, line.new or 0, line.text) for hunk in file.hunks for line in hunk.lines()
        ] == [
            (KINDS[line["Type"]], line["LnumOld"], line["LnumNew"], line["Content"])
            for hunk in wanted["Hunks"]
            for line in hunk["Lines"]
        ]


def head(hunk: Hunk) -> tuple[int, int, int, int, str]:
    return hunk.old_start, hunk.old_count, hunk.new_start, hunk.new_count, hunk.section


@pytest.mark.parametrize("path", PARSEPATCH, ids=lambda path: path.name)
def test_the_numbers_rust_parsepatch_expects(path: Path) -> None:
    expected = json.loads((path.parent.parent / "output" / f"{path.stem}.json").read_text())["diffs"]
    diff = read(path)
    by_path = {file.path: file for file in diff.files}
    wanted: dict[str, list[dict[str, Any]]] = {
        file["filename"]: [line for hunk in file["hunks"] for line in hunk["lines"]] for file in expected
    }
    assert set(by_path) == {name for name, lines in wanted.items() if lines}
    assert {skipped.path for skipped in diff.skipped} == {name for name, lines in wanted.items() if not lines}
    for name, file in by_path.items():
        ours = [
            (line.old if line.kind == "removed" else line.new, line.kind == "removed", line.text)
            for hunk in file.hunks
            for line in hunk.lines()
            if line.kind != "context"
        ]
        assert ours == [(line["line"], line["deleted"], line["data"]) for line in wanted[name]]
