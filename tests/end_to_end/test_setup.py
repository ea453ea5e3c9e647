"""doctor, backends, init, install, uninstall, completion and --version, as a user types them."""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lok_hooks.cli.commands.completion import SHELLS
from lok_hooks.cli.main import make_parser
from lok_hooks.cli.table import COMMANDS
from tests.end_to_end.captures import check_capture
from tests.end_to_end.conftest import Project, Reviewer
from tests.end_to_end.terminal import Terminal

Configure = Callable[..., Reviewer]
BAD = "value = PLANTED_BUG\n"
SAYS = {"codex": "codex-cli 0.169.0", "gemini": "0.61.0", "claude": "2.1.197 (Claude Code)"}


@pytest.fixture
def programs(project: Project) -> Iterator[Path]:
    """A PATH with git and the vendors' programs alone, which say their versions and nothing else. Short, so that
    the doctor's page is laid out alike wherever the tests run."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        yield filled(Path(name), project)


def filled(folder: Path, project: Project) -> Path:
    for name in ("git", "sh", "cat", "env", "dirname"):
        found = shutil.which(name)
        assert found
        (folder / name).symlink_to(found)
    for name, said in SAYS.items():
        (folder / name).write_text(f"#!/bin/sh\n[ \"$1\" = --version ] && echo '{said}' || exit 9\n")
        (folder / name).chmod(0o755)
    assert isinstance(project.machine.environment, dict)
    vendors = ("ANTHROPIC", "CLAUDE", "CODEX", "GEMINI", "GOOGLE", "OPENAI")
    for name in [name for name in project.machine.environment if name.startswith(vendors)]:
        del project.machine.environment[name]
    project.machine.environment["PATH"] = f"{folder}{os.pathsep}{Path(sys.executable).parent}"
    return folder


def log_in(project: Project) -> None:
    (project.machine.home / ".codex").mkdir()
    (project.machine.home / ".codex" / "auth.json").write_text("{}")


def test_the_capture_of_doctor(project: Project, programs: Path) -> None:
    log_in(project)
    (programs / "gemini").unlink()
    (programs / "claude").write_text("#!/bin/sh\necho '1.9.0 (Claude Code)'\n")
    project.run("lok", "install", "pre-commit")
    project.write("lok.toml", '[backends.team]\ncommand = "our-reviewer"\n')
    done = project.run("lok", "doctor", env={"ANTHROPIC_API_KEY": "k"})
    shown = done.said.replace(str(programs), "/usr/local/bin")
    shown = re.sub(r"(Python |✓ git +|ruff |detect-secrets |lok-hooks )\d+(\.\d+)+", r"\g<1>1.2.3", shown)

    assert done.code == 0
    check_capture("doctor", "lok doctor", shown)


def test_doctor_exits_with_4_when_nobody_can_be_asked(project: Project, programs: Path) -> None:
    done = project.run("lok", "doctor", "--json")
    report = json.loads(done.said)

    assert (done.code, report["usable"]) == (4, [])
    assert {b["name"]: b["fit"] for b in report["backends"] if b["version"] and b["role"] == "model"} == {
        "codex": "known",
        "gemini": "known",
        "claude": "known",
    }
    assert {check["name"] for check in report["checks"]} == {
        "git",
        "pre-commit hook",
        "pre-push hook",
        "trust",
        "memory",
    }


def test_doctor_outside_a_repository(project: Project, programs: Path, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    project.git("init", "-q", "--bare", tmp_path / "bare.git")
    for name, problem, advice in (
        ("plain", "is not inside a git repository", "start one with `git init`"),
        ("bare.git", "has no work tree", "for example a clone"),
    ):
        done = project.run("lok", "doctor", "--dir", tmp_path / name, "--json")
        (check,) = json.loads(done.said)["checks"]
        assert (check["state"], problem in check["text"], advice in check["advice"]) == ("warn", True, True)
    assert project.run("lok", "doctor", "--dir", tmp_path / "nowhere").code == 2


def test_doctor_says_that_nothing_can_be_remembered(project: Project, programs: Path) -> None:
    project.kept.parent.mkdir(parents=True)
    project.kept.write_text("in the way")
    checks = json.loads(project.run("lok", "doctor", "--json").said)["checks"]
    (check,) = [check for check in checks if check["name"] == "memory"]
    assert (check["state"], check["text"]) == ("warn", f"{project.kept}: is no folder")


def test_a_hook_that_is_commented_out_counts_as_not_listed(project: Project) -> None:
    for listed, words in (("  - id: lok-hunt", "listed for pre-commit"), ("#  - id: lok-hunt", "not installed")):
        project.write(".pre-commit-config.yaml", f"repos:\n{listed}\n")
        checks = json.loads(project.run("lok", "doctor", "--json").said)["checks"]
        (check,) = [check for check in checks if check["name"] == "pre-commit hook"]
        assert check["text"].startswith(words)


def test_doctor_probes_only_when_told(project: Project, configure: Configure) -> None:
    reviewer = configure("prose")
    assert project.run("lok", "doctor").code == 0
    assert reviewer.requests() == []
    done = project.run("lok", "doctor", "--probe")
    assert done.code == 0
    assert "answered in" in done.said
    assert len(reviewer.requests()) == 1


def test_a_probe_is_told_step_by_step_with_v(project: Project, configure: Configure) -> None:
    configure("prose")
    project.run("sh", "-c", "lok doctor --probe -v >shown 2>told")
    assert "scripted · probe\n" in project.read("told")
    assert "Reply with one word: ready" in project.read("told")
    assert re.search(r"scripted answered probe 1/1 after \d", project.read("told"))
    assert project.run("sh", "-c", "lok doctor --probe 2>&1 >shown").said == ""


def test_no_limit_means_none_for_a_probe_a_look_and_a_workflow(project: Project, configure: Configure) -> None:
    configure("prose")
    done = project.run("lok", "doctor", "--probe", "--budget", "0")
    assert (done.code, "answered in" in done.said) == (0, True)
    assert "timed out" not in project.run("lok", "hunt", "--budget", "0").said
    project.write("w.toml", '[[steps]]\nname = "a"\nbackend = "scripted"\nprompt = "Why?"\n')
    assert project.run("lok", "run", "./w.toml", "--budget", "0").code == 0


@pytest.mark.parametrize(
    ("flags", "limit"), [((), " of 60 s"), (("--probe", "--budget", "50"), " of 50 s"), (("--budget", "0"), "")]
)
def test_doctor_shows_progress_on_a_terminal(
    project: Project, programs: Path, flags: tuple[str, ...], limit: str
) -> None:
    log_in(project)
    (programs / "codex").write_text("#!/bin/sh\nsleep 1\n[ \"$1\" = --version ] && echo 'codex-cli 0.169.0'\n")
    (programs / "sleep").symlink_to(shutil.which("sleep") or "")
    terminal = Terminal(["lok", "doctor", *flags], project.path, project.machine.environment)
    try:
        terminal.wait()
        shown = terminal.shown()
    finally:
        terminal.close()
    assert "asking codex (--version)" in shown
    assert ("asking codex (probe)" in shown) == ("--probe" in flags)
    assert re.search(rf"… \d s{limit}(?! of)", shown)
    assert "judging" not in shown


def test_a_failing_probe_is_told_in_the_programs_own_words(project: Project, configure: Configure) -> None:
    configure("crashes")
    done = project.run("lok", "doctor", "--probe")

    assert done.code == 4
    assert "cache is stale, come back tomorrow" in done.said


def test_backends_and_where_their_values_come_from(project: Project, programs: Path) -> None:
    project.write("lok.toml", '[backends.codex]\ntimeout = 7\ncommand = "./evil"\n')
    done = project.run("lok", "backends", "--explain", env={"LOK_TIMEOUT": "9"})

    assert done.code == 0
    # A long path may be broken over two lines, wherever the tests run.
    assert f"timeout7{project.path / 'lok.toml'}" in "".join(done.said.split())
    assert re.search(r"timeout +9 +environment LOK_TIMEOUT", done.said)
    assert "ignored until you trust it" in done.said
    names = [b["name"] for b in json.loads(project.run("lok", "backends", "--json").said)["backends"]]
    assert names == ["codex", "gemini", "claude", "ollama", "static"]


def test_who_was_not_chosen_is_not_said_to_be_switched_off(project: Project, configure: Configure) -> None:
    configure(more="[backends.second]\nkind = 'command'\ncommand = 'x'\n")
    for command in ("doctor", "backends"):
        done = project.run("lok", command, "-b", "scripted")
        (second,) = [line for line in done.said.splitlines() if "second" in line]
        assert second.endswith("not among -b")
        assert "switched off" in done.said  # codex, in lok.toml


def test_init_writes_what_fits_and_never_overwrites(project: Project, programs: Path) -> None:
    log_in(project)
    assert project.run("lok", "init").code == 0
    written = project.read("lok.toml")
    assert 'backends = ["codex"]' in written
    assert "gemini  not logged in" in written
    again = project.run("lok", "init")
    assert (again.code, project.read("lok.toml")) == (2, written)
    assert "is there already" in again.said
    assert project.run("lok", "doctor").code == 0


def test_init_as_one_document(project: Project, programs: Path) -> None:
    settings, hooks = str(project.path / "lok.toml"), str(project.path / ".pre-commit-config.yaml")

    def init(*flags: str) -> dict[str, object]:
        value: dict[str, object] = json.loads(project.run("lok", "init", "--json", *flags).said)
        assert value.pop("schema") == "lok-hooks/init/1"
        return value

    assert init() == {"written": [settings], "kept": [], "hooks": None}
    project.write(".pre-commit-config.yaml", "repos: []\n")
    assert init("--pre-commit") == {"written": [hooks], "kept": [settings], "hooks": "added"}
    assert init("--pre-commit") == {"written": [], "kept": [settings, hooks], "hooks": "there"}


def test_init_does_not_write_through_a_link(project: Project, programs: Path, tmp_path: Path) -> None:
    (project.path / "lok.toml").symlink_to(tmp_path / "elsewhere")

    assert project.run("lok", "init").code == 2
    assert not (tmp_path / "elsewhere").exists()


def test_init_does_not_add_hooks_where_a_link_leads(project: Project, configure: Configure, tmp_path: Path) -> None:
    configure()
    victim = tmp_path / "victim"
    victim.write_text("repos: []\n")
    (project.path / ".pre-commit-config.yaml").symlink_to(victim)
    done = project.run("lok", "init", "--pre-commit")
    assert (done.code, "a symbolic link stands in its place" in done.said) == (2, True), done.said
    assert victim.read_text() == "repos: []\n"


def test_init_adds_our_hooks_to_pre_commits_file(project: Project, configure: Configure) -> None:
    configure()
    before = "# ours\nrepos:\n  - repo: meta   # keep\n    hooks:\n      - id: identity\n"
    project.write(".pre-commit-config.yaml", before)
    assert project.run("lok", "init", "--pre-commit").code == 0
    after = project.read(".pre-commit-config.yaml")
    assert after.startswith(before)
    assert project.run("lok", "init", "--pre-commit").code == 0
    assert project.read(".pre-commit-config.yaml") == after

    project.git("add", ".pre-commit-config.yaml")
    project.run("pre-commit", "install")
    project.stage("a.py", BAD)
    done = project.commit()
    assert done.code == 1
    assert "a planted bug" in done.said
    assert "pre-commit hook  installed, run by pre-commit" in project.run("lok", "doctor").said


def test_init_changes_no_line_end_and_no_permission_of_pre_commits_file(project: Project) -> None:
    config = project.path / ".pre-commit-config.yaml"
    config.write_bytes(b"repos:\r\n  - repo: meta\r\n    hooks:\r\n      - id: identity\r\n")
    config.chmod(0o640)
    before = config.read_bytes()
    assert project.run("lok", "init", "--pre-commit").code == 0
    after = config.read_bytes()
    assert after.startswith(before)
    assert after.count(b"\n") == after.count(b"\r\n") > 4
    assert config.stat().st_mode & 0o7777 == 0o640


@pytest.mark.parametrize(("config", "said"), [(None, "lok install"), ("", "has no list of repos")])
def test_init_that_cannot_add_hooks_says_why_and_writes_nothing(
    project: Project, config: str | None, said: str
) -> None:
    if config is not None:
        project.write(".pre-commit-config.yaml", config)
    done = project.run("lok", "init", "--pre-commit")

    assert done.code == 2
    assert said in done.said
    assert not (project.path / "lok.toml").exists()


@pytest.fixture
def foreign(project: Project) -> Iterator[bytes]:
    """A pre-commit hook that somebody wrote, and still has afterwards."""
    hook = project.path / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_bytes(b"#!/bin/sh\necho the foreign hook ran\nexec true\n")
    hook.chmod(0o755)
    yield hook.read_bytes()
    assert project.run("lok", "uninstall").code == 0
    assert hook.read_bytes() == b"#!/bin/sh\necho the foreign hook ran\nexec true\n"
    assert not (hook.parent / "pre-push").exists()


def test_installed_hooks_refuse_and_accept_beside_a_foreign_one(
    project: Project, configure: Configure, foreign: bytes, tmp_path: Path
) -> None:
    configure()
    done = project.run("lok", "install")
    assert done.code == 0
    assert "pre-commit: our block stands before what was there" in done.said
    assert "pre-push: made" in done.said
    project.stage("a.py", BAD)
    refused = project.commit()
    assert (refused.code, "a planted bug" in refused.said, "foreign hook ran" in refused.said) == (1, True, False)
    project.stage("a.py", "x = 1\n")
    accepted = project.commit()
    assert (accepted.code, "foreign hook ran" in accepted.said) == (0, True)

    project.git("init", "-q", "--bare", tmp_path / "remote.git")
    project.git("remote", "add", "origin", tmp_path / "remote.git")
    assert project.run("git", "push", "-q", "origin", "main").code == 0
    project.seed({"b.py": BAD})
    pushed = project.run("git", "push", "origin", "main")
    assert (pushed.code, "lok-audit" in pushed.said) == (1, True)


def test_installed_hooks_do_not_need_our_scripts_on_the_path(project: Project, configure: Configure) -> None:
    configure()
    project.run("lok", "install", "pre-commit")
    project.stage("a.py", BAD)
    done = project.run("git", "commit", "-m", "x", env={"PATH": "/usr/bin:/bin"})

    assert (done.code, "a planted bug" in done.said) == (1, True)


def test_one_hook_can_be_chosen_and_only_ours(project: Project) -> None:
    project.run("lok", "install", "pre-push")
    hooks = project.path / ".git" / "hooks"

    assert (hooks / "pre-push").exists()
    assert not (hooks / "pre-commit").exists()
    assert project.run("lok", "install", "commit-msg").code == 2
    assert json.loads(project.run("lok", "install", "--json").said)["hooks"] == {
        "pre-commit": "made",
        "pre-push": "there",
    }
    assert json.loads(project.run("lok", "uninstall", "pre-commit", "--json").said)["hooks"] == {
        "pre-commit": "removed"
    }
    assert "our block is not there" in project.run("lok", "uninstall", "pre-commit").said


def test_hooks_ask_those_they_were_installed_with_and_are_taken_out_by_them(
    project: Project, configure: Configure
) -> None:
    reviewer = configure(more="[backends.second]\nkind = 'command'\ncommand = 'not-there'\n")
    assert project.run("lok", "install", "-b", "scriptd").code == 2
    assert not (project.path / ".git" / "hooks" / "pre-push").exists()
    done = project.run("lok", "install", "pre-commit", "-b", "second")
    assert "pre-commit: made, asking second alone" in done.said
    project.run("lok", "install", "pre-push", "-b", "scripted")
    project.stage("a.py", BAD)
    assert "second: missing" in project.commit().said
    assert reviewer.requests() == []
    assert "installed, asking second alone" in project.run("lok", "doctor").said

    left = json.loads(project.run("lok", "uninstall", "-b", "scripted", "--json").said)["hooks"]
    assert left == {"pre-commit": "left", "pre-push": "removed"}
    done = project.run("lok", "install", "pre-commit")
    assert "note: pre-commit asked second alone before" in done.said
    project.stage("b.py", BAD)
    assert "a planted bug" in project.commit().said


def test_v_tells_every_file_looked_at_and_what_became_of_it(project: Project) -> None:
    hooks = project.path / ".git" / "hooks"
    for command, now in (("install", "nothing, now ours"), ("uninstall", "ours, now nothing")):
        project.run("sh", "-c", f"lok {command} -v 2>told >shown")
        assert project.read("told").splitlines()[:4] == [
            f"looked for hooks in {hooks}",
            f"{hooks / 'pre-commit'}: {now}",
            f"{hooks / 'pre-commit.legacy'}: nothing; left as it is",
            f"{hooks / 'pre-commit.before-lok'}: nothing; left as it is",
        ]
        assert "looked for" not in project.run("lok", command).said
        project.run("lok", "uninstall" if command == "uninstall" else "install")


@pytest.mark.parametrize(
    ("path", "words"),
    [(".husky/_", "husky writes"), ("hooks", "leads into the work tree"), ("/shared", "every repository")],
)
def test_places_that_are_not_what_they_seem_are_pointed_out(
    project: Project, tmp_path: Path, path: str, words: str
) -> None:
    project.git("config", "core.hooksPath", f"{tmp_path}{path}" if path.startswith("/") else path)
    done = project.run("lok", "install", "pre-commit")

    assert done.code == 0
    assert words in done.said


def test_the_version_names_the_parts(project: Project) -> None:
    done = project.run("sh", "-c", "lok --version 2>/dev/null")

    assert done.code == 0
    for part in ("lok-hooks 0.", "Python", "git", "ruff", "GitPython", "detect-secrets"):
        assert re.search(rf"^ *{re.escape(part)}.*\d+\.\d+", done.said, re.MULTILINE), part
    program = (
        "import sys\nfrom lok_hooks.cli.main import make_parser\ntry:\n    make_parser([]).parse_args(['--version'])\n"
    )
    program += "except SystemExit:\n    print(sorted({'git', 'pydantic', 'rich', 'subprocess'} & set(sys.modules)))\n"
    assert project.run(sys.executable, "-c", program).said.endswith("[]\n")


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_offers_every_command_and_every_flag(project: Project, shell: str) -> None:
    done = project.run("lok", "completion", shell)
    assert done.code == 0
    commands = [command.name for command in COMMANDS]
    (chosen,) = (action for action in make_parser(commands)._actions if action.dest == "command")
    parsers: dict[str, argparse.ArgumentParser] = dict(chosen.choices or {})
    flags = {flag for parser in parsers.values() for action in parser._actions for flag in action.option_strings}
    words = re.findall(r"[\w-]+", done.said)
    assert set(commands) <= set(words)
    # fish is told of flags without their dashes.
    assert {flag.lstrip("-") for flag in flags} <= {word.lstrip("-") for word in words}


# What is typed before the tab, and the word that comes of it.
COMPLETED = {
    "lok hu": "hunt", "lok trust --re": "--revoke", "lok hunt --format s": "sarif", "lok completion z": "zsh",
    "lok doctor --dir hoo": "hooked", "lok debate -o REA": "README", "lok ask -b scri": "scripted",
    "lok run rel": "release", "lok install pre-p": "pre-push",
}  # fmt: skip
# Loads our script as the shell's manual says; `lok` shows the last word of the finished line.
LOADED = {
    "bash": (".bashrc", ". ~/_lok"),
    "zsh": (".zshrc", "fpath=(~ $fpath); autoload -U compinit; compinit -u -D"),
}
LOK = 'lok() { echo "<${@:$#}>"; }'


@pytest.mark.parametrize("shell", SHELLS)
def test_the_shell_completes(project: Project, configure: Configure, shell: str) -> None:
    program = real_shell(shell)
    configure()
    (project.path / "hooked").mkdir()
    project.write(".lok/workflows/release.toml", "")
    script = project.machine.home / "_lok"
    script.write_text(project.run("lok", "completion", shell, "--dir", ".").said)
    if shell == "fish":
        asked = "; ".join(f"complete -C '{typed}'" for typed in COMPLETED)
        done = project.run(program, "--no-config", "-c", f"source '{script}'; {asked}")
        assert [line.split("\t")[0].rstrip("/") for line in done.said.splitlines()] == list(COMPLETED.values())
        return
    name, text = LOADED[shell]
    (project.machine.home / name).write_text(f"{text}\n{LOK}\n")
    terminal = Terminal([program, "-i"], project.path, project.machine.environment)
    try:
        terminal.press(("\t\n".join(COMPLETED) + "\t\nexit\n").encode())
        assert terminal.wait() == 0
        said = re.findall("<([^<>]*)>", terminal.shown())
        assert [word.rstrip("/") for word in said] == list(COMPLETED.values())
    finally:
        terminal.close()


def real_shell(name: str) -> str:
    """The shell's program."""
    if found := shutil.which(name):
        return found
    reason = f"{name} is not installed"
    if os.environ.get("LOK_TEST_SHELLS") or os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
