"""What every backend test stands on: a loopback model server, the real CLIs, prompts, deadlines, a process census."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from lok_hooks.core.task import Chunk, Prompt
from tests.fake_model_server import Server, make_server

GOOD_ANSWER: dict[str, Any] = {"receipt": "tok-1", "files": ["a.py"], "findings": []}
ANSWER_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["receipt", "files", "findings"],
    "properties": {
        "receipt": {"type": "string"},
        "files": {"type": "array", "items": {"type": "string"}},
        "findings": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["title"],
                "properties": {"title": {"type": "string"}},
            },
        },
    },
}


@dataclass(kw_only=True)
class Seconds:
    """A deadline so many seconds from now; `cancel()` ends it and everything made from it by `at_most`."""

    seconds: float
    cancelled: threading.Event = field(default_factory=threading.Event)
    end: float = field(init=False)

    def __post_init__(self) -> None:
        self.end = time.monotonic() + self.seconds

    def remaining(self) -> float:
        """Seconds left, 0 once cancelled."""
        return 0.0 if self.cancelled.is_set() else max(0.0, self.end - time.monotonic())

    def is_cancelled(self) -> bool:
        """True after `cancel()`."""
        return self.cancelled.is_set()

    def at_most(self, seconds: float) -> Seconds:
        """The earlier of the two, cancelled together."""
        return Seconds(seconds=min(seconds, self.remaining()), cancelled=self.cancelled)

    def cancel(self) -> None:
        """As Ctrl-C does."""
        self.cancelled.set()


@dataclass(frozen=True, kw_only=True)
class ModelServer:
    """A running fake model server: its base URL (no path) and what it was asked."""

    url: str
    log: Path
    server: Server

    def requests(self) -> list[dict[str, Any]]:
        """Every request so far: method, path, model, headers, body."""
        if not self.log.exists():
            return []
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]

    def asked(self) -> list[dict[str, Any]]:
        """Only the POST requests that ask for an answer (no token counting, no model lists)."""
        return [entry for entry in self.requests() if entry["method"] == "POST" and "ount" not in entry["path"]]


ServerMaker = Callable[..., ModelServer]


@pytest.fixture
def model_server(tmp_path: Path) -> Iterator[ServerMaker]:
    """`model_server({"status": 429}, ...)`: a server with these rules; without a fitting rule it gives GOOD_ANSWER."""
    running: list[tuple[Server, threading.Thread]] = []

    def start(*rules: Mapping[str, Any], answer: str = json.dumps(GOOD_ANSWER), **options: Any) -> ModelServer:
        log = tmp_path / f"requests-{len(running)}.jsonl"
        server = make_server(answer=answer, rules=rules, log=log, **options)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        running.append((server, thread))
        return ModelServer(url=f"http://127.0.0.1:{server.server_port}", log=log, server=server)

    yield start
    for server, thread in running:
        server.stop.set()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def make_prompt() -> Callable[..., Prompt]:
    """`make_prompt("Review this", schema={...})`: a prompt about nothing in particular."""

    def make(text: str = "Review this diff: nothing to see.\n", schema: Mapping[str, Any] | None = None) -> Prompt:
        return Prompt(task="hunt", text=text, receipt="tok-1", chunk=Chunk(pieces=()), schema=schema or {})

    return make


@pytest.fixture
def real_cli() -> Callable[[str], Path]:
    """`real_cli("codex")`: the program, from the directory in LOK_TEST_CLIS or from PATH."""

    def find(name: str) -> Path:
        folder = os.environ.get("LOK_TEST_CLIS")
        found = shutil.which(name, path=folder) if folder else None
        found = found or shutil.which(name)
        if found:
            return Path(found).absolute()
        reason = f"{name} is not installed: put it on PATH, or name its folder in LOK_TEST_CLIS"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)

    return find


def processes_with(name: str, value: str) -> list[str]:
    """Live processes (zombies left out) whose environment has `name=value`, each as "pid command line"."""
    wanted = f"{name}={value}".encode()
    alive = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            environment = (entry / "environ").read_bytes().split(b"\0")
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if wanted in environment and state not in "ZX":
            alive.append(f"{entry.name} {command}")
    return alive


@contextmanager
def nothing_left_behind(name: str, value: str) -> Iterator[None]:
    """Fails when a process with `name=value` in its environment lives on after the block."""
    yield
    # A killed process may take a moment to leave /proc.
    end = time.monotonic() + 0.5
    left = processes_with(name, value)
    while left and time.monotonic() < end:
        time.sleep(0.02)
        left = processes_with(name, value)
    assert left == []
