"""Helpers for the tests of backends that are programs: a clean user, fake programs, and settings for the real ones."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest

from lok_hooks.backends.claude import Claude
from lok_hooks.backends.codex import Codex
from lok_hooks.backends.command import Command
from lok_hooks.backends.gemini import Gemini
from lok_hooks.backends.sealed import SealedProgram
from lok_hooks.core.ports import Failure, Reply
from lok_hooks.core.settings import BackendSettings
from lok_hooks.core.task import Prompt
from tests.backends.conftest import ModelServer, Seconds, nothing_left_behind

Kind = Literal["codex", "gemini", "claude", "command"]
CLI_KINDS: tuple[Kind, ...] = ("codex", "gemini", "claude")
ALL_KINDS: tuple[Kind, ...] = (*CLI_KINDS, "command")
CLASSES: Mapping[Kind, type[SealedProgram]] = {
    "codex": Codex,
    "gemini": Gemini,
    "claude": Claude,
    "command": Command,
}
MODELS: Mapping[Kind, str] = {
    "codex": "fake-model",
    "gemini": "gemini-2.5-pro",
    "claude": "claude-sonnet-4",
    "command": "",
}
MARK = "LOK_TEST_MARK"
KEY_NAME = "TEST_API_KEY"
KEY = "key-of-the-test-1234567890"


def section(kind: Kind, program: Path, url: str) -> dict[str, object]:
    """What lok.toml says of the real program against a model server."""
    address = url + "/v1" * (kind == "codex")
    return {"command": str(program), "args": [], "url": address, "api_key_env": KEY_NAME, "model": MODELS[kind]}


# A program that a user might write: asks a chat server and prints what it says, or what went wrong.
CLIENT = f"""
import json, os, sys, urllib.error, urllib.request
body = {{"model": "m", "messages": [{{"role": "user", "content": sys.stdin.read()}}]}}
headers = {{"Content-Type": "application/json", "Authorization": "Bearer " + os.environ.get({KEY_NAME!r}, "")}}
url = sys.argv[1] + "/v1/chat/completions"
request = urllib.request.Request(url, json.dumps(body).encode(), headers)
try:
    with urllib.request.urlopen(request) as reply:
        print(json.load(reply)["choices"][0]["message"]["content"])
except urllib.error.HTTPError as error:
    wish = error.headers.get("Retry-After")
    sys.exit(f"HTTP {{error.code}}: {{error.read().decode()}}" + (f" (Retry-After: {{wish}})" if wish else ""))
"""


@dataclass(frozen=True, kw_only=True)
class User:
    """A user's machine: `home` is HOME, `bin` stands first on PATH, `tmp` is where temporary files go, `mark` is in
    the environment of every program that a backend made by `backend` starts."""

    home: Path
    bin: Path
    tmp: Path
    mark: str

    def backend(self, kind: Kind, **options: Any) -> SealedProgram:
        """A backend of this kind, called like its kind."""
        options.setdefault("timeout", 20.0)
        options["env"] = {MARK: self.mark, **options.get("env", {})}
        return CLASSES[kind](BackendSettings(name=kind, kind=kind, **options))

    def real(self, kind: Kind, program: Path, url: str, **options: Any) -> SealedProgram:
        """A backend that runs the real program, with an API key, against a model server."""
        options.setdefault("model", MODELS[kind])
        options.setdefault("api_key_env", KEY_NAME)
        return self.backend(kind, command=str(program), url=url, **options)

    def program(self, name: str, code: str) -> Path:
        """A Python program on PATH."""
        path = self.bin / name
        path.write_text(f"#!{sys.executable} -IS\n{code}\n")
        path.chmod(0o755)
        return path

    @contextmanager
    def leaves_nothing(self) -> Iterator[None]:
        """Fails when a process or a temporary file outlives the block."""
        with nothing_left_behind(MARK, self.mark):
            yield
        assert list(self.tmp.iterdir()) == []


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> User:
    """A user without any login, in an empty home, with one API key under a name no vendor knows."""
    home, programs, temporary = tmp_path / "home", tmp_path / "bin", tmp_path / "tmp"
    for folder in (home, programs, temporary):
        folder.mkdir()
    for name in os.environ:
        if name.startswith(("ANTHROPIC", "CLAUDE", "CODEX", "OPENAI", "GEMINI", "GOOGLE", "AWS", "GIT_", "XDG_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv(KEY_NAME, KEY)
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    return User(home=home, bin=programs, tmp=temporary, mark=uuid.uuid4().hex)


def ask(backend: SealedProgram, prompt: Prompt, seconds: float) -> Reply | Failure:
    """The backend's answer, which must come within a second of the deadline."""
    started = time.monotonic()
    answer = backend.ask(prompt, Seconds(seconds=seconds))
    assert time.monotonic() - started < seconds + 1
    return answer


@dataclass(kw_only=True)
class Pressing:
    """A deadline that leaves a program time to start: `start` seconds, but only `rest` from its first request on."""

    server: ModelServer
    start: float
    rest: float
    end: float = field(init=False)
    is_asked: bool = False

    def __post_init__(self) -> None:
        self.end = time.monotonic() + self.start

    def remaining(self) -> float:
        """Seconds left."""
        if not self.is_asked and self.server.asked():
            self.is_asked = True
            self.end = time.monotonic() + self.rest
        return max(0.0, self.end - time.monotonic())

    def is_cancelled(self) -> bool:
        """Never."""
        return False

    def at_most(self, seconds: float) -> Pressing:
        """Itself: it is the shorter one in these tests."""
        return self


REPORT = "report.json"

# Says how it was called and in which surroundings, then answers as the real one would.
SPY = """
import json, os, stat, sys
from pathlib import Path

def tree(folder):
    files = [path for path in sorted(Path(folder).rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): [oct(stat.S_IMODE(path.stat().st_mode)), path.read_text()] for path in files}

report = {
    "argv": sys.argv[1:],
    "stdin": sys.stdin.read(),
    "env": dict(os.environ),
    "cwd": os.getcwd(),
    "cwd_files": os.listdir(),
    "cwd_mode": oct(stat.S_IMODE(os.stat("..").st_mode)),
    "codex_home": tree(os.environ["CODEX_HOME"]) if "CODEX_HOME" in os.environ else {},
    "gemini_home": tree(os.environ["GEMINI_CLI_HOME"]) if "GEMINI_CLI_HOME" in os.environ else {},
    "schema": [Path(word).read_text() for word in sys.argv if word.endswith("schema.json")],
}
Path(REPORT_FILE).write_text(json.dumps(report))
"""
SAY: Mapping[Kind, str] = {
    "codex": """
print(json.dumps({"type": "item.completed", "item": {"type": "agent_message", "text": "ANSWER"}}))
print(json.dumps({"type": "turn.completed", "usage": {"input_tokens": 3, "output_tokens": 2}}))
""",
    "gemini": 'print(json.dumps({"response": "ANSWER", "stats": {}}))',
    "claude": 'print(json.dumps({"type": "result", "is_error": False, "result": "ANSWER"}))',
    "command": 'print("ANSWER")',
}


def spy(user: User, kind: Kind, name: str = "") -> Path:
    """A fake CLI of this kind on PATH that answers "ANSWER"; returns the file its report will be in."""
    report = user.home.parent / REPORT
    user.program(name or kind, SPY.replace("REPORT_FILE", repr(str(report))) + SAY[kind])
    return report


def read_report(path: Path) -> dict[str, Any]:
    """What the spy saw."""
    report: dict[str, Any] = json.loads(path.read_text())
    return report
