"""The flags that README promises for lok-hunt, lok-audit, lok-review and `lok diff`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.conftest import CHECKOUT, Done, Project, Reviewer

Configure = Callable[..., Reviewer]
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
BAD = "value = PLANTED_BUG\n"
ENTRIES = (("lok-hunt",), ("lok-audit", "origin", "url"), ("lok-review", "--staged"), ("lok", "diff"))
VALUES = {
    "FILE": "elsewhere.toml",
    "a,b": "scripted",
    "SEVERITY": "medium",
    "SECONDS": "30",
    "FILE.md": "debate.md",
}


def promised() -> list[tuple[str, ...]]:
    """Every flag of the sentence "Flags of all of them" with a value where it takes one."""
    (sentence,) = re.findall(r"^Flags of all of them: (.+?)\.$", README, re.MULTILINE | re.DOTALL)
    found: list[tuple[str, ...]] = []
    for text in re.findall(r"`(--?[a-z][^`]*)`", sentence):
        flags, _, value = text.partition(" ")
        for flag in flags.split("/"):
            chosen = {"--task": "hunt", "-o": "report.txt"}.get(flag, VALUES.get(value, value.rpartition("|")[2]))
            found.append((flag, chosen) if value else (flag,))
    return found


def run(project: Project, entry: tuple[str, ...], *flags: str) -> Done:
    """An entry point, with what git tells it where it is a push."""
    lines = f"refs/heads/main {project.head()} refs/heads/main {'0' * 40}\n" if entry[0] == "lok-audit" else ""
    return project.run(*entry, *flags, stdin=lines)


@pytest.fixture
def prepared(project: Project, configure: Configure) -> tuple[Project, Reviewer]:
    """A bug in a pushed commit, another one staged, and a reviewer that finds both."""
    reviewer = configure()
    project.seed({"committed.py": BAD})
    project.stage("staged.py", BAD)
    return project, reviewer


def test_the_sentence_is_read() -> None:
    flags = {flag for flag, *_ in promised()}
    assert {"--config", "--show-payload", "--transcript", "-o", "--debate", "--no-debate", "-v"} <= flags
    assert len(flags) == 14


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry[0])
@pytest.mark.parametrize("flag", promised(), ids=lambda flag: flag[0])
def test_every_flag_is_taken_by_every_entry_point(
    entry: tuple[str, ...], flag: tuple[str, ...], prepared: tuple[Project, Reviewer]
) -> None:
    project, reviewer = prepared
    (project.path / "elsewhere.toml").write_text(reviewer.settings.read_text())
    done = run(project, entry, *flag)
    if flag == ("--show-payload",):
        assert (done.code, "nothing was sent" in done.said) == (0, True), done.said
    else:
        assert done.code == 1, done.said
    for name in ("report.txt", "debate.md"):
        assert (project.path / name).exists() == (name in flag)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry[0])
def test_what_is_shown_is_what_is_sent_afterwards(entry: tuple[str, ...], prepared: tuple[Project, Reviewer]) -> None:
    project, reviewer = prepared
    shown: dict[str, Any] = json.loads(run(project, entry, "--show-payload", "--format", "json").said)
    assert (shown["schema"], reviewer.requests()) == ("lok-hooks/payload/1", [])
    run(project, entry, "--no-debate")
    sent = [request["prompt"] for request in reviewer.requests()]
    assert sorted(request["text"] for request in shown["requests"]) == sorted(sent)
    assert sent


def test_a_remembered_verdict_does_not_stand_in_for_what_would_be_sent(prepared: tuple[Project, Reviewer]) -> None:
    project, reviewer = prepared
    assert project.run("lok-hunt").code == project.run("lok-hunt").code == 1
    asked = len(reviewer.requests())
    done = project.run("lok-hunt", "--show-payload")
    assert (done.code, "PLANTED_BUG" in done.said, "nothing was sent" in done.said) == (0, True, True)
    assert len(reviewer.requests()) == asked
    assert project.run("lok-hunt").code == 1


def test_a_push_shows_what_commits_left_open(project: Project, configure: Configure) -> None:
    configure("hangs")
    project.stage("shop.py", BAD)
    assert "asked again at push" in project.run("lok-hunt", "--budget", "1").said
    project.git("commit", "-q", "--no-verify", "-m", "unreviewed")
    configure()
    shown = json.loads(run(project, ENTRIES[1], "--show-payload", "--format", "json").said)
    assert {request["task"] for request in shown["requests"]} == {"audit", "hunt"}


@pytest.mark.parametrize("flag", [("-o", "report.txt"), ("--transcript", "debate.md")])
def test_what_is_only_shown_leaves_no_report(flag: tuple[str, ...], prepared: tuple[Project, Reviewer]) -> None:
    project, reviewer = prepared
    done = project.run("lok-hunt", "--show-payload", *flag)
    assert (done.code, "exclude each other" in done.said, reviewer.requests()) == (2, True, [])


def test_a_transcript_is_written_where_the_user_is(prepared: tuple[Project, Reviewer], tmp_path: Path) -> None:
    project, _ = prepared
    argv = ("lok", "diff", "--dir", str(project.path), "--transcript", "debate.md")
    assert project.machine.run(*argv, cwd=tmp_path).code == 1
    assert (tmp_path / "debate.md").read_text().startswith("# ")
    shown = project.machine.run(*argv[:-1], "-", cwd=tmp_path)
    assert (shown.code, "# Debate" in shown.said) == (1, True)
    assert not (tmp_path / "-").exists()
