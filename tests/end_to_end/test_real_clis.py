"""`lok-hunt` with the real codex, gemini and claude, each talking to a model server on this machine."""

from __future__ import annotations

import json
import re
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.backends.cli_helpers import CLI_KINDS, KEY, KEY_NAME, Kind, section
from tests.backends.conftest import real_cli
from tests.end_to_end.conftest import Project, Reviewer
from tests.fake_model_server import Server, make_server

__all__ = ["real_cli"]

BUG = "count = len(items) + 1"
TASK = '[tasks.hunt]\ndescription = "Bugs"\nprompts = [{ name = "bugs", prompt = "Find bugs." }]\n'
OTHERS_OFF = "".join(f"[backends.{kind}]\nenabled = false\n" for kind in ("ollama", "static"))


@pytest.fixture
def model_server(tmp_path: Path) -> Iterator[Server]:
    server = make_server(log=str(tmp_path / "server.jsonl"))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.stop.set()
    server.shutdown()
    server.server_close()


# What the model will say, said by a program, so that the receipts are known: they belong to the bytes.
ORACLE = """\
import json, re, sys
prompt, found = sys.stdin.read(), json.loads(sys.argv[2])
receipt = re.search(r"(?m)^receipt: (\\S+)$", prompt)[1]
kind = "votes" if "\\nround: " in prompt else "findings"
with open(sys.argv[1], "a") as log:
    log.write(f"{kind} {receipt}\\n")
print(json.dumps({"receipt": receipt, "files": ["shop.py"], "findings": [found]}))
"""
FOUND = {
    "file": "shop.py", "line": 2, "end_line": None, "severity": "high", "category": "logic", "cwe": None,
    "title": "one too many", "why": "the last is counted twice", "fix": None, "quote": BUG,
}  # fmt: skip


def table(kind: Kind, program: Path, server: Server) -> str:
    """The backend's part of lok.toml."""
    values = section(kind, program, f"http://127.0.0.1:{server.server_port}")
    return f"[backends.{kind}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())


def answer(receipt: str, quote: str) -> dict[str, Any]:
    return {"receipt": receipt, "files": ["shop.py"], "findings": [FOUND | {"quote": quote}]}


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

    settings = tmp_path / "real.toml"
    settings.write_text(
        f"{OTHERS_OFF}{table(kind, real_cli(kind), model_server)}{TASK}backends = [{json.dumps(kind)}]\n"
    )

    verdicts = []
    for quote in (BUG, "os.system(user_input)"):
        model_server.rules = [{"answer_json": answer(receipt, quote)}]
        flags = ("--config", settings, "--format", "json", "--backend", kind, "--fresh", "--no-debate")
        done = project.run("lok-hunt", *flags, env={KEY_NAME: KEY})
        report = json.loads(done.said)
        verdicts.append((done.code, report["incomplete"], [f["disposition"] for f in report["findings"]]))
    assert verdicts == [(1, False, ["confirmed"]), (0, False, ["outside the diff"])]
    assert KEY not in "".join(path.read_text(errors="replace") for path in tmp_path.glob("home/**/*") if path.is_file())


def receipts(project: Project, tmp_path: Path) -> dict[str, str]:
    """The receipts of the review ("findings") and of the debate on what it finds ("votes")."""
    script, log = tmp_path / "oracle.py", tmp_path / "receipts"
    script.write_text(ORACLE)
    command = {"command": sys.executable, "args": [str(script), str(log), json.dumps(FOUND)]}
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in command.items())
    settings = tmp_path / "oracle.toml"
    off = "".join(f"[backends.{kind}]\nenabled = false\n" for kind in CLI_KINDS)
    settings.write_text(f'{OTHERS_OFF}{off}[backends.oracle]\nkind = "command"\n{lines}{TASK}backends = ["oracle"]\n')
    project.run("lok-hunt", "--config", settings)
    return dict(line.split() for line in log.read_text().splitlines())


@pytest.mark.parametrize(("stance", "code", "disposition"), [("confirm", 1, "confirmed"), ("refute", 0, "refuted")])
def test_two_real_models_examine_what_a_third_one_raised(
    stance: str,
    code: int,
    disposition: str,
    real_cli: Callable[[str], Path],
    project: Project,
    model_server: Server,
    tmp_path: Path,
) -> None:
    project.stage("shop.py", f"items = []\n{BUG}\n")
    known = receipts(project, tmp_path)
    vote = {"claim": "C1", "stance": stance, "ground": None, "reason": "I read it", "quote": BUG}
    model_server.rules = [
        {"match": "round: cross-examination", "answer_json": {"receipt": known["votes"], "votes": [vote]}},
        {"answer_json": answer(known["findings"], BUG)},
    ]
    sections = "".join(table(kind, real_cli(kind), model_server) for kind in CLI_KINDS)
    settings = tmp_path / "real.toml"
    settings.write_text(f'{OTHERS_OFF}{sections}{TASK}backends = ["codex"]\n')
    done = project.run("lok-hunt", "--config", settings, "--format", "json", env={KEY_NAME: KEY})
    report = json.loads(done.said)
    (finding,) = report["findings"]
    assert (done.code, finding["disposition"], report["failures"]) == (code, disposition, [])
    votes = [(vote["voter"], vote["stance"], vote["reason"]) for vote in finding["evidence"]["votes"]]
    assert votes == [("claude", stance, "I read it"), ("gemini", stance, "I read it")]
    assert [asked["backend"] for asked in report["asked"]] == ["codex"]
    log = tmp_path / "server.jsonl"
    asked = log.read_text()
    again = project.run("lok-hunt", "--config", settings, "--format", "json", "--task", "hunt", env={KEY_NAME: KEY})
    assert (again.code, json.loads(again.said)["findings"], log.read_text()) == (code, report["findings"], asked)
