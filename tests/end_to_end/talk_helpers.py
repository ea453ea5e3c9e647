"""Talking backends for tests of the commands that ask by hand."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end import talker
from tests.end_to_end.conftest import Machine, Project

CLIS = ("codex", "gemini", "claude")
Script = Sequence[tuple[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Said:
    """A finished command: exit code and both streams."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, kw_only=True)
class Talkers:
    """Scripted backends on a machine: their lok.toml, and what they were asked so far."""

    project: Project
    settings: Path
    log: Path

    def requests(self) -> list[dict[str, Any]]:
        """Every request: "name", "pids", "prompt"."""
        return [json.loads(line) for line in self.log.read_text().splitlines()] if self.log.exists() else []

    def lok(self, *argv: str | Path, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Said:
        """`lok ARGV` in the project."""
        return run_lok(self.project, *argv, stdin=stdin, env=env)


def run_lok(project: Project, *argv: str | Path, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Said:
    """`lok ARGV` in a project, its two streams apart."""
    done = subprocess.run(
        ["lok", *argv],
        cwd=project.path,
        env={**project.machine.environment, **(env or {})},
        input=stdin,
        capture_output=True,
        check=False,
        timeout=120,
    )
    return Said(code=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())


@pytest.fixture
def talkers(machine: Machine, project: Project, tmp_path: Path) -> Callable[..., Talkers]:
    """`talkers(a=[(pattern, action)], ...)`: backends with these names and scripts are the only ones; codex, gemini
    and claude are programs of that name on PATH. `more` is more lok.toml."""

    def make(more: str = "", **scripts: Script) -> Talkers:
        log, programs = tmp_path / "talk.jsonl", tmp_path / "programs"
        programs.mkdir(exist_ok=True)
        off = [name for name in (*CLIS, "ollama", "static") if name not in scripts and f"backends.{name}]" not in more]
        text = "".join(f"[backends.{name}]\nenabled = false\n" for name in off)
        for name, script in scripts.items():
            path = tmp_path / f"{name}.json"
            path.write_text(json.dumps(script), encoding="utf-8")
            arguments = [talker.__file__, name, str(path), str(log)]
            if name in CLIS:
                program = programs / name
                quoted = " ".join(f"'{word}'" for word in (sys.executable, *arguments))
                program.write_text(f"#!/bin/sh\nexec {quoted}\n")
                program.chmod(0o755)
            else:
                text += f"[backends.{name}]\nkind = 'command'\n"
                text += f"command = {json.dumps(sys.executable)}\nargs = {json.dumps(arguments)}\n"
        settings = tmp_path / "talk.toml"
        settings.write_text(text + more, encoding="utf-8")
        assert isinstance(machine.environment, dict)
        machine.environment["LOK_CONFIG"] = str(settings)
        logins = ("CODEX_API_KEY", "GEMINI_API_KEY", "ANTHROPIC_API_KEY")
        machine.environment.update(dict.fromkeys(logins, "key-of-nobody"))
        machine.environment["PATH"] = os.pathsep.join((str(programs), machine.environment["PATH"]))
        return Talkers(project=project, settings=settings, log=log)

    return make
