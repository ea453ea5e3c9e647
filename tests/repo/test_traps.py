"""Settings, attributes and variables that change what `git diff` prints, hide files or run programs: none may.

One repository holds many kinds of change at once. Its diff is taken before a trap is set and must be the same after,
and the trap's program must not have run. For the traps that run programs, plain git shows that they really do.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from lok_hooks.core.diff import Diff, SkipReason, Status
from lok_hooks.core.select import Selection
from lok_hooks.errors import LokError, RepositoryError
from lok_hooks.repo import snapshot
from lok_hooks.repo.git import Repository
from lok_hooks.repo.snapshot import Snapshot
from tests.repo.git_helpers import Scratch, clean_environment, new

SELECTION = Selection(context_lines=3)


def body(name: str) -> str:
    """Enough lines for two hunks, and unlike every other file's."""
    return "".join(f"{name!r} {number}\n\n" for number in range(1, 31))


def edited(name: str) -> str:
    return body(name).replace(" 5\n", " five\n").replace(" 16\n", " sixteen  \n")


# Pairs for which git's algorithms, and its two ways to slide a hunk, give different hunks.
PAIRS = {
    "algorithm.py": ("}zz}xzy1", "z{z{2yxz"),
    "indent.py": ("b|  y|  y|a():||a():", "b|  y|b|b|  y|  y|a():||a():"),
}


def pair(name: str, side: int) -> str:
    words = PAIRS[name][side]
    return "\n".join(words.split("|") if "|" in words else words) + "\n"


def plain_git(scratch: Scratch, *args: str) -> None:
    """Runs git as anybody would, without our door."""
    environment = {name: value for name, value in os.environ.items() if name.startswith("GIT_")}
    subprocess.run(
        ["git", *args],
        cwd=scratch.path,
        env=clean_environment(scratch.path) | environment,
        capture_output=True,
        check=False,
        timeout=60,
    )


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Changes of every kind, staged and left as they are on disk."""
    base = tmp_path_factory.mktemp("template")
    inner = new(base / "inner")
    inner.commit("a")
    scratch = new(base / "work")
    for name in ("edit.py", "rename.py", "copy.py", "sub/deep.py", "x b/y.py", 'tab\t"quote.py', "mode.sh", "gone.py"):
        scratch.write(name, body(name))
    for name in PAIRS:
        scratch.write(name, pair(name, 0))
    (scratch.path / "latin.py").write_bytes(b"caf\xe9\x0cx\ry\n")
    (scratch.path / "real.bin").write_bytes(b"\0\1\2\3")
    scratch.write("typed", "text\n")
    scratch.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner.path), "module")
    scratch.git("add", "-A")
    scratch.git("commit", "-q", "-m", "start")
    for name in ("edit.py", "copy.py", "sub/deep.py", "x b/y.py", 'tab\t"quote.py'):
        scratch.write(name, edited(name))
    for name in PAIRS:
        scratch.write(name, pair(name, 1))
    scratch.write("copied.py", body("copy.py") + "tail\n")
    scratch.git("mv", "rename.py", "renamed.py")
    scratch.write("renamed.py", body("rename.py") + "tail\n")
    (scratch.path / "latin.py").write_bytes(b"caf\xe8\x0cx\rz\n")
    (scratch.path / "real.bin").write_bytes(b"\0\1\2\4")
    (scratch.path / "mode.sh").chmod(0o755)
    (scratch.path / "gone.py").unlink()
    (scratch.path / "typed").unlink()
    (scratch.path / "typed").symlink_to("edit.py")
    Scratch(path=scratch.path / "module").commit("b")
    scratch.git("add", "-A")
    return scratch.path


@dataclass(frozen=True, kw_only=True)
class Trapped:
    """A copy of the template, what is in it without traps, and the program that must not run."""

    scratch: Scratch
    staged: Diff
    on_disk: Diff
    canary: Path
    program: Path

    def check(self, directory: str = ".") -> None:
        """Asserts that nothing ran, and that both diffs are what they were."""
        repository = Repository.open(self.scratch.path / directory)
        staged, on_disk = (taken(take, repository) for take in (snapshot.staged, snapshot.working_tree))
        assert not self.canary.exists()
        assert staged == self.staged
        assert on_disk == self.on_disk


def taken(take: Callable[[Repository, Selection], Snapshot], repository: Repository) -> Diff | str:
    """The diff, or the words in which it was refused."""
    try:
        return take(repository, SELECTION).diff
    except LokError as error:
        return error.message


@pytest.fixture(scope="module")
def expected(template: Path) -> tuple[Diff, Diff]:
    """What is staged in the template, and what lies on its disk."""
    repository = Repository.open(template)
    return snapshot.staged(repository, SELECTION).diff, snapshot.working_tree(repository, SELECTION).diff


@pytest.fixture
def trapped(template: Path, expected: tuple[Diff, Diff], tmp_path: Path) -> Trapped:
    scratch = Scratch(path=tmp_path / "work")
    shutil.copytree(template, scratch.path, symlinks=True)
    scratch.git("update-index", "-q", "--refresh")
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch '{tmp_path}/canary'\nexit 0\n")
    program.chmod(0o755)
    staged, on_disk = expected
    return Trapped(scratch=scratch, staged=staged, on_disk=on_disk, canary=tmp_path / "canary", program=program)


def touched(trapped: Trapped) -> Trapped:
    """The same with one file's date changed, so git has to look into it."""
    os.utime(trapped.scratch.path / "edit.py", (1, 1))
    repository = Repository.open(trapped.scratch.path)
    return replace(trapped, on_disk=snapshot.working_tree(repository, SELECTION).diff)


def test_the_template_holds_every_kind_of_change(trapped: Trapped) -> None:
    diff = trapped.staged
    assert {file.path: file.status for file in diff.files} == {
        "algorithm.py": Status.MODIFIED,
        "copied.py": Status.COPIED,
        "copy.py": Status.MODIFIED,
        "edit.py": Status.MODIFIED,
        "gone.py": Status.DELETED,
        "indent.py": Status.MODIFIED,
        "latin.py": Status.MODIFIED,
        "renamed.py": Status.RENAMED,
        "sub/deep.py": Status.MODIFIED,
        'tab\t"quote.py': Status.MODIFIED,
        "typed": Status.TYPE_CHANGED,
        "x b/y.py": Status.MODIFIED,
    }
    assert {skipped.path: skipped.reason for skipped in diff.skipped} == {
        "mode.sh": SkipReason.NO_TEXT_CHANGE,
        "module": SkipReason.SUBMODULE,
        "real.bin": SkipReason.BINARY,
    }
    assert {file.path for file in diff.files if len(file.hunks) == 2} > {"edit.py", "sub/deep.py"}
    assert {file.path for file in trapped.on_disk.files} == {file.path for file in diff.files}


# Settings that change the output of a plain `git diff --cached`.
HARMLESS = [
    ("color.ui", "always"),
    ("color.diff", "always"),
    ("color.diff.meta", "red"),
    ("diff.noprefix", "true"),
    ("diff.mnemonicPrefix", "true"),
    ("diff.srcPrefix", "x/"),
    ("diff.relative", "true"),
    ("diff.submodule", "log"),
    ("diff.submodule", "diff"),
    ("diff.ignoreSubmodules", "all"),
    ("submodule.module.ignore", "all"),
    ("diff.renames", "false"),
    ("diff.renames", "copies"),
    ("diff.renameLimit", "1"),
    ("diff.context", "0"),
    ("diff.interHunkContext", "100"),
    ("diff.algorithm", "patience"),
    ("diff.indentHeuristic", "false"),
    ("diff.suppressBlankEmpty", "true"),
    ("diff.colorMoved", "zebra"),
    ("diff.wsErrorHighlight", "all"),
    ("diff.statGraphWidth", "1"),
    ("diff.wordRegex", "."),
    ("diff.noIndex", "true"),
    ("core.bigFileThreshold", "1"),
    ("core.quotePath", "true"),
    ("core.abbrev", "4"),
    ("core.pager", "false"),
    ("core.ignoreCase", "true"),
    ("core.whitespace", "trailing-space"),
    ("core.attributesFile", "/dev/null"),
    ("log.showSignature", "true"),
    ("core.hooksPath", "/nowhere"),
    ("core.sshCommand", "false"),
    ("alias.diff", "!false"),
]


@pytest.mark.parametrize(("key", "value"), HARMLESS)
def test_one_setting(trapped: Trapped, key: str, value: str) -> None:
    trapped.scratch.git("config", key, value)
    trapped.check("sub" if key == "diff.relative" else ".")


def test_the_command_line_is_pinned(trapped: Trapped, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Also against settings that only later releases of git know: diff.srcPrefix may hold a line break."""
    monkeypatch.setenv("GIT_TRACE", str(tmp_path / "trace"))
    snapshot.staged(Repository.open(trapped.scratch.path), SELECTION)
    asked = [line.split() for line in (tmp_path / "trace").read_text().splitlines() if " git diff " in line]
    assert len(asked) > 1
    for words in asked:
        pinned = set(PINNED.split()) - set(words)
        assert pinned == set()


PINNED = """--no-ext-diff --no-textconv --no-color --src-prefix=a/ --dst-prefix=b/ --no-relative --submodule=short
--ita-invisible-in-index --inter-hunk-context=0 --diff-algorithm=myers --indent-heuristic --full-index --no-abbrev
-O/dev/null --ignore-submodules=none"""


def test_the_order_file(trapped: Trapped) -> None:
    (trapped.scratch.path / ".git" / "order").write_text("x b/*\nlatin.py\n")
    trapped.scratch.git("config", "diff.orderFile", ".git/order")
    trapped.check()


# Settings that run a program on a plain `git diff --cached`, with the attribute they need.
PROGRAMS = [
    ("diff.external", ""),
    ("diff.evil.command", "* diff=evil"),
    ("diff.evil.textconv", "* diff=evil"),
    ("core.fsmonitor", ""),
]


@pytest.mark.parametrize(("key", "attributes"), PROGRAMS)
def test_one_setting_that_runs_a_program(trapped: Trapped, key: str, attributes: str) -> None:
    trapped.scratch.git("config", key, str(trapped.program))
    info = trapped.scratch.path / ".git" / "info"
    info.mkdir(exist_ok=True)
    (info / "attributes").write_text(attributes + "\n")
    trapped.check()
    plain_git(trapped.scratch, "diff", "--cached")
    assert trapped.canary.exists(), "the trap is not set"


@pytest.mark.parametrize("key", ["clean", "process"])
def test_a_filter_is_not_run_for_the_work_tree(trapped: Trapped, key: str) -> None:
    trapped = touched(trapped)
    trapped.scratch.git("config", f"filter.evil.{key}", str(trapped.program))
    trapped.scratch.git("config", "filter.evil.required", "true")
    (trapped.scratch.path / ".git" / "info").mkdir(exist_ok=True)
    (trapped.scratch.path / ".git" / "info" / "attributes").write_text("* filter=evil\n")
    trapped.check()
    plain_git(trapped.scratch, "diff", "HEAD")
    assert trapped.canary.exists(), "the trap is not set"


def test_a_filter_that_cannot_be_switched_off_is_refused(trapped: Trapped) -> None:
    trapped.scratch.git("config", "filter.a=b.clean", str(trapped.program))
    repository = Repository.open(trapped.scratch.path)
    with pytest.raises(RepositoryError, match="equals sign"):
        snapshot.working_tree(repository, SELECTION)
    assert snapshot.staged(repository, SELECTION).diff == trapped.staged


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GIT_EXTERNAL_DIFF", "{program}"),
        ("GIT_PAGER", "{program}"),
        ("PAGER", "{program}"),
        ("GIT_PAGER_IN_USE", "1"),
        ("GIT_DIFF_OPTS", "--unified=0"),
        ("GIT_LITERAL_PATHSPECS", "1"),
        ("GIT_ICASE_PATHSPECS", "1"),
        ("GIT_GLOB_PATHSPECS", "1"),
        ("GIT_NOGLOB_PATHSPECS", "1"),
        ("GIT_CONFIG_PARAMETERS", "'core.fsmonitor'='{program}' 'diff.noprefix'='true'"),
        ("GIT_TRACE", "1"),
        ("LC_ALL", "de_DE.UTF-8"),
        ("GIT_CONFIG_GLOBAL", "{program}.gitconfig"),
    ],
)
def test_one_variable(trapped: Trapped, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    Path(f"{trapped.program}.gitconfig").write_text(
        f"[diff]\n\texternal = {trapped.program}\n\tnoprefix = true\n[core]\n\tfsmonitor = {trapped.program}\n"
    )
    monkeypatch.setenv(name, value.format(program=trapped.program))
    trapped.check()


def test_settings_by_environment(trapped: Trapped, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = [
        ("core.fsmonitor", str(trapped.program)),
        ("diff.external", str(trapped.program)),
        ("color.ui", "always"),
    ]
    monkeypatch.setenv("GIT_CONFIG_COUNT", str(len(settings)))
    for number, (key, value) in enumerate(settings):
        monkeypatch.setenv(f"GIT_CONFIG_KEY_{number}", key)
        monkeypatch.setenv(f"GIT_CONFIG_VALUE_{number}", value)
    trapped.check()


def test_everything_hostile_at_once(trapped: Trapped, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for key, value in HARMLESS:
        trapped.scratch.git("config", key, value)
    included = tmp_path / "included"
    included.write_text(f"[diff]\n\texternal = {trapped.program}\n")
    trapped.scratch.git("config", "include.path", str(included))
    for key in ("diff.evil.command", "diff.evil.textconv", "core.fsmonitor", "core.sshCommand", "filter.evil.clean"):
        trapped.scratch.git("config", key, str(trapped.program))
    trapped.scratch.git("config", "diff.evil.binary", "true")
    trapped.scratch.git("config", "alias.diff", f"!{trapped.program}")
    trapped.scratch.git("config", "alias.rev-parse", f"!{trapped.program}")
    (trapped.scratch.path / ".git" / "info").mkdir(exist_ok=True)
    (trapped.scratch.path / ".git" / "info" / "attributes").write_text("* diff=evil\n*.py -diff\nsub/** binary\n")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", str(trapped.program))
    monkeypatch.setenv("GIT_PAGER_IN_USE", "1")
    monkeypatch.setenv("GIT_DIFF_OPTS", "--unified=0")
    trapped.check("sub")
    plain_git(trapped.scratch, "diff", "--cached")
    assert trapped.canary.exists(), "the trap is not set"


def test_a_missing_object_is_not_fetched(scratch: Scratch, tmp_path: Path) -> None:
    scratch.commit("f")
    scratch.write("f", "other\n")
    scratch.git("add", "f")
    canary = tmp_path / "canary"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch '{canary}'\nexit 1\n")
    program.chmod(0o755)
    blob = scratch.git("rev-parse", "HEAD:f")
    (scratch.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    for key, value in {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.url": str(scratch.path),
        "remote.origin.uploadpack": str(program),
        "protocol.file.allow": "always",
    }.items():
        scratch.git("config", key, value)
    repository = Repository.open(scratch.path)
    for take in (snapshot.staged, snapshot.working_tree):
        with pytest.raises(RepositoryError) as caught:
            take(repository, SELECTION)
        assert caught.value.advice
    assert not canary.exists()
    plain_git(scratch, "diff", "--cached")
    assert canary.exists(), "the trap is not set"


def test_the_index_is_left_byte_for_byte(trapped: Trapped) -> None:
    # A file that only looks changed would have git write its new date into the index.
    os.utime(trapped.scratch.path / ".gitmodules", (1, 1))
    index = trapped.scratch.path / ".git" / "index"
    before = (index.read_bytes(), index.stat().st_mtime_ns, sorted(path.name for path in index.parent.iterdir()))
    trapped.check()
    after = (index.read_bytes(), index.stat().st_mtime_ns, sorted(path.name for path in index.parent.iterdir()))
    assert before == after
    plain_git(trapped.scratch, "diff", "HEAD")
    assert index.read_bytes() != before[0], "the trap is not set"


@pytest.mark.parametrize("kept", [10, 400])
def test_a_corrupt_index_is_no_empty_diff(trapped: Trapped, kept: int) -> None:
    index = trapped.scratch.path / ".git" / "index"
    index.write_bytes(index.read_bytes()[:kept])
    repository = Repository.open(trapped.scratch.path)
    with pytest.raises(RepositoryError) as caught:
        snapshot.staged(repository, SELECTION)
    assert caught.value.advice


def test_the_repository_s_own_environment_is_enough(trapped: Trapped, monkeypatch: pytest.MonkeyPatch) -> None:
    """GIT_DIR and GIT_WORK_TREE lead to the repository from anywhere, as they do for git."""
    monkeypatch.setenv("GIT_DIR", str(trapped.scratch.path / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(trapped.scratch.path))
    repository = Repository.open(trapped.scratch.path.parent)
    assert repository.top == trapped.scratch.path
    assert snapshot.staged(repository, SELECTION).diff == trapped.staged


def test_a_split_index(trapped: Trapped) -> None:
    trapped.scratch.git("update-index", "--split-index")
    trapped.check()
