from __future__ import annotations

import json
from typing import Any

import pytest

from lok_hooks.backends.deadline import Until
from lok_hooks.backends.ollama import Ollama, request_body, window_for
from lok_hooks.core.ports import Answer, Backend, Failure, FailureKind, Reply
from lok_hooks.core.settings import BackendSettings
from tests.backends.conftest import GOOD_ANSWER, ServerMaker
from tests.backends.http_helpers import answer_body, backend, closed_port, prompt, raw_server, response

SCHEMA = {"type": "object", "properties": {"receipt": {"type": "string"}}}
LONG_TEXT = "return value\n" * 2000  # 4000 words, 26 kB


def answer_with(text: str = LONG_TEXT, **changes: Any) -> Answer:
    body = answer_body("ollama", json.dumps(GOOD_ANSWER), **changes)
    with raw_server(lambda _, connection: connection.sendall(response(body))) as server:
        return backend("ollama", server.url).ask(prompt(text), Until.after(10))


def test_it_asks_ollama_and_gives_the_answer(model_server: ServerMaker) -> None:
    server = model_server(models=("some-model",))
    asked: Backend = backend("ollama", server.url)

    answer = asked.ask(prompt("Review this.", SCHEMA), Until.after(10))

    assert isinstance(answer, Reply)
    assert json.loads(answer.text) == GOOD_ANSWER
    assert (answer.backend, answer.model) == ("my-ollama", "some-model")
    assert answer.tokens_in
    assert answer.tokens_out
    assert 0 < answer.seconds < 5
    [sent] = server.asked()
    assert sent["path"] == "/api/chat"
    assert sent["body"]["messages"] == [{"role": "user", "content": "Review this."}]
    assert sent["body"]["format"] == SCHEMA
    assert sent["body"]["model"] == "some-model"


def test_the_request_sets_a_window_and_leaves_nothing_to_chance() -> None:
    body = request_body(prompt("Review this.", SCHEMA), "m")

    assert body["stream"] is False
    assert (body["truncate"], body["shift"]) == (False, False)
    assert body["options"]["temperature"] == 0
    assert body["options"]["seed"] == request_body(prompt("Other."), "m")["options"]["seed"]
    assert body["options"]["num_ctx"] == window_for("Review this.")
    assert 0 < body["options"]["num_predict"] < body["options"]["num_ctx"]


def test_without_a_schema_no_format_is_asked_for() -> None:
    assert "format" not in request_body(prompt("Review this."), "m")


@pytest.mark.parametrize(
    ("size", "window"),
    [(0, 16_384), (10_000, 16_384), (15_000, 16_384), (16_000, 24_576), (48_000, 32_768), (200_000, 114_688)],
)
def test_the_window_grows_with_the_prompt_in_few_steps(size: int, window: int) -> None:
    assert window_for("x" * size) == window


def test_the_window_counts_bytes() -> None:
    assert window_for("语" * 20_000) == window_for("x" * 60_000)


def test_enough_tokens_read_is_an_answer() -> None:
    answer = answer_with(prompt_eval_count=6_100)

    assert isinstance(answer, Reply)
    assert answer.tokens_in == 6_100


@pytest.mark.parametrize("changes", [{"prompt_eval_count": None}, {"prompt_eval_count": "many"}])
def test_a_server_that_does_not_count_is_believed(changes: dict[str, Any]) -> None:
    answer = answer_with(**changes)

    assert isinstance(answer, Reply)
    assert answer.tokens_in is None


@pytest.mark.parametrize(
    ("text", "count"),
    [(LONG_TEXT, 2048), (LONG_TEXT, 1), ("short", 16_384), ("short", 20_000)],
    ids=["half of it", "nearly nothing", "the whole window", "more than the window"],
)
def test_a_cut_prompt_was_not_reviewed_although_an_answer_came(text: str, count: int) -> None:
    failure = answer_with(text, prompt_eval_count=count)

    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.TOO_LARGE
    assert "not reviewed" in failure.reason
    assert str(count) in failure.reason
    assert "max_prompt_bytes of backend my-ollama" in failure.advice
    assert json.loads(failure.answer) == GOOD_ANSWER


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"done_reason": "length", "eval_count": 8192}, "cut after 8192 tokens"),
        ({"done": False}, "did not finish"),
        ({"message": {"role": "assistant", "content": " \n"}}, "empty"),
        ({"message": None}, "empty"),
        ({"message": {"content": 7}}, "empty"),
    ],
)
def test_half_an_answer_is_none(changes: dict[str, Any], said: str) -> None:
    failure = answer_with("short", **changes)

    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.UNREADABLE
    assert said in failure.reason
    assert failure.advice
    assert failure.seconds > 0


def test_a_cut_answer_is_kept() -> None:
    failure = answer_with("short", done_reason="length")

    assert isinstance(failure, Failure)
    assert json.loads(failure.answer) == GOOD_ANSWER


def test_a_model_that_is_not_there_is_to_be_pulled(model_server: ServerMaker) -> None:
    server = model_server({"status": 404, "error": "model 'some-model' not found"})

    failure = backend("ollama", server.url).ask(prompt(), Until.after(10))

    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.REFUSED
    assert "model 'some-model' not found" in failure.reason
    assert "ollama pull some-model" in failure.advice


def test_the_prompt_that_ollama_itself_finds_too_long(model_server: ServerMaker) -> None:
    server = model_server({"status": 400, "error": "the input length exceeds the context length"})

    failure = backend("ollama", server.url).ask(prompt(), Until.after(10))

    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.TOO_LARGE


def test_it_is_not_missing_where_somebody_listens(model_server: ServerMaker) -> None:
    assert backend("ollama", model_server().url).missing() is None


def test_not_running_is_missing_with_the_way_to_start_it() -> None:
    failure = backend("ollama", f"http://127.0.0.1:{closed_port()}").missing()

    assert failure is not None
    assert failure.kind is FailureKind.MISSING
    assert "ollama serve" in failure.advice


def test_without_a_model_it_is_missing(model_server: ServerMaker) -> None:
    failure = backend("ollama", model_server().url, model="").missing()

    assert failure is not None
    assert failure.kind is FailureKind.MISSING
    assert "set model of backend my-ollama" in failure.advice


def test_the_original_loks_command_is_the_address(model_server: ServerMaker) -> None:
    server = model_server()
    lok = BackendSettings(name="ollama", kind="ollama", command=server.url, model="m")

    assert isinstance(Ollama(lok).ask(prompt(), Until.after(10)), Reply)
    assert len(server.asked()) == 1


def test_its_own_timeout_is_kept(model_server: ServerMaker) -> None:
    server = model_server({"hang": 3})

    failure = backend("ollama", server.url, timeout=0.3).ask(prompt(), Until.after(30))

    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.TIMED_OUT
    assert failure.seconds < 1.3
    assert "timeout of backend my-ollama" in failure.advice


def test_its_traits_are_the_settings() -> None:
    traits = backend(
        "ollama", "http://h", local=True, may_block=False, max_prompt_bytes=48_000, strengths=("hunt",)
    ).traits

    assert (traits.role, traits.kind, traits.model) == ("model", "ollama", "some-model")
    assert (traits.is_local, traits.may_block, traits.max_prompt_bytes) == (True, False, 48_000)
    assert traits.strengths == ("hunt",)
    assert not backend("ollama", "http://h").traits.is_local
