"""What makes the reading of a diff fast and small, counted instead of timed: how often git is asked, how much it
prints, how much of it is held."""

from __future__ import annotations

import os
import shutil
import sys
import tracemalloc
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import pytest

from lok_hooks.core.select import Selection
from lok_hooks.repo import snapshot
from lok_hooks.repo.git import BLOBS_AT_ONCE, Repository
from lok_hooks.repo.patch import parse_hunks
from lok_hooks.repo.rules import INDEX, Sides, rule_files
from lok_hooks.repo.snapshot import Snapshot
from tests.repo.git_helpers import Scratch

# Stands for git on the PATH: asks the real one, and notes how many bytes it printed.
COUNTING = """#!{python}
import os, subprocess, sys
done = subprocess.run([{git!r}, *sys.argv[1:]], stdout=subprocess.PIPE)
note = os.open({log!r}, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
os.write(note, b"%d\\n" % len(done.stdout))
sys.stdout.buffer.write(done.stdout)
sys.exit(done.returncode)
"""


class Count:
    """A git on the PATH that counts."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        import_module("git")  # it asks for git's version when it is loaded
        real = shutil.which("git")
        folder.mkdir()
        self._log = folder / "log"
        program = folder / "git"
        program.write_text(COUNTING.format(python=sys.executable, git=real, log=str(self._log)))
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    def of(self, scratch: Scratch, selection: Selection) -> tuple[Snapshot, list[int]]:
        """What is staged, and the bytes that each call of git printed for it."""
        self.calls()
        return snapshot.staged(Repository.open(scratch.path), selection), self.calls()

    def calls(self) -> list[int]:
        """The bytes that each call of git has printed since this was last asked."""
        printed = self._log.read_text().split() if self._log.exists() else []
        self._log.unlink(missing_ok=True)
        return [int(number) for number in printed]


@pytest.fixture
def count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Count:
    return Count(tmp_path / "bin", monkeypatch)


def stage(scratch: Scratch, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        scratch.write(name, text)
    scratch.git("add", "-A")


@pytest.mark.parametrize("others", [{}, {"yarn.lock": "x\n"}], ids=["all chosen", "one left out"])
def test_git_is_asked_no_more_often_for_many_files_than_for_one(
    scratch: Scratch, count: Count, others: dict[str, str]
) -> None:
    stage(scratch, {"a0.py": "x = 1\n", **others})
    _, calls = count.of(scratch, Selection())
    stage(scratch, {f"a{number}.py": f"x = {number}\n" for number in range(40)})
    taken, more_calls = count.of(scratch, Selection())
    assert len(taken.diff.files) == 40
    assert len(more_calls) == len(calls)


def test_git_is_asked_for_many_contents_at_once(scratch: Scratch, count: Count) -> None:
    texts = {f"a{number:02}.py": f"x = {number}\n" for number in range(3 * BLOBS_AT_ONCE)}
    stage(scratch, texts)
    taken, _ = count.of(scratch, Selection())
    for _ in range(2):
        assert {file.path: taken.new(file) for file in taken.diff.files} == {
            name: text.encode() for name, text in texts.items()
        }
    assert len(count.calls()) == 3


def test_git_is_asked_once_for_what_a_repository_is(scratch: Scratch, count: Count) -> None:
    scratch.commit("a.py")
    count.calls()
    repository = Repository.open(scratch.path)
    repository.check_index()
    assert repository.common_dir == scratch.path / ".git"
    assert len(count.calls()) == 1


def test_git_is_asked_once_for_all_files_of_rules(scratch: Scratch, count: Count) -> None:
    scratch.commit("a.toml")
    repository = Repository.open(scratch.path)
    changes = [Sides(old=repository.head, new=INDEX)]
    count.calls()
    known, unknown = rule_files(repository, changes, ("a.toml", "b.json"))
    assert known.content is not None
    assert unknown.content is None
    assert len(count.calls()) == 1


@pytest.mark.parametrize("name", ["package-lock.json", "large.txt", "excluded.txt"])
def test_git_makes_no_patch_and_shows_no_content_of_what_is_left_out(scratch: Scratch, count: Count, name: str) -> None:
    stage(scratch, {"a.py": "x = 1\n", name: "0123456789\n" * 100_000})
    limit = 1_000_000 if name == "large.txt" else 10_000_000
    taken, calls = count.of(scratch, Selection(max_file_bytes=limit, exclude=("excluded.*",)))
    assert [file.path for file in taken.diff.files] == ["a.py"]
    assert len(taken.diff.skipped) == 1
    assert sum(calls) < 10_000


def lines(number: int) -> list[str]:
    return [f"    value_{index:06} = {index * 7919:012}\n" for index in range(number)]


def test_of_a_large_diff_one_file_at_a_time_is_taken_apart(scratch: Scratch) -> None:
    stage(scratch, {f"a{number}.py": "".join(lines(800)) for number in range(50)})
    repository = Repository.open(scratch.path)
    snapshot.staged(repository, Selection(exclude=("*",)))  # what is imported on the way is not the diff's
    size = len(scratch.git("diff", "--cached"))
    tracemalloc.start()
    try:
        taken = snapshot.staged(repository, Selection())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(taken.diff.files) == 50
    assert peak < 2 * size


def test_no_line_becomes_an_object_with_numbers_of_its_own() -> None:
    parse_hunks(b"@@ -0,0 +1 @@\n+x\n")  # what is imported on the way is not the hunk's
    body = "".join(f"+{line}" for line in lines(20_000)).encode()
    tracemalloc.start()
    try:
        (hunk,) = parse_hunks(b"@@ -0,0 +1,20000 @@\n" + body)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert hunk.new_count == 20_000
    assert peak < 8 * len(body)
