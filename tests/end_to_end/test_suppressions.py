"""Findings that somebody answers for: comments, `lok dismiss`, and what a change may not do to its own reviewer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.end_to_end.conftest import Done, Project, Reviewer

Configure = Callable[..., Reviewer]
BAD = "value = PLANTED_BUG\n"


@pytest.fixture
def refused(project: Project, configure: Configure) -> str:
    """A staged bug that was refused; the id of its finding as the report shows it."""
    configure()
    project.plain_hook("pre-commit", "lok-hunt")
    project.stage("app.py", BAD)
    done = project.commit()
    assert done.code == 1
    match = re.search(r"\[([0-9a-f]{8})\]", done.said)
    assert match
    return match[1]


def report(done: Done) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.said)
    return found


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        ("value = PLANTED_BUG  # lok: ignore[planted] wanted for the demo\n", 0, "wanted for the demo"),
        ("value = PLANTED_BUG  # lok: ignore[sql] wanted for the demo\n", 1, "adds a suppression of sql"),
        ("value = PLANTED_BUG  # lok: ignore[planted]\n", 1, "says not why"),
        ("# lok: ignore wanted for the demo\nvalue = PLANTED_BUG\n", 0, "wanted for the demo"),
    ],
)
def test_a_comment_with_a_reason_answers_for_its_line_and_is_shown(
    project: Project, configure: Configure, line: str, code: int, told: str
) -> None:
    configure()
    project.stage("app.py", line)
    done = project.run("lok-hunt")
    assert (done.code, told in done.said) == (code, True)
    assert "this change adds a suppression" in done.said or "says not why" in done.said


def test_a_comment_that_names_another_category_says_which_one_it_is(project: Project, configure: Configure) -> None:
    configure()
    project.stage("app.py", "value = PLANTED_BUG  # lok: ignore[style] wanted for the demo\n")
    done = project.run("lok-hunt")
    told = "`lok: ignore[style]` is not about what was found there: planted"
    assert (done.code, told in " ".join(done.said.split())) == (1, True), done.said


def test_a_suppressed_finding_is_counted_in_every_report_and_carried_in_sarif(
    project: Project, configure: Configure
) -> None:
    configure()
    project.stage("app.py", "value = PLANTED_BUG  # lok: ignore[planted] wanted for the demo\n")
    (finding,) = report(project.run("lok-hunt", "--format", "json"))["findings"]
    assert finding["disposition"] == "suppressed"
    (result,) = report(project.run("lok-hunt", "--format", "sarif"))["runs"][0]["results"]
    (suppression,) = result["suppressions"]
    assert "wanted for the demo" in suppression["justification"]
    for style in ("plain", "console", "markdown"):
        assert "suppressed" in project.run("lok-hunt", "--format", style).said


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        ("print(missing)  # noqa\n", 0, "suppressed: ignored at app.py:1: # noqa"),
        ("# ruff: noqa\nprint(missing)\n", 0, "suppressed: ignored at app.py:1: # ruff: noqa"),
        ("print(missing)  # noqa: F821\n", 0, "note: app.py:1: this change adds a suppression: # noqa: F821"),
        ("print(missing)  # noqa: E501\n", 1, "proved by a deterministic rule"),
    ],
)
def test_a_remark_to_an_analyser_is_shown_with_what_it_silences(
    project: Project, configure: Configure, line: str, code: int, told: str
) -> None:
    configure(analysers="true")
    project.stage("app.py", line)
    done = project.run("lok-hunt")
    assert (done.code, told in " ".join(done.said.split())) == (code, True), done.said
    assert ("this change adds a suppression" in done.said) is (code == 0)


def test_a_remark_that_was_there_before_is_no_news(project: Project, configure: Configure) -> None:
    configure(analysers="true")
    project.seed({"app.py": "# ruff: noqa\n"})
    project.stage("app.py", "# ruff: noqa\nprint(missing)\n")
    done = project.run("lok-hunt")
    assert (done.code, "suppressed" in done.said, "adds a suppression" in done.said) == (0, True, False)


def test_a_remark_to_an_analyser_silences_no_model(project: Project, configure: Configure) -> None:
    configure(analysers="true")
    project.stage("app.py", "value = PLANTED_BUG  # noqa\n")
    found = report(project.run("lok-hunt", "--format", "json"))
    assert found["exit_code"] == 1
    assert {(f["raised_by"][0], f["disposition"]) for f in found["findings"]} == {
        ("scripted", "confirmed"),
        ("static", "suppressed"),
    }


def test_a_dismissed_finding_lets_the_same_commit_pass(project: Project, refused: str) -> None:
    done = project.run("lok", "dismiss", refused, "--because", "planted on purpose")
    assert (done.code, "planted on purpose" in project.read(".lok/dismissed.json")) == (0, True)
    passed = project.commit()
    assert (passed.code, "dismissed by Ada: planted on purpose" in passed.said) == (0, True)


def test_a_dismissal_survives_a_rename_of_nothing_but_its_line_number(project: Project, refused: str) -> None:
    project.run("lok", "dismiss", refused, "--because", "planted on purpose")
    project.stage("app.py", f"import os\n\n\n{BAD}")
    assert project.commit().code == 0


def test_other_code_is_not_dismissed_with_it(project: Project, refused: str) -> None:
    project.run("lok", "dismiss", refused, "--because", "planted on purpose")
    project.stage("app.py", f"{BAD}other = PLANTED_BUG\n")
    assert project.commit().code == 1


def test_a_colleague_gets_the_dismissal_with_the_repository(
    project: Project, refused: str, configure: Configure
) -> None:
    project.run("lok", "dismiss", refused, "--because", "planted on purpose")
    project.git("reset", "-q")
    project.seed({".lok/dismissed.json": project.read(".lok/dismissed.json")})
    project.run("rm", "-r", project.kept)
    project.stage("app.py", BAD)
    assert project.run("lok-hunt").code == 0


def test_a_change_cannot_dismiss_its_own_findings(project: Project, refused: str) -> None:
    project.run("lok", "dismiss", refused, "--because", "planted on purpose")
    project.run("rm", "-r", project.kept)
    project.git("add", ".lok/dismissed.json")
    done = project.run("lok-hunt")
    assert (done.code, "edits the review's own rules" in done.said) == (1, True)


def test_a_dismissal_is_taken_back(project: Project, refused: str) -> None:
    project.run("lok", "dismiss", refused, "--because", "planted on purpose")
    assert "planted on purpose" in project.run("lok", "dismiss", "--list").said
    assert project.run("lok", "dismiss", "--undo", refused).code == 0
    assert project.commit().code == 1


def test_what_is_dismissed_here_alone_is_listed_and_can_be_taken_back(project: Project, refused: str) -> None:
    project.run("lok", "dismiss", refused, "--because", "planted on purpose")
    project.run("rm", "-r", ".lok")
    listed = project.run("lok", "dismiss", "--list").said
    assert "planted on purpose (Ada, " in listed
    assert "only here" in listed
    assert project.run("lok", "dismiss", "--undo", refused).code == 0
    assert project.run("lok", "dismiss", "--list").said == "nothing is dismissed\n"
    assert not (project.path / ".lok").exists()


def test_a_slip_among_several_takes_nothing_back(project: Project, refused: str) -> None:
    project.run("lok", "dismiss", refused, "--because", "planted on purpose")
    before = project.read(".lok/dismissed.json")
    done = project.run("lok", "dismiss", "--undo", refused, "deadbeef")
    assert (done.code, "taken back" in done.said, project.read(".lok/dismissed.json")) == (2, False, before)
    assert project.commit().code == 0


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (["deadbeef", "--because", "x"], "no finding deadbeef"),
        (["xyz", "--because", "x"], "no finding's id"),
        (["ab", "--because", "x"], "no finding's id"),
        (["deadbeef"], "--because is missing"),
        (["deadbeef", "--because", "  "], "--because is missing"),
        ([], "no finding is named"),
        (["--undo", "deadbeef"], "dismissed findings begin so"),
    ],
)
def test_a_mistake_is_told(project: Project, argv: list[str], told: str) -> None:
    done = project.run("lok", "dismiss", *argv)
    assert (done.code, told in done.said) == (2, True)


def test_a_list_that_is_no_file_is_the_users_mistake(project: Project) -> None:
    (project.path / ".lok" / "dismissed.json").mkdir(parents=True)
    done = project.run("lok", "dismiss", "--list")
    assert (done.code, "cannot be read (Is a directory)" in done.said) == (2, True)


def test_a_broken_list_is_an_error_and_not_an_empty_one(project: Project, configure: Configure) -> None:
    configure()
    project.seed({".lok/dismissed.json": "{"})
    project.stage("app.py", BAD)
    done = project.run("lok-hunt")
    assert (done.code, "dismissed.json: not JSON" in done.said) == (2, True)
