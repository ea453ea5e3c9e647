"""`lok-hunt` with the real codex, gemini and claude, each talking to a model server on this machine."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.backends.cli_helpers import CLI_KINDS, KEY, KEY_NAME, MODELS, Kind
from tests.backends.conftest import real_cli
from tests.end_to_end.conftest import Project, Reviewer
from tests.fake_model_server import Server, make_server

__all__ = ["real_cli"]

BUG = "count = len(items) + 1"
OTHERS_OFF = "".join(f"[backends.{kind}]\nenabled = false\n" for kind in ("ollama", "static"))


@pytest.fixture
def model_server(tmp_path: Path) -> Iterator[Server]:
    server = make_server(log=str(tmp_path / "server.jsonl"))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.stop.set()
    server.shutdown()
    server.server_close()


def answer(receipt: str, quote: str) -> dict[str, Any]:
    found = {
        "file": "shop.py", "line": 2, "end_line": None, "severity": "high", "category": "logic", "cwe": None,
        "title": "one too many", "why": "the last is counted twice", "fix": None, "quote": quote,
    }  # fmt: skip
    return {"receipt": receipt, "files": ["shop.py"], "findings": [found]}


@pytest.mark.parametrize("kind", CLI_KINDS)
def test_a_commit_is_refused_for_what_stands_there_and_not_for_what_was_made_up(
    kind: Kind,
    real_cli: Callable[[str], Path],
    project: Project,
    configure: Callable[..., Reviewer],
    model_server: Server,
    tmp_path: Path,
) -> None:
    # The receipt belongs to the bytes, so a scripted reviewer learns what the model has to give back.
    reviewer = configure()
    project.stage("shop.py", f"items = []\n{BUG}\n")
    project.run("lok-hunt", "--task", "hunt")
    (receipt,) = re.findall(r"(?m)^receipt: (\S+)$", reviewer.prompts())

    url = f"http://127.0.0.1:{model_server.server_port}" + ("/v1" if kind == "codex" else "")
    section = {
        "command": str(real_cli(kind)), "args": [], "url": url, "api_key_env": KEY_NAME, "model": MODELS[kind],
    }  # fmt: skip
    settings = tmp_path / "real.toml"
    task = '[tasks.hunt]\ndescription = "Bugs"\nprompts = [{ name = "bugs", prompt = "Find bugs." }]\n'
    text = f"[backends.{kind}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in section.items())
    settings.write_text(f"{OTHERS_OFF}{text}{task}backends = [{json.dumps(kind)}]\n")

    verdicts = []
    for quote in (BUG, "os.system(user_input)"):
        model_server.rules = [{"answer_json": answer(receipt, quote)}]
        done = project.run("lok-hunt", "--config", settings, "--format", "json", "--backend", kind, env={KEY_NAME: KEY})
        report = json.loads(done.said)
        verdicts.append((done.code, report["incomplete"], [f["disposition"] for f in report["findings"]]))
    assert verdicts == [(1, False, ["confirmed"]), (0, False, ["outside the diff"])]
    assert KEY not in "".join(path.read_text(errors="replace") for path in tmp_path.glob("home/**/*") if path.is_file())
