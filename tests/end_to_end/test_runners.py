"""A real `git commit` and a real `git push` through pre-commit, prek, lefthook and a hook written by hand."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Installed, Machine, Project, Reviewer
from tests.end_to_end.terminal import Terminal

pytestmark = pytest.mark.timeout(900)  # the first test that needs them installs our hooks from this checkout

BAD = "total = PLANTED_BUG\n"
GOOD = "total = 1\n"
LEFTHOOK = """\
pre-commit:
  commands:
    lok-hunt:
      run: lok-hunt
pre-push:
  commands:
    lok-audit:
      run: lok-audit {1} {2}
      use_stdin: true
"""


@pytest.fixture
def reviewer(configure: Callable[..., Reviewer]) -> Reviewer:
    """Finds PLANTED_BUG."""
    return configure()


@pytest.fixture(params=["pre-commit", "prek", "lefthook", "plain"])
def hooked(request: pytest.FixtureRequest, project: Project, reviewer: Reviewer) -> Project:
    """A project whose commits and pushes go through our hooks."""
    assert not reviewer.requests()
    if request.param == "plain":
        project.plain_hook("pre-commit", "lok-hunt")
        project.plain_hook("pre-push", 'lok-audit "$@"')
    elif request.param == "lefthook":
        project.seed({"lefthook.yml": LEFTHOOK})
        assert project.run("lefthook", "install").code == 0
    else:
        project = framed(request.param, project, request.getfixturevalue("installed"))
    return project


def framed(runner: str, project: Project, installed: Installed) -> Project:
    """The project with our hooks from this checkout, run by pre-commit or prek."""
    environment = {**project.machine.environment, **installed.environment}
    project = replace(project, machine=Machine(home=project.machine.home, environment=environment))
    project.seed({".pre-commit-config.yaml": installed.config()})
    done = project.run(runner, "install", "-t", "pre-commit", "-t", "pre-push")
    assert done.code == 0, done.said
    return project


def test_a_bad_commit_is_refused_and_the_mended_one_accepted(hooked: Project) -> None:
    before = hooked.head()
    hooked.stage("shop.py", BAD)
    refused = hooked.commit()
    assert refused.code == 1
    assert "a planted bug" in refused.said
    assert "shop.py:1" in refused.said
    assert hooked.head() == before
    hooked.stage("shop.py", GOOD)
    accepted = hooked.commit()
    assert accepted.code == 0, accepted.said
    assert hooked.head() != before


def test_a_clean_commit_says_so(hooked: Project) -> None:
    hooked.stage("shop.py", GOOD)
    done = hooked.commit()
    assert done.code == 0
    assert "nothing found" in done.said


def test_the_index_counts_and_not_the_work_tree(hooked: Project) -> None:
    hooked.stage("shop.py", GOOD)
    hooked.write("shop.py", BAD)
    assert hooked.commit().code == 0
    hooked.stage("shop.py", "value = PLANTED_BUG\n")
    hooked.write("shop.py", "value = 2\n")
    refused = hooked.commit()
    assert refused.code == 1
    assert "value = PLANTED_BUG" in refused.said
    assert (hooked.path / "shop.py").read_text() == "value = 2\n"


@pytest.mark.parametrize("line", [BAD, GOOD], ids=["bad", "good"])
def test_a_commit_from_a_subdirectory_is_reviewed_whole(hooked: Project, line: str) -> None:
    hooked.seed({"sub/kept.py": GOOD})
    hooked.stage("shop.py", line)
    hooked.stage("sub/more.py", "more = 1\n")
    done = replace(hooked, path=hooked.path / "sub").commit()
    assert done.code == (1 if line == BAD else 0), done.said
    assert ("shop.py:1" in done.said) is (line == BAD)
    assert "2 files" in done.said


@pytest.mark.parametrize("line", [BAD, GOOD], ids=["bad", "good"])
@pytest.mark.parametrize("options", [["-a"], ["--", "shop.py"]], ids=["all", "one path"])
def test_the_index_of_this_very_commit_counts(hooked: Project, options: list[str], line: str) -> None:
    hooked.seed({"shop.py": "start = 1\n", "other.py": "start = 1\n"})
    if "shop.py" in options:
        hooked.stage("other.py", BAD if line == GOOD else GOOD)
    hooked.write("shop.py", f"start = 1\n{line}")
    done = hooked.commit(*options)
    assert done.code == (1 if line == BAD else 0), done.said
    assert ("shop.py:2" in done.said) is (line == BAD)
    assert "1 file, 1 changed line" in done.said


def test_no_verify_asks_nobody(hooked: Project, reviewer: Reviewer) -> None:
    hooked.stage("shop.py", BAD)
    assert hooked.commit("--no-verify").code == 0
    assert reviewer.requests() == []


def test_lefthook_switched_off_asks_nobody(project: Project, reviewer: Reviewer) -> None:
    project.seed({"lefthook.yml": LEFTHOOK})
    assert project.run("lefthook", "install").code == 0
    project.stage("shop.py", BAD)
    refused = project.commit()
    assert refused.code == 1
    asked = len(reviewer.requests())
    done = project.run("git", "commit", "-m", "change", env={"LEFTHOOK": "0"})
    assert done.code == 0, done.said
    assert len(reviewer.requests()) == asked


@pytest.fixture
def remote(hooked: Project, tmp_path: Path) -> Project:
    """A bare remote `origin` that has everything so far."""
    path = tmp_path / "remote.git"
    path.mkdir()
    made = Project(machine=hooked.machine, path=path)
    made.git("init", "-q", "--bare")
    hooked.git("remote", "add", "origin", str(path))
    hooked.git("push", "-q", "--no-verify", "-u", "origin", "main")
    return made


@pytest.mark.parametrize("target", ["main", "main:refs/heads/feature"], ids=["update", "new branch"])
def test_a_bad_push_is_refused_and_the_mended_one_accepted(hooked: Project, remote: Project, target: str) -> None:
    before = remote.git("for-each-ref")
    hooked.seed({"shop.py": BAD})
    hooked.seed({"later.py": GOOD})
    refused = hooked.run("git", "push", "origin", target)
    assert refused.code == 1
    assert "a planted bug" in refused.said
    assert "shop.py:1" in refused.said
    assert remote.git("for-each-ref") == before
    hooked.seed({"shop.py": GOOD})
    accepted = hooked.run("git", "push", "origin", target)
    assert accepted.code == 0, accepted.said
    assert remote.git("for-each-ref") != before


def test_a_first_push_is_reviewed_whole(hooked: Project, tmp_path: Path) -> None:
    bare = tmp_path / "empty.git"
    bare.mkdir()
    Project(machine=hooked.machine, path=bare).git("init", "-q", "--bare")
    hooked.git("remote", "add", "origin", str(bare))
    hooked.seed({"shop.py": BAD})
    hooked.seed({"later.py": GOOD})
    refused = hooked.run("git", "push", "origin", "main")
    assert refused.code == 1
    assert "shop.py:1" in refused.said
    hooked.seed({"shop.py": GOOD})
    assert hooked.run("git", "push", "origin", "main").code == 0


def test_a_deletion_is_not_held_up(hooked: Project, remote: Project) -> None:
    hooked.git("push", "-q", "--no-verify", "origin", "main:refs/heads/old")
    done = hooked.run("git", "push", "origin", "--delete", "old")
    assert done.code == 0, done.said
    assert "refs/heads/old" not in remote.git("for-each-ref")


def test_several_refs_of_one_push_are_each_reviewed(project: Project, reviewer: Reviewer, tmp_path: Path) -> None:
    project.plain_hook("pre-push", 'lok-audit "$@"')
    bare = tmp_path / "bare.git"
    bare.mkdir()
    Project(machine=project.machine, path=bare).git("init", "-q", "--bare")
    project.git("remote", "add", "origin", str(bare))
    project.git("push", "-q", "--no-verify", "origin", "main")
    project.git("switch", "-q", "-c", "first")
    project.seed({"good.py": GOOD})
    project.git("switch", "-q", "-c", "second", "main")
    project.seed({"shop.py": BAD})
    done = project.run("git", "push", "origin", "first", "second")
    assert done.code == 1
    assert "shop.py:1" in done.said
    assert "good.py" in reviewer.prompts()
    assert "shop.py:1 (refs/heads/second)" in done.said
    alone = project.run("git", "push", "origin", "second")
    assert (alone.code, "shop.py:1" in alone.said, "(refs/" in alone.said) == (1, True, False), alone.said


@pytest.mark.parametrize("runner", ["pre-commit", "prek"])
class TestFramework:
    """What only holds under a framework."""

    def test_a_review_by_hand_reads_the_branch(
        self, runner: str, project: Project, reviewer: Reviewer, installed: Installed
    ) -> None:
        project = framed(runner, project, installed)
        project.git("switch", "-q", "-c", "feature")
        project.seed({"shop.py": BAD})
        done = project.run(runner, "run", "--hook-stage", "manual", "lok-review")
        assert done.code == 1
        assert "shop.py:1" in done.said
        rounds = ["\nround: " in request["prompt"] for request in reviewer.requests()]
        assert rounds == [False, False, True]  # hunt, audit, and a second look at what they found

    def test_many_files_are_one_review(
        self, runner: str, project: Project, reviewer: Reviewer, installed: Installed
    ) -> None:
        project = framed(runner, project, installed)
        for number in range(100):
            project.write(f"file_{number:03}.py", GOOD)
        project.git("add", ".")
        assert project.commit().code == 0
        assert len(reviewer.requests()) == 1

    def test_a_hook_that_is_skipped_asks_nobody_and_the_other_one_still_runs(
        self, runner: str, project: Project, reviewer: Reviewer, installed: Installed, tmp_path: Path
    ) -> None:
        project = framed(runner, project, installed)
        project.git("init", "-q", "--bare", str(tmp_path / "remote.git"))
        project.git("remote", "add", "origin", str(tmp_path / "remote.git"))
        project.git("push", "-q", "--no-verify", "origin", "main")
        project.stage("shop.py", BAD)
        skipped = project.run("git", "commit", "-m", "change", env={"SKIP": "lok-hunt"})
        assert (skipped.code, "Skipped" in skipped.said) == (0, True), skipped.said
        assert reviewer.requests() == []
        pushed = project.run("git", "push", "origin", "main", env={"SKIP": "lok-hunt"})
        assert (pushed.code, "shop.py:1" in pushed.said) == (1, True), pushed.said

    def test_an_empty_commit_is_seen_too(
        self, runner: str, project: Project, reviewer: Reviewer, installed: Installed
    ) -> None:
        done = framed(runner, project, installed).commit("--allow-empty")
        assert done.code == 0
        assert "nothing staged" in done.said
        assert not reviewer.requests()

    def test_the_report_has_no_colour_codes_on_a_terminal(
        self, runner: str, project: Project, reviewer: Reviewer, installed: Installed
    ) -> None:
        project = framed(runner, project, installed)
        project.stage("shop.py", BAD)
        terminal = Terminal(["git", "commit", "-m", "change"], project.path, project.machine.environment)
        try:
            assert terminal.wait() == 1
            replayed = terminal.shown().rpartition("- exit code: 1")[2].splitlines()
        finally:
            terminal.close()
        report = [line for line in replayed if "shop.py:1" in line or "refused" in line.lower()]
        assert len(report) >= 2
        assert [line for line in report if "\x1b" in line] == []

    @pytest.mark.parametrize(("line", "ending"), [(BAD, "Failed"), (GOOD, "Passed")], ids=["bad", "good"])
    def test_a_review_of_a_second_is_seen_while_it_runs(
        self,
        runner: str,
        project: Project,
        configure: Callable[..., Reviewer],
        installed: Installed,
        line: str,
        ending: str,
    ) -> None:
        configure("takes a second")
        project = framed(runner, project, installed)
        project.stage("shop.py", line)
        terminal = Terminal(["git", "commit", "-m", "change"], project.path, project.machine.environment)
        try:
            assert terminal.wait() == (1 if line == BAD else 0)
            shown = terminal.shown()
        finally:
            terminal.close()
        live, _, result = shown.partition(ending)
        assert re.search(r"asking scripted \(hunt\) … \d s of 60 s", live)
        assert "asking" not in result  # nothing of it is in what the runner captured and shows at the end
        assert ("1 confirmed" if line == BAD else "nothing found") in result

    def test_a_push_of_a_branch_that_hides_behind_another_is_named_as_a_gap(
        self, runner: str, project: Project, reviewer: Reviewer, installed: Installed, tmp_path: Path
    ) -> None:
        project = framed(runner, project, installed)
        bare = tmp_path / "bare.git"
        bare.mkdir()
        Project(machine=project.machine, path=bare).git("init", "-q", "--bare")
        project.git("remote", "add", "origin", str(bare))
        project.git("push", "-q", "--no-verify", "origin", "main")
        project.git("switch", "-q", "-c", "a-first")
        project.seed({"good.py": GOOD})
        project.git("switch", "-q", "-c", "b-second", "main")
        project.seed({"shop.py": BAD})
        done = project.run("git", "push", "origin", "a-first", "b-second")
        assert "only the first ref" in done.said
        assert len(reviewer.requests()) == 1
