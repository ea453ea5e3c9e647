"""What each key of lok.toml does to a whole review, from the file down to the outcome."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end import reviewer
from tests.end_to_end.conftest import Project, Reviewer

Configure = Callable[..., Reviewer]
BAD = "value = PLANTED_BUG\n"
TOKEN = "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"
ENTRIES = {
    "hooks.pre-commit": ("lok-hunt",),
    "hooks.pre-push": ("lok-audit", "origin", "url"),
    "review": ("lok-review", "--staged"),
}
# It says when it begins and when it ends, waits some seconds for another one to begin, and finds nothing.
TELLS = """#!{python}
import json, sys, time
from pathlib import Path
prompt = sys.stdin.read()
told = Path({told!r})
def tell(word):
    with told.open("a") as file:
        file.write(word + "\\n")
tell("begins")
limit = time.monotonic() + {seconds}
while time.monotonic() < limit and told.read_text().count("begins") < 2:
    time.sleep(0.02)
tell("ends")
lines = prompt.split("\\n")
(receipt,) = [line[9:] for line in lines if line.startswith("receipt: ")]
files = [line[6:] for line in lines if line.startswith("file: ")]
print(json.dumps(dict(receipt=receipt, files=files, findings=[])))
"""


def second(tmp_path: Path, behaviour: str) -> str:
    """A section of lok.toml for another reviewer."""
    arguments = [reviewer.__file__, str(tmp_path / "second.jsonl"), behaviour]
    command = f"command = {json.dumps(sys.executable)}\nargs = {json.dumps(arguments)}\n"
    return f'[backends.second]\nkind = "command"\n{command}'


def run(project: Project, entry: str, *flags: str) -> tuple[int, dict[str, Any]]:
    """Exit code and report of an entry point by its section, with what git tells it where it is a push."""
    told = project.pushed() if entry == "hooks.pre-push" else ""
    done = project.run(*ENTRIES[entry], *flags, "--format", "json", stdin=told)
    found: dict[str, Any] = json.loads(done.said)
    return done.code, found


@pytest.mark.parametrize(
    ("section", "code"),
    [
        pytest.param("", 1, id="the only reviewer's word"),
        pytest.param('[review]\nfail_on = "critical"\n', 0, id="fail_on"),
        pytest.param('[review]\nexclude = ["*.py"]\n', 0, id="exclude"),
        pytest.param("[review]\nmax_file_bytes = 9\n", 0, id="max_file_bytes"),
    ],
)
def test_what_a_review_refuses(project: Project, configure: Configure, section: str, code: int) -> None:
    configure(more=section)
    project.stage("shop.py", BAD)
    assert run(project, "hooks.pre-commit", "--no-debate")[0] == code


@pytest.mark.parametrize(
    ("section", "code"),
    [
        pytest.param("[review]\ndebate = false\n", 0, id="one of two"),
        pytest.param("[review]\ndebate = false\nquorum = 1\n", 1, id="quorum"),
        pytest.param("", 1, id="the other one confirms it"),
        pytest.param('[debate]\nmin_severity = "critical"\n', 0, id="min_severity: nobody is asked"),
    ],
)
def test_what_two_reviewers_refuse(
    project: Project, configure: Configure, tmp_path: Path, section: str, code: int
) -> None:
    configure(more=second(tmp_path, "overlooks") + section)
    project.stage("shop.py", BAD)
    assert run(project, "hooks.pre-commit", "--backend", "scripted,second")[0] == code


def test_context_lines_are_shown_around_a_change(project: Project, configure: Configure) -> None:
    lines = [f"{number};\n" for number in range(40)]  # nothing that git takes for a heading
    project.seed({"shop.py": "".join(lines)})
    project.stage("shop.py", "".join([*lines[:20], BAD, *lines[21:]]))
    scripted = configure(more="[review]\ncontext_lines = 2\n")
    run(project, "hooks.pre-commit", "--no-debate")
    shown = scripted.prompts()
    assert [f" {number};\n" in shown for number in (17, 18, 22, 23)] == [False, True, True, False]


@pytest.mark.parametrize("section", ENTRIES)
def test_each_entry_point_has_its_tasks(project: Project, configure: Configure, section: str) -> None:
    task = "audit" if section == "hooks.pre-commit" else "hunt"
    configure(more=f'[{section}]\ntasks = ["{task}"]\n')
    project.stage("shop.py", BAD)
    _, found = run(project, section, "--no-debate")
    assert [asked["tasks"] for asked in found["asked"]] == [[task]]


@pytest.mark.parametrize("section", ENTRIES)
def test_each_entry_point_has_its_budget(project: Project, configure: Configure, section: str) -> None:
    configure("takes a second", more=f"[{section}]\nbudget = 0.3\n")
    project.stage("shop.py", BAD)
    _, found = run(project, section, "--no-debate")
    assert {failure["kind"] for failure in found["failures"]} == {"timed out"}


@pytest.mark.parametrize(
    ("section", "policy", "code"),
    [
        ("hooks.pre-commit", "allow", 0),
        ("hooks.pre-commit", "block", 4),
        ("hooks.pre-push", "allow", 0),
        ("hooks.pre-push", "block", 4),
        ("review", "allow", 0),
        ("review", "block", 4),
    ],
)
def test_each_entry_point_has_its_policy(
    project: Project, configure: Configure, section: str, policy: str, code: int
) -> None:
    configure(command="/nowhere/reviewer", more=f'[{section}]\non_incomplete = "{policy}"\n')
    project.stage("shop.py", BAD)
    assert run(project, section)[0] == code


@pytest.mark.parametrize(
    ("settings", "seconds", "told"),
    [
        pytest.param("", 5, "begins begins ends ends", id="side by side"),
        pytest.param("[defaults]\nparallel = false\n", 1, "begins ends begins ends", id="parallel"),
        pytest.param("[backends.scripted]\nmax_parallel = 1\n", 1, "begins ends begins ends", id="max_parallel"),
    ],
)
def test_how_many_are_asked_at_once(
    project: Project, configure: Configure, tmp_path: Path, settings: str, seconds: int, told: str
) -> None:
    program = tmp_path / "tells"
    program.write_text(TELLS.format(python=sys.executable, told=str(tmp_path / "told"), seconds=seconds))
    program.chmod(0o755)
    project.machine.own_settings(settings)
    configure(command=str(program))
    project.stage("shop.py", BAD)
    assert run(project, "review")[0] == 0
    assert (tmp_path / "told").read_text().split() == told.split()


def test_a_backend_that_is_switched_off_is_not_asked(project: Project, configure: Configure) -> None:
    project.stage("shop.py", "print(undefined)\n")
    codes = []
    for analysers in ("true", "false"):
        configure(analysers=analysers)
        code, found = run(project, "hooks.pre-commit", "--fresh")
        codes.append((code, [asked["backend"] for asked in found["asked"]]))
    assert codes == [(1, ["scripted", "static"]), (0, ["scripted"])]


@pytest.mark.parametrize(("section", "is_shown"), [("", False), ("[review]\nredact_local = false\n", True)])
def test_secrets_are_shown_to_local_models_only_where_lok_toml_says_so(
    project: Project, configure: Configure, section: str, is_shown: bool
) -> None:
    project.machine.own_settings("[backends.scripted]\nlocal = true\n")
    scripted = configure(more=section)
    project.stage("shop.py", f'token = "{TOKEN}"\n')
    run(project, "hooks.pre-commit", "--no-debate")
    assert (TOKEN in scripted.prompts()) is is_shown


def test_rules_for_secrets_hold_where_the_embedded_reviewer_is_switched_off(
    project: Project, configure: Configure
) -> None:
    project.machine.own_settings('[backends.static]\nrules = { secret = "off" }\n')
    configure()
    project.stage("shop.py", f'token = "{TOKEN}"\n')
    assert run(project, "hooks.pre-commit")[1]["findings"] == []


def test_what_is_kept_for_no_hours_is_not_remembered(project: Project, configure: Configure) -> None:
    scripted = configure(more="[cache]\nttl_hours = 0\n")
    project.stage("shop.py", "fine = 1\n")
    for _ in range(2):
        assert project.run("lok-hunt").code == 0
    assert len(scripted.requests()) == 2
