"""lok-review and `lok diff`: what they look at, and what their flags do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.end_to_end.conftest import Done, Project, Reviewer

Configure = Callable[..., Reviewer]
BAD = "value = PLANTED_BUG\n"
BOTH = {"one.py", "two.py"}


@pytest.fixture
def branched(project: Project) -> Project:
    """`main`, and on `feature` a bug; staged is a second bug, in the working tree a third, and on `aside` a fourth."""
    project.seed({"old.py": "x = 1\n"})
    project.git("checkout", "-q", "-b", "aside")
    project.seed({"aside.py": BAD})
    project.git("checkout", "-q", "main")
    project.git("checkout", "-q", "-b", "feature")
    project.seed({"committed.py": BAD})
    project.stage("staged.py", BAD)
    project.write("old.py", f"x = 1\n{BAD}")
    return project


def found(done: Done) -> set[str]:
    report: dict[str, Any] = json.loads(done.said)
    return {finding["path"] for finding in report["findings"]}


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["lok-review", "main"], {"committed.py"}),
        (["lok-review", "main...feature"], {"committed.py"}),
        (["lok-review", "main...aside"], {"aside.py"}),
        (["lok-review"], {"committed.py"}),
        (["lok-review", "--staged"], {"staged.py"}),
        (["lok-review", "--working-tree"], {"staged.py", "old.py"}),
        (["lok-review", "--commit", "HEAD"], {"committed.py"}),
        (["lok-hunt"], {"staged.py"}),
        (["lok", "diff"], {"staged.py"}),
        (["lok", "diff", "main..HEAD"], {"committed.py"}),
        (["lok", "diff", "--unstaged"], {"staged.py", "old.py"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_what_is_looked_at(branched: Project, configure: Configure, argv: list[str], expected: set[str]) -> None:
    configure()
    done = branched.run(*argv, "--format", "json")
    assert (done.code, found(done)) == (1, expected)


def test_diff_elsewhere_as_json(branched: Project, configure: Configure) -> None:
    configure()
    elsewhere = branched.path.parent
    argv = ("lok", "diff", "--dir", branched.path.name, "-b", "scripted", "--json", "-o", "report.json")
    done = branched.machine.run(*argv, cwd=elsewhere)
    assert done.code == 1
    assert found(Done(code=1, said=(elsewhere / "report.json").read_text())) == {"staged.py"}
    missing = branched.machine.run("lok", "diff", "--dir", "nowhere", cwd=elsewhere)
    assert (missing.code, "nowhere: No such file or directory" in missing.said) == (2, True)


@pytest.mark.parametrize("name", ["change.diff", "-"])
def test_a_diff_file_is_looked_at(branched: Project, configure: Configure, name: str) -> None:
    configure()
    patch = branched.git("diff", "main...feature") + "\n"
    branched.write("change.diff", patch)
    done = branched.run("lok-review", "--diff-file", name, "--format", "json", stdin=patch if name == "-" else "")
    assert done.code == 1, done.said
    assert found(done) == {"committed.py"}


RANGE = {"PRE_COMMIT_FROM_REF": "HEAD~1", "PRE_COMMIT_TO_REF": "HEAD"}


@pytest.mark.parametrize(
    ("argv", "env", "lines", "expected"),
    [
        pytest.param(["origin", "url"], {}, "LINE", {"one.py"}, id="by git"),
        pytest.param([], {}, "LINE", {"one.py"}, id="by git alone"),
        pytest.param(["origin", "url"], {"PRE_COMMIT": "1", **RANGE}, "LINE", {"two.py"}, id="by pre-commit"),
        pytest.param(["origin", "url"], RANGE, "LINE", {"two.py"}, id="by names of refs"),
        pytest.param(["origin", "url"], {"PRE_COMMIT_TO_REF": "HEAD"}, "LINE", BOTH, id="by the tip alone"),
        pytest.param(["origin", "url"], {"PRE_COMMIT": "1"}, "LINE", BOTH, id="by pre-commit, by hand"),
        pytest.param([], {}, "", BOTH, id="by nobody"),
    ],
)
def test_a_push_is_what_git_or_the_hook_runner_tells(
    project: Project, configure: Configure, argv: list[str], env: dict[str, str], lines: str, expected: set[str]
) -> None:
    configure()
    start = project.head()
    project.git("switch", "-q", "-c", "feature")
    project.seed({"one.py": BAD})
    line = f"refs/heads/one {project.head()} refs/heads/one {start}\n"
    project.seed({"two.py": BAD})
    done = project.run("lok-audit", *argv, "--format", "json", env=env, stdin=lines.replace("LINE", line))
    assert (done.code, found(done)) == (1, expected)


def test_tasks_can_be_chosen(branched: Project, configure: Configure) -> None:
    reviewer = configure()
    branched.run("lok-review", "--staged", "--task", "audit", "--no-debate")
    assert [("Find holes" in request["prompt"]) for request in reviewer.requests()] == [True]
    branched.run("lok-review", "--staged", "--no-debate", "--fresh")
    assert len(reviewer.requests()) == 3


def test_fail_on_decides_what_blocks(branched: Project, configure: Configure) -> None:
    configure()
    critical = branched.run("lok-hunt", "--fail-on", "critical", "--format", "json")
    assert critical.code == 0
    assert [f["disposition"] for f in json.loads(critical.said)["findings"]] == ["below the threshold"]
    assert branched.run("lok-hunt", "--fail-on", "low").code == 1


@pytest.mark.parametrize("flag", ["--debate", "--no-debate", "--fresh"])
def test_flags_of_what_is_to_come_are_accepted(branched: Project, configure: Configure, flag: str) -> None:
    configure()
    assert branched.run("lok-hunt", flag).code == 1


def test_the_budget_ends_a_hanging_reviewer(branched: Project, configure: Configure) -> None:
    configure("hangs")
    done = branched.run("lok-hunt", "--budget", "2", "--format", "json")
    report = json.loads(done.said)
    assert (done.code, report["incomplete"]) == (0, True)
    assert [failure["kind"] for failure in report["failures"]] == ["timed out"]


def test_verbose_shows_the_prompt_and_the_routing_and_leaves_the_report_alone(
    branched: Project, configure: Configure
) -> None:
    configure()
    quiet = branched.run("sh", "-c", "lok-hunt --format json 2>/dev/null")
    verbose = branched.run("sh", "-c", "lok-hunt -v --format json 2>said")
    assert found(quiet) == found(verbose)
    said = branched.read("said")
    assert "receipt: " in said
    assert "scripted" in said


@pytest.mark.parametrize(
    ("flags", "env", "is_coloured"),
    [
        (["--color", "always", "--format", "console"], {}, True),
        (["--color", "always"], {}, True),
        (["--color", "always", "--format", "plain"], {}, False),
        (["--color", "never", "--format", "console"], {}, False),
        (["--format", "console"], {}, False),
        ([], {"PRE_COMMIT": "1"}, False),
    ],
)
def test_colour(
    branched: Project, configure: Configure, flags: list[str], env: dict[str, str], is_coloured: bool
) -> None:
    configure()
    assert ("\x1b[" in branched.run("lok-hunt", *flags, env=env).said) is is_coloured


@pytest.mark.parametrize("form", ["plain", "console", "json", "sarif", "github", "markdown"])
def test_every_format_names_the_finding(branched: Project, configure: Configure, form: str) -> None:
    configure()
    done = branched.run("lok-hunt", "--format", form)
    assert done.code == 1
    assert "staged.py" in done.said
    assert "a planted bug" in done.said


@pytest.mark.parametrize(
    "argv", [["lok", "--help"], ["lok", "diff", "--help"], ["lok-hunt", "--help"], ["lok-review", "--help"]]
)
def test_help_has_an_example(project: Project, argv: list[str]) -> None:
    done = project.run(*argv)
    assert done.code == 0
    assert re.search(r"(?m)^example: lok", done.said)


def test_the_version(project: Project) -> None:
    first, *parts = project.run("lok", "--version").said.splitlines()
    assert re.fullmatch(r"lok-hooks \d+\.\d+\.\d+", first)
    assert {"Python", "git", "GitPython", "ruff"} <= {part.split()[0] for part in parts}


def test_two_sources_contradict_each_other(branched: Project) -> None:
    done = branched.run("lok", "diff", "main", "--unstaged")
    assert done.code == 2
    assert "exclude each other" in done.said
