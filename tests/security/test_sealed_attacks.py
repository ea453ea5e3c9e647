"""Repositories that attack whoever reviews them, through the real entry points and the real CLIs.

Every attack comes with its control: the same CLI, started in the same tree as its users start it, falls for it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.backends.cli_helpers import CLI_KINDS, KEY, KEY_NAME, Kind
from tests.backends.conftest import real_cli
from tests.end_to_end.conftest import Done, Machine, Project, machine
from tests.security.hostile_tree import (
    ATTACKS,
    Attack,
    Range,
    at,
    control,
    everything,
    new_range,
    own_address,
    places,
    section,
)

__all__ = ["at", "machine", "real_cli"]
RealCli = Callable[[str], Path]
OTHERS_OFF = "".join(f"[backends.{kind}]\nenabled = false\n" for kind in ("ollama", "static"))


@pytest.fixture
def project(machine: Machine, tmp_path: Path) -> Project:
    """A repository in a folder that an attacker filled as well, with a folder below and one staged change."""
    path = tmp_path / "parent" / "project"
    path.mkdir(parents=True)
    made = Project(machine=machine, path=path)
    made.git("init", "-q")
    made.seed({"README": "a project\n", "lib/README": "more of it\n"})
    made.stage("lib/shop.py", "count = len(items) + 1\n")
    return made


def settings(project: Project, kind: Kind, program: Path, url: str, api_key_env: str = KEY_NAME) -> Path:
    """The user's own lok.toml: one reviewer, the real CLI."""
    tasks = "".join(
        f'[tasks.{task}]\nbackends = ["{kind}"]\nprompts = [{{ name = "all", prompt = "Find faults." }}]\n'
        for task in ("hunt", "audit")
    )
    path = project.machine.home / "lok.toml"
    path.write_text(f"{OTHERS_OFF}{section(kind, program, url, api_key_env)}{tasks}")
    return path


def review(project: Project, command: str, config: Path, kind: Kind, cwd: Path, env: dict[str, str]) -> Done:
    """Any entry point, with temporary files below the attacker's folder, too."""
    temporary = project.path.parent / "tmp"
    temporary.mkdir(exist_ok=True)
    argv = [command, "--config", str(config), "--backend", kind, "--task", "hunt", "--format", "json"]
    argv += ["--staged"] if command == "lok-review" else []
    environment = {"TMPDIR": str(temporary), KEY_NAME: KEY, **env}
    done = project.machine.run(*argv, cwd=cwd, env=environment)
    assert list(temporary.iterdir()) == []
    return done


def assert_asked(at: Range, done: Done) -> None:
    """The model was really asked about the change, with the key, or the test would prove nothing."""
    asked = at.server.asked()
    assert asked, done.said
    assert "count = len(items) + 1" in json.dumps(asked[0]["body"])
    assert KEY in json.dumps(asked[0]["headers"])


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name.replace(" ", "-"))
def test_an_attack_that_works_on_the_cli_does_not_work_on_a_review(
    attack: Attack, project: Project, real_cli: RealCli, at: Range, tmp_path: Path
) -> None:
    program = real_cli(attack.kind)
    with new_range(tmp_path / "control") as elsewhere:
        victim = tmp_path / "victim"
        victim.mkdir()
        project.machine.run("git", "init", "-q", cwd=victim)
        (victim / "a.py").write_text("x = 1\n")
        control(attack, program, victim, tmp_path / "victims-home", elsewhere)
        assert attack.fires in elsewhere.fired()

    for folder in places(attack, project):
        at.plant(attack.files, folder)
    config = settings(project, attack.kind, program, own_address(attack, project.machine.home, at))
    done = review(project, "lok-hunt", config, attack.kind, project.path, {})
    assert at.fired() == set()
    assert_asked(at, done)


@pytest.mark.parametrize(("command", "folder"), [("lok-hunt", "."), ("lok-review", "lib")])
@pytest.mark.parametrize("kind", CLI_KINDS)
def test_all_attacks_at_once_from_everywhere(
    kind: Kind, command: str, folder: str, project: Project, real_cli: RealCli, at: Range
) -> None:
    for place in (project.path, project.path / "lib", project.path.parent, project.machine.home):
        at.plant(everything(), place)
    config = settings(project, kind, real_cli(kind), at.server.url)
    done = review(project, command, config, kind, project.path / folder, {})
    assert at.fired() == set()
    assert_asked(at, done)


@pytest.mark.parametrize("name", ["CLAUDE_CODE_OAUTH_TOKEN", "ANTHROPIC_AUTH_TOKEN"])
def test_all_attacks_at_once_on_a_login_by_subscription(
    name: str, project: Project, real_cli: RealCli, at: Range
) -> None:
    for place in (project.path, project.path.parent):
        at.plant(everything(), place)
    config = settings(project, "claude", real_cli("claude"), at.server.url, api_key_env="NOT_SET")
    done = review(project, "lok-hunt", config, "claude", project.path, {name: KEY})
    assert at.fired() == set()
    assert_asked(at, done)


@pytest.mark.parametrize("kind", CLI_KINDS)
def test_no_key_of_another_vendor_reaches_a_cli(kind: Kind, project: Project, at: Range, tmp_path: Path) -> None:
    seen = tmp_path / "environment"
    program = tmp_path / kind
    program.write_text(f"#!/bin/sh\nenv > {seen}\n")
    program.chmod(0o755)
    keys = {
        f"{vendor}_API_KEY": f"key-of-{vendor}"
        for vendor in ("ANTHROPIC", "GEMINI", "OPENAI", "CODEX", "GITHUB", "MISTRAL", "OPENROUTER")
    }
    others = {"AWS_SECRET_ACCESS_KEY": "key-of-aws", "GITHUB_TOKEN": "key-of-github", "NODE_OPTIONS": "--require /x.js"}
    others |= {"GOOGLE_APPLICATION_CREDENTIALS": "/key-of-google.json", "GOOGLE_API_KEY": "key-of-google"}
    config = settings(project, kind, program, at.server.url)
    review(project, "lok-hunt", config, kind, project.path, {**keys, **others})
    names = {line.partition("=")[0] for line in seen.read_text().splitlines()}
    own = {"codex": {"CODEX_API_KEY"}, "gemini": {"GEMINI_API_KEY"}, "claude": {"ANTHROPIC_API_KEY"}}
    assert names & {*keys, *others} == own[kind]


def test_a_killed_review_leaves_a_login_that_the_next_one_removes(project: Project, at: Range, tmp_path: Path) -> None:
    started = tmp_path / "started"
    program = tmp_path / "codex"
    program.write_text(f"#!/bin/sh\necho $$ > {started}.part; mv {started}.part {started}\nexec sleep 30\n")
    program.chmod(0o755)
    (project.machine.home / ".codex").mkdir()
    (project.machine.home / ".codex" / "auth.json").write_text('{"OPENAI_API_KEY": "x"}')
    config = settings(project, "codex", program, "", api_key_env="NOT_SET")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    environment = {**project.machine.environment, "TMPDIR": str(temporary)}
    argv = ["lok-hunt", "--config", str(config), "--backend", "codex", "--task", "hunt"]
    running = subprocess.Popen(argv, cwd=project.path, env=environment, stderr=subprocess.DEVNULL)
    while not started.exists():
        assert running.poll() is None
        time.sleep(0.05)
    running.kill()
    running.wait()
    os.kill(int(started.read_text()), signal.SIGKILL)
    (left,) = temporary.iterdir()
    assert list(left.glob("codex/auth.json"))
    os.utime(left, (1, 1))

    program.write_text("#!/bin/sh\nexit 1\n")
    project.run(*argv, env={"TMPDIR": str(temporary)})
    assert list(temporary.iterdir()) == []


def test_a_temporary_folder_inside_the_repository_is_not_used(project: Project, real_cli: RealCli, at: Range) -> None:
    at.plant(everything(), project.path)
    (project.path / "tmp").mkdir()
    config = settings(project, "claude", real_cli("claude"), at.server.url)
    done = review(project, "lok-hunt", config, "claude", project.path, {"TMPDIR": str(project.path / "tmp")})
    assert at.fired() == set()
    assert_asked(at, done)
    assert list((project.path / "tmp").iterdir()) == []
