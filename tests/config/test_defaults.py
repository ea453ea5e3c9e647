"""What holds when nobody says anything, and the example that documents every key."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from lok_hooks.config import defaults
from lok_hooks.config.checking import checked
from lok_hooks.config.defaults import built_in_layer
from lok_hooks.config.schema import Document
from lok_hooks.core.finding import Severity
from lok_hooks.core.settings import BackendSettings, EntrySettings, ReviewSettings
from tests.config.support import Home, backend, task

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "lok.toml"

BUILT_IN = (
    BackendSettings(
        name="codex",
        kind="codex",
        command="codex",
        args=("exec", "--json", "-s", "read-only"),
        strengths=("hunt", "code-analysis", "performance", "dead-code", "audit"),
    ),
    BackendSettings(
        name="gemini",
        kind="gemini",
        command="gemini",
        strengths=("audit", "security-audit", "architecture", "hunt"),
    ),
    BackendSettings(
        name="claude",
        kind="claude",
        command="claude",
        strengths=("audit", "architecture", "code-analysis", "hunt"),
    ),
    BackendSettings(
        name="ollama",
        kind="ollama",
        command="http://localhost:11434",
        url="http://localhost:11434",
        may_block=False,
        local=True,
        max_prompt_bytes=48_000,
        max_parallel=1,
    ),
    BackendSettings(
        name="static",
        kind="static",
        local=True,
        max_prompt_bytes=10_000_000,
        max_parallel=1,
        strengths=("audit", "hunt"),
    ),
)


@pytest.mark.parametrize("expected", BUILT_IN, ids=lambda settings: settings.name)
def test_built_in_backends(home: Home, expected: BackendSettings) -> None:
    assert backend(home.load(), expected.name) == expected


def test_no_other_backend_is_built_in(home: Home) -> None:
    assert [backend.name for backend in home.load().backends] == [backend.name for backend in BUILT_IN]


def test_built_in_rules(home: Home) -> None:
    settings = home.load()

    assert settings.parallel is True
    assert settings.review == ReviewSettings(
        fail_on=Severity.HIGH, quorum=2, debate=True, exclude=(), max_file_bytes=1_000_000, context_lines=10
    )
    assert settings.hunt == EntrySettings(tasks=("hunt",), budget=60.0, on_incomplete="allow")
    assert settings.audit == EntrySettings(tasks=("audit",), budget=300.0, on_incomplete="block")
    assert settings.by_hand == EntrySettings(tasks=("hunt", "audit"), budget=None, on_incomplete="block")
    assert settings.notes == ()


def test_built_in_tasks(home: Home) -> None:
    settings = home.load()

    assert [task.name for task in settings.tasks] == ["hunt", "audit"]
    assert task(settings, "hunt").backends[0] == "codex"
    assert task(settings, "audit").backends[0] == "gemini"
    assert [aspect.name for aspect in task(settings, "hunt").aspects] == [
        "correctness",
        "errors",
        "concurrency-and-resources",
        "performance",
        "dead-code",
    ]
    assert [aspect.name for aspect in task(settings, "audit").aspects] == [
        "injection",
        "auth",
        "secrets",
        "input",
        "cryptography-and-configuration",
    ]


def test_built_in_prompts_are_one_paragraph_each(home: Home) -> None:
    texts = [aspect.text for task in home.load().tasks for aspect in task.aspects]

    assert all(80 < len(text) < 500 and "\n" not in text and not text.startswith(" ") for text in texts), texts


def test_hunts_go_to_codex_and_audits_to_gemini(home: Home) -> None:
    assert {task.name: task.backends for task in home.load().tasks} == {"hunt": ("codex",), "audit": ("gemini",)}


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ('[backends.ollama]\nurl = "http://127.0.0.1:1"', True),
        ('[backends.ollama]\nurl = "http://127.1.2.3"', True),
        ('[backends.ollama]\nurl = "http://[::1]:1/api"', True),
        ('[backends.ollama]\nurl = "http://LOCALHOST:1"', True),
        ('[backends.ollama]\nurl = "http://127.0.0.1.example.org"', False),
        ('[backends.ollama]\nurl = "http://localhost.example.org"', False),
        ('[backends.ollama]\nurl = "http://gpu.lan:11434"', False),
        ('[backends.ollama]\ncommand = "http://gpu.lan:11434"', False),
        ('[backends.ollama]\nmodel = "gpt-oss:120b-cloud"', False),
        ('[backends.ollama]\nurl = "http://gpu.lan:11434"\nlocal = true', True),
        ("[backends.ollama]\nlocal = false", False),
        ('[backends.x]\nurl = "http://localhost:1"', False),
        ('[backends.x]\ncommand = "x"', False),
        ('[backends.x]\ncommand = "x"\nkind = "sarif"', False),
    ],
)
def test_local_by_default_is_what_cannot_leave_the_machine(home: Home, section: str, expected: bool) -> None:
    settings = home.load(user=section)

    assert backend(settings, section.split("]")[0].split(".")[1]).local is expected


@pytest.mark.parametrize(
    ("section", "kind", "may_block"),
    [
        ('[backends.x]\ncommand = "x"', "command", True),
        ('[backends.x]\ncommand = "http://h"', "openai", False),
        ('[backends.x]\nurl = "https://h/v1"', "openai", False),
        ('[backends.x]\ncommand = "x"\nurl = "https://h/v1"', "command", True),
        ('[backends.x]\nkind = "sarif"\ncommand = "x"', "sarif", True),
        ('[backends.x]\nkind = "claude"', "claude", True),
        ('[backends.x]\nkind = "ollama"\nurl = "http://h"', "ollama", False),
        ('[backends.x]\nkind = "openai"\nurl = "http://h"\nmay_block = true', "openai", True),
        ('[backends.openai]\nurl = "http://h"', "openai", False),
        ('[backends.sarif]\ncommand = "http://h"\nkind = "sarif"', "sarif", True),
    ],
)
def test_kind_and_what_hangs_on_it(home: Home, section: str, kind: str, may_block: bool) -> None:
    found = backend(home.load(user=section), section.split("]")[0].split(".")[1])

    assert (found.kind, found.may_block) == (kind, may_block)


def test_the_example_loads_and_means_what_its_comments_say(home: Home) -> None:
    settings = home.load(config_file=EXAMPLE)

    assert settings.notes == ()
    assert [backend.name for backend in settings.backends] == [
        "codex",
        "gemini",
        "claude",
        "ollama",
        "static",
        "lab",
        "reviewer",
        "semgrep",
    ]
    assert backend(settings, "lab") == BackendSettings(
        name="lab",
        kind="openai",
        url="https://models.example.org/v1",
        api_key_env="LAB_API_KEY",
        model="devstral",
        may_block=False,
        max_prompt_bytes=48_000,
    )
    assert backend(settings, "reviewer").env == {"REVIEWER_MODE": "strict"}
    assert backend(settings, "semgrep").rules == {
        "python.lang.security": "suspicion",
        "python.lang.correctness": "off",
    }
    assert {backend.name: backend.command_wrapper for backend in settings.backends} == {
        "codex": "nice -n 10 {cmd}",
        "gemini": "nice -n 10 {cmd}",
        "claude": "nice -n 10 {cmd}",
        "ollama": "",
        "static": "",
        "lab": "",
        "reviewer": "nice -n 10 {cmd}",
        "semgrep": "nice -n 10 {cmd}",
    }
    assert settings.hunt.tasks == ("hunt", "migrations")
    assert settings.review.exclude == ("docs/", "*.min.js")


def test_the_example_in_a_repository_says_which_keys_need_trust(home: Home) -> None:
    settings = home.load(EXAMPLE.read_text(encoding="utf-8"))

    assert settings.notes == (
        "lok.toml: ignored until you trust it (see them with `lok trust`): "
        "defaults.command_wrapper, backends.lab, backends.reviewer, backends.semgrep",
    )


def _described(model: type[BaseModel], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    for name, field in model.model_fields.items():
        here = (*path, field.alias or name)
        yield here, field.description or ""
        for inner in (field.annotation, *get_args(field.annotation)):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from _described(inner, here)


def _keys(node: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if isinstance(node, list):
        for inner in node:
            yield from _keys(inner, path)
    if isinstance(node, dict):
        for name, inner in node.items():
            named = len(path) == 1 and path[0] in {"backends", "tasks"}
            here = path if named else (*path, name)
            yield here
            yield from _keys(inner, here) if not named else _keys(inner, (*path, "*"))


def test_every_key_is_described_and_stands_in_the_example() -> None:
    described = dict(_described(Document, ()))
    shown = {tuple(part for part in key if part != "*") for key in _keys(tomllib.loads(EXAMPLE.read_text()), ())}

    assert [key for key, description in described.items() if not description] == []
    assert [key for key in described if key not in shown] == []


def test_importing_the_package_does_not_import_pydantic() -> None:
    code = "import sys, lok_hooks, lok_hooks.config; sys.exit('pydantic' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_the_built_in_layer_is_what_the_schema_makes_of_it() -> None:
    text = Path(defaults.__file__).with_name("default.toml").read_text(encoding="utf-8")
    by_schema = checked(tomllib.loads(text), label="default.toml", origin="built-in")
    ours = built_in_layer()

    def comparable(value: object) -> object:
        is_prompts = isinstance(value, tuple) and value and hasattr(value[0], "prompt")
        return [(entry.name, entry.prompt) for entry in value] if is_prompts else value  # type: ignore[attr-defined]

    assert by_schema.mistakes == ()
    assert {key: comparable(value) for key, value in ours.values.items()} == {
        key: comparable(value) for key, value in by_schema.values.items()
    }
    assert (ours.names, ours.label, ours.origin) == (by_schema.names, by_schema.label, by_schema.origin)


def test_who_has_no_lok_toml_does_not_wait_for_the_schema(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib\nfrom lok_hooks.config.load import load\n"
        f"load(directory=pathlib.Path({str(tmp_path)!r}), environ={{}}, flags={{}})\n"
        "print('pydantic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
