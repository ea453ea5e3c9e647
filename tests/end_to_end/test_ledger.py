"""What became of findings is counted by backend, through real commits."""

from __future__ import annotations

import json
import re
import sqlite3
from typing import Any

import pytest

from tests.end_to_end.conftest import Project
from tests.end_to_end.test_suppressions import BAD, Configure


def measured(project: Project) -> dict[str, Any] | None:
    """What `lok backends` says of the scripted reviewer."""
    rows = json.loads(project.run("lok", "backends", "--json").said)["backends"]
    found: dict[str, Any] | None = next(row["measured"] for row in rows if row["name"] == "scripted")
    return found


@pytest.fixture
def refused(project: Project, configure: Configure) -> Project:
    """A bug that an unrelated commit's reviewer refused."""
    configure()
    project.plain_hook("pre-commit", "lok-hunt")
    project.stage("app.py", BAD)
    assert project.commit().code == 1
    return project


def test_nothing_is_measured_before_anything_was_found(project: Project, configure: Configure) -> None:
    configure()
    assert measured(project) is None


def test_a_confirmed_finding_that_is_mended_counts_once_and_for_its_author(refused: Project) -> None:
    confirmed = measured(refused)
    refused.stage("app.py", "value = 1\n")
    assert refused.commit().code == 0
    assert confirmed == measured(refused)
    assert confirmed is not None
    assert confirmed["count"] == 1
    assert confirmed["share"] > 0.55


def test_a_dismissed_finding_counts_against_its_author(refused: Project) -> None:
    identity = json.loads(refused.run("lok-hunt", "--format", "json").said)["findings"][0]["id"]
    assert refused.run("lok", "dismiss", identity, "--because", "planted on purpose").code == 0
    found = measured(refused)
    assert found is not None
    assert (found["count"], found["share"] < 0.55) == (1, True)


def test_what_a_rule_proved_can_be_dismissed_by_its_id(project: Project, configure: Configure) -> None:
    configure(analysers="true")
    project.plain_hook("pre-commit", "lok-hunt")
    project.stage("app.py", "print(never_defined)\n")
    refused = project.commit()
    (hint,) = re.findall(r"lok dismiss ([0-9a-f]{8}) --because", refused.said)
    assert project.run("lok", "dismiss", hint, "--because", "the runtime defines it").code == 0
    assert (refused.code, project.commit().code) == (1, 0)


def test_an_accepted_finding_still_counts_for_its_author(refused: Project) -> None:
    identity = json.loads(refused.run("lok-hunt", "--format", "json").said)["findings"][0]["id"]
    assert refused.run("lok", "dismiss", identity, "--because", "we live with it", "--accept").code == 0
    found = measured(refused)
    assert found is not None
    assert found["share"] > 0.55


def test_clearing_the_memory_leaves_the_ledger(refused: Project) -> None:
    assert refused.run("lok", "cache", "clear").code == 0
    assert measured(refused) is not None


def test_the_same_bytes_keep_their_verdict_whatever_was_measured_since(project: Project, configure: Configure) -> None:
    configure()
    project.stage("app.py", BAD)
    first = json.loads(project.run("lok-hunt", "--format", "json").said)
    ledger = sqlite3.connect(project.kept / "ledger.sqlite")
    with ledger:
        for number in range(60):
            row = (f"{number:032x}", "scripted", "logic", "x.py", "t", "q", "dismissed", 1.0)
            ledger.execute("INSERT INTO findings VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    ledger.close()
    found = measured(project)
    assert found is not None
    assert found["count"] > 50
    second = json.loads(project.run("lok-hunt", "--format", "json").said)
    assert [f["disposition"] for f in first["findings"]] == [f["disposition"] for f in second["findings"]]
    assert first["exit_code"] == second["exit_code"] == 1
    kept = sqlite3.connect(project.kept / "memory.sqlite")
    rows = [json.loads(text) for (text,) in kept.execute("SELECT text FROM memory WHERE key LIKE 'precision %'")]
    kept.close()
    assert rows == [[]]


def outcomes(project: Project) -> list[str]:
    """What became of each finding, as it is kept."""
    kept = sqlite3.connect(project.kept / "ledger.sqlite")
    found = [outcome for (outcome,) in kept.execute("SELECT outcome FROM findings")]
    kept.close()
    return found


def test_a_secret_that_still_stands_there_is_not_mended(project: Project, configure: Configure) -> None:
    configure(analysers="true")
    line = f"key = 'AK{'IA'}Z7QW3ERT9YUP2LKJ'\n"
    said = []
    for text in (line, f"{line}# and more\n", "key = ''\n"):
        project.stage("app.py", text)
        said.append((project.run("lok-hunt").code, outcomes(project)))
    assert said == [(1, ["confirmed"]), (1, ["confirmed"]), (0, ["fixed"])]


@pytest.mark.parametrize("of", [["--commit", "HEAD"], ["HEAD~1...HEAD"]])
def test_a_look_at_an_older_state_mends_nothing(project: Project, configure: Configure, of: list[str]) -> None:
    configure()
    project.seed({"app.py": "value = 1\n"})
    project.stage("app.py", BAD)
    assert project.run("lok-hunt").code == 1
    assert project.run("lok-review", *of).code == 0
    assert outcomes(project) == ["confirmed"]
    project.stage("app.py", "value = 2\n")
    assert project.run("lok-hunt").code == 0
    assert outcomes(project) == ["fixed"]


def test_what_stands_in_one_of_several_pushed_refs_is_not_mended(project: Project, configure: Configure) -> None:
    configure()
    base, lines = project.head(), []
    for branch, text in (("one", BAD), ("other", "value = 1\n")):
        project.git("checkout", "-q", "-b", branch, base)
        project.seed({"app.py": text})
        lines.append(f"refs/heads/{branch} {project.head()} refs/heads/{branch} {base}\n")
    for _ in range(2):
        assert project.run("lok-audit", stdin="".join(lines)).code == 1
        assert outcomes(project) == ["confirmed"]
