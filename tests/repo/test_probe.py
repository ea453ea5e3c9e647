"""The probe on real repositories, as the process that a hook is: its answer, its silence, what it starts, its cost."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

import lok_hooks
from tests.repo.git_helpers import Scratch, clean_environment, clone, new

SOURCE = Path(lok_hooks.__file__).parent.parent
ANSWER = """
import sys
from lok_hooks.repo.probe import staged_records
records = staged_records()
sys.exit(str(None if records is None else bool(records)))
"""


def asked(directory: Path, environment: Mapping[str, str] | None = None, program: str = ANSWER) -> str:
    """What a fresh process in `directory` says, "True", "False" or "None", and nothing else."""
    extra = {"PYTHONPATH": str(SOURCE)} | dict(environment or {})
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=directory,
        env=clean_environment(directory) | extra,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout == ""
    return done.stderr.strip()


@pytest.fixture
def work(tmp_path: Path) -> Scratch:
    scratch = new(tmp_path / "work")
    scratch.commit("root.txt")
    return scratch


def test_nothing_staged(work: Scratch) -> None:
    work.write("root.txt", "changed in the work tree only\n")
    work.write("untracked.txt", "new\n")
    assert asked(work.path) == "False"


def test_a_staged_change(work: Scratch) -> None:
    work.write("root.txt", "changed\n")
    work.git("add", "root.txt")
    work.write("root.txt", "content of root.txt\n")
    assert asked(work.path) == "True"


def test_a_staged_mode_change(work: Scratch) -> None:
    work.git("update-index", "--chmod=+x", "root.txt")
    assert asked(work.path) == "True"


def test_intent_to_add_is_not_staged(work: Scratch) -> None:
    work.write("later.txt", "later\n")
    work.git("add", "-N", "later.txt")
    assert asked(work.path) == "False"


def test_a_first_commit(tmp_path: Path) -> None:
    scratch = new(tmp_path / "work")
    assert asked(scratch.path) == "False"
    scratch.write("root.txt", "new\n")
    scratch.git("add", "root.txt")
    assert asked(scratch.path) == "True"


def test_a_change_outside_the_directory_asked_from(work: Scratch) -> None:
    work.git("config", "diff.relative", "true")
    work.write("root.txt", "changed\n")
    work.git("add", "root.txt")
    (work.path / "sub").mkdir()
    assert asked(work.path / "sub") == "True"


def test_a_submodule_bump_that_the_repository_asks_to_ignore(work: Scratch, tmp_path: Path) -> None:
    inner = new(tmp_path / "inner")
    first = inner.commit("inner.txt")
    work.git("update-index", "--add", "--cacheinfo", f"160000,{first},inner")
    work.write(".gitmodules", '[submodule "inner"]\n\tpath = inner\n\turl = ./inner\n\tignore = all\n')
    work.git("add", ".gitmodules")
    work.git("commit", "-q", "-m", "submodule")
    assert asked(work.path) == "False"
    work.git("update-index", "--cacheinfo", f"160000,{inner.commit('more.txt')},inner")
    assert asked(work.path) == "True"


def test_the_index_of_the_commit_under_way_is_the_one_asked(work: Scratch) -> None:
    work.write("root.txt", "changed\n")
    other = work.path / ".git" / "next-index"
    work.git("read-tree", "HEAD", env={"GIT_INDEX_FILE": str(other)})
    work.git("add", "root.txt", env={"GIT_INDEX_FILE": str(other)})
    assert asked(work.path) == "False"
    assert asked(work.path, {"GIT_INDEX_FILE": str(other)}) == "True"


def test_a_replace_ref_does_not_hide_a_change(work: Scratch) -> None:
    old = work.head()
    work.write("root.txt", "changed\n")
    work.git("add", "root.txt")
    tree = work.git("write-tree")
    work.git("replace", old, work.git("commit-tree", "-m", "disguise", tree))
    assert asked(work.path) == "True"


def test_no_repository(tmp_path: Path) -> None:
    assert asked(tmp_path) == "None"


def test_a_corrupt_index(work: Scratch) -> None:
    (work.path / ".git" / "index").write_bytes(b"not an index")
    assert asked(work.path) == "None"


def test_an_unreadable_config(work: Scratch) -> None:
    (work.path / ".git" / "config").write_text("[core\n")
    assert asked(work.path) == "None"


def test_no_git_on_the_path(work: Scratch, tmp_path: Path) -> None:
    assert asked(work.path, {"PATH": str(tmp_path)}) == "None"


def test_an_end_of_git_that_nobody_learns_of(work: Scratch) -> None:
    ignoring = "import signal\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
    assert asked(work.path) == "False"
    assert asked(work.path, program=ignoring + ANSWER) == "None"


def test_git_ended_by_a_signal(work: Scratch, tmp_path: Path) -> None:
    fake = tmp_path / "bin" / "git"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\nkill -TERM $$\n")
    fake.chmod(0o755)
    assert asked(work.path, {"PATH": f"{fake.parent}:{os.environ['PATH']}"}) == "None"


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """A program that leaves a mark when it runs."""
    program = tmp_path / "trap"
    program.write_text(f"#!/bin/sh\ntouch '{tmp_path / 'sprung'}'\nexit 1\n")
    program.chmod(0o755)
    return program


def test_no_program_that_the_repository_names_is_run(work: Scratch, trap: Path) -> None:
    work.write(".gitattributes", "*.txt diff=trap filter=trap\n")
    work.commit("staged.txt")
    for key in ("core.fsmonitor", "diff.external", "diff.trap.command", "diff.trap.textconv", "core.pager"):
        work.git("config", key, str(trap))
    (work.path / ".git" / "hooks" / "post-index-change").write_text(trap.read_text())
    (work.path / ".git" / "hooks" / "post-index-change").chmod(0o755)
    tree = work.git("-c", "core.fsmonitor=false", "rev-parse", "HEAD~1^{tree}")
    work.git("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "read-tree", tree)
    sprung = trap.with_name("sprung")
    assert not sprung.exists()
    assert asked(work.path, {"GIT_EXTERNAL_DIFF": str(trap), "GIT_PAGER_IN_USE": "1"}) == "True"
    assert not sprung.exists()
    work.run("status")
    assert sprung.exists(), "the trap itself does not work"


def test_a_missing_object_of_a_partial_clone_is_not_fetched(work: Scratch, trap: Path, tmp_path: Path) -> None:
    work.git("config", "uploadpack.allowFilter", "true")
    partial = clone(work.path, tmp_path / "partial", "--filter=tree:0", "--no-checkout")
    partial.git("config", "remote.origin.uploadpack", str(trap))
    partial.git("config", "protocol.file.allow", "always")
    sprung = trap.with_name("sprung")
    assert asked(partial.path) == "None"
    assert not sprung.exists()
    partial.run("diff", "--cached", "--quiet")
    assert sprung.exists(), "the trap itself does not work"


def test_only_what_python_has_loaded_anyway_is_imported() -> None:
    listing = "import sys; before = set(sys.modules); import lok_hooks.repo.probe; print(*set(sys.modules) - before)"
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(SOURCE)!r}); {listing}"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    loaded = set(done.stdout.split()) - {"__future__"}  # there already where a .pth file of the environment needs it
    assert loaded == {"lok_hooks", "lok_hooks.repo", "lok_hooks.repo.probe"}


def test_a_change_of_thousands_of_files_is_read_whole(work: Scratch) -> None:
    # More than a pipe holds.
    blob = work.git("hash-object", "-w", "root.txt")
    entries = "".join(f"100644 {blob}\tmany/file-{number:05}.txt\n" for number in range(3000))
    subprocess.run(
        ["git", "update-index", "--index-info"], cwd=work.path, input=entries.encode(), check=True, timeout=60
    )
    counting = (
        "import sys; from lok_hooks.repo.probe import staged_records; sys.exit(str(staged_records().count(b'many')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", counting],
        cwd=work.path,
        env=clean_environment(work.path) | {"PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stderr.strip() == "3000"
