"""A real `git commit` and a real `git push` through pre-commit, prek, lefthook and a hook written by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Installed, Machine, Project, Reviewer

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


@pytest.fixture(params=["pre-commit", "prek", "lefthook", "plain"])
def hooked(request: pytest.FixtureRequest, project: Project, configure: Callable[..., Reviewer]) -> Project:
    """A project whose commits and pushes go through our hooks, and whose reviewer finds PLANTED_BUG."""
    configure()
    if request.param == "plain":
        project.plain_hook("pre-commit", "lok-hunt")
        project.plain_hook("pre-push", 'lok-audit "$@"')
    elif request.param == "lefthook":
        project.seed({"lefthook.yml": LEFTHOOK})
        assert project.run("lefthook", "install").code == 0
    else:
        installed: Installed = request.getfixturevalue("installed")
        environment = {**project.machine.environment, **installed.environment}
        project = replace(project, machine=Machine(home=project.machine.home, environment=environment))
        project.seed({".pre-commit-config.yaml": installed.config()})
        done = project.run(request.param, "install", "-t", "pre-commit", "-t", "pre-push")
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
