"""The flags that README promises for lok-hunt, lok-audit, lok-review and `lok diff`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.conftest import CHECKOUT, Done, Project, Reviewer

Configure = Callable[..., Reviewer]
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
BAD = "value = PLANTED_BUG\n"
ENTRIES = (("lok-hunt",), ("lok-audit", "origin", "url"), ("lok-review", "--staged"), ("lok", "diff"))
OTHERS = """
[backends.other]
kind = "command"
command = "/no/such/reviewer"
[tasks.extra]
backends = ["scripted"]
prompts = [{ name = "extras", prompt = "Find extras." }]
"""
VALUES = {
    "--config": "elsewhere.toml",
    "--backend": "other",
    "--task": "extra",
    "--fail-on": "critical",
    "--budget": "30",
    "--transcript": "debate.md",
    "--format": "markdown",
    "-o": "report.txt",
    "--color": "always",
}


def promised() -> list[str]:
    """Every flag of the sentence "Flags of all of them"."""
    (sentence,) = re.findall(r"^Flags of all of them: (.+?)\.$", README, re.MULTILINE | re.DOTALL)
    texts = re.findall(r"`(--?[a-z][^`]*)`", sentence)
    return [flag for text in texts for flag in text.partition(" ")[0].split("/")]


def run(project: Project, entry: tuple[str, ...], *flags: str, environ: Mapping[str, str] | None = None) -> Done:
    """An entry point, with what git tells it where it is a push."""
    told = project.pushed() if entry[0] == "lok-audit" else ""
    return project.run(*entry, *flags, stdin=told, env=environ)


@pytest.fixture
def prepared(project: Project, configure: Configure) -> tuple[Project, Reviewer]:
    """A bug in a pushed commit, another one staged, a reviewer that finds both, and another that is not there."""
    reviewer = configure(more=OTHERS)
    project.seed({"committed.py": BAD})
    project.stage("staged.py", BAD)
    return project, reviewer


def test_the_sentence_is_read() -> None:
    assert {"--config", "--show-payload", "--transcript", "-o", "--debate", "--no-debate", "-v"} <= set(promised())
    assert len(promised()) == len(set(promised())) == 14
    assert VALUES.keys() <= set(promised())


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry[0])
@pytest.mark.parametrize("flag", promised())
def test_every_flag_does_at_every_entry_point_what_it_says(
    entry: tuple[str, ...], flag: str, prepared: tuple[Project, Reviewer]
) -> None:
    project, reviewer = prepared
    given = (flag, VALUES[flag]) if flag in VALUES else (flag,)
    match flag:
        case "--config":
            text = reviewer.settings.read_text()
            project.write("elsewhere.toml", text.replace('"reviews"', '"overlooks"'))
            done = run(project, entry, *given)
            assert (done.code, "nothing found" in " ".join(done.said.split())) == (0, True), done.said
        case "--backend":
            done = run(project, entry, *given)
            assert "other: missing" in done.said, done.said
            assert reviewer.requests() == []
        case "--task":
            assert run(project, entry, *given).code == 1
            assert ("Find extras." in reviewer.prompts(), "Find bugs." in reviewer.prompts()) == (True, False)
            assert "Find holes." not in reviewer.prompts()
        case "--fail-on":
            done = run(project, entry, *given)
            assert (done.code, "below the threshold" in done.said) == (0, True), done.said
        case "--budget":
            assert json.loads(run(project, entry, *given, "--format", "json").said)["policy"]["budget"] == 30
        case "--debate" | "--no-debate":
            is_on = flag == "--debate"
            run(project, entry, *given, environ={"LOK_DEBATE": str(not is_on)})
            assert ("\nround: " in reviewer.prompts()) == is_on
        case "--fresh":
            run(project, entry)
            asked = len(reviewer.requests())
            run(project, entry)
            assert len(reviewer.requests()) == asked
            run(project, entry, *given)
            assert len(reviewer.requests()) == 2 * asked
        case "--show-payload":
            done = run(project, entry, *given)
            assert (done.code, "nothing was sent" in done.said, reviewer.requests()) == (0, True, []), done.said
        case "--transcript":
            run(project, entry, *given)
            assert (project.path / "debate.md").exists()
            assert project.read("debate.md").startswith("# ")
        case "--format":
            assert run(project, entry, *given).said.startswith(f"### {entry[0]}")
        case "-o":
            done = run(project, entry, *given)
            assert (project.path / "report.txt").exists()
            assert "a planted bug" in project.read("report.txt")
            assert "a planted bug" in done.said
        case "--color":
            assert "\x1b[1;31m" in run(project, entry, *given).said
            assert "\x1b" not in run(project, entry, "--color", "never").said
        case "-v":
            said = run(project, entry, *given).said
            assert "receipt: " in said
            assert re.search(r"\(\d of \d requests? answered,", said)
            assert not re.search("receipt: |requests? answered", run(project, entry, "--fresh").said)
        case _:
            pytest.fail(f"nothing is known of {flag}")


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


@pytest.mark.parametrize("how", ["flag", "variable"])
def test_a_named_file_counts_whatever_a_change_does_to_the_repositorys_own(
    how: str, prepared: tuple[Project, Reviewer]
) -> None:
    project, reviewer = prepared
    project.stage("lok.toml", '[review]\nfail_on = "critical"\n')
    flags = ("--config", str(reviewer.settings)) if how == "flag" else ()
    environ = {"LOK_CONFIG": "" if how == "flag" else str(reviewer.settings)}
    done = run(project, ("lok-review", "--staged"), *flags, environ=environ)
    assert (done.code, "own rules" in done.said) == (1, False), done.said
