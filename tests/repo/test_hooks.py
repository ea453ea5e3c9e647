"""The staged snapshot taken inside a real pre-commit hook: the index is the one of this very commit."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import lok_hooks
from tests.repo.git_helpers import Scratch, new

HOOK = """#!{python}
import json, sys
sys.path.insert(0, {source!r})
from lok_hooks.core.select import Selection
from lok_hooks.repo.git import Repository
from lok_hooks.repo.snapshot import staged
taken = staged(Repository.open(), Selection())
seen = {{
    "files": {{file.path: text and text.decode() for file in taken.diff.files for text in [taken.new(file)]}},
    "skipped": [skipped.path for skipped in taken.diff.skipped],
}}
open({target!r}, "w").write(json.dumps(seen))
"""


@dataclass(frozen=True, kw_only=True)
class Hooked:
    """A repository with two committed files whose hook writes what it saw."""

    scratch: Scratch
    seen: Path

    def commit(self, *args: str, scratch: Scratch | None = None) -> dict[str, str | None]:
        """What the hook of `git commit ARGS` saw as new contents."""
        (scratch or self.scratch).git("commit", "-q", "-m", "next", *args)
        answer = json.loads(self.seen.read_text())
        assert answer["skipped"] == []
        self.seen.unlink()
        files: dict[str, str | None] = answer["files"]
        return files


@pytest.fixture
def hooked(tmp_path: Path) -> Hooked:
    scratch = new(tmp_path / "work")
    scratch.commit("f")
    scratch.commit("g")
    seen = tmp_path / "seen.json"
    hook = scratch.path / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    source = str(Path(lok_hooks.__file__).parent.parent)
    hook.write_text(HOOK.format(python=sys.executable, source=source, target=str(seen)))
    hook.chmod(0o755)
    return Hooked(scratch=scratch, seen=seen)


def both_changed(hooked: Hooked) -> None:
    hooked.scratch.write("f", "f changed\n")
    hooked.scratch.write("g", "g changed\n")


def test_what_is_staged(hooked: Hooked) -> None:
    both_changed(hooked)
    hooked.scratch.git("add", "f")
    hooked.scratch.write("f", "changed again\n")
    assert hooked.commit() == {"f": "f changed\n"}


def test_before_the_first_commit(hooked: Hooked) -> None:
    hooked.scratch.git("update-ref", "-d", "HEAD")
    hooked.scratch.git("rm", "-q", "--cached", "g")
    assert hooked.commit() == {"f": "content of f\n"}


def test_what_is_only_intended_to_be_added(hooked: Hooked) -> None:
    both_changed(hooked)
    hooked.scratch.write("later", "not yet\n")
    hooked.scratch.git("add", "-N", "later")
    hooked.scratch.git("add", "f")
    assert hooked.commit() == {"f": "f changed\n"}


def test_in_a_sparse_checkout(hooked: Hooked) -> None:
    hooked.scratch.git("sparse-checkout", "set", "--no-cone", "/f")
    assert not (hooked.scratch.path / "g").exists()
    hooked.scratch.write("f", "f changed\n")
    assert hooked.commit("-a") == {"f": "f changed\n"}


def test_from_elsewhere(hooked: Hooked) -> None:
    both_changed(hooked)
    place = ("--git-dir", str(hooked.scratch.path / ".git"), "--work-tree", str(hooked.scratch.path))
    outside = Scratch(path=hooked.scratch.path.parent)
    outside.git(*place, "commit", "-q", "-a", "-m", "next")
    assert json.loads(hooked.seen.read_text())["files"] == {"f": "f changed\n", "g": "g changed\n"}


def test_commit_all(hooked: Hooked) -> None:
    both_changed(hooked)
    assert hooked.commit("-a") == {"f": "f changed\n", "g": "g changed\n"}


def test_commit_a_path_leaves_what_else_is_staged_out(hooked: Hooked) -> None:
    both_changed(hooked)
    hooked.scratch.git("add", "g")
    assert hooked.commit("--", "f") == {"f": "f changed\n"}
    assert hooked.commit() == {"g": "g changed\n"}


def test_commit_include(hooked: Hooked) -> None:
    both_changed(hooked)
    hooked.scratch.git("add", "g")
    assert hooked.commit("-i", "f") == {"f": "f changed\n", "g": "g changed\n"}


def test_amend_is_compared_with_head(hooked: Hooked) -> None:
    assert hooked.commit("--amend") == {}
    both_changed(hooked)
    assert hooked.commit("--amend", "-a") == {"f": "f changed\n", "g": "g changed\n"}


def test_an_empty_commit(hooked: Hooked) -> None:
    assert hooked.commit("--allow-empty") == {}


def test_from_a_subdirectory(hooked: Hooked) -> None:
    both_changed(hooked)
    hooked.scratch.write("sub/h", "new\n")
    hooked.scratch.git("add", "sub/h")
    sub = Scratch(path=hooked.scratch.path / "sub")
    assert hooked.commit("-a", scratch=sub) == {"f": "f changed\n", "g": "g changed\n", "sub/h": "new\n"}


def test_in_a_linked_work_tree(hooked: Hooked, tmp_path: Path) -> None:
    hooked.scratch.git("worktree", "add", "-q", str(tmp_path / "linked"))
    linked = Scratch(path=tmp_path / "linked")
    both_changed(hooked)
    hooked.scratch.git("add", "-A")
    linked.write("f", "changed in the linked one\n")
    assert hooked.commit("-a", scratch=linked) == {"f": "changed in the linked one\n"}


def test_a_deletion_and_a_new_file(hooked: Hooked) -> None:
    hooked.scratch.git("rm", "-q", "f")
    hooked.scratch.write("h", "quite something else\n")
    hooked.scratch.git("add", "h")
    assert hooked.commit() == {"f": None, "h": "quite something else\n"}


def test_a_merge_whose_conflict_was_resolved(hooked: Hooked) -> None:
    hooked.scratch.git("checkout", "-q", "-b", "other", "HEAD~1")
    hooked.scratch.write("f", "theirs\n")
    hooked.commit("-a")
    hooked.scratch.git("checkout", "-q", "main")
    hooked.scratch.write("f", "ours\n")
    hooked.commit("-a")
    assert hooked.scratch.run("merge", "other").returncode == 1
    hooked.scratch.write("f", "both\n")
    hooked.scratch.git("add", "f")
    assert hooked.commit() == {"f": "both\n"}


def test_a_detached_head(hooked: Hooked) -> None:
    hooked.scratch.git("checkout", "-q", "HEAD~1")
    hooked.scratch.write("f", "f changed\n")
    assert hooked.commit("-a") == {"f": "f changed\n"}
