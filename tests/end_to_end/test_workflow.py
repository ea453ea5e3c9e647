"""`lok run`, `lok workflow`, `lok tasks`, `lok explain` and `lok pr` as people type them."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end import explorer, worker
from tests.end_to_end.conftest import Machine, Project
from tests.end_to_end.terminal import Terminal
from tests.end_to_end.test_interrupt import eventually, is_running

ORIGINALS = Path(__file__).parents[1] / "config" / "data" / "lok"
SETTINGS = """\
[backends.codex]
enabled = false
[backends.gemini]
enabled = false
[backends.claude]
enabled = false
[backends.ollama]
enabled = false
[backends.static]
enabled = false
[tasks.hunt]
description = "Bugs"
backends = ["looks"]
prompts = [{{ name = "bugs", prompt = "Find bugs." }}]
[tasks.release]
description = "What keeps us from releasing"
backends = ["looks"]
prompts = [{{ name = "ready", prompt = "Is it ready?" }}]
[backends.looks]
kind = "command"
command = {python}
args = [{explorer}, {log}, "looks"]
"""
GH = """\
#!/bin/sh
for word in "$@"; do printf '%s\\n' "$word" >> "$GH_LOG"; done
printf 'END OF CALL\\n' >> "$GH_LOG"
case "$1 $2" in
    "pr diff") if [ -f pr.diff ]; then cat pr.diff; else echo "+changed line"; fi ;;
    "pr view" | "issue view") echo '{"number": '"$3"', "title": "A title"}' ;;
esac
"""
Workers = Callable[..., Path]
PROMPT = 'backend = "{name}"\nprompt = "{text}"'


@pytest.fixture
def workers(machine: Machine, tmp_path: Path) -> Workers:
    """Makes models by name and behaviour; returns where their requests are written down."""

    def make(more: str = "", **behaviours: str) -> Path:
        log = tmp_path / "worked.jsonl"
        text = SETTINGS.format(
            python=json.dumps(sys.executable), explorer=json.dumps(explorer.__file__), log=json.dumps(str(log))
        )
        for name, behaviour in behaviours.items():
            arguments = json.dumps([worker.__file__, str(log), behaviour])
            text += f'[backends.{name}]\nkind = "command"\ncommand = {json.dumps(sys.executable)}\nargs = {arguments}\n'
        settings = tmp_path / "lok.toml"
        settings.write_text(text + more, encoding="utf-8")
        assert isinstance(machine.environment, dict)
        machine.environment["LOK_CONFIG"] = str(settings)
        return log

    return make


@pytest.fixture
def gh(machine: Machine, tmp_path: Path) -> Callable[[], list[list[str]]]:
    """Puts a gh on PATH that writes down how it is called; returns what tells it."""
    folder = tmp_path / "programs"
    folder.mkdir(exist_ok=True)
    program, log = folder / "gh", tmp_path / "gh.log"
    program.write_text(GH)
    program.chmod(0o755)
    assert isinstance(machine.environment, dict)
    machine.environment["PATH"] = f"{folder}:{machine.environment['PATH']}"
    machine.environment["GH_LOG"] = str(log)

    def calls() -> list[list[str]]:
        return [call.split("\n")[:-1] for call in log.read_text().split("END OF CALL\n")[:-1]] if log.exists() else []

    return calls


def prompts(log: Path) -> list[str]:
    return [json.loads(line)["prompt"] for line in log.read_text().splitlines()] if log.exists() else []


def users_workflow(machine: Machine, name: str, text: str) -> None:
    folder = machine.home / ".config" / "lok" / "workflows"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.toml").write_text(text)


def step(name: str, more: str) -> str:
    return f'[[steps]]\nname = "{name}"\n{more}\n'


def test_the_originals_fix_comments_through_gh(
    project: Project, workers: Workers, gh: Callable[[], list[list[str]]]
) -> None:
    log = workers(sane="injects")
    users_workflow(project.machine, "fix", (ORIGINALS / "workflow-fix.toml").read_text())
    done = project.run("lok", "run", "fix", "123", "-b", "sane")
    assert done.code == 0, done.said
    assert any('Propose a fix for this issue:\n\n{"number": 123' in prompt for prompt in prompts(log))
    view, comment = gh()
    assert view[:3] == ["issue", "view", "123"]
    assert comment[:4] == ["issue", "comment", "123", "--body"]
    body = "\n".join(comment[4:])
    # The answer tried everything to become a command; it arrived as text, and nothing ran.
    assert body.startswith(
        "## lok Proposal (Sane consensus)\n\n'; touch pwned; \" $(touch pwned) `touch pwned`\nLOKEOF\n"
    )
    assert body.endswith("*Automated proposal by lok fix workflow. Conductor will implement.*")
    assert not (project.path / "pwned").exists()


def test_the_originals_review_runs_answers_only_when_allowed(
    project: Project, workers: Workers, gh: Callable[[], list[list[str]]]
) -> None:
    workers(sane="reviews a pull request")
    users_workflow(project.machine, "review-pr", (ORIGINALS / "workflow-review-pr.toml").read_text())
    done = project.run("lok", "run", "review-pr", "31", "-b", "sane")
    assert done.code == 4
    assert (
        "! run_followups 0.0 s · not run: it would run an answer as shell commands; --run-answers lets it" in done.said
    )
    (comment,) = [call for call in gh() if call[:2] == ["pr", "comment"]]
    assert "### Verdict: NEEDS_WORK" in comment
    assert 'touch pwned $(touch pwned) it\'s "quoted"' in "\n".join(comment)
    assert not any(call[:2] == ["issue", "create"] for call in gh())
    allowed = project.run("lok", "run", "review-pr", "31", "-b", "sane", "--run-answers")
    assert allowed.code == 0
    assert ["issue", "create", "--title", "Mend x", "--body", "in a.py", "--label", "bug"] in gh()
    assert not (project.path / "pwned").exists()


RUNS_AN_ANSWER = (
    step("write", 'backend = "sane"\nprompt = "Write commands."')
    + step("run", 'shell = "{{ steps.write.output }}"')
    + step("beside", "shell = 'echo beside'")
)


def at_a_terminal(project: Project, *flags: str) -> Terminal:
    users_workflow(project.machine, "obeys", RUNS_AN_ANSWER)
    return Terminal(("lok", "run", "obeys", "--color", "never", *flags), project.path, project.machine.environment)


@pytest.mark.parametrize(
    ("early", "answer", "code"),
    [(b"", b"y\n", 0), (b"", b"YES\n", 0), (b"", b"\n", 4), (b"", b"yess\n", 4), (b"", b"\x04", 4), (b"y\n", b"\n", 4)],
)
def test_a_person_sees_the_commands_of_an_answer_and_is_asked(
    project: Project, workers: Workers, early: bytes, answer: bytes, code: int
) -> None:
    workers(sane="writes commands")
    terminal = at_a_terminal(project)
    try:
        terminal.press(early)
        terminal.await_words("Run them? [y/N]")
        assert not (project.path / "made").exists()
        terminal.press(answer)
        assert terminal.wait() == code
        shown = terminal.shown()
    finally:
        terminal.close()
    assert "run would run these commands, which an answer brought:" in shown
    assert "\r\n  touch made; printf 'one\\x1b[2Ktwo' > said\r\n  # \\u202eover\\ttab\r\n" in shown
    assert shown.count("Run them?") == 1
    assert (project.path / "made").exists() == (code == 0)
    assert ("! run" in shown and "not run: you did not let it run these commands" in shown) == (code == 4)
    if code == 0:
        assert (project.path / "said").read_bytes() == b"one\x1b[2Ktwo"


def test_nobody_answers_before_the_time_is_over(project: Project, workers: Workers) -> None:
    workers(sane="writes commands")
    terminal = at_a_terminal(project, "--budget", "4")
    try:
        terminal.await_words("Run them? [y/N]")
        assert terminal.wait(seconds=30) == 4
    finally:
        terminal.close()
    assert not (project.path / "made").exists()


def test_ctrl_c_is_an_answer(project: Project, workers: Workers) -> None:
    workers(sane="writes commands")
    terminal = at_a_terminal(project)
    try:
        terminal.await_words("Run them? [y/N]")
        terminal.press(b"\x03")
        assert terminal.wait(seconds=20) == 130
        assert "Fatal" not in terminal.shown()
    finally:
        terminal.close()
    assert not (project.path / "made").exists()


def test_an_argument_that_nobody_gave_is_told_of_once(project: Project, workers: Workers) -> None:
    workers(sane="answers")
    text = step("show", "shell = 'echo [{{ arg.1 }}] {{ arg.1 }} {{ arg.name }}'")
    users_workflow(project.machine, "asks", text)
    note = "workflow asks: not given, so empty: arg.1, arg.name"
    done = project.run("lok", "run", "asks")
    assert (done.code, done.said.count(f"note: {note}\n")) == (0, 1)
    assert "[]" in done.said
    said = project.run("lok", "run", "asks", "--json").said
    told, _, document = said.partition("{\n")
    assert told.count(note) == 1
    assert note in json.loads("{\n" + document)["notes"]
    assert "note:" not in project.run("lok", "run", "asks", "one", "--name", "two").said
    # The original's way to see whether there is one.
    users_workflow(project.machine, "theirs", (ORIGINALS / "workflow-diff.toml").read_text())
    project.stage("new.py", "staged = 1\n")
    theirs = project.run("lok", "run", "theirs", "-b", "sane")
    assert theirs.code == 0
    assert "workflow diff: not given, so empty: arg.1, arg.unstaged" in theirs.said
    assert "note:" not in project.run("lok", "run", "--workflow", "diff", "-b", "sane").said


@pytest.mark.parametrize("name", ["diff", "explain", "audit", "hunt"])
def test_our_own_workflows_run(project: Project, workers: Workers, name: str) -> None:
    project.stage("new.py", "staged = 1\n")
    workers(sane="answers")
    done = project.run("lok", "run", name, "--workflow", "--json")
    value = json.loads(done.said)
    assert done.code == 0
    assert {each["state"] for each in value["steps"]} == {"done"}
    assert all("I was asked" in output for output in value["outputs"].values())


def test_explaining_shows_nothing_that_a_link_leads_to(project: Project, workers: Workers, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("lies elsewhere\n")
    for name in ("README.md", "pyproject.toml"):
        (project.path / name).symlink_to(tmp_path / "secret")
    log = workers(sane="answers")
    assert project.run("lok", "run", "explain", "--workflow").code == 0
    assert "Its manifests:" in "".join(prompts(log))
    assert "lies elsewhere" not in "".join(prompts(log))


def test_in_a_pipe_the_answer_stands_alone(project: Project, workers: Workers) -> None:
    workers(one="answers")
    users_workflow(project.machine, "w", step("a", PROMPT.format(name="one", text="Say hello")))
    done = project.run("sh", "-c", "lok run w 2>messages")
    assert done.said == "I was asked 9 characters: \\x1b[31mSay hello\n"
    assert "✓ a" in project.read("messages")


def test_independent_steps_run_at_the_same_time(project: Project, workers: Workers) -> None:
    workers(one="meets three others", two="meets three others")
    prompts = (PROMPT.format(name=name, text=name) for name in ("one", "two", "one", "two"))
    users_workflow(project.machine, "w", "".join(step(f"s{n}", prompt) for n, prompt in enumerate(prompts)))
    done = project.run("lok", "run", "w", "--json", "--no-cache")
    assert [each["state"] for each in json.loads(done.said)["steps"]] == ["done"] * 4


def test_a_projects_commands_need_trust(project: Project, workers: Workers, tmp_path: Path) -> None:
    workers(sane="answers")
    text = step("go", 'shell = "touch went; echo went"')
    project.write(".lok/workflows/go.toml", text)
    for argv in (["go"], [".lok/workflows/go.toml"]):
        done = project.run("lok", "run", *argv)
        assert done.code == 2
        assert "its shell steps (go) came with the repository and are not trusted" in done.said
    assert not (project.path / "went").exists()
    assert project.run("lok", "run", "go", "--trust-tree").code == 0
    assert (project.path / "went").exists()
    project.run("rm", "went")
    trusted = project.run("lok", "trust", "--yes")
    assert trusted.code == 0, trusted.said
    assert project.run("lok", "run", "go").code == 0
    project.write(".lok/workflows/go.toml", text + "# changed\n")
    assert project.run("lok", "run", "go").code == 2
    shutil.copy(project.path / ".lok/workflows/go.toml", tmp_path / "mine.toml")
    assert project.run("lok", "run", tmp_path / "mine.toml").code == 0


def test_no_way_around_trust(project: Project, workers: Workers, tmp_path: Path) -> None:
    workers()
    text = step("go", 'shell = "touch went"')
    outside, other = tmp_path / "outside.toml", tmp_path / "clone"
    outside.write_text(text)
    (project.path / ".lok" / "workflows").mkdir(parents=True)
    (project.path / ".lok" / "workflows" / "go.toml").symlink_to(outside)
    (other / ".lok" / "workflows").mkdir(parents=True)
    (other / ".lok" / "workflows" / "theirs.toml").write_text(text)
    project.git("init", "-q", other)
    project.write("tools/go.toml", text)
    for name, way in (
        ("go", f"lok trust --dir {project.path}"),
        (other / ".lok" / "workflows" / "theirs.toml", f"lok trust --dir {other}"),
        ("tools/go.toml", f"move it to {project.path}/.lok/workflows and lok trust it"),
    ):
        done = project.run("lok", "run", name)
        assert done.code == 2
        assert "are not trusted" in done.said
        assert f"read them, then: {way} (or --trust-tree" in done.said
    assert not (project.path / "went").exists()


def test_ctrl_c_ends_every_step(project: Project, workers: Workers) -> None:
    workers()
    started = project.path / "started"
    users_workflow(
        project.machine,
        "w",
        step("a", 'shell = "echo $$ > started; sleep 60"') + step("b", 'shell = "sleep 60"'),
    )
    terminal = Terminal(("lok", "run", "w"), project.path, project.machine.environment)
    try:
        assert eventually(lambda: started.exists() and bool(started.read_text().strip()))
        pid = int(started.read_text())
        terminal.press(b"\x03")
        assert terminal.wait() == 130
        assert eventually(lambda: not is_running(pid))
    finally:
        terminal.close()


def test_a_projects_prompts_need_none(project: Project, workers: Workers) -> None:
    workers(sane="answers")
    project.write(".lok/workflows/ask.toml", step("a", PROMPT.format(name="sane", text="x")))
    assert project.run("lok", "run", "ask").code == 0


def test_mistakes_stop_before_anything_runs(project: Project, workers: Workers) -> None:
    log = workers(sane="answers")
    text = step("a", 'shell = "touch went"') + step("b", 'prompt = "{{ steps.c.output }}"\nbackend = "sain"')
    users_workflow(project.machine, "w", text)
    done = project.run("lok", "run", "w")
    assert done.code == 2
    assert 'workflows/w.toml:7: step "b": backend: no backend is called "sain"; did you mean "sane"?' in done.said
    assert 'workflows/w.toml:6: step "b": prompt: no step is called "c"' in done.said
    assert not (project.path / "went").exists()
    assert prompts(log) == []


def test_a_step_that_has_nothing_to_do_says_why(project: Project, workers: Workers) -> None:
    log = workers(sane="answers")
    done = project.run("lok", "run", "--workflow", "diff")
    assert (done.code, prompts(log)) == (0, [])
    assert "· review 0.0 s · skipped: step change brought nothing" in done.said


def test_a_command_that_hangs_is_ended(project: Project, workers: Workers) -> None:
    workers()
    users_workflow(project.machine, "w", step("a", 'shell = "sleep 60"\ntimeout = 1000'))
    started = time.monotonic()
    done = project.run("lok", "run", "w")
    assert done.code == 4
    assert "a 1." in done.said
    assert "failed: shell: timed out: not ended within 1 s" in done.said
    assert time.monotonic() - started < 20


def test_one_that_fails_does_not_take_the_answer_away(project: Project, workers: Workers) -> None:
    workers(good="answers", broken="crashes")
    users_workflow(project.machine, "w", step("a", 'backends = ["broken", "good"]\nprompt = "What?"'))
    done = project.run("lok", "run", "w")
    assert done.code == 0
    assert "I was asked 5 characters" in done.said
    assert "without broken: crashed: exit code 7: cache is stale, come back tomorrow" in done.said


def test_a_task_goes_over_a_directory(project: Project, workers: Workers) -> None:
    workers()
    project.seed({"app/a.py": "value = PLANTED_BUG\n"})
    done = project.run("lok", "run", "release", "app", "--json", "--fail-on", "high")
    value = json.loads(done.said)
    assert done.code == 1
    assert [finding["path"] for finding in value["findings"]] == ["a.py"]
    assert value["command"] == "lok run release"
    assert json.loads(project.run("lok", "run", "--json", "release", "app").said)["directory"] == "app"


def test_your_own_workflow_stands_over_a_task_and_ours_does_not(project: Project, workers: Workers) -> None:
    workers(sane="answers")
    assert '"schema": "lok-hooks/sweep/1"' in project.run("lok", "run", "hunt", "--json").said
    users_workflow(project.machine, "hunt", step("a", PROMPT.format(name="sane", text="mine")))
    assert '"schema": "lok-hooks/workflow/1"' in project.run("lok", "run", "hunt", "--json").said


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["run", "relaese"], 'neither a task nor a workflow is called "relaese"; did you mean "release"?'),
        (["run", "--workflow", "hnut"], 'no workflow is called "hnut"; did you mean "hunt"?'),
        (["run", "./nowhere.toml"], "nowhere.toml: there is no such file"),
        (["run", ".git/"], ".git: cannot be read (Is a directory)\n  name a workflow's file"),
        (["run"], "lok run: error: the following arguments are required: NAME\n"),
        (["run", "hunt", "nowhere"], "nowhere: No such file or directory"),
        (["explain", "nowhere"], "nowhere: No such file or directory"),
        (["explain", "README"], "README: not a directory"),
        (["pr", "x"], "'x' is not the number of a pull request"),
        (["tasks", "--dir", "nowhere"], "nowhere: No such file or directory"),
    ],
)
def test_mistakes_are_named(project: Project, workers: Workers, argv: list[str], said: str) -> None:
    workers()
    done = project.run("lok", *argv)
    assert done.code == 2
    assert said in done.said


def test_ctrl_c_says_which_steps_stay_done(project: Project, workers: Workers) -> None:
    workers()
    build = step("build", "shell = 'echo built > made'")
    ship = step("ship", "depends_on = ['build']\nshell = 'touch begun; sleep 600'")
    users_workflow(project.machine, "go", build + ship + step("tell", "depends_on = ['ship']\nshell = 'true'"))
    terminal = Terminal(["lok", "run", "go"], project.path, project.machine.environment)
    try:
        assert eventually((project.path / "begun").exists)
        terminal.press(b"\x03")
        assert terminal.wait() == 130
        shown = terminal.shown()
    finally:
        terminal.close()
    assert "lok run: interrupted; done: build; in the middle of: ship; not begun: tell" in shown
    assert "nothing was changed" not in shown


def test_lists(project: Project, workers: Workers) -> None:
    workers(sane="answers")
    done = project.run("lok", "tasks")
    assert "release  What keeps us from releasing · looks · 1 question" in done.said
    values: dict[str, Any] = json.loads(project.run("lok", "tasks", "--json").said)
    assert [task["name"] for task in values["tasks"]] == ["hunt", "audit", "release"]
    project.write(".lok/workflows/hunt.toml", 'description = "ours"\n' + step("a", 'shell = "x"'))
    project.write(".lok/workflows/bad.toml", "[[steps]]\n")
    listed = project.run("lok", "workflow", "list").said
    assert "hunt (project)  ours" in listed
    assert "hunt (built-in, hidden by the one above)" in listed
    assert 'bad (project)  .lok/workflows/bad.toml:1: step "#1": name: missing' in listed
    rows = json.loads(project.run("lok", "workflow", "list", "--json").said)["workflows"]
    assert [row["name"] for row in rows if row["hidden"]] == ["hunt"]
    assert next(step["shell"] for row in rows for step in row["steps"] if row["name"] == "hunt") == "x"


def test_v_shows_the_steps_as_they_will_run_and_whom_they_ask(project: Project, workers: Workers) -> None:
    workers(sane="answers", other="answers")
    text = step("build", "shell = 'make all'") + step("ask", "prompt = 'Why {{ steps.build.output }}'\nretries = 2")
    project.write(
        ".lok/workflows/go.toml", text + step("end", "depends_on = ['build']\nbackend = 'sane'\nprompt = 'x'")
    )
    steps = [
        "    1. build · runs make all",
        "    2. ask · asks looks, sane, other (synthesis) · waits for build · tried 3",
    ]
    for action in ("list", "validate"):
        said = project.run("lok", "workflow", action, "-v").said
        assert all(line in said for line in (*steps, "    2. end · asks sane · waits for build"))
        assert "make all" not in project.run("lok", "workflow", action).said
    said = project.run("lok", "workflow", "validate", "go", "-v", "-b", "other").said
    assert "2. ask · asks other · waits for build" in said


def test_colour_is_what_the_flag_says(project: Project, workers: Workers) -> None:
    workers(sane="answers")
    users_workflow(
        project.machine, "go", step("a", "shell = 'echo x'") + step("b", PROMPT.format(name="sane", text="y"))
    )
    for words in ("workflow list", "workflow validate go", "run go", "run hunt", "tasks"):
        assert "\x1b[" not in project.run("lok", *words.split()).said
        assert "\x1b[1m" in project.run("lok", *words.split(), "--color", "always").said


def test_a_step_whose_backend_is_switched_off_says_so(project: Project, workers: Workers) -> None:
    workers()
    users_workflow(project.machine, "go", step("a", PROMPT.format(name="codex", text="x")))
    assert "codex: missing: switched off" in project.run("lok", "run", "go").said


def test_where_no_workflow_is_right_there_is_no_list(project: Project, workers: Workers) -> None:
    workers()
    project.write("w.toml", "name =")
    assert project.run("sh", "-c", "lok workflow validate w.toml 2>messages").said == ""
    assert "w.toml:1: not TOML" in project.read("messages")


def test_validate(project: Project, workers: Workers) -> None:
    workers(sane="answers")
    assert project.run("lok", "workflow", "validate").code == 0
    project.write("w.toml", step("a", 'shell = "x"\ndepends_on = ["b"]'))
    done = project.run("lok", "workflow", "validate", "w.toml", "diff")
    assert done.code == 2
    assert 'w.toml:4: step "a": depends_on: no step is called "b"' in done.said
    assert "built-in diff.toml: 2 steps, in order" in done.said


def test_explain_asks_one_and_shows_the_way(project: Project, workers: Workers) -> None:
    project.seed({"README.md": "# A shop\n", "app/main.py": "x = 1\n"})
    log = workers(sane="answers")
    done = project.run("lok", "explain", "-b", "sane", "--focus", "payment")
    assert done.code == 0
    assert "I was asked" in done.said
    (prompt,) = prompts(log)
    assert "Dwell on this: payment." in prompt
    assert "README.md begins:\n\n# A shop" in prompt
    assert "app/main.py" in prompt


def test_a_pull_request_is_reviewed(
    project: Project, configure: Callable[..., object], gh: Callable[[], list[list[str]]]
) -> None:
    configure()
    diff = "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1 +1,2 @@\n x = 1\n+value = PLANTED_BUG\n"
    project.write("pr.diff", diff)
    done = project.run("lok", "pr", "31", "--json", "--dir", ".")
    assert done.code == 1
    value = json.loads(done.said)
    assert (value["label"], [finding["line"] for finding in value["findings"]]) == ("pull request #31", [2])
    assert gh()[0] == ["pr", "diff", "31", "--color=never"]


@pytest.mark.parametrize("command", ["run", "tasks", "workflow", "explain", "pr"])
def test_help_has_an_example(project: Project, command: str) -> None:
    done = project.run("lok", command, "--help")
    assert done.code == 0
    assert f"example: lok {command}" in done.said
