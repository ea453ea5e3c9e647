"""What `.pre-commit-hooks.yaml` promises, as pre-commit and prek keep it; what they start stands on PATH."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Project, offered

STAGES = {"lok-hunt": "pre-commit", "lok-audit": "pre-push", "lok-review": "manual"}
# Stands for each of ours: notes its name and how many words it was given.
PROGRAM = """\
#!/bin/sh
echo "$(basename "$0") $#" >> "$CALLS"
echo "$(basename "$0") has a word to say"
"""


@pytest.fixture(params=["pre-commit", "prek"])
def run(request: pytest.FixtureRequest, project: Project, tmp_path: Path) -> Callable[[str], tuple[list[str], str]]:
    """Runs the hooks of a stage on what is staged: the calls that were made, and what was said."""
    calls = tmp_path / "calls"
    calls.touch()
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in STAGES:
        (programs / name).write_text(PROGRAM)
        (programs / name).chmod(0o755)
    path = os.pathsep.join((str(programs), project.machine.environment["PATH"]))

    def made(stage: str) -> tuple[list[str], str]:
        environment = {"PATH": path, "CALLS": str(calls)}
        done = project.run(request.param, "run", "--hook-stage", stage, env=environment)
        assert done.code == 0, done.said
        return calls.read_text().splitlines(), done.said

    return made


def stage_many(project: Project) -> None:
    """More files than a runner with two processors puts into one run where it may split them."""
    for number in range(100):
        project.write(f"file_{number:03}.py", "total = 1\n")
    project.git("add", ".")


@pytest.mark.parametrize(("hook", "stage"), STAGES.items(), ids=STAGES)
def test_a_change_is_one_run_without_names_and_its_words_are_seen(
    project: Project, run: Callable[[str], tuple[list[str], str]], hook: str, stage: str
) -> None:
    project.seed({".pre-commit-config.yaml": offered(project, STAGES)})
    stage_many(project)
    calls, said = run(stage)
    assert calls == [f"{hook} 0"]
    # The one line of a hook that passes, and above all "incomplete".
    assert f"{hook} has a word to say" in said


@pytest.mark.parametrize(("hook", "stage"), STAGES.items(), ids=STAGES)
def test_names_that_somebody_asks_for_come_in_one_run(
    project: Project, run: Callable[[str], tuple[list[str], str]], hook: str, stage: str
) -> None:
    project.seed({".pre-commit-config.yaml": offered(project, STAGES, "pass_filenames: true")})
    stage_many(project)
    assert run(stage)[0] == [f"{hook} 100"]


@pytest.mark.parametrize(("hook", "stage"), STAGES.items(), ids=STAGES)
def test_a_change_that_leaves_no_file_to_name_is_a_run_too(
    project: Project, run: Callable[[str], tuple[list[str], str]], hook: str, stage: str
) -> None:
    project.seed({".pre-commit-config.yaml": offered(project, STAGES)})
    project.git("rm", "-q", "README")
    assert run(stage)[0] == [f"{hook} 0"]
