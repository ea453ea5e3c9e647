"""The most tokens that an answer may have: who is told, in which field, and that a cut answer is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lok_hooks.backends.deadline import Until
from lok_hooks.core.ports import Failure, FailureKind, Reply
from lok_hooks.core.task import CUT_ADVICE, plain_prompt
from tests.backends.cli_helpers import User, ask, user
from tests.backends.conftest import ServerMaker
from tests.backends.http_helpers import HTTP_KINDS, HttpKind, backend

__all__ = ["user"]
RealCli = Callable[[str], Path]
LIMITED = replace(plain_prompt("order", "What next?"), max_tokens=3000)
FREE = replace(LIMITED, max_tokens=None)


def bodies(server: Any) -> list[dict[str, Any]]:
    return [request["body"] for request in server.asked()]


def test_an_openai_server_is_told_in_the_field_it_knows(model_server: ServerMaker) -> None:
    refusal = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens'."
    server = model_server({"status": 400, "error": refusal, "times": 1}, answer="Go on.")
    asked = backend("openai", server.url)
    assert isinstance(asked.ask(LIMITED, Until.after(10)), Reply)
    assert isinstance(asked.ask(LIMITED, Until.after(10)), Reply)
    assert isinstance(asked.ask(FREE, Until.after(10)), Reply)
    said = [(body.get("max_tokens"), body.get("max_completion_tokens")) for body in bodies(server)]
    assert said == [(3000, None), (None, 3000), (None, 3000), (None, None)]


def test_an_openai_server_that_knows_neither_field_is_asked_without(model_server: ServerMaker) -> None:
    rules = [{"status": 422, "error": f"unknown field {name}", "times": 1} for name in ("max_tokens",) * 2]
    server = model_server(*rules, answer="Go on.")
    assert isinstance(backend("openai", server.url).ask(LIMITED, Until.after(10)), Reply)
    assert [sorted(set(body) & {"max_tokens", "max_completion_tokens"}) for body in bodies(server)] == [
        ["max_tokens"],
        ["max_completion_tokens"],
        [],
    ]


def test_words_about_tokens_are_no_refusal_of_a_limit_that_was_not_set(model_server: ServerMaker) -> None:
    server = model_server({"status": 400, "error": "too long: max_tokens"}, answer="Go on.")
    assert isinstance(backend("openai", server.url).ask(FREE, Until.after(10)), Failure)
    assert len(bodies(server)) == 1


def test_ollama_is_told_and_its_window_has_room_for_the_answer(model_server: ServerMaker) -> None:
    server = model_server(answer="Go on.", models=("some-model",))
    asked = backend("ollama", server.url)
    for prompt in (FREE, LIMITED, replace(LIMITED, max_tokens=50_000)):
        assert isinstance(asked.ask(prompt, Until.after(10)), Reply)
    free, limited, wide = [body["options"] for body in bodies(server)]
    assert (limited["num_predict"], limited["num_ctx"]) == (3000, free["num_ctx"])
    assert free["num_predict"] != 3000
    assert wide["num_predict"] == 50_000 < wide["num_ctx"]


@pytest.mark.parametrize("kind", HTTP_KINDS)
def test_an_answer_that_a_server_cut_is_a_failure_that_says_what_to_do(
    kind: HttpKind, model_server: ServerMaker
) -> None:
    server = model_server({"limited": True}, answer="Half an ans", models=("some-model",))
    for prompt, is_ours in ((LIMITED, True), (FREE, False)):
        answer = backend(kind, server.url).ask(prompt, Until.after(10))
        assert isinstance(answer, Failure)
        assert (answer.kind, answer.answer) == (FailureKind.UNREADABLE, "Half an ans")
        assert "cut" in answer.reason
        assert (answer.advice == CUT_ADVICE) == is_ours


@pytest.mark.parametrize(("limit", "thinking"), [(3000, 1500), (2047, None), (None, "its own")])
def test_the_real_claude_passes_it_on(
    user: User, real_cli: RealCli, model_server: ServerMaker, limit: int | None, thinking: int | str | None
) -> None:
    server = model_server(answer="Go on.")
    prompt = replace(LIMITED, max_tokens=limit)
    assert isinstance(ask(user.real("claude", real_cli("claude"), server.url), prompt, 20), Reply)
    (body,) = bodies(server)
    if limit is None:
        assert body["max_tokens"] > 3000
    else:
        assert (body["max_tokens"], body["thinking"].get("budget_tokens")) == (limit, thinking)


def test_an_answer_that_the_real_claude_calls_cut_is_a_failure(
    user: User, real_cli: RealCli, model_server: ServerMaker
) -> None:
    server = model_server({"limited": True}, answer="Half an ans")
    answer = ask(user.real("claude", real_cli("claude"), server.url), LIMITED, 30)
    assert isinstance(answer, Failure)
    assert (answer.kind, answer.advice) == (FailureKind.UNREADABLE, CUT_ADVICE)


@pytest.mark.parametrize(
    ("model", "thinking"),
    [("gemini-2.5-pro", {"thinkingBudget": 1500}), ("gemini-3-pro-preview", {"thinkingLevel": "LOW"})],
)
def test_the_real_gemini_passes_it_on(
    user: User, real_cli: RealCli, model_server: ServerMaker, model: str, thinking: dict[str, Any]
) -> None:
    server = model_server(answer="Go on.")
    asked = user.real("gemini", real_cli("gemini"), server.url, model=model)
    for prompt in (LIMITED, FREE):
        assert isinstance(ask(asked, prompt, 30), Reply)
    limited, free = [body["generationConfig"] for body in bodies(server)]
    assert (limited["maxOutputTokens"], limited["thinkingConfig"]) == (3000, {"includeThoughts": True, **thinking})
    assert "maxOutputTokens" not in free


def test_the_real_codex_has_no_such_option_and_is_asked_all_the_same(
    user: User, real_cli: RealCli, model_server: ServerMaker
) -> None:
    server = model_server(answer="Go on.")
    asked = user.real("codex", real_cli("codex"), f"{server.url}/v1")
    assert isinstance(ask(asked, LIMITED, 30), Reply)
    (body,) = bodies(server)
    assert [name for name in body if "max" in name] == []
