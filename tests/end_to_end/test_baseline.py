"""`lok baseline`: old findings are accepted, new ones are not."""

from __future__ import annotations

import json

import pytest

from tests.end_to_end.conftest import Machine, Project
from tests.end_to_end.test_suppressions import Configure

OLD = "def old():\n    return undefined_name\n"


@pytest.fixture
def accepted(project: Project, configure: Configure) -> Project:
    """A repository with an old mistake that was accepted and committed."""
    configure(analysers="true")
    project.seed({"old.py": OLD})
    done = project.run("lok", "baseline")
    assert (done.code, "1 finding accepted" in done.said) == (0, True)
    project.git("add", ".lok/dismissed.json")
    project.git("commit", "-qm", "baseline", "--no-verify")
    return project


def test_what_was_there_refuses_nothing_even_when_it_moves(accepted: Project) -> None:
    accepted.stage("old.py", f"import os\n\nprint(os.name)\n\n\n{OLD}".replace("    return", "\treturn"))
    done = accepted.run("lok-hunt", "--backend", "static")
    assert (done.code, "suppressed" in done.said) == (0, True)


def test_what_is_new_is_refused(accepted: Project) -> None:
    accepted.stage("old.py", f"{OLD}\n\nanother_undefined_name()\n")
    done = accepted.run("lok-hunt", "--backend", "static")
    assert (done.code, "another_undefined_name" in done.said) == (1, True)


def test_a_second_baseline_keeps_what_others_wrote(accepted: Project) -> None:
    before = json.loads(accepted.read(".lok/dismissed.json"))
    before["findings"][0]["because"] = "generated code"
    accepted.seed({".lok/dismissed.json": json.dumps(before), "new.py": "more_undefined()\n"})
    assert accepted.run("lok", "baseline").code == 0
    after = json.loads(accepted.read(".lok/dismissed.json"))
    assert sorted(entry["because"] for entry in after["findings"]) == ["baseline", "generated code"]


def test_a_dry_run_writes_nothing(project: Project, configure: Configure) -> None:
    configure(analysers="true")
    project.seed({"old.py": OLD})
    done = project.run("lok", "baseline", "--dry-run")
    assert (done.code, "would be accepted" in done.said) == (0, True)
    assert not (project.path / ".lok").exists()


def test_models_are_asked_when_they_are_named(project: Project, configure: Configure) -> None:
    reviewer = configure()
    project.seed({"old.py": "value = PLANTED_BUG\n"})
    done = project.run("lok", "baseline", "--backend", "scripted")
    assert (done.code, "1 finding accepted" in done.said) == (0, True)
    assert reviewer.requests()


def test_an_unfinished_review_accepts_nothing(project: Project, configure: Configure) -> None:
    configure("crashes")
    project.seed({"old.py": "value = PLANTED_BUG\n"})
    done = project.run("lok", "baseline", "--backend", "scripted")
    assert (done.code, "incomplete" in done.said) == (4, True)
    assert not (project.path / ".lok").exists()


def test_before_the_first_commit_there_is_nothing_to_accept(machine: Machine, configure: Configure) -> None:
    configure(analysers="true")
    empty = Project(machine=machine, path=machine.home / "empty")
    empty.path.mkdir()
    empty.git("init", "-q")
    done = empty.run("lok", "baseline")
    assert (done.code, "nothing is committed yet" in done.said) == (2, True)


def test_where_nothing_is_found_nothing_is_written_and_it_is_said(project: Project, configure: Configure) -> None:
    configure(analysers="true")
    done = project.run("lok", "baseline")
    assert (done.code, "0 findings to accept; nothing was written" in done.said) == (0, True)
    assert not (project.path / ".lok").exists()


def test_flags_that_would_change_nothing_are_refused(project: Project, configure: Configure) -> None:
    configure(analysers="true")
    for flags in (["--format", "json"], ["-o", "report.txt"], ["--fail-on", "low"], ["--no-debate"]):
        assert project.run("lok", "baseline", *flags).code == 2


def test_the_budget_ends_it(project: Project, configure: Configure) -> None:
    configure("hangs")
    project.seed({"old.py": "value = PLANTED_BUG\n"})
    done = project.run("lok", "baseline", "--backend", "scripted", "--budget", "1")
    assert (done.code, "incomplete" in done.said) == (4, True)
