"""`lok hunt --issues`: through gh and glab, after confirmation, each finding once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.conftest import Machine, Project
from tests.end_to_end.terminal import Terminal
from tests.end_to_end.test_interrupt import eventually
from tests.end_to_end.test_sweep import Explorers, explorers

__all__ = ["explorers"]

FORGE = """\
#!{python}
import json, pathlib, sys, time
store = pathlib.Path({store!r})
issues = json.loads(store.read_text()) if store.exists() else []
arguments = sys.argv[1:]
flags = dict(a[2:].split("=", 1) for a in arguments if a.startswith("--") and "=" in a)
if {broken!r}:
    sys.exit({broken!r})
if arguments[:2] == ["issue", "list"]:
    words = flags["search"].split()[0]
    print(json.dumps([i for i in issues if words in i["body"] + i["description"]]))
elif arguments[:2] == ["issue", "create"]:
    body = sys.stdin.read() if "body-file" in flags else flags["description"]
    if {slow!r} and issues:
        pathlib.Path({slow!r}).touch()
        time.sleep(600)
    url = f"https://forge.example/{{len(issues) + 1}}"
    issues.append({{"title": flags["title"], "body": body, "description": body, "url": url, "web_url": url}})
    store.write_text(json.dumps(issues))
    print(f"Creating issue\\n{{url}}")
else:
    sys.exit(f"unexpected: {{arguments}}")
"""
Forges = Callable[..., Callable[[], list[dict[str, Any]]]]


@pytest.fixture
def forge(machine: Machine, tmp_path: Path) -> Forges:
    """Puts a gh or glab on PATH; returns what asks it for its issues."""

    def make(name: str, broken: str = "", slow: str = "") -> Callable[[], list[dict[str, Any]]]:
        import sys

        store = tmp_path / "issues.json"
        folder = tmp_path / "forge"
        folder.mkdir()
        program = folder / name
        program.write_text(FORGE.format(python=sys.executable, store=str(store), broken=broken, slow=slow))
        program.chmod(0o755)
        assert isinstance(machine.environment, dict)
        machine.environment["PATH"] = f"{folder}:{machine.environment['PATH']}"
        return lambda: json.loads(store.read_text()) if store.exists() else []

    return make


@pytest.fixture
def buggy(project: Project, explorers: Explorers) -> Project:
    project.seed({"a.py": "value = PLANTED_BUG\n", "b.py": "other = PLANTED_BUG  # @someone <b>\n"})
    project.git("remote", "add", "origin", "git@github.com:team/app.git")
    explorers(sane="looks")
    return project


@pytest.mark.parametrize(
    ("program", "remote"), [("gh", "git@github.com:team/app.git"), ("glab", "https://gitlab.example/team/app")]
)
def test_each_finding_becomes_one_issue_and_only_once(buggy: Project, forge: Forges, program: str, remote: str) -> None:
    issues = forge(program)
    buggy.git("remote", "set-url", "origin", remote)
    first = buggy.run("lok", "audit", "--issues", "-y")
    assert first.code == 0
    assert "opened https://forge.example/2" in first.said
    assert [issue["title"] for issue in issues()] == [
        "[high] a.py:1: a planted bug",
        "[high] b.py:1: a planted bug",
    ]
    assert "value = PLANTED_BUG" in issues()[0]["body"]
    again = buggy.run("lok", "audit", "--issues", "-y")
    assert "known already: https://forge.example/1" in again.said
    assert len(issues()) == 2


@pytest.mark.parametrize("format", ["json", "sarif"])
def test_a_document_stays_one(buggy: Project, forge: Forges, format: str) -> None:
    issues = forge("gh")
    buggy.run("sh", "-c", f"lok audit --issues -y --format {format} >said.txt")
    assert json.loads(buggy.read("said.txt"))
    assert len(issues()) == 2


def test_a_dry_run_opens_nothing(buggy: Project, forge: Forges) -> None:
    issues = forge("gh")
    done = buggy.run("lok", "audit", "--issues", "--dry-run")
    assert done.code == 0
    assert "to open: [high] a.py:1: a planted bug" in done.said
    assert "2 to open with gh, nothing was opened" in done.said
    assert issues() == []


def test_nobody_to_ask_opens_nothing(buggy: Project, forge: Forges, tmp_path: Path) -> None:
    issues = forge("gh")
    done = buggy.run("lok", "audit", "--issues")
    assert done.code == 2
    assert "nobody is there to be asked" in done.said
    assert issues() == []
    assert not (tmp_path / "explored.jsonl").exists()  # no model was asked, let alone paid


def test_ctrl_c_says_what_was_opened(buggy: Project, forge: Forges, tmp_path: Path) -> None:
    buggy.seed({"c.py": "third = PLANTED_BUG\n"})
    issues = forge("gh", slow=str(tmp_path / "slow"))
    terminal = Terminal(("lok", "audit", "--issues", "-y"), buggy.path, buggy.machine.environment)
    try:
        assert eventually((tmp_path / "slow").exists)
        terminal.press(b"\x03")
        assert terminal.wait() == 130
        shown = terminal.shown()
    finally:
        terminal.close()
    assert len(issues()) == 1
    told = "opened: https://forge.example/1; opened perhaps: [high] b.py:1: a planted bug; 1 not opened"
    assert f"lok audit: interrupted; {told}" in " ".join(shown.split())
    assert "nothing was changed" not in shown


@pytest.mark.parametrize(("answer", "number"), [(b"y\n", 2), (b"\n", 0), (b"no\n", 0)])
def test_a_person_is_asked(buggy: Project, forge: Forges, answer: bytes, number: int) -> None:
    issues = forge("gh")
    terminal = Terminal(("lok", "audit", "--issues", "--color", "never"), buggy.path, buggy.machine.environment)
    try:
        terminal.press(answer)
        assert terminal.wait() == 0
        shown = terminal.shown()
    finally:
        terminal.close()
    assert "Open 2 with gh? [y/N]" in shown
    assert ("nothing was opened" in shown) == (number == 0)
    assert len(issues()) == number


def test_json_stays_one_document(buggy: Project, forge: Forges) -> None:
    forge("gh")
    done = buggy.run("sh", "-c", "lok audit --issues -y --json 2>messages")
    assert len(json.loads(done.said)["findings"]) == 2
    assert "opened https://forge.example/1" in buggy.read("messages")


def test_a_forge_that_refuses_is_quoted(buggy: Project, forge: Forges) -> None:
    forge("gh", broken="HTTP 401: Bad credentials for https://me:hunter2hunter@github.com/team/app")
    done = buggy.run("lok", "audit", "--issues", "-y")
    assert done.code == 2
    assert "gh issue list: HTTP 401: Bad credentials for https://me:<SECRET:url-password:1>@github.com" in done.said
    assert "hunter2hunter" not in done.said
    assert "a planted bug" in done.said


def test_no_program_and_no_remote_are_told_before_any_model_is_asked(buggy: Project, tmp_path: Path) -> None:
    done = buggy.run("lok", "audit", "--issues", "-y")
    assert done.code == 2
    assert "gh is not installed" in done.said
    buggy.git("remote", "remove", "origin")
    done = buggy.run("lok", "run", "audit", "--issues", "--dry-run")
    assert done.code == 2
    assert "no remote called origin" in done.said
    assert not (tmp_path / "explored.jsonl").exists()
