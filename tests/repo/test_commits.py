"""What a pre-commit hook sees of the commit that is being made: for every way to make one, exactly its change."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import lok_hooks
from tests.repo.git_helpers import Scratch, new

SOURCE = Path(lok_hooks.__file__).parent.parent
HOOK = """#!{python}
import json, sys
sys.path.insert(0, {source!r})
from lok_hooks.core.select import Selection
from lok_hooks.repo import probe, snapshot
from lok_hooks.repo.git import Repository

taken = snapshot.staged(Repository.open(), Selection())
seen = {{file.path: (taken.new(file) or b"").decode() for file in taken.diff.files}}
with open({report!r}, "w") as file:
    json.dump([probe.staged_records() == b"", seen, [left_out.path for left_out in taken.diff.skipped]], file)
"""


def committed(scratch: Scratch, *args: str) -> None:
    scratch.git("commit", "-q", "-m", "change", *args)


def plain(scratch: Scratch) -> None:
    scratch.write("a", "new\n")
    scratch.git("add", "a")
    scratch.write("a", "on disk\n")
    committed(scratch)


def first(scratch: Scratch) -> None:
    scratch.git("update-ref", "-d", "HEAD")
    scratch.git("rm", "-q", "--cached", "b")
    plain(scratch)


def all_changes(scratch: Scratch) -> None:
    scratch.write("a", "new\n")
    committed(scratch, "-a")


def included(scratch: Scratch) -> None:
    scratch.write("b", "staged\n")
    scratch.git("add", "b")
    scratch.write("a", "new\n")
    committed(scratch, "-i", "--", "a")


def one_path(scratch: Scratch) -> None:
    scratch.write("b", "staged\n")
    scratch.git("add", "b")
    scratch.write("a", "new\n")
    committed(scratch, "--", "a")


def amend(scratch: Scratch) -> None:
    scratch.write("b", "committed before\n")
    scratch.git("commit", "-q", "--no-verify", "-a", "-m", "amended")
    scratch.write("a", "new\n")
    scratch.git("add", "a")
    committed(scratch, "--amend")


def message_alone(scratch: Scratch) -> None:
    committed(scratch, "--amend", "--allow-empty")


def resolved_merge(scratch: Scratch) -> None:
    scratch.git("switch", "-q", "-c", "side")
    scratch.write("a", "theirs\n")
    scratch.git("commit", "-q", "--no-verify", "-a", "-m", "theirs")
    scratch.git("switch", "-q", "main")
    scratch.write("a", "ours\n")
    scratch.git("commit", "-q", "--no-verify", "-a", "-m", "ours")
    assert scratch.run("merge", "side").returncode == 1
    scratch.write("a", "new\n")
    scratch.git("add", "a")
    committed(scratch)


def linked(scratch: Scratch) -> None:
    scratch.write("b", "staged in the main work tree\n")
    scratch.git("add", "b")
    other = Scratch(path=scratch.path.with_name("linked"))
    scratch.git("worktree", "add", "-q", str(other.path))
    plain(other)


def subdirectory(scratch: Scratch) -> None:
    scratch.git("config", "diff.relative", "true")
    scratch.write("sub/c", "old\n")
    scratch.git("add", "sub/c")
    scratch.git("commit", "-q", "--no-verify", "-m", "sub")
    scratch.write("a", "new\n")
    scratch.git("add", "a")
    committed(Scratch(path=scratch.path / "sub"))


def from_elsewhere(scratch: Scratch) -> None:
    scratch.write("a", "new\n")
    scratch.git("add", "a")
    place = ("--git-dir", str(scratch.path / ".git"), "--work-tree", str(scratch.path))
    Scratch(path=scratch.path.parent).git(*place, "commit", "-q", "-m", "change")


def intended(scratch: Scratch) -> None:
    scratch.write("later", "not yet\n")
    scratch.git("add", "-N", "later")
    plain(scratch)


def sparse(scratch: Scratch) -> None:
    scratch.write("in/a", "old\n")
    scratch.git("add", "in")
    scratch.git("commit", "-q", "--no-verify", "-m", "in")
    scratch.git("sparse-checkout", "set", "--no-cone", "/a")
    assert not (scratch.path / "b").exists()
    plain(scratch)


WAYS: list[tuple[Callable[[Scratch], None], dict[str, str]]] = [
    (plain, {"a": "new\n"}),
    (first, {"a": "new\n"}),
    (all_changes, {"a": "new\n"}),
    (included, {"a": "new\n", "b": "staged\n"}),
    (one_path, {"a": "new\n"}),
    (amend, {"a": "new\n"}),
    (message_alone, {}),
    (resolved_merge, {"a": "new\n"}),
    (linked, {"a": "new\n"}),
    (subdirectory, {"a": "new\n"}),
    (from_elsewhere, {"a": "new\n"}),
    (intended, {"a": "new\n"}),
    (sparse, {"a": "new\n"}),
]


@pytest.mark.parametrize(("make", "expected"), WAYS, ids=[make.__name__ for make, _ in WAYS])
def test_the_hook_sees_this_very_commit(
    tmp_path: Path, make: Callable[[Scratch], None], expected: dict[str, str]
) -> None:
    scratch = new(tmp_path / "work")
    scratch.write("a", "old\n")
    scratch.write("b", "old\n")
    scratch.git("add", ".")
    scratch.git("commit", "-q", "-m", "start")
    hook, report = scratch.path / ".git" / "hooks" / "pre-commit", tmp_path / "seen.json"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(HOOK.format(python=sys.executable, source=str(SOURCE), report=str(report)))
    hook.chmod(0o755)
    make(scratch)
    assert json.loads(report.read_text()) == [not expected, expected, []]
