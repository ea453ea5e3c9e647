"""The original Lok's own configuration files load unchanged and mean what they meant there."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from lok_hooks.config.schema import Document
from lok_hooks.core.settings import Settings
from tests.config.support import Home, backend, task

DATA = Path(__file__).parent / "data" / "lok"
STOCK_CODEX = ("exec", "--json", "-s", "read-only")


def load(home: Home, name: str) -> Settings:
    return home.load(config_file=DATA / name)


def summary(settings: Settings, name: str) -> dict[str, Any]:
    found = backend(settings, name)
    fields = ("kind", "enabled", "command", "args", "skip_lines", "model", "timeout", "url")
    return {field: getattr(found, field) for field in fields}


def test_backends_of_its_own_file(home: Home) -> None:
    settings = load(home, "lok.toml")

    assert settings.parallel is True
    assert settings.notes == ()
    assert summary(settings, "codex") == {
        "kind": "codex",
        "enabled": True,
        "command": "codex",
        "args": STOCK_CODEX,
        "skip_lines": 0,
        "model": "",
        "timeout": 300.0,
        "url": "",
    }
    assert summary(settings, "gemini") == {
        "kind": "gemini",
        "enabled": True,
        "command": "npx",
        "args": ("@google/gemini-cli",),
        "skip_lines": 1,
        "model": "",
        "timeout": 600.0,
        "url": "",
    }
    assert summary(settings, "claude") == {
        "kind": "claude",
        "enabled": True,
        "command": "claude",
        "args": (),
        "skip_lines": 0,
        "model": "",
        "timeout": 300.0,
        "url": "",
    }
    assert summary(settings, "ollama") == {
        "kind": "ollama",
        "enabled": True,
        "command": "http://localhost:11434",
        "args": (),
        "skip_lines": 0,
        "model": "qwen3-coder-next:latest",
        "timeout": 300.0,
        "url": "http://localhost:11434",
    }


def test_tasks_of_its_own_file(home: Home) -> None:
    settings = load(home, "lok.toml")
    hunt, audit = task(settings, "hunt"), task(settings, "audit")

    assert (hunt.description, hunt.backends) == ("Find bugs and code issues", ("codex",))
    assert (audit.description, audit.backends) == ("Security audit", ("gemini",))
    assert [aspect.name for aspect in hunt.aspects] == ["errors", "perf", "dead-code"]
    assert [aspect.name for aspect in audit.aspects] == ["injection", "auth", "secrets"]
    raw = tomllib.loads((DATA / "lok.toml").read_text(encoding="utf-8"))
    for found in (hunt, audit):
        written = [prompt["prompt"] for prompt in raw["tasks"][found.name]["prompts"]]
        assert [aspect.text for aspect in found.aspects] == written


@pytest.mark.parametrize("name", ["lok.toml", "readme.toml"])
def test_cache_and_conductor_are_read_as_written(name: str) -> None:
    document = Document.model_validate(tomllib.loads((DATA / name).read_text(encoding="utf-8")))

    assert (document.cache.enabled, document.cache.ttl_hours) == (True, 24)
    if name == "lok.toml":
        assert (document.conductor.max_rounds, document.conductor.max_tokens) == (5, 4096)


def test_the_file_of_its_readme(home: Home) -> None:
    settings = load(home, "readme.toml")

    assert settings.parallel is True
    assert backend(settings, "codex").timeout == 300.0
    assert backend(settings, "codex").command == "codex"
    assert backend(settings, "codex").args == STOCK_CODEX
    assert backend(settings, "codex").command_wrapper == ""
    assert backend(settings, "ollama").url == "http://localhost:11434"
    assert backend(settings, "ollama").model == "qwen2.5-coder:7b"


def test_the_wrapper_that_its_readme_shows_as_a_comment(home: Home) -> None:
    text = (DATA / "readme.toml").read_text(encoding="utf-8").replace("# command_wrapper", "command_wrapper")

    assert backend(home.load(user=text), "codex").command_wrapper == "nix-shell --run '{cmd}'"


def test_the_file_of_its_introduction(home: Home) -> None:
    settings = load(home, "introduction.toml")
    hunt, audit = task(settings, "hunt"), task(settings, "audit")

    assert (hunt.description, hunt.backends) == ("Find bugs and code issues", ("codex",))
    assert [(aspect.name, aspect.text) for aspect in hunt.aspects] == [
        ("n+1", "Search for N+1 query issues..."),
        ("dead-code", "Find unused code..."),
    ]
    assert (audit.description, audit.backends) == ("Security audit", ("gemini",))
    assert [(aspect.name, aspect.text) for aspect in audit.aspects] == [
        ("injection", "Find SQL injection..."),
        ("auth", "Find auth bypass..."),
    ]


@pytest.mark.parametrize(
    ("name", "notes"),
    [
        ("readme.toml", ()),
        ("introduction.toml", ()),
        (
            "lok.toml",
            (
                "lok.toml: ignored until you trust it (see them with `lok trust`): "
                "backends.gemini.command, backends.gemini.args",
            ),
        ),
    ],
)
def test_in_a_repository_only_what_the_network_delivers_needs_trust(
    home: Home, name: str, notes: tuple[str, ...]
) -> None:
    settings = home.load((DATA / name).read_text(encoding="utf-8"))

    assert settings.notes == notes
    assert backend(settings, "gemini").command == "gemini"
    assert backend(settings, "codex").args == STOCK_CODEX
    assert task(settings, "hunt").backends[0] == "codex"
