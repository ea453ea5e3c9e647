"""Which files are reviewed: every rule, and the order in which rules count."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lok_hooks.core.diff import SkipReason, Status
from lok_hooks.core.select import Candidate, Selection, human_size, select

NULL = "0" * 40
OLD, NEW = "1" * 40, "2" * 40

FILE = Candidate(
    path="src/app.py",
    old_path="src/app.py",
    status=Status.MODIFIED,
    old_mode="100644",
    new_mode="100644",
    old_blob=OLD,
    new_blob=NEW,
    old_size=10,
    new_size=20,
)
ADDED = replace(FILE, status=Status.ADDED, old_mode="000000", old_blob=NULL, old_size=0)
DELETED = replace(FILE, status=Status.DELETED, new_mode="000000", new_blob=NULL, new_size=0)


@pytest.mark.parametrize(
    ("file", "reason", "detail"),
    [
        (replace(FILE, status=None), SkipReason.UNMERGED, "the merge conflict is not resolved"),
        (replace(FILE, old_mode="160000", new_mode="160000"), SkipReason.SUBMODULE, "1111111..2222222"),
        (replace(ADDED, new_mode="160000"), SkipReason.SUBMODULE, "added at 2222222"),
        (replace(DELETED, old_mode="160000"), SkipReason.SUBMODULE, "removed, was at 1111111"),
        (replace(FILE, new_mode="160000"), SkipReason.SUBMODULE, "added at 2222222"),
        (replace(FILE, path="a/vendor/x.go"), SkipReason.VENDORED, "vendor/"),
        (replace(FILE, path="web/Node_Modules/x/i.js"), SkipReason.VENDORED, "node_modules/"),
        (replace(FILE, path="package-lock.json"), SkipReason.LOCK_FILE, ""),
        (replace(FILE, path="sub/Cargo.lock"), SkipReason.LOCK_FILE, ""),
        (replace(FILE, path="sub/go.sum"), SkipReason.LOCK_FILE, ""),
        (replace(FILE, path="static/app.min.js"), SkipReason.GENERATED, "*.min.js"),
        (replace(FILE, path="static/app.js.map"), SkipReason.GENERATED, "*.map"),
        (replace(FILE, path="api/user_pb2.py"), SkipReason.GENERATED, "*_pb2.py"),
        (replace(FILE, path=".lok/dismissed.json"), SkipReason.GENERATED, "lok dismiss"),
        (replace(FILE, new_blob=OLD, new_mode="100755"), SkipReason.NO_TEXT_CHANGE, "mode 100644 to 100755"),
        (
            replace(FILE, new_blob=OLD, status=Status.RENAMED, old_path="old.py"),
            SkipReason.NO_TEXT_CHANGE,
            "renamed from old.py",
        ),
        (
            replace(FILE, new_blob=OLD, status=Status.COPIED, old_path="old.py", new_mode="100755"),
            SkipReason.NO_TEXT_CHANGE,
            "copied from old.py, mode 100644 to 100755",
        ),
        (replace(ADDED, new_size=0), SkipReason.NO_TEXT_CHANGE, "empty file added"),
        (replace(DELETED, old_size=0), SkipReason.NO_TEXT_CHANGE, "empty file deleted"),
        (replace(FILE, new_size=1_000_001), SkipReason.TOO_LARGE, "1.0 MB, the limit is 1.0 MB"),
        (replace(FILE, old_size=103_000_000), SkipReason.TOO_LARGE, "103.0 MB, the limit is 1.0 MB"),
    ],
)
def test_a_file_is_left_out_with_its_reason(file: Candidate, reason: SkipReason, detail: str) -> None:
    skipped = select(file, Selection())
    assert skipped is not None
    assert (skipped.path, skipped.reason, skipped.detail) == (file.path, reason, detail)


@pytest.mark.parametrize(
    "file",
    [
        FILE,
        ADDED,
        DELETED,
        replace(FILE, new_size=1_000_000),
        replace(FILE, old_size=0),
        replace(FILE, new_size=0),
        replace(FILE, old_mode="120000", new_mode="100644", status=Status.TYPE_CHANGED),
        replace(FILE, old_blob=NULL, new_blob=NULL),
        replace(FILE, path="src/vendor.py"),
        replace(FILE, path="src/lock.py"),
        replace(FILE, path="src/map"),
        replace(FILE, path=".env"),
    ],
)
def test_a_file_is_reviewed(file: Candidate) -> None:
    assert select(file, Selection()) is None


@pytest.mark.parametrize(
    ("patterns", "path", "pattern"),
    [
        (("docs/",), "docs/a.md", "docs/"),
        (("docs/",), "src/docs/a.md", "docs/"),
        (("/docs/",), "src/docs/a.md", None),
        (("*.md", "!keep.md"), "a/keep.md", None),
        (("*.md", "!keep.md"), "a/drop.md", "*.md"),
        (("# comment", "*.md"), "a.md", "*.md"),
        (("src/**/gen",), "src/a/b/gen/x.py", "src/**/gen"),
        ((), "a.md", None),
    ],
)
def test_excludes_are_gitignore_patterns(patterns: tuple[str, ...], path: str, pattern: str | None) -> None:
    skipped = select(replace(FILE, path=path), Selection(exclude=patterns))
    assert (skipped.detail if skipped else None) == pattern
    assert skipped is None or skipped.reason is SkipReason.EXCLUDED


def test_an_exclude_counts_before_the_rules_by_name() -> None:
    skipped = select(replace(FILE, path="vendor/x.go"), Selection(exclude=("*.go",)))
    assert skipped is not None
    assert skipped.reason is SkipReason.EXCLUDED


def test_the_size_limit_is_the_users() -> None:
    assert select(replace(FILE, new_size=101), Selection(max_file_bytes=100)) is not None
    assert select(replace(FILE, new_size=100), Selection(max_file_bytes=100)) is None


@pytest.mark.parametrize(
    ("size", "words"), [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (999_949, "999.9 kB"), (999_950, "1.0 MB")]
)
def test_sizes_are_readable(size: int, words: str) -> None:
    assert human_size(size) == words
