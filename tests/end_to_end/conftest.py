"""A machine of its own for every test: home, git config, the installed scripts on PATH, a reviewer that is told
what to say, and the hook runners with our hooks really installed from this checkout."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from lok_hooks.store.place import place_of
from tests.end_to_end import reviewer

CHECKOUT = Path(__file__).resolve().parents[2]
SCRIPTS = Path(sys.executable).parent
GIT_CONFIG = "[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n"
# Written by hand, so that a rule of the loader cannot hide a mistake of the tests.
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
enabled = {analysers}
[backends.scripted]
kind = "command"
command = {command}
args = {arguments}
[tasks.hunt]
description = "Bugs"
backends = ["scripted"]
prompts = [{{ name = "bugs", prompt = "Find bugs." }}]
[tasks.audit]
description = "Holes"
backends = ["scripted"]
prompts = [{{ name = "holes", prompt = "Find holes." }}]
"""


@dataclass(frozen=True, kw_only=True)
class Done:
    """A finished command: exit code, and what it said on both streams, in order."""

    code: int
    said: str


@dataclass(frozen=True, kw_only=True)
class Machine:
    """Where the tests live: `home` and the environment that every command gets."""

    home: Path
    environment: Mapping[str, str]

    def run(self, *argv: str | Path, cwd: Path, env: Mapping[str, str] | None = None, stdin: str = "") -> Done:
        """Runs a command to its end, whatever its exit code."""
        done = subprocess.run(
            argv,
            cwd=cwd,
            env={**self.environment, **(env or {})},
            input=stdin.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=240,
        )
        return Done(code=done.returncode, said=done.stdout.decode(errors="replace"))

    def own_settings(self, text: str) -> None:
        """Writes the user's own lok.toml, over which a named one is laid key by key."""
        file = self.home / ".config" / "lok" / "lok.toml"
        file.parent.mkdir(parents=True)
        file.write_text(text)


@dataclass(frozen=True, kw_only=True)
class Project:
    """A scratch repository on `machine`."""

    machine: Machine
    path: Path

    @property
    def kept(self) -> Path:
        """The folder of what is remembered of it, whether it is there or not."""
        folder = place_of(self.path / ".git", self.machine.environment).folder
        assert folder is not None
        return folder

    def run(self, *argv: str | Path, env: Mapping[str, str] | None = None, stdin: str = "") -> Done:
        """Any command, in the project's directory."""
        return self.machine.run(*argv, cwd=self.path, env=env, stdin=stdin)

    def git(self, *argv: str | Path) -> str:
        """A git command that must succeed; returns what it said."""
        done = self.run("git", *argv)
        assert done.code == 0, f"git {argv}: {done.said}"
        return done.said.strip()

    def write(self, name: str, content: str | bytes) -> None:
        """A file of the work tree, staged by nobody yet."""
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)

    def read(self, name: str) -> str:
        """A file of the work tree as it is now."""
        return (self.path / name).read_text(encoding="utf-8")

    def stage(self, name: str, content: str | bytes) -> None:
        """A staged file."""
        self.write(name, content)
        self.git("add", "--force", "--", name)

    def commit(self, *options: str | Path) -> Done:
        """`git commit`, through whatever hook is installed."""
        return self.run("git", "commit", "-m", "change", *options)

    def seed(self, files: Mapping[str, str | bytes]) -> None:
        """A commit that no hook sees."""
        for name, content in files.items():
            self.stage(name, content)
        self.git("commit", "-q", "--no-verify", "-m", "seed")

    def head(self) -> str:
        """The id of HEAD, "" before the first commit."""
        done = self.run("git", "rev-parse", "--verify", "--quiet", "HEAD")
        return done.said.strip() if done.code == 0 else ""

    def pushed(self, since: str = "0" * 40) -> str:
        """What git tells a pre-push hook of main's way from `since` (zeros: the remote has no main yet) to HEAD."""
        return f"refs/heads/main {self.head()} refs/heads/main {since}\n"

    def plain_hook(self, name: str, command: str) -> None:
        """A hook as people write it by hand."""
        hook = Path(self.git("rev-parse", "--path-format=absolute", "--git-path", f"hooks/{name}"))
        hook.parent.mkdir(parents=True, exist_ok=True)
        hook.write_text(f"#!/bin/sh\nexec {command}\n")
        hook.chmod(0o755)

    def index_digest(self) -> str:
        """Of the index file, byte for byte."""
        return hashlib.sha256((self.path / ".git" / "index").read_bytes()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Reviewer:
    """The scripted reviewer: its lok.toml, and what it was asked so far."""

    settings: Path
    log: Path

    def requests(self) -> list[dict[str, Any]]:
        """Every request: "pids" of the processes it started, "prompt"."""
        return [json.loads(line) for line in self.log.read_text().splitlines()] if self.log.exists() else []

    def prompts(self) -> str:
        """Everything it was ever shown."""
        return "\n".join(request["prompt"] for request in self.requests())


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(GIT_CONFIG)
    for script in ("lok", "lok-hunt", "lok-audit", "lok-review", "pre-commit", "prek", "lefthook"):
        assert (SCRIPTS / script).exists(), (
            f"{script} is not installed beside {sys.executable}: pip install -e '.[dev]'"
        )
    return Machine(home=home, environment=clean_environment(home))


def clean_environment(home: Path) -> dict[str, str]:
    """The process's environment with a home of its own and nothing that steers git, hook runners or us."""
    steering = ("GIT_", "LOK_", "PRE_COMMIT", "PREK_", "LEFTHOOK", "XDG_", "COVERAGE_", "PYTEST_", "CI", "GITHUB_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(steering)}
    folders = {
        f"XDG_{kind}_HOME": str(home / folder)
        for kind, folder in (("CONFIG", ".config"), ("STATE", ".state"), ("CACHE", ".cache"), ("DATA", ".data"))
    }
    return {
        **kept,
        **folders,
        "HOME": str(home),
        "PATH": os.pathsep.join((str(SCRIPTS), kept.get("PATH", os.defpath))),
        "GIT_CONFIG_NOSYSTEM": "1",
        "LC_ALL": "C.UTF-8",
        "TERM": "xterm",
    }


@pytest.fixture
def project(machine: Machine, tmp_path: Path) -> Project:
    """A repository with one harmless commit."""
    path = tmp_path / "project"
    path.mkdir()
    made = Project(machine=machine, path=path)
    made.git("init", "-q")
    made.seed({"README": "a project\n"})
    return made


@pytest.fixture
def configure(machine: Machine, tmp_path: Path) -> Callable[..., Reviewer]:
    """Makes the scripted reviewer the only model, with a behaviour of reviewer.py, more lok.toml, another program or
    the embedded analyser (`analysers="true"`) if need be."""

    def make(
        behaviour: str = "reviews", more: str = "", command: str = sys.executable, analysers: str = "false"
    ) -> Reviewer:
        log = tmp_path / "requests.jsonl"
        arguments = [reviewer.__file__, str(log), behaviour]
        settings = tmp_path / "lok.toml"
        text = SETTINGS.format(command=json.dumps(command), arguments=json.dumps(arguments), analysers=analysers)
        settings.write_text(text + more, encoding="utf-8")
        assert isinstance(machine.environment, dict)
        machine.environment["LOK_CONFIG"] = str(settings)
        return Reviewer(settings=settings, log=log)

    return make


@dataclass(frozen=True, kw_only=True)
class Installed:
    """Our hooks as a repository at `source`, commit `revision`, and hook runners' homes where they are installed."""

    source: Path
    revision: str
    environment: Mapping[str, str]

    def config(self) -> str:
        """A .pre-commit-config.yaml that asks for them."""
        hooks = "".join(f"      - id: {name}\n" for name in ("lok-hunt", "lok-audit", "lok-review"))
        return f"repos:\n  - repo: {self.source}\n    rev: {self.revision}\n    hooks:\n{hooks}"


def offered(project: Project, hooks: Iterable[str], *more: str) -> str:
    """A .pre-commit-config.yaml that asks for hooks of ours as this checkout offers them, with more lines for each if
    need be. They are started from PATH: a runner has nothing to install."""
    source = replace(project, path=project.path.with_name("offered"))
    source.path.mkdir()
    source.git("init", "-q")
    source.seed({".pre-commit-hooks.yaml": (CHECKOUT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")})
    lines = [f"repos:\n  - repo: {source.path}\n    rev: {source.head()}\n    hooks:\n"]
    for hook in hooks:
        lines += [f"      - id: {hook}\n", *(f"        {line}\n" for line in ("language: system", *more))]
    return "".join(lines)


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """One test process at a time."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Our hooks installed by pre-commit and by prek, once for all test processes."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "installed"
    shared.mkdir(exist_ok=True)
    homes = {"PRE_COMMIT_HOME": str(shared / "pre-commit"), "PREK_HOME": str(shared / "prek")}
    source = shared / "lok-hooks"
    with _alone(shared / "lock"):
        # The packages come with the user's own pip settings: only git's are shut off here.
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT"))}
        (shared / "gitconfig").write_text(GIT_CONFIG)
        environment = {**kept, **homes, "GIT_CONFIG_GLOBAL": str(shared / "gitconfig"), "GIT_CONFIG_NOSYSTEM": "1"}
        if not (shared / "done").exists():
            _make_source(source, environment)
        revision = _checked(["git", "rev-parse", "HEAD"], source, environment)
        made = Installed(source=source, revision=revision, environment=homes)
        if not (shared / "done").exists():
            project = shared / "project"
            _checked(["git", "init", "-q", str(project)], shared, environment)
            (project / ".pre-commit-config.yaml").write_text(made.config())
            _checked(["git", "add", "."], project, environment)
            for runner in ("pre-commit", "prek"):
                _checked([str(SCRIPTS / runner), "install-hooks"], project, environment)
            (shared / "done").touch()
    return made


def _make_source(source: Path, environment: Mapping[str, str]) -> None:
    """This checkout as it is, uncommitted changes too, as a repository of its own."""
    _checked(["git", "init", "-q", str(source)], CHECKOUT, environment)
    here = ["git", f"--git-dir={source / '.git'}", f"--work-tree={CHECKOUT}"]
    _checked([*here, "add", "--all"], CHECKOUT, environment)
    _checked([*here, "commit", "-q", "-m", "this checkout"], CHECKOUT, environment)


def _checked(argv: list[str], cwd: Path, environment: Mapping[str, str]) -> str:
    done = subprocess.run(argv, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=280)
    assert done.returncode == 0, f"{argv}: {done.stdout}{done.stderr}"
    return done.stdout.strip()
