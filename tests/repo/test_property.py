"""Random repositories and random edits: our diff is git's, byte for byte."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lok_hooks.core.diff import FileDiff, SkipReason
from lok_hooks.core.select import Selection
from lok_hooks.repo import snapshot
from lok_hooks.repo.git import Repository
from lok_hooks.repo.patch import apply_hunks
from tests.repo.git_helpers import Scratch, clean_environment, new

BINARY, UNCHANGED = ("-", "-"), ("0", "0")
NAMES = ["a.py", "b.py", "x b/y.py", "sub/c.py", 'q"t\t.py', "café.py"]
LINES = st.sampled_from(
    [
        *(b"", b"a", b"b", b" ", b"\t", b"-- c", b"++ d", b"--- a/f", b"+++ b/f", b"@@ -1 +1 @@"),
        *(b"diff --git a/f b/f", b"\\ No newline at end of file", b"x" * 300, b"nul\0"),
        *(b"caf\xe9", "é\u2028".encode(), b"x\r", b"x\ry", b"\x0c\x1c\x85"),
    ]
)
CONTENT = st.builds(
    lambda lines, end: b"\n".join(lines) + (b"\n" if end and lines else b""),
    st.lists(LINES, max_size=25),
    st.booleans(),
)
TREE = st.dictionaries(st.sampled_from(NAMES), CONTENT, max_size=4)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Scratch:
    return new(tmp_path_factory.mktemp("property") / "work")


def raw_git(scratch: Scratch, *args: str) -> bytes:
    environment = clean_environment(scratch.path)
    return subprocess.run(["git", *args], cwd=scratch.path, env=environment, capture_output=True, check=True).stdout


def put(scratch: Scratch, tree: dict[str, bytes]) -> None:
    for name in NAMES:
        (scratch.path / name).unlink(missing_ok=True)
    for name, content in tree.items():
        (scratch.path / name).parent.mkdir(exist_ok=True)
        (scratch.path / name).write_bytes(content)


def numstat(scratch: Scratch, *options: str) -> dict[str, tuple[str, str]]:
    """Added and removed by new name, "-" for binary, as `git diff --numstat -z` says."""
    fields = raw_git(scratch, "diff", "--numstat", "-z", *options).decode().split("\0")
    rows: dict[str, tuple[str, str]] = {}
    while len(fields) > 1:
        added, removed, name = fields.pop(0).split("\t", 2)
        if not name:
            fields.pop(0)
            name = fields.pop(0)
        rows[name] = (added, removed)
    return rows


def counts(file: FileDiff) -> tuple[str, str]:
    kinds = [line.kind for hunk in file.hunks for line in hunk.lines()]
    return str(kinds.count("added")), str(kinds.count("removed"))


def rendered(file: FileDiff) -> bytes:
    """The hunks as a patch again."""
    return "".join(
        f"@@ -{h.old_start},{h.old_count} +{h.new_start},{h.new_count} @@\n{h.body}" for h in file.hunks
    ).encode()


def as_text(data: bytes) -> bytes:
    return data.decode("utf-8", "replace").encode()


def compare(scratch: Scratch, taken: snapshot.Snapshot, expected: dict[str, tuple[str, str]], old_side: str) -> None:
    assert {file.path for file in taken.diff.files} | {skipped.path for skipped in taken.diff.skipped} == set(expected)
    for file in taken.diff.files:
        assert counts(file) == expected[file.path]
    for skipped in taken.diff.skipped:
        # A binary file that was only renamed is binary to git and unchanged to us.
        assert (
            expected[skipped.path]
            in {SkipReason.BINARY: [BINARY], SkipReason.NO_TEXT_CHANGE: [BINARY, UNCHANGED]}[skipped.reason]
        )
    for file in taken.diff.files:
        old = b"" if not file.old_blob.strip("0") else raw_git(scratch, "cat-file", "blob", file.old_blob)
        new_content = (scratch.path / file.path).read_bytes() if (scratch.path / file.path).exists() else None
        assert taken.new(file) == new_content, old_side
        assert apply_hunks(as_text(old), rendered(file)) == as_text(new_content or b"")


@given(before=TREE, after=TREE, keep=st.booleans(), context=st.integers(0, 4))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
def test_ours_is_git_s(
    scratch: Scratch, before: dict[str, bytes], after: dict[str, bytes], keep: bool, context: int
) -> None:
    put(scratch, before)
    raw_git(scratch, "add", "-A")
    raw_git(scratch, "commit", "-q", "--allow-empty", "-m", "before")
    put(scratch, before | after if keep else after)
    selection = Selection(context_lines=context)
    repository = Repository.open(scratch.path)
    tracked_only = numstat(scratch, "HEAD", "-M")
    compare(scratch, snapshot.working_tree(repository, selection), tracked_only, "work tree")
    raw_git(scratch, "add", "-A")
    expected = numstat(scratch, "--cached", "-M", "-C")
    taken = snapshot.staged(repository, selection)
    compare(scratch, taken, expected, "index")
    patch = raw_git(scratch, "diff", "--cached", "-M", "-C", f"-U{context}")
    from_patch = snapshot.from_patch(patch, "patch", selection).diff
    assert [(f.path, f.status, f.hunks) for f in from_patch.files] == [
        (f.path, f.status, f.hunks) for f in taken.diff.files
    ]
    assert {s.path for s in from_patch.skipped} == {s.path for s in taken.diff.skipped}
