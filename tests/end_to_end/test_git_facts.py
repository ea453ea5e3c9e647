"""What git does by itself around hooks, and what becomes of it: which commands run no hook, which run one although
nothing moves, and that the index is reviewed whatever was reviewed before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Project, Reviewer
from tests.end_to_end.terminal import Terminal
from tests.end_to_end.test_real_clis import model_server
from tests.fake_model_server import Server

__all__ = ["model_server"]

Configure = Callable[..., Reviewer]
BAD, GOOD = "value = PLANTED_BUG\n", "value = 1\n"
FORGETFUL = "[cache]\nenabled = false\n"


@pytest.fixture
def hooked(project: Project, tmp_path: Path) -> Project:
    """A project with both hooks, and a remote `origin` that has everything so far."""
    project.git("init", "-q", "--bare", str(tmp_path / "remote.git"))
    project.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    project.git("push", "-q", "-u", "origin", "main")
    project.plain_hook("pre-commit", "lok-hunt")
    project.plain_hook("pre-push", 'lok-audit "$@"')
    return project


def remote_refs(project: Project) -> str:
    return project.git("ls-remote", "origin")


def picks(project: Project) -> None:
    project.git("switch", "-q", "-c", "side")
    project.seed({"shop.py": BAD})
    project.git("switch", "-q", "main")
    project.git("cherry-pick", "side")


def reverts(project: Project) -> None:
    project.seed({"shop.py": BAD})
    project.seed({"shop.py": GOOD})
    project.git("push", "-q", "--no-verify", "origin", "main")
    project.git("revert", "--no-edit", "HEAD")


def rebases(project: Project) -> None:
    project.git("switch", "-q", "-c", "side")
    project.seed({"shop.py": BAD})
    project.git("switch", "-q", "main")
    project.seed({"other.py": GOOD})
    project.git("rebase", "-q", "main", "side")
    project.git("switch", "-q", "main")
    project.git("merge", "-q", "--ff-only", "side")


def merges(project: Project) -> None:
    project.git("switch", "-q", "-c", "side")
    project.seed({"shop.py": BAD})
    project.git("switch", "-q", "main")
    project.seed({"other.py": GOOD})
    project.git("merge", "-q", "--no-edit", "side")


@pytest.mark.parametrize("command", [picks, reverts, rebases, merges])
def test_what_git_commits_without_a_hook_is_audited_at_push_and_hunted_by_hand(
    hooked: Project, configure: Configure, command: Callable[[Project], None]
) -> None:
    reviewer = configure()
    command(hooked)
    assert reviewer.requests() == []
    refs = remote_refs(hooked)
    refused = hooked.run("git", "push", "origin", "main")
    assert (refused.code, "shop.py:1" in refused.said) == (1, True), refused.said
    assert remote_refs(hooked) == refs
    hunted = hooked.run("lok-review", "--task", "hunt")
    assert (hunted.code, "shop.py:1" in hunted.said) == (1, True), hunted.said


def test_a_push_that_is_only_tried_is_reviewed_as_well(hooked: Project, configure: Configure) -> None:
    configure()
    hooked.seed({"shop.py": BAD})
    refs = remote_refs(hooked)
    refused = hooked.run("git", "push", "--dry-run", "origin", "main")
    assert (refused.code, "shop.py:1" in refused.said) == (1, True), refused.said
    hooked.seed({"shop.py": GOOD})
    assert hooked.run("git", "push", "--dry-run", "origin", "main").code == 0
    assert remote_refs(hooked) == refs


def test_a_mirror_is_reviewed_with_every_ref(hooked: Project, configure: Configure) -> None:
    configure()
    hooked.git("branch", "hidden")
    hooked.git("switch", "-q", "hidden")
    hooked.seed({"shop.py": BAD})
    hooked.git("switch", "-q", "main")
    refs = remote_refs(hooked)
    refused = hooked.run("git", "push", "--mirror", "origin")
    assert (refused.code, "shop.py:1" in refused.said) == (1, True), refused.said
    assert remote_refs(hooked) == refs
    hooked.git("branch", "-q", "-D", "hidden")
    assert hooked.run("git", "push", "--mirror", "origin").code == 0
    assert "refs/remotes/origin/main" in remote_refs(hooked)


def test_a_push_that_brings_nothing_is_not_held_up(hooked: Project, configure: Configure) -> None:
    reviewer = configure()
    assert hooked.run("git", "push", "origin", "main").code == 0
    # Known here already to be behind: git runs the hook without a line, and refuses by itself.
    hooked.seed({"shop.py": BAD})
    hooked.git("push", "-q", "--no-verify", "origin", "main")
    hooked.git("reset", "-q", "--hard", "HEAD~")
    hooked.seed({"other.py": BAD})
    rejected = hooked.run("git", "push", "origin", "main")
    assert (rejected.code, "rejected" in rejected.said) == (1, True), rejected.said
    assert reviewer.requests() == []


def test_no_verify_asks_nobody(hooked: Project, configure: Configure) -> None:
    reviewer = configure()
    hooked.stage("shop.py", BAD)
    assert hooked.commit("--no-verify").code == 0
    assert hooked.run("git", "push", "--no-verify", "origin", "main").code == 0
    assert reviewer.requests() == []


def test_a_pre_push_hook_on_a_terminal_without_gits_lines_does_not_pass(hooked: Project, configure: Configure) -> None:
    """As a hook runner may start it that keeps git's lines to itself and gives it the terminal."""
    configure()
    argv = ["lok-audit", "origin", "git@example.org:team/app.git", "--budget", "1"]
    terminal = Terminal(argv, hooked.path, hooked.machine.environment)
    try:
        assert terminal.wait() == 2
        assert "were awaited" in terminal.shown()
    finally:
        terminal.close()


@pytest.mark.parametrize("more", ["", FORGETFUL], ids=["remembering", "forgetful"])
def test_bytes_that_were_reviewed_do_not_speak_for_others_in_the_index(
    hooked: Project, configure: Configure, more: str
) -> None:
    configure(more=more)
    hooked.stage("shop.py", GOOD)
    assert hooked.run("lok-hunt").code == 0  # reviewed, and remembered
    hooked.stage("shop.py", BAD)
    hooked.write("shop.py", GOOD)
    refused = hooked.commit()
    assert (refused.code, "shop.py:1" in refused.said) == (1, True), refused.said
    assert hooked.read("shop.py") == GOOD
    # And the other way round: what was refused does not speak for a mended index.
    hooked.stage("shop.py", GOOD)
    hooked.write("shop.py", BAD)
    accepted = hooked.commit()
    assert accepted.code == 0, accepted.said
    assert hooked.git("show", "HEAD:shop.py") == GOOD.strip()


@pytest.mark.parametrize("line", [BAD, GOOD], ids=["bad", "good"])
def test_an_alias_in_a_subdirectory_reviews_the_whole_repository(
    hooked: Project, configure: Configure, line: str
) -> None:
    """Git runs it at the top, with GIT_PREFIX."""
    configure()
    hooked.seed({"sub/kept.py": GOOD})
    hooked.git("config", "alias.look", '!test -n "$GIT_PREFIX" && lok-review --staged')
    hooked.stage("shop.py", line)
    done = replace(hooked, path=hooked.path / "sub").run("git", "look")
    assert (done.code, "shop.py:1" in done.said) == ((1, True) if line == BAD else (0, False)), done.said


def test_a_server_that_only_fails_is_never_a_clean_review(
    hooked: Project, configure: Configure, model_server: Server
) -> None:
    model_server.rules = [{"match": "", "status": 500, "error": "out of order"}]
    url = f"http://127.0.0.1:{model_server.server_port}/v1"
    more = f'[backends.house]\nkind = "openai"\nurl = "{url}"\nmodel = "large"\n[hooks.pre-commit]\nbudget = 5\n'
    configure(more=more)
    hooked.stage("shop.py", GOOD)
    allowed = hooked.run("lok-hunt", "--backend", "house")
    assert allowed.code == 0
    assert "nothing found" not in allowed.said
    for told in ("incomplete", "house", "out of order"):
        assert told in allowed.said
    blocked = hooked.run("lok-review", "--staged", "--backend", "house", "--budget", "5")
    assert (blocked.code, "incomplete" in blocked.said) == (4, True), blocked.said
