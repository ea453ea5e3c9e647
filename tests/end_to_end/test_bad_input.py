"""What goes wrong outside our code: each time a sentence, a documented exit code, no traceback, nothing lost."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Done, Machine, Project, Reviewer

BAD = "value = PLANTED_BUG\n"
Configure = Callable[..., Reviewer]


def is_sentence(done: Done, *words: str) -> bool:
    """True when the user is told something with these words in it, and not a traceback."""
    said = " ".join(done.said.split())
    return "Traceback" not in said and "bug in lok-hooks" not in said and all(word in said for word in words)


@pytest.mark.parametrize("command", ["lok-hunt", "lok-audit", "lok-review"])
def test_not_a_repository(machine: Machine, tmp_path: Path, command: str) -> None:
    done = machine.run(command, cwd=tmp_path)
    assert done.code == 2
    assert is_sentence(done, "is not inside a git repository"), done.said


def test_a_directory_that_is_gone(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    done = machine.run("sh", "-c", "rmdir ../gone; lok-hunt --fresh", cwd=tmp_path / "gone")
    assert done.code == 2
    assert is_sentence(done, "no longer exists"), done.said


def test_a_bare_repository(machine: Machine, tmp_path: Path) -> None:
    machine.run("git", "init", "-q", "--bare", "bare.git", cwd=tmp_path)
    done = machine.run("lok-review", "--staged", cwd=tmp_path / "bare.git")
    assert done.code == 2
    assert is_sentence(done, "work tree"), done.said


def test_an_unborn_head(machine: Machine, tmp_path: Path, configure: Configure) -> None:
    configure()
    fresh = Project(machine=machine, path=tmp_path / "fresh")
    fresh.path.mkdir()
    fresh.git("init", "-q")
    nothing = fresh.run("lok-review")
    fresh.stage("a.py", BAD)
    staged = fresh.run("lok-hunt")
    assert (nothing.code, staged.code) == (2, 1)
    assert is_sentence(nothing), nothing.said


def test_a_detached_head(project: Project, configure: Configure) -> None:
    configure()
    project.git("checkout", "-q", "--detach")
    project.stage("a.py", BAD)
    assert project.run("lok-hunt").code == 1
    asked = project.run("lok-review", "no-such-branch")
    assert asked.code == 2
    assert is_sentence(asked, "no-such-branch"), asked.said


def test_an_unreadable_git_config(project: Project) -> None:
    (project.path / ".git" / "config").write_text("[core\n")
    done = project.run("lok-hunt")
    assert done.code == 2
    assert is_sentence(done, "config"), done.said


def test_a_corrupt_index(project: Project) -> None:
    project.stage("a.py", BAD)
    (project.path / ".git" / "index").write_bytes(b"DIRC garbage" * 10)
    before = project.index_digest()
    done = project.run("lok-hunt")
    assert done.code == 2
    assert is_sentence(done, "index"), done.said
    assert project.index_digest() == before


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a directory to somebody else")
def test_a_parent_that_ignores_the_ends_of_children(project: Project, configure: Configure) -> None:
    configure()
    ignoring = (
        "import os, signal, sys\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)\nos.execvp(sys.argv[1], sys.argv[1:])"
    )
    hunt = (sys.executable, "-c", ignoring, "lok-hunt")
    project.stage("shop.py", BAD)
    assert project.run(*hunt).code == 1
    project.stage("shop.py", "value = 1\n")
    assert project.run(*hunt).code == 0
    (project.path / ".git" / "index").write_bytes(b"DIRC" + b"\xff" * 40)
    done = project.run(*hunt)
    assert done.code == 2
    assert is_sentence(done, "the index cannot be read"), done.said


def test_a_repository_of_somebody_else(project: Project) -> None:
    project.stage("a.py", BAD)
    os.chown(project.path, 65534, 65534)
    os.chown(project.path / ".git", 65534, 65534)
    done = project.run("lok-hunt")
    assert done.code == 2
    assert is_sentence(done, "safe.directory"), done.said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["--backend", "scriptd"], ["scriptd", "scripted"], id="unknown backend"),
        pytest.param(["--task", "hnut"], ["hnut", "hunt"], id="unknown task"),
        pytest.param(["--config", "missing.toml"], ["missing.toml"], id="missing configuration"),
        pytest.param(["--fail-on", "worse"], ["worse", "critical"], id="unknown severity"),
        pytest.param(["--budget", "soon"], ["soon", "seconds"], id="a budget that is no number"),
        pytest.param(["--format", "pdf"], ["pdf", "sarif"], id="unknown format"),
        pytest.param(["--frobnicate"], ["--frobnicate"], id="unknown flag"),
    ],
)
def test_wrong_arguments(project: Project, configure: Configure, arguments: list[str], words: list[str]) -> None:
    configure()
    project.stage("a.py", BAD)
    done = project.run("lok-hunt", *arguments)
    assert done.code == 2
    assert is_sentence(done, *words), done.said


ASKING = ("--config", "--backend", "-b", "--task", "--budget", "--fail-on", "--format", "--output", "-o", "--color")
EMPTY = [
    *([command, option, ""] for command in ("lok-hunt", "lok-audit", "lok-review") for option in ASKING),
    *(["lok-review", option, ""] for option in ("--commit", "--diff-file", "--transcript")),
    *(["lok-review", ""], ["lok-audit", ""], ["lok-audit", "origin", ""], ["lok", "ask", ""], ["lok", "run", ""]),
    *(["lok", "run", "hunt", ""], ["lok", "run", "hunt", "--dir", ""], ["lok", "workflow", "validate", ""]),
    *(
        ["lok", "install", ""],
        ["lok", "dismiss", "", "--because", "x"],
        ["lok", "dismiss", "7f3a01cc", "--because", ""],
    ),
]


@pytest.mark.parametrize("argv", EMPTY, ids=" ".join)
def test_an_empty_argument_is_a_mistake(project: Project, configure: Configure, argv: list[str]) -> None:
    reviewer = configure()
    project.seed({"a.py": BAD})
    done = project.run(*argv)
    assert (done.code, is_sentence(done)) == (2, True), done.said
    assert reviewer.requests() == []


@pytest.mark.parametrize(
    "arguments",
    [["--staged", "--working-tree"], ["main", "--staged"], ["--commit", "HEAD", "--diff-file", "-"], ["a", "b"]],
    ids=" ".join,
)
def test_only_one_thing_can_be_reviewed(project: Project, arguments: list[str]) -> None:
    assert project.run("lok-review", *arguments).code == 2


@pytest.mark.parametrize("name", ["--output=pwned", "--upload-pack=touch pwned", "-pwned"])
def test_a_revision_never_becomes_an_option(project: Project, name: str) -> None:
    for arguments in (["--commit", name], [f"--commit={name}"], ["--", name]):
        done = project.run("lok-review", *arguments)
        assert done.code == 2, (arguments, done.said)
        assert is_sentence(done)
    assert not (project.path / "pwned").exists()


def test_mistakes_in_lok_toml_come_all_at_once(project: Project) -> None:
    project.write("lok.toml", "[defaults]\ntimout = 3\n[review]\nfail_on = 7\n")
    project.stage("a.py", BAD)
    done = project.run("lok-hunt")
    assert done.code == 2
    assert is_sentence(done, "timout", "timeout", "fail_on"), done.said


def test_a_backend_of_an_untrusted_repository_does_not_run(project: Project) -> None:
    project.write("lok.toml", f'[backends.codex]\ncommand = "/bin/touch"\nargs = ["{project.path}/pwned"]\n')
    project.stage("a.py", "x = 1\n")
    done = project.run("lok-hunt")
    assert is_sentence(done, "trust", "backends.codex.command"), done.said
    assert not (project.path / "pwned").exists()


@contextlib.contextmanager
def open_push(project: Project, *argv: str) -> Iterator[subprocess.Popen[bytes]]:
    """lok-audit with a pipe as its standard input that nobody closes."""
    process = subprocess.Popen(
        ["lok-audit", *argv],
        cwd=project.path,
        env=project.machine.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_a_push_that_git_says_nothing_about_is_not_waited_for_for_ever(project: Project, configure: Configure) -> None:
    configure()
    with open_push(project, "--budget", "2") as process:
        assert process.stdout is not None
        assert process.wait(timeout=30) == 2
        done = Done(code=2, said=process.stdout.read().decode())
    assert is_sentence(done, "git's lines", "were awaited", "nothing came for 2 s", "lok-review"), done.said


@pytest.mark.parametrize("more", [(), ("origin", "/nowhere.git")], ids=["bare", "as git calls it"])
def test_without_a_budget_it_is_waited_for_some_seconds(
    project: Project, configure: Configure, more: tuple[str, ...]
) -> None:
    configure()
    with open_push(project, *more) as process:
        assert process.stdout is not None
        assert process.wait(timeout=60) == 2
        assert b"nothing came for 10 s" in process.stdout.read()


def test_lines_about_a_push_that_come_slowly_are_waited_for(project: Project, configure: Configure) -> None:
    configure()
    first = project.head()
    project.seed({"shop.py": BAD})
    line = project.pushed(since=first).encode()
    with open_push(project, "--budget", "5") as process:
        assert process.stdin is not None
        for start in range(0, len(line), 30):  # longer than the budget in all, never as long without a byte
            time.sleep(1.5)
            process.stdin.write(line[start : start + 30])
            process.stdin.flush()
        said, _ = process.communicate(timeout=60)
    assert (process.returncode, b"shop.py:1" in said) == (1, True), said


def test_a_missing_program(project: Project, configure: Configure) -> None:
    configure(command="/no/such/reviewer")
    project.stage("a.py", BAD)
    hunt = project.run("lok-hunt", "--backend", "scripted")
    assert hunt.code == 0
    assert is_sentence(hunt, "incomplete", "/no/such/reviewer"), hunt.said
    audit = project.run("lok-audit", "origin", "url", stdin=project.pushed())
    review = project.run("lok-review", "--staged", "--backend", "scripted")
    for done in (audit, review):
        assert (done.code, is_sentence(done, "incomplete", "/no/such/reviewer", "missing")) == (4, True), done.said


def test_nothing_staged(project: Project) -> None:
    done, with_flag = project.run("lok-hunt"), project.run("lok-hunt", "--color", "never")
    assert (done.code, with_flag.code) == (0, 0)
    assert is_sentence(done, "nothing staged"), done.said
    assert is_sentence(with_flag, "nothing"), with_flag.said


def test_only_binary_files(project: Project, configure: Configure) -> None:
    reviewer = configure()
    project.stage("logo.png", b"\x89PNG\x00\x01" * 100)
    done = project.run("lok-hunt")
    assert done.code == 0
    assert is_sentence(done, "nothing reviewed", "logo.png", "binary"), done.said
    assert reviewer.requests() == []


def test_a_line_of_100_megabytes(project: Project, configure: Configure) -> None:
    reviewer = configure()
    project.stage("data.js", "x" * 100_000_000)
    project.stage("a.py", BAD)
    done = project.run("lok-hunt")
    assert done.code == 1
    assert is_sentence(done, "data.js", "too large"), done.said
    assert "data.js" not in reviewer.prompts()


def test_a_diff_that_is_none(project: Project, configure: Configure) -> None:
    configure()
    garbage = project.run("lok-review", "--diff-file", "-", stdin="--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n-x\n")
    missing = project.run("lok-review", "--diff-file", "none.diff")
    empty = project.run("lok-review", "--diff-file", "-", stdin="")
    assert (garbage.code, missing.code, empty.code) == (2, 2, 0)
    assert is_sentence(garbage), garbage.said
    assert is_sentence(missing, "none.diff"), missing.said
    assert is_sentence(empty, "nothing"), empty.said


def test_a_diff_from_elsewhere_needs_no_repository(machine: Machine, tmp_path: Path, configure: Configure) -> None:
    configure()
    patch = f"--- a/x.py\n+++ b/x.py\n@@ -1 +1,2 @@\n y = 2\n+{BAD}"
    done = machine.run("lok-review", "--diff-file", "-", cwd=tmp_path, stdin=patch)
    assert done.code == 1
    assert is_sentence(done, "x.py:2"), done.said


@pytest.mark.parametrize("target", ["no/such/directory/report.json", "/proc/report.json", "."])
def test_a_report_that_cannot_be_written_is_still_shown(project: Project, configure: Configure, target: str) -> None:
    configure()
    project.stage("a.py", "x = 1\n")
    clean = project.run("lok-hunt", "--format", "json", "-o", target)
    project.stage("a.py", BAD)
    refused = project.run("lok-hunt", "--format", "json", "-o", target)
    assert (clean.code, refused.code) == (2, 1)
    for done in (clean, refused):
        assert is_sentence(done, target, '"schema": "lok-hooks/review/1"'), done.said


def test_a_report_is_not_written_where_a_link_of_the_tree_leads(
    project: Project, configure: Configure, tmp_path: Path
) -> None:
    configure()
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (project.path / "report.json").symlink_to(victim)
    os.mkfifo(project.path / "pipe")
    project.stage("a.py", BAD)
    for name, told in (("report.json", "a symbolic link stands in its place"), ("pipe", "not a regular file")):
        done = project.run("lok-review", "--staged", "--transcript", name, "-o", name)
        assert (done.code, done.said.count(told)) == (1, 2), done.said
    assert victim.read_text() == "precious"


def test_a_report_is_written_whole(project: Project, configure: Configure) -> None:
    configure()
    project.stage("a.py", BAD)
    done = project.run("lok-hunt", "--format", "json", "-o", "report.json")
    assert done.code == 1
    assert json.loads(project.read("report.json"))["exit_code"] == 1
    assert is_sentence(done, "Commit refused"), done.said


def test_a_report_to_standard_output_is_no_file(project: Project, configure: Configure) -> None:
    configure()
    project.stage("a.py", BAD)
    done = project.run("lok-review", "--staged", "--format", "json", "-o", "-")
    assert (done.code, json.loads(done.said)["exit_code"]) == (1, 1)
    mixed = project.run("lok-review", "--staged", "--format", "sarif", "--transcript", "-")
    assert (mixed.code, "--format sarif and --transcript - both want" in mixed.said) == (2, True), mixed.said
    both = project.run("lok-review", "--staged", "--format", "json", "-o", "./-", "--transcript", "-")
    report, _, transcript = both.said.partition("\n\n# ")
    assert (both.code, "Review failed" in report, "a planted bug" in transcript) == (1, True, True), both.said
    assert json.loads(project.read("-"))["exit_code"] == 1  # ./- is a file
    (project.path / "-").unlink()
    project.run("lok-hunt", "-o", "-")
    assert not (project.path / "-").exists()


@contextlib.contextmanager
def mounted(place: Path) -> Iterator[Path]:
    """A disk of its own of 2 MB; the system's temporary folder is elsewhere."""
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True, text=True
    )
    if made.returncode:
        pytest.skip(f"no disk can be mounted here: {made.stderr}")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """The place of the project on a disk of its own."""
    with mounted(tmp_path / "project") as place:
        yield place


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk beside the project."""
    with mounted(tmp_path / "disk") as place:
        yield place


def fill(disk: Path) -> None:
    with (disk / "filler").open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"x" * 4096):
            pass


@pytest.mark.parametrize(
    ("line", "code", "outcome", "code_of_a_lost_report"),
    [(BAD, 1, "1 confirmed", 1), ("value = 1\n", 0, "nothing found", 2)],
    ids=["bad", "good"],
)
def test_a_full_disk_changes_no_verdict(
    machine: Machine,
    small_disk: Path,
    configure: Configure,
    line: str,
    code: int,
    outcome: str,
    code_of_a_lost_report: int,
) -> None:
    configure()
    project = Project(machine=machine, path=small_disk)
    project.git("init", "-q")
    project.stage("a.py", line)
    project.write("report", "")
    fill(small_disk)
    done = project.run("lok-hunt", env={"XDG_STATE_HOME": str(small_disk)})
    assert done.code == code
    assert is_sentence(done, outcome, "nothing is remembered"), done.said
    lost = project.run("sh", "-c", "lok-hunt >report")
    assert lost.code == code_of_a_lost_report
    assert is_sentence(lost, "the report could not be written to standard output: No space left on device"), lost.said
    named = project.run("lok-hunt", "-o", "report")
    assert named.code == code_of_a_lost_report
    assert is_sentence(named, outcome, "the report could not be written to report: No space left"), named.said


def test_a_read_only_file_system_changes_no_verdict_and_loses_nothing(
    project: Project, configure: Configure, disk: Path
) -> None:
    reviewer = configure()
    state = {"XDG_STATE_HOME": str(disk)}
    project.stage("a.py", "value = 1\n")
    assert project.run("lok-hunt", env=state).code == 0
    kept = {path: path.read_bytes() for path in disk.rglob("*") if path.is_file()}
    assert kept
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    assert "scripted remembered" in project.run("lok-hunt", env=state).said
    assert len(reviewer.requests()) == 1
    project.stage("a.py", BAD)
    done = project.run("lok-hunt", env=state)
    assert done.code == 1
    assert is_sentence(done, "1 confirmed", "nothing is remembered", "readonly"), done.said
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    assert {path: path.read_bytes() for path in kept} == kept
    again = project.run("lok-hunt", env=state)
    assert (again.code, "remembered: " in again.said) == (1, False), again.said


def test_reviewers_without_room_to_work_in_have_not_reviewed(project: Project, configure: Configure) -> None:
    configure(analysers="true")
    project.stage("a.py", BAD)
    # No file may grow beyond nothing: no disk has any room left.
    hunt = project.run("sh", "-c", "ulimit -f 0; exec lok-hunt")
    lost = project.run("sh", "-c", "ulimit -f 0; exec lok-hunt >report")
    review = project.run("sh", "-c", "ulimit -f 0; exec lok-review --staged --backend static")
    assert (hunt.code, lost.code, review.code) == (0, 2, 4)
    assert is_sentence(hunt, "nothing reviewed", "incomplete", "set TMPDIR"), hunt.said
    assert is_sentence(lost, "the report could not be written to standard output: File too large"), lost.said
    assert is_sentence(review, "incomplete", "static"), review.said


def test_a_reader_that_goes_away_does_not_change_the_verdict(project: Project, configure: Configure) -> None:
    configure()
    project.stage("a.py", BAD)
    done = project.run("bash", "-c", "lok-hunt --format json | true; exit ${PIPESTATUS[0]}")
    assert done.code == 1
    assert is_sentence(done), done.said
