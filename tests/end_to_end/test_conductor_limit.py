"""`[conductor] max_tokens` reaches the server, for the conductor's own requests alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.end_to_end.talk_helpers import Talkers, talkers
from tests.end_to_end.talker import FIRST_ORDER, ORDER
from tests.end_to_end.test_real_clis import model_server
from tests.fake_model_server import Server

__all__ = ["model_server", "talkers"]


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
