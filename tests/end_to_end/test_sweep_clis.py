"""`lok hunt DIR` and a workflow with the real codex, gemini and claude, and with ollama, each talking to a model server
on this machine."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.backends.cli_helpers import CLI_KINDS, KEY, KEY_NAME, MODELS
from tests.backends.conftest import real_cli
from tests.end_to_end.conftest import Done, Project
from tests.fake_model_server import Server, make_server

__all__ = ["real_cli"]

BUG = "count = len(items) + 1"
TASK = '[tasks.hunt]\ndescription = "Bugs"\nprompts = [{ name = "bugs", prompt = "Find bugs." }]\n'


@pytest.fixture
def model_server(tmp_path: Path) -> Iterator[Server]:
    server = make_server(log=str(tmp_path / "server.jsonl"))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.stop.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def settings(tmp_path: Path, model_server: Server, real_cli: Callable[[str], Path]) -> Callable[[Sequence[str]], Path]:
    """A lok.toml with these backends and no other."""

    def make(kinds: Sequence[str]) -> Path:
        url = f"http://127.0.0.1:{model_server.server_port}"
        text = ""
        sections: dict[str, dict[str, Any]] = {"ollama": {"url": url, "model": "m"}, "static": {}}
        for kind in CLI_KINDS:
            address = url + "/v1" * (kind == "codex")
            sections[kind] = {"args": [], "url": address, "api_key_env": KEY_NAME, "model": MODELS[kind]}
            sections[kind] |= {"command": str(real_cli(kind))} if kind in kinds else {}
        for name, section in sections.items():
            values = section if name in kinds else {"enabled": False}
            text += f"[backends.{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())
        path = tmp_path / "real.toml"
        path.write_text(f"{text}{TASK}backends = {json.dumps(list(kinds))}\n")
        return path

    return make


def run(project: Project, *argv: str | Path) -> Done:
    return project.run("lok", *argv, env={KEY_NAME: KEY})


@pytest.mark.parametrize("kind", [*CLI_KINDS, "ollama"])
def test_a_hunt_finds_what_stands_there_and_not_what_was_made_up(
    kind: str, settings: Callable[[Sequence[str]], Path], project: Project, model_server: Server
) -> None:
    project.seed({"src/shop.py": f"items = []\n{BUG}\n"})
    path = settings([kind])
    # The first answer is of no use, but the request is shown, and with it the receipt that an answer must give back.
    receipts = re.findall(r"(?m)^ *receipt: (\S+)$", run(project, "hunt", "src", "--config", path, "-v").said)
    found = {
        "line": 7, "end_line": None, "severity": "high", "category": "logic", "cwe": None, "title": "one too many",
        "why": "the last is counted twice", "fix": None,
    }  # fmt: skip
    findings = [{**found, "file": "shop.py", "quote": BUG}, {**found, "file": "shop.py", "quote": "os.system(x)"}]
    answer = {"receipt": receipts[0], "files": ["shop.py"], "findings": findings}
    model_server.rules = [{"answer_json": answer}]
    done = run(project, "hunt", "src", "--config", path, "--json")
    value = json.loads(done.said)
    assert done.code == 0
    assert [(f["path"], f["line"], f["raised_by"]) for f in value["findings"]] == [("shop.py", 2, [kind])]
    assert [f["quote"] for f in value["ungrounded"]] == ["os.system(x)"]
    assert value["read"] == ["shop.py"]


def test_a_workflow_joins_what_all_of_them_say(
    settings: Callable[[Sequence[str]], Path], project: Project, model_server: Server, tmp_path: Path
) -> None:
    model_server.rules = [
        {"match": "Join their answers", "answer": "All agree: a shop."},
        {"match": "What is this", "answer": "It is a shop."},
    ]
    workflow = tmp_path / "ask.toml"
    workflow.write_text('[[steps]]\nname = "ask"\nprompt = "What is this? {{ arg.1 }}"\n')
    done = run(project, "run", workflow, "please", "--config", settings(CLI_KINDS), "--json")
    (step,) = json.loads(done.said)["steps"]
    assert done.code == 0
    assert step["output"] == "All agree: a shop."
    assert step["backends"] == list(CLI_KINDS)
