"""A debate between ollama, an OpenAI-compatible server and a program of the user's own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.end_to_end.talk_helpers import Talkers, talkers
from tests.end_to_end.talker import FIRST_ORDER, ORDER, POSITION, RESPONSE, SYNTHESIS
from tests.end_to_end.test_real_clis import model_server
from tests.fake_model_server import Server

__all__ = ["model_server", "talkers"]

OPINION = {"response": "Yes, but later.", "agrees": False, "disagreements": ["the date"]}


def test_a_debate_of_three_kinds(talkers: Callable[..., Talkers], model_server: Server) -> None:
    model_server.rules = [
        {"match": POSITION, "answer": "Yes."},
        {"match": RESPONSE, "answer_json": OPINION},
        {"match": SYNTHESIS, "answer_json": {"synthesis": "So be it.", "settled": [], "disagreements": []}},
    ]
    url = f"http://127.0.0.1:{model_server.server_port}"
    more = (
        f'[backends.ollama]\ncommand = "{url}"\nmodel = "small"\n'
        f'[backends.house]\nkind = "openai"\nurl = "{url}/v1"\nmodel = "large"\n'
    )
    made = talkers(more=more, own=[(RESPONSE, {"json": OPINION}), (POSITION, "No.")])
    said = made.lok("debate", "Split it?", "--json")
    value = json.loads(said.out)
    assert (said.code, value["failures"]) == (0, [])
    heard = {(turn["backend"], turn["step"]) for turn in value["turns"]}
    assert {backend for backend, step in heard if step == "response"} == {"ollama", "house", "own"}
    assert {item["backend"] for item in value["conclusion"]["disagreements"]} == {"ollama", "house", "own"}


def test_a_conductors_answers_are_limited_and_those_of_the_others_are_not(
    talkers: Callable[..., Talkers], model_server: Server, tmp_path: Path
) -> None:
    ask = [{"backend": "house", "prompt": "Look."}]
    model_server.log = tmp_path / "served.jsonl"
    model_server.rules = [
        {"match": FIRST_ORDER, "answer_json": {"done": False, "ask": ask, "synthesis": None, "disagreements": []}},
        {"match": ORDER, "answer_json": {"done": True, "ask": [], "synthesis": "Seen.", "disagreements": []}},
    ]
    url = f"http://127.0.0.1:{model_server.server_port}/v1"
    more = f'[backends.house]\nkind = "openai"\nurl = "{url}"\nmodel = "large"\n[conductor]\nmax_tokens = 777\n'
    assert talkers(more=more).lok("conduct", "Is it so?").code == 0
    requests = [json.loads(line) for line in (tmp_path / "served.jsonl").read_text().splitlines()]
    assert [request["body"].get("max_tokens") for request in requests] == [777, None, 777]
