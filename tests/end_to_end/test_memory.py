"""Nothing is asked twice, and the same bytes have the same verdict: through the hooks, in real repositories."""

from __future__ import annotations

import json
import re
import stat
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.conftest import SCRIPTS, Done, Project, Reviewer

Configure = Callable[..., Reviewer]
BAD = "value = PLANTED_BUG\n"
# The reviewer's last argument is how it behaves; this one reads it from a file instead, so that the same backend can
# change its mind.
BLIND = """#!/bin/sh
prompt=$(cat)
receipt=$(printf '%s\\n' "$prompt" | sed -n 's/^receipt: //p')
printf '{"receipt": "%s", "files": ["late.py"], "findings": []}' "$receipt"
"""
STAGES = '#!/bin/sh\ncd "{top}" && echo "total = 2" >shop.py && git add shop.py\nexec {python} "$@"\n'
MOODY = '#!/bin/sh\nexec {python} "$1" "$2" "$(cat {mood})"\n'


@pytest.fixture
def hooked(project: Project) -> Project:
    project.plain_hook("pre-commit", "lok-hunt")
    return project


def shown(reviewer: Reviewer) -> list[list[str]]:
    """The files that each request showed."""
    return [
        [line.removeprefix("file: ") for line in request["prompt"].split("\n") if line.startswith("file: ")]
        for request in reviewer.requests()
    ]


def notes(done: Done) -> str:
    """What a report said, in one line: it may be wrapped."""
    return " ".join(done.said.split())


def with_remote(project: Project, tmp_path: Path) -> None:
    """`origin`, with main pushed, and a pre-push hook."""
    project.git("init", "-q", "--bare", str(tmp_path / "remote.git"))
    project.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    project.git("push", "-q", "-u", "origin", "main")
    project.plain_hook("pre-push", 'lok-audit "$@"')


def test_retrying_a_refused_commit_asks_nobody_and_is_refused_for_the_same(
    hooked: Project, configure: Configure
) -> None:
    reviewer = configure()
    hooked.stage("shop.py", BAD)
    first, asked = hooked.commit(), len(reviewer.requests())
    second = hooked.commit()
    assert (first.code, second.code, len(reviewer.requests())) == (1, 1, asked)
    assert "remembered" in second.said
    assert "remembered" not in first.said
    # All but the headline, which says who took how long.
    assert first.said.partition("\n\n")[2] == second.said.partition("\n\n")[2] != ""


def test_a_review_by_fixed_rules_alone_is_remembered_until_a_model_can_be_asked(
    project: Project, configure: Configure
) -> None:
    project.machine.home.joinpath(".config", "lok").mkdir(parents=True)
    project.stage("shop.py", "total = 1\n")
    # git is a link of our own, so that no CLI installed on this machine comes to hand with it.
    programs = project.path.parent / "programs"
    programs.mkdir()
    git = project.run("sh", "-c", "command -v git").said.strip()
    (programs / "git").symlink_to(git)
    alone = {"PATH": str(programs)}
    assert "static remembered" not in project.run(SCRIPTS / "lok-hunt", env=alone).said
    assert "static remembered" in project.run(SCRIPTS / "lok-hunt", env=alone).said
    (programs / "codex").write_text("#!/bin/sh\nexit 1\n")
    (programs / "codex").chmod(0o755)
    assert "codex" in project.run(SCRIPTS / "lok-hunt", env=alone).said.partition("\n")[0]


def test_a_remembered_commit_loads_nothing_heavy_and_starts_no_backend(project: Project, configure: Configure) -> None:
    reviewer = configure()
    project.stage("shop.py", "total = 1\n")
    assert project.run("lok-hunt").code == 0
    done = project.run(sys.executable, "-X", "importtime", SCRIPTS / "lok-hunt")
    loaded = set(re.findall(r"\| +([\w.]+)$", done.said, re.MULTILINE))
    assert done.code == 0
    assert "scripted remembered" in done.said
    assert "lok_hooks.cli.remembered" in loaded
    heavy = {"git", "pydantic", "rich", "subprocess", "lok_hooks.cli.gate", "lok_hooks.core.review"}
    assert loaded & heavy == set()
    assert len(reviewer.requests()) == 1


def test_git_is_asked_for_each_thing_once(project: Project, configure: Configure, tmp_path: Path) -> None:
    project.machine.own_settings(configure().settings.read_text())
    project.stage("shop.py", "total = 1\n")
    trace = tmp_path / "trace"
    # Without a named lok.toml the repository's is looked for.
    done = project.run("lok-hunt", env={"LOK_CONFIG": "", "GIT_TRACE2": str(trace)})
    assert (done.code, "scripted" in done.said) == (0, True)
    asked = Counter(re.findall(r"cmd_name (\S+)", trace.read_text()))
    del asked["version"]  # is GitPython's own question
    # What is staged, before and after; the records and the patches. Where it is; what the repository is. Staged files
    # of rules, before and after. Their contents; the sizes of files; their contents.
    assert asked == {"diff": 2 + 2, "rev-parse": 1 + 1, "ls-files": 2, "cat-file": 1 + 1 + 1}


def test_a_key_that_is_set_meanwhile_makes_a_verdict_no_longer_remembered(
    project: Project, configure: Configure
) -> None:
    configure(more='[backends.other]\nkind = "command"\ncommand = "other"\napi_key_env = "OTHER_KEY"\n')
    project.stage("shop.py", "total = 1\n")
    assert project.run("lok-hunt").code == 0
    hunt = (sys.executable, "-X", "importtime", SCRIPTS / "lok-hunt")
    looked_again = [
        "lok_hooks.cli.gate\n" in project.run(*hunt, env=environ).said for environ in ({}, {"OTHER_KEY": "x"})
    ]
    assert looked_again == [False, True]


def test_no_verdict_is_kept_where_something_else_was_staged_meanwhile(
    project: Project, configure: Configure, tmp_path: Path
) -> None:
    stages = tmp_path / "stages"
    stages.write_text(STAGES.format(top=project.path, python=sys.executable))
    stages.chmod(0o755)
    configure(command=str(stages))
    project.stage("shop.py", "total = 1\n")
    hunt = (sys.executable, "-X", "importtime", SCRIPTS / "lok-hunt")
    assert project.run("lok-hunt").code == 0
    project.stage("shop.py", "total = 1\n")
    again = project.run(*hunt)  # what was answered is remembered, and nothing is staged meanwhile
    assert ("scripted remembered" in again.said, "lok_hooks.cli.gate\n" in again.said) == (True, True)
    assert "lok_hooks.cli.gate\n" not in project.run(*hunt).said


def test_the_same_content_asks_nobody_whatever_the_entry_point(project: Project, configure: Configure) -> None:
    reviewer = configure()
    project.stage("shop.py", "total = 1\n")
    project.run("lok-hunt")
    done = project.run("lok-review", "--staged", "--task", "hunt")
    assert done.code == 0
    assert "scripted remembered" in done.said
    assert len(reviewer.requests()) == 1


def test_one_of_ten_changed_files_is_asked_for_alone(hooked: Project, configure: Configure) -> None:
    reviewer = configure()
    for number in range(10):
        hooked.stage(f"part{number}.py", f"value = {number}\n")
    assert hooked.run("lok-hunt").code == 0
    hooked.stage("part4.py", "value = 44\n")
    done = hooked.commit()
    assert done.code == 0
    assert shown(reviewer)[1:] == [["part4.py"]]
    assert "9 files remembered" in notes(done)


def test_a_bug_in_the_changed_file_refuses_and_what_is_remembered_of_the_others_still_counts(
    hooked: Project, configure: Configure
) -> None:
    reviewer = configure()
    hooked.stage("old.py", BAD)
    hooked.stage("new.py", "x = 1\n")
    hooked.commit()
    asked = len(reviewer.requests())
    hooked.stage("new.py", "x = 2\n")
    done = hooked.run("lok-hunt", "--format", "json")
    assert done.code == 1
    assert [finding["path"] for finding in json.loads(done.said)["findings"]] == ["old.py"]
    assert shown(reviewer)[asked:] == [["new.py"]]
    assert json.loads(done.said)["coverage"]["reviewed"] == ["new.py", "old.py"]


def test_amending_and_committing_again_ask_nobody(hooked: Project, configure: Configure) -> None:
    reviewer = configure()
    hooked.stage("shop.py", "total = 1\n")
    assert hooked.commit().code == 0
    assert hooked.commit("--amend", "-m", "other words").code == 0
    hooked.git("reset", "-q", "--soft", "HEAD~")
    assert hooked.commit().code == 0
    assert shown(reviewer) == [["shop.py"]]


def test_picking_a_reviewed_commit_onto_another_branch_asks_nobody(hooked: Project, configure: Configure) -> None:
    reviewer = configure()
    hooked.git("checkout", "-q", "-b", "feature")
    hooked.stage("shop.py", "total = 1\n")
    assert hooked.commit().code == 0
    hooked.git("checkout", "-q", "main")
    hooked.seed({"elsewhere.py": "y = 1\n"})
    hooked.git("cherry-pick", "--no-commit", "feature")
    assert hooked.commit().code == 0
    assert shown(reviewer) == [["shop.py"]]


def test_pushing_a_rebased_branch_asks_nobody(project: Project, configure: Configure, tmp_path: Path) -> None:
    reviewer = configure()
    with_remote(project, tmp_path)
    project.git("checkout", "-q", "-b", "feature")
    project.seed({"shop.py": "total = 1\n"})
    assert project.run("git", "push", "origin", "feature").code == 0
    project.git("checkout", "-q", "main")
    project.seed({"elsewhere.py": "y = 1\n"})
    project.git("push", "-q", "--no-verify", "origin", "main")
    project.git("checkout", "-q", "feature")
    project.git("rebase", "-q", "main")
    done = project.run("git", "push", "--force", "origin", "feature")
    assert done.code == 0
    assert "scripted remembered" in done.said
    assert shown(reviewer) == [["shop.py"]]


def test_a_push_asks_only_what_commits_did_not(project: Project, configure: Configure, tmp_path: Path) -> None:
    reviewer = configure()
    with_remote(project, tmp_path)
    project.plain_hook("pre-commit", "lok-hunt")
    project.git("checkout", "-q", "-b", "feature")
    project.stage("shop.py", "total = 1\n")
    assert project.commit().code == 0
    project.seed({"unseen.py": "y = 1\n"})
    done = project.run("git", "push", "origin", "feature", env={"LOK_TASK": "hunt"})
    assert done.code == 0
    assert shown(reviewer) == [["shop.py"], ["unseen.py"]]


def test_what_a_commit_left_open_is_asked_at_push(project: Project, configure: Configure, tmp_path: Path) -> None:
    with_remote(project, tmp_path)
    project.plain_hook("pre-commit", "lok-hunt --budget 1")
    project.git("checkout", "-q", "-b", "feature")
    configure("hangs")
    project.stage("late.py", "total = 1\n")
    committed = project.commit()
    assert committed.code == 0
    assert "asked again at push, by lok-audit" in notes(committed)
    reviewer = configure()
    project.stage("early.py", "y = 1\n")
    assert project.commit().code == 0
    before = len(reviewer.requests())
    assert json.loads(project.run("lok", "cache", "stats", "--json").said)["deferred"] == 1
    pushed = project.run("git", "push", "origin", "feature")
    assert pushed.code == 0
    assert "hunt: left open by a commit, asked now: late.py" in notes(pushed)
    assert json.loads(project.run("lok", "cache", "stats", "--json").said)["deferred"] == 0
    prompts = [request["prompt"] for request in reviewer.requests()[before:]]
    asked = {
        ("Find bugs" in prompt, "Find holes" in prompt): files
        for prompt, files in zip(prompts, shown(reviewer)[before:], strict=True)
    }
    assert asked == {(True, False): ["late.py"], (False, True): ["early.py", "late.py"]}
    project.stage("late.py", "total = 2\n")
    assert project.commit().code == 0
    assert "left open" not in project.run("git", "push", "origin", "feature").said


def test_a_bug_that_a_commit_had_no_time_for_refuses_the_push(
    project: Project, configure: Configure, tmp_path: Path
) -> None:
    with_remote(project, tmp_path)
    project.plain_hook("pre-commit", "lok-hunt --budget 1")
    project.git("checkout", "-q", "-b", "feature")
    configure("hangs")
    project.stage("late.py", BAD)
    assert project.commit().code == 0
    # Only the hunt can find it: the audit's reviewer sees nothing.
    blind = tmp_path / "blind"
    blind.write_text(BLIND)
    blind.chmod(0o755)
    settings = configure(more=f'[backends.blind]\nkind = "command"\ncommand = "{blind}"\n').settings
    hunt, audit = settings.read_text().split("[tasks.audit]")
    settings.write_text(hunt + "[tasks.audit]" + audit.replace('["scripted"]', '["blind"]'))
    pushed = project.run("git", "push", "origin", "feature", env={"LOK_DEBATE": "false"})
    assert pushed.code == 1
    assert "a planted bug" in pushed.said


def test_other_rules_or_another_backend_are_asked_again(project: Project, configure: Configure) -> None:
    reviewer = configure()
    project.stage("shop.py", "total = 1\n")
    project.run("lok-hunt")
    configure(more='[backends.other]\nkind = "command"\ncommand = "nowhere"\n')
    again = project.run("lok-hunt")
    assert "remembered" in again.said  # what scripted said still holds; the route was looked at anew
    configure(more='[backends.scripted.env]\nMODE = "other"\n')
    assert "remembered" not in project.run("lok-hunt").said
    assert len(reviewer.requests()) == 2


def test_a_program_that_appears_is_asked(project: Project, configure: Configure, tmp_path: Path) -> None:
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    path = {"PATH": f"{bin_}:{project.machine.environment['PATH']}"}
    reviewer = configure(more='[backends.late]\nkind = "command"\ncommand = "late-reviewer"\nargs = ["x"]\n')
    text = reviewer.settings.read_text().replace('backends = ["scripted"]', 'backends = ["late", "scripted"]')
    reviewer.settings.write_text(text)
    project.stage("shop.py", "total = 1\n")
    project.run("lok-hunt", env=path)
    assert "scripted remembered" in project.run("lok-hunt", env=path).said
    late = bin_ / "late-reviewer"
    late.write_text("#!/bin/sh\nexit 9\n")
    late.chmod(0o755)
    done = project.run("lok-hunt", env=path)
    assert "late: crashed" in done.said


@pytest.fixture
def mood(tmp_path: Path) -> Path:
    """What the moody reviewer does next."""
    (tmp_path / "mood").write_text("reviews")
    program = tmp_path / "moody"
    program.write_text(MOODY.format(python=sys.executable, mood=tmp_path / "mood"))
    program.chmod(0o755)
    return tmp_path / "mood"


def test_asking_afresh_says_when_the_verdict_differs_and_is_what_is_remembered_from_then_on(
    project: Project, configure: Configure, mood: Path
) -> None:
    reviewer = configure(command=str(mood.with_name("moody")))
    project.stage("shop.py", "total = 1\n")
    assert project.run("lok-hunt").code == 0
    mood.write_text("cries wolf")
    assert project.run("lok-hunt").code == 0
    assert len(reviewer.requests()) == 1
    fresh = project.run("lok-hunt", "--fresh")
    assert fresh.code == 1
    assert "the verdict differs from the remembered one: exit code 1, not 0, 1 newly confirmed" in notes(fresh)
    asked = len(reviewer.requests())
    mood.write_text("reviews")
    again = project.run("lok-hunt")
    assert (again.code, len(reviewer.requests())) == (1, asked)
    assert "differs" not in again.said


def test_asking_afresh_says_nothing_when_nothing_differs(project: Project, configure: Configure) -> None:
    reviewer = configure()
    project.stage("shop.py", "total = 1\n")
    project.run("lok-review", "--staged", "--task", "hunt")
    done = project.run("lok-review", "--staged", "--task", "hunt", "--fresh")
    assert "differs" not in done.said
    assert "remembered" not in done.said
    assert len(reviewer.requests()) == 2


def test_an_unfinished_review_is_not_remembered(project: Project, configure: Configure) -> None:
    configure("crashes")
    project.stage("shop.py", "total = 1\n")
    project.run("lok-hunt")
    done = project.run("lok-hunt")
    assert "remembered" not in done.said
    assert "crashed" in done.said


def test_the_debates_votes_are_remembered(project: Project, configure: Configure) -> None:
    reviewer = configure()
    project.stage("shop.py", BAD)
    project.run("lok-review", "--staged", "--task", "hunt")
    asked = len(reviewer.requests())
    assert asked == 2
    assert "round: cross-examination" in reviewer.prompts()
    again = project.run("lok-review", "--staged", "--task", "hunt")
    assert (again.code, len(reviewer.requests())) == (1, asked)


def test_switched_off_nothing_is_remembered_or_written(project: Project, configure: Configure) -> None:
    reviewer = configure(more="[cache]\nenabled = false\n")
    project.stage("shop.py", "total = 1\n")
    for _ in range(2):
        assert "remembered" not in project.run("lok-hunt").said
    assert len(reviewer.requests()) == 2
    assert not (project.kept / "memory.sqlite").exists()


def test_commits_in_several_work_trees_at_once(project: Project, configure: Configure, tmp_path: Path) -> None:
    configure()
    project.plain_hook("pre-commit", "lok-hunt")
    trees = [tmp_path / f"tree{number}" for number in range(4)]
    for number, tree in enumerate(trees):
        project.git("worktree", "add", "-q", "-b", f"branch{number}", str(tree))
        (tree / "shop.py").write_text(f"total = {number}\n")
        subprocess.run(["git", "add", "."], cwd=tree, env=dict(project.machine.environment), check=True)
    running = [
        subprocess.Popen(
            ["git", "commit", "-m", "change"],
            cwd=tree,
            env=dict(project.machine.environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for tree in trees
    ]
    said = [process.communicate(timeout=120)[0] for process in running]
    assert [process.returncode for process in running] == [0] * len(trees), said
    assert not any("nothing is remembered" in each or "set aside" in each for each in said)
    for tree in trees:
        subprocess.run(["git", "reset", "-q", "--soft", "HEAD~"], cwd=tree, check=True)
        done = project.machine.run("lok-hunt", cwd=tree)
        assert "scripted remembered" in done.said


def test_a_corrupt_file_is_set_aside_and_said(project: Project, configure: Configure) -> None:
    reviewer = configure()
    project.stage("shop.py", "total = 1\n")
    project.run("lok-hunt")
    kept = project.kept / "memory.sqlite"
    kept.write_bytes(b"not a database" * 1000)
    done = project.run("lok-hunt")
    assert done.code == 0
    assert "set aside as memory.sqlite.corrupt-1, and begun again" in notes(done)
    assert (kept.with_name("memory.sqlite.corrupt-1")).read_bytes().startswith(b"not a database")
    assert "scripted remembered" in project.run("lok-hunt").said
    assert len(reviewer.requests()) == 2


@pytest.mark.parametrize("obstacle", ["a file", "a link"])
def test_where_nothing_can_be_kept_the_review_goes_on_and_says_so(
    project: Project, configure: Configure, tmp_path: Path, obstacle: str
) -> None:
    reviewer = configure()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    project.kept.parent.mkdir(parents=True)
    if obstacle == "a link":
        project.kept.symlink_to(elsewhere)
    else:
        project.kept.write_text("in the way")
    project.stage("shop.py", BAD)
    for _ in range(2):
        done = project.run("lok-hunt")
        assert done.code == 1
        assert notes(done).count("nothing is remembered") == 1
    assert sum("round: " not in request["prompt"] for request in reviewer.requests()) == 2
    assert list(elsewhere.iterdir()) == []


def test_without_a_home_every_command_goes_on_and_says_what_is_missing(project: Project, configure: Configure) -> None:
    configure()
    project.stage("shop.py", BAD)
    nowhere = {"HOME": "", "XDG_STATE_HOME": ""}
    report = json.loads(project.run("lok-hunt", "--format", "json", env=nowhere).said)
    assert report["exit_code"] == 1
    missing = "neither XDG_STATE_HOME nor HOME names a folder"
    dismissing = ("dismiss", report["findings"][0]["id"], "--because", "it is nothing")
    for command, code in ((("cache", "stats"), 2), (("cache", "clear"), 2), (("doctor",), 0), (dismissing, 2)):
        done = project.run("lok", *command, env=nowhere)
        assert (done.code, missing in notes(done)) == (code, True), done.said
    assert project.run("lok", "backends", env=nowhere).code == 0
    assert json.loads(project.run("lok", "trust", "--json", env=nowhere).said)["record"] == ""


def test_what_is_kept_is_for_its_user_alone_and_holds_no_secret(project: Project, configure: Configure) -> None:
    secret = "ghp_" + "wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0p" + "INUx"
    configure("quotes the code")
    project.stage("shop.py", f'token = "{secret}"\nvalue = PLANTED_BUG\n')
    project.run("lok-review", "--staged")
    folder = project.kept
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert (folder / "memory.sqlite") in files
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert not any(secret.encode() in path.read_bytes() for path in files)


def test_lok_cache_shows_and_clears(project: Project, configure: Configure) -> None:
    reviewer = configure()
    assert "nothing is remembered" in project.run("lok", "cache", "stats").said
    project.stage("shop.py", "total = 1\n")
    project.run("lok-hunt")
    assert "remembered answers and verdicts" in project.run("lok", "cache", "stats").said
    stats = json.loads(project.run("lok", "cache", "stats", "--json").said)
    assert (stats["schema"], stats["texts"] >= 2) == ("lok-hooks/cache/1", True)
    assert "nothing is remembered" in project.run("lok", "cache", "clear").said
    assert "remembered" not in project.run("lok-hunt").said
    assert len(reviewer.requests()) == 2
