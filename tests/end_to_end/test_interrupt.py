"""Ctrl-C in the middle of a review, pressed on a real terminal."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Project, Reviewer, offered
from tests.end_to_end.terminal import Terminal

CTRL_C = b"\x03"


@pytest.fixture
def open_terminal(project: Project) -> Iterator[Callable[..., Terminal]]:
    with contextlib.ExitStack() as stack:

        def opened(*argv: str, on: Project = project) -> Terminal:
            terminal = Terminal(argv, on.path, on.machine.environment)
            stack.callback(terminal.close)
            return terminal

        yield opened


@pytest.fixture
def hanging(project: Project, configure: Callable[..., Reviewer]) -> Iterator[Reviewer]:
    """A staged change and a reviewer that never answers, ended at the latest with the test."""
    project.stage("shop.py", "total = 1\n")
    reviewer = configure("hangs")
    yield reviewer
    for request in reviewer.requests():
        for pid in filter(is_running, request["pids"]):
            with contextlib.suppress(ProcessLookupError):  # it has ended meanwhile
                os.kill(pid, signal.SIGKILL)


def eventually(what: Callable[[], bool], seconds: float = 30) -> bool:
    """Whether it becomes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.02)
    return False


def is_running(pid: int) -> bool:
    """Whether there is such a process that is more than a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def asked(reviewer: Reviewer, times: int = 1) -> list[int]:
    """The processes of the reviewer, once it is at work on so many requests."""
    assert eventually(lambda: len(reviewer.requests()) == times), "the reviewer was never asked"
    pids = [pid for request in reviewer.requests() for pid in request["pids"]]
    assert len(pids) == 2 * times
    assert all(map(is_running, pids))
    return pids


@pytest.mark.parametrize(("command", "tasks"), [("lok-hunt", 1), ("lok diff", 2), ("lok-review --working-tree", 2)])
def test_a_review_ends_with_130_and_leaves_nothing_behind(
    project: Project, hanging: Reviewer, open_terminal: Callable[..., Terminal], command: str, tasks: int
) -> None:
    # A file that only looks changed would have git write its new date into the index.
    os.utime(project.path / "README", (1, 1))
    before = project.index_digest()
    terminal = open_terminal(*command.split())
    pids = asked(hanging, tasks)
    start = time.monotonic()
    terminal.press(CTRL_C)
    assert terminal.wait() == 130
    assert time.monotonic() - start < 3
    assert not any(map(is_running, pids))
    shown = terminal.shown()
    assert "/lok_hooks/" not in shown  # no traceback of ours
    assert f"{command.partition(' --')[0]}: interrupted; nothing was decided and nothing was changed" in shown
    assert project.index_digest() == before


@pytest.mark.parametrize("runner", ["plain", "lefthook", "pre-commit", "prek"])
def test_a_commit_is_not_made_and_the_index_is_as_it_was(
    project: Project,
    hanging: Reviewer,
    open_terminal: Callable[..., Terminal],
    runner: str,
) -> None:
    if runner == "plain":
        project.plain_hook("pre-commit", "lok-hunt")
    elif runner == "lefthook":
        project.write("lefthook.yml", "pre-commit:\n  commands:\n    lok-hunt:\n      run: lok-hunt\n")
        assert project.run("lefthook", "install").code == 0
    else:
        project.stage(".pre-commit-config.yaml", offered(project, ["lok-hunt"]))
        assert project.run(runner, "install").code == 0
    # Interrupted, lefthook 2.2 leaves unstaged changes in a stash of its own, whatever the hook does.
    unstaged = "" if runner == "lefthook" else "not_staged = 2\n"
    project.write("shop.py", f"total = 1\n{unstaged}")
    head = project.head()
    terminal = open_terminal("git", "commit", "-m", "change", on=project)
    pids = asked(hanging)
    before = project.index_digest()  # git itself writes the index before it runs the hook
    terminal.press(CTRL_C)
    assert terminal.wait() in (1, 130)
    assert eventually(lambda: not any(map(is_running, pids)), 5), "a reviewer survived"
    assert "/lok_hooks/" not in terminal.shown()  # no traceback of ours
    assert project.head() == head
    assert not (project.path / ".git" / "index.lock").exists()
    # pre-commit and prek put the unstaged changes back after git has returned to the prompt.
    assert eventually(lambda: (project.path / "shop.py").exists() and unstaged in project.read("shop.py"))
    if runner in ("plain", "lefthook"):  # the others refresh it when they put changes back
        assert project.index_digest() == before
    assert project.git("diff", "--cached", "--name-only", "--", "shop.py") == "shop.py"


def test_a_closed_terminal_leaves_no_reviewer_behind(
    project: Project, hanging: Reviewer, open_terminal: Callable[..., Terminal]
) -> None:
    terminal = open_terminal("sh", "-c", "lok-hunt; echo ended")
    pids = asked(hanging)
    terminal.hang_up()
    assert eventually(lambda: not any(map(is_running, pids)), 5), "a reviewer survived"
    assert not (project.path / ".git" / "index.lock").exists()
