"""Standard streams that are closed, full, or whose reader went away: the verdict stands, and what got lost is said."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lok_hooks.report.formats import FORMATS
from tests.end_to_end.conftest import Done, Project, Reviewer

Configure = Callable[..., Reviewer]
BAD, GOOD = "value = PLANTED_BUG\n", "value = 1\n"
LOST = "the report could not be written to standard output: No space left on device"
# Prints more than a pipe holds, and says how it ended on standard error.
TALKS = """
import sys, time
from lok_hooks.cli.streams import standing
started = time.process_time()
code = standing("lok-review", lambda: sys.stdout.write("x" * 1_000_000) and 0)
print(code, time.process_time() - started, file=sys.stderr)
"""


@pytest.fixture
def staged(project: Project, configure: Configure, request: pytest.FixtureRequest) -> Project:
    """A project with the line staged that the test asks for."""
    configure()
    project.stage("shop.py", request.param)
    return project


def shell(project: Project, line: str) -> Done:
    return project.run("bash", "-c", line)


def is_told_once(done: Done) -> bool:
    return done.said.count(LOST) == 1 and done.said.count("\n") == 1


@pytest.mark.parametrize(("staged", "code"), [(BAD, 1), (GOOD, 2)], ids=["bad", "good"], indirect=["staged"])
@pytest.mark.parametrize("format", FORMATS)
def test_a_report_on_a_full_disk_is_said_to_be_lost(staged: Project, code: int, format: str) -> None:
    done = shell(staged, f"lok-review --staged --format {format} >/dev/full")
    assert (done.code, is_told_once(done)) == (code, True), done.said


@pytest.mark.parametrize("staged", [BAD], indirect=True)
def test_half_a_report_is_said_to_be_lost(staged: Project) -> None:
    assert shell(staged, "lok-hunt --format json").code == 1  # so that nothing else needs to be written
    done = shell(staged, "ulimit -f 1; lok-hunt --format json >report.json")
    assert done.code == 1
    assert "could not be written to standard output: File too large" in done.said
    assert (staged.path / "report.json").stat().st_size == 1024


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("lok diff", 1),
        ("lok diff --json", 1),
        ("lok-hunt --help", 2),
        ("lok --version", 2),
        ("lok --help", 2),
        ("lok doctor", 2),
        ("lok backends", 2),
        ("lok dismiss --list", 2),
        ("lok completion bash", 2),
    ],
)
@pytest.mark.parametrize("staged", [BAD], indirect=True)
def test_every_command_says_that_its_output_is_lost(staged: Project, command: str, code: int) -> None:
    done = shell(staged, f"{command} >/dev/full")
    assert (done.code, is_told_once(done)) == (code, True), done.said


def test_nothing_staged_and_nowhere_to_say_so(project: Project) -> None:
    lost = shell(project, "lok-hunt >/dev/full")
    assert (lost.code, is_told_once(lost)) == (2, True), lost.said
    for redirection in (">&-", "2>&-", "<&-", "<&- >&- 2>&-", ">/dev/full 2>&1"):
        done = shell(project, f"lok-hunt {redirection}")
        assert (done.code, "Traceback" in done.said) == (0, False), (redirection, done.said)


@pytest.mark.parametrize("staged", [BAD], indirect=True)
def test_a_remembered_report_is_said_to_be_lost_and_stays_remembered(staged: Project) -> None:
    assert shell(staged, "lok-hunt").code == 1
    lost = shell(staged, "lok-hunt >/dev/full")
    again = shell(staged, "lok-hunt")
    assert (lost.code, is_told_once(lost)) == (1, True), lost.said
    assert (again.code, "scripted remembered" in again.said) == (1, True)


@pytest.mark.parametrize(("staged", "code"), [(BAD, 1), (GOOD, 0)], ids=["bad", "good"], indirect=["staged"])
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&-", "<&- >&- 2>&-"])
def test_a_closed_stream_leads_nowhere(staged: Project, code: int, closed: str) -> None:
    for command in ("lok-hunt --fresh", "lok-hunt", "lok-review --staged"):
        done = shell(staged, f"{command} {closed}")
        assert done.code == code, (command, done.said)
        assert "bug in lok-hooks" not in done.said
    # No file that was opened meanwhile came to stand for the closed stream and took what was written there.
    assert "scripted remembered" in shell(staged, "lok-hunt").said
    assert shell(staged, "lok cache stats").code == 0


@pytest.mark.parametrize("silent", ["<&-", "</dev/null"])
def test_a_push_of_which_git_says_nothing_is_what_the_branch_has(
    project: Project, configure: Configure, tmp_path: Path, silent: str
) -> None:
    configure()
    project.git("init", "-q", "--bare", tmp_path / "remote.git")
    project.git("remote", "add", "origin", tmp_path / "remote.git")
    project.git("push", "-q", "-u", "origin", "main")
    project.seed({"shop.py": BAD})
    done = shell(project, f"lok-audit {silent}")
    assert (done.code, "shop.py:1" in done.said) == (1, True), done.said
    # With the remote's name it is git that speaks: of a push that brings nothing it tells no line.
    done = shell(project, f"lok-audit origin {tmp_path} {silent}")
    assert (done.code, "nothing to push" in done.said) == (0, True), done.said


def test_a_question_without_standard_input_is_empty(project: Project, configure: Configure) -> None:
    configure()
    done = shell(project, "lok ask - <&-")
    assert (done.code, "the prompt is empty" in done.said) == (2, True), done.said


@pytest.mark.parametrize("staged", [BAD], indirect=True)
def test_what_standard_error_does_not_take_changes_nothing(staged: Project) -> None:
    plain = shell(staged, "lok-review --staged --format markdown")
    for redirection in ("2>/dev/full", "2>&-", "2> >(true)"):
        done = shell(staged, f"lok-review --staged --format markdown -v {redirection}")
        assert done.code == 1
        assert done.said.partition("\n\n")[0] == plain.said.partition("\n\n")[0]
        assert "**Commit refused" not in done.said
    assert shell(staged, "lok-hunt --frobnicate 2>/dev/full").code == 2


@pytest.mark.parametrize("redirection", ["2>/dev/full", "2>&-", ">&- 2>&-"])
def test_a_commit_goes_by_its_verdict_where_nobody_can_read_it(
    project: Project, configure: Configure, redirection: str
) -> None:
    configure()
    project.plain_hook("pre-commit", "lok-hunt")
    head = project.head()
    assert shell(project, f"git commit -q --allow-empty -m empty {redirection}").code == 0
    assert project.head() != head
    project.stage("shop.py", GOOD)
    assert shell(project, f"git commit -q -m good {redirection}").code == 0
    head = project.head()
    project.stage("shop.py", BAD)
    assert shell(project, f"git commit -q -m bad {redirection}").code == 1
    assert project.head() == head


@pytest.mark.parametrize("reader", ["true", "head -n 1"])
@pytest.mark.parametrize("command", ["lok-hunt", "lok-review --staged --format json", "lok-review --staged -v 2>&1"])
@pytest.mark.parametrize("staged", [BAD], indirect=True)
def test_a_reader_that_goes_away_is_no_failure(staged: Project, command: str, reader: str) -> None:
    for _ in range(2):  # the second time it is remembered
        done = shell(staged, f"{command} | {reader} >/dev/null; exit ${{PIPESTATUS[0]}}")
        assert (done.code, done.said) == (1, "")


def test_a_pipe_that_does_not_wait_gets_everything() -> None:
    read, write = os.pipe()
    os.set_blocking(write, False)  # as some programs leave the pipes that they hand to their children
    process = subprocess.Popen([sys.executable, "-c", TALKS], stdout=write, stderr=subprocess.PIPE, text=True)
    os.close(write)
    time.sleep(2)
    with os.fdopen(read, "rb") as file:
        assert len(file.read()) == 1_000_000
    code, busy = process.communicate(timeout=30)[1].split()
    assert code == "0"
    assert float(busy) < 0.3  # seconds of computing: it waits for room, and does not try again and again
