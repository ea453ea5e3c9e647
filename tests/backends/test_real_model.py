"""Our OpenAI-compatible backend and a real server with a real model."""

from __future__ import annotations

import json
from typing import Any

import jsonschema  # type: ignore[import-untyped]

from lok_hooks.backends.deadline import Until
from lok_hooks.core.ports import Failure, FailureKind, Reply
from tests.backends.http_helpers import backend, prompt
from tests.backends.real_model import RealModel, real_model

__all__ = ["real_model"]

# Bounded, since a model of this size goes on for ever where it may.
SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["receipt", "findings"],
    "properties": {
        "receipt": {"type": "string", "maxLength": 20},
        "findings": {
            "type": "array",
            "maxItems": 1,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["file", "line", "severity"],
                "properties": {
                    "file": {"type": "string", "maxLength": 30},
                    "line": {"type": "integer", "minimum": 1, "maximum": 99},
                    "severity": {"enum": ["low", "high"]},
                },
            },
        },
    },
}
QUESTION = """Review this change and answer with JSON only.
receipt: tok-1
file: app/db.py
+ 42 return db.execute(f"select * from users where name = '{name}'")
"""


def test_a_real_model_answers_in_the_form_we_ask_for(real_model: RealModel) -> None:
    asked = backend("openai", real_model.url)

    assert asked.missing() is None
    answer = asked.ask(prompt(QUESTION, SCHEMA), Until.after(240))

    assert isinstance(answer, Reply), answer
    jsonschema.validate(json.loads(answer.text), SCHEMA)
    assert answer.tokens_in is not None
    assert 50 < answer.tokens_in < real_model.window
    assert answer.tokens_out


def test_a_prompt_beyond_the_window_is_not_reviewed(real_model: RealModel) -> None:
    text = QUESTION + "+ 43 return value\n" * real_model.window

    failure = backend("openai", real_model.url).ask(prompt(text, SCHEMA), Until.after(240))

    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.TOO_LARGE
    assert "exceeds the available context size" in failure.reason
