from __future__ import annotations

import subprocess
import sys
from typing import get_args

import pytest

from lok_hooks.backends.all import FACTORIES, make
from lok_hooks.backends.deadline import Until
from lok_hooks.backends.retrying import Retrying
from lok_hooks.core.ports import Backend, Reply
from lok_hooks.core.settings import BackendKind, BackendSettings
from tests.backends.conftest import ServerMaker
from tests.backends.http_helpers import prompt
from tests.ports import NoContents

KINDS: tuple[BackendKind, ...] = get_args(BackendKind)
ANALYSERS = ("sarif", "static")


def settings(kind: BackendKind, url: str = "", model: str = "") -> BackendSettings:
    return BackendSettings(name=f"my-{kind}", kind=kind, command="some-program", url=url, model=model)


def test_every_kind_of_lok_toml_has_its_factory() -> None:
    assert set(FACTORIES) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_section_becomes_its_backend(kind: BackendKind) -> None:
    made: Backend = make(settings(kind), NoContents())

    assert made.name == f"my-{kind}"
    assert made.traits.kind == kind
    assert made.traits.role == ("analyser" if kind in ANALYSERS else "model")
    assert isinstance(made, Retrying) is (kind not in ANALYSERS)


@pytest.mark.parametrize("kind", KINDS)
def test_making_one_imports_its_own_file_and_nothing_heavy(kind: BackendKind) -> None:
    program = f"""
import sys
from lok_hooks.backends.all import make
from lok_hooks.core.settings import BackendSettings
make(BackendSettings(name="b", kind={kind!r}, command="some-program"), None)
print(sorted(m.rpartition(".")[2] for m in sys.modules if m in {{f"lok_hooks.backends.{{k}}" for k in {KINDS!r}}}))
print([m for m in ("httpx", "pydantic", "asyncio", "detect_secrets", "rich", "git") if m in sys.modules])
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert ran.stdout.splitlines() == [f"['{kind}']", "[]"]


def test_models_ask_again_and_say_so(model_server: ServerMaker) -> None:
    server = model_server({"status": 500, "error": "boom", "times": 1})
    lines: list[str] = []

    answer = make(settings("ollama", url=server.url, model="m"), NoContents(), lines.append).ask(
        prompt(), Until.after(10)
    )

    assert isinstance(answer, Reply)
    assert len(server.asked()) == 2
    assert len(lines) == 1
    assert lines[0].startswith("my-ollama: crashed; asking again in ")
