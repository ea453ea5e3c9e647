"""The commands that ask several backends, each once with the real codex, gemini and claude, all talking to a model
server on this machine."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.backends.cli_helpers import CLI_KINDS, KEY, KEY_NAME, MODELS
from tests.backends.conftest import real_cli
from tests.end_to_end.conftest import Project
from tests.end_to_end.talker import FIRST_ORDER, ORDER, POSITION, RESPONSE, REVIEW, REVISION, SYNTHESIS
from tests.end_to_end.test_real_clis import model_server
from tests.fake_model_server import Server

__all__ = ["model_server", "real_cli"]

OPINION = {"response": "Yes, but later.", "agrees": False, "disagreements": ["the date"]}
ASK = [{"backend": name, "prompt": f"What does {name} see?"} for name in CLI_KINDS]
RULES: list[dict[str, Any]] = [
    {"match": POSITION, "answer": "Yes."},
    {"match": f"{RESPONSE}|{REVIEW}", "answer_json": OPINION},
    {"match": REVISION, "answer": "Revised."},
    {"match": SYNTHESIS, "answer_json": {"synthesis": "So be it.", "settled": ["D1"], "disagreements": []}},
    {"match": FIRST_ORDER, "answer_json": {"done": False, "ask": ASK, "synthesis": None, "disagreements": []}},
    {"match": ORDER, "answer_json": {"done": True, "ask": [], "synthesis": "Seen by all.", "disagreements": []}},
    {"match": "", "answer": "An answer."},
]


@pytest.fixture
def run(
    real_cli: Callable[[str], Path], project: Project, model_server: Server, tmp_path: Path
) -> Callable[..., dict[str, Any]]:
    """`run("debate", "--json")` with the three CLIs on the model server; returns the JSON document."""
    model_server.rules = RULES
    text = "".join(f"[backends.{kind}]\nenabled = false\n" for kind in ("ollama", "static"))
    for kind in CLI_KINDS:
        url = f"http://127.0.0.1:{model_server.server_port}" + ("/v1" if kind == "codex" else "")
        section = {"command": str(real_cli(kind)), "args": [], "url": url, "api_key_env": KEY_NAME}
        section["model"] = MODELS[kind]
        text += f"[backends.{kind}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in section.items())
    settings = tmp_path / "real.toml"
    settings.write_text(text)

    def lok(*argv: str) -> dict[str, Any]:
        done = project.run("lok", *argv, "--json", "--config", settings, env={KEY_NAME: KEY})
        assert done.code == 0, done.said
        value: dict[str, Any] = json.loads(done.said[done.said.index("{\n") :])
        assert value["failures"] == [], value["failures"]
        return value

    return lok


def steps(value: dict[str, Any]) -> dict[str, set[str]]:
    """Who was heard in each step."""
    heard: dict[str, set[str]] = {}
    for turn in value["turns"]:
        heard.setdefault(turn["step"], set()).add(turn["backend"])
    return heard


ALL = set(CLI_KINDS)


def test_ask(run: Callable[..., dict[str, Any]]) -> None:
    value = run("ask", "Why?")
    assert {turn["backend"]: turn["text"] for turn in value["turns"]} == dict.fromkeys(ALL, "An answer.")


def test_smart(run: Callable[..., dict[str, Any]]) -> None:
    value = run("smart", "Find SQL injection")
    assert [(turn["backend"], turn["text"]) for turn in value["turns"]] == [("gemini", "An answer.")]


def test_debate(run: Callable[..., dict[str, Any]]) -> None:
    value = run("debate", "Split it?")
    assert steps(value) == {"position": ALL, "response": ALL, "synthesis": {"codex"}}
    assert all(turn["agrees"] is False for turn in value["turns"] if turn["step"] == "response")
    assert value["conclusion"]["text"] == "So be it."
    assert len(value["conclusion"]["disagreements"]) == 2  # three named it, one was settled


def test_team(run: Callable[..., dict[str, Any]]) -> None:
    value = run("team", "Find SQL injection", "--debate")
    reviewers = ALL - {"gemini"}
    assert steps(value) == {
        "work": {"gemini"},
        "review": reviewers,
        "revision": {"gemini"},
        "synthesis": {"claude"},
    }
    assert value["conclusion"]["text"] == "So be it."
    assert [item["point"] for item in value["conclusion"]["disagreements"]] == ["the date"]


def test_conduct(run: Callable[..., dict[str, Any]]) -> None:
    value = run("conduct", "Find SQL injection")
    assert steps(value) == {"order": {"gemini"}, "answer": ALL}
    assert value["conclusion"]["text"] == "Seen by all."
