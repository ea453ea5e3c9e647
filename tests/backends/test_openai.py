from __future__ import annotations

import json
from typing import Any

import pytest

from lok_hooks.backends.deadline import Until
from lok_hooks.backends.openai import Extras, OpenAI, chat_url, is_strict, read_choice, request_body
from lok_hooks.core.ports import Backend, Failure, FailureKind, Reply
from lok_hooks.core.prompts import REVIEW_SCHEMA
from lok_hooks.core.settings import BackendSettings
from tests.backends.conftest import ANSWER_SCHEMA, GOOD_ANSWER, ServerMaker
from tests.backends.http_helpers import answer_body, backend, environment, prompt, raw_server, response

LONG_TEXT = "return value\n" * 2000


def test_it_asks_the_server_and_gives_the_answer(model_server: ServerMaker) -> None:
    server = model_server()
    asked: Backend = backend("openai", server.url, api_key_env="SOME_KEY")

    with environment(SOME_KEY="sk-1"):
        answer = asked.ask(prompt("Review this.", ANSWER_SCHEMA), Until.after(10))

    assert isinstance(answer, Reply)
    assert json.loads(answer.text) == GOOD_ANSWER
    assert (answer.backend, answer.model) == ("my-openai", "some-model")
    assert answer.tokens_in
    assert answer.tokens_out
    [sent] = server.asked()
    assert sent["path"] == "/v1/chat/completions"
    assert sent["headers"]["Authorization"] == "Bearer sk-1"
    assert sent["body"]["messages"] == [{"role": "user", "content": "Review this."}]
    assert (sent["body"]["model"], sent["body"]["temperature"]) == ("some-model", 0)
    assert sent["body"]["response_format"]["json_schema"]["schema"] == ANSWER_SCHEMA
    assert sent["body"]["response_format"]["json_schema"]["strict"] is True


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("http://localhost:1234", "http://localhost:1234/v1/chat/completions"),
        ("http://localhost:1234/v1", "http://localhost:1234/v1/chat/completions"),
        ("https://openrouter.example/api/v1", "https://openrouter.example/api/v1/chat/completions"),
        ("https://h/v1beta/openai", "https://h/v1beta/openai/chat/completions"),
        ("https://h/v1/chat/completions", "https://h/v1/chat/completions"),
    ],
)
def test_the_address_to_post_to(base: str, url: str) -> None:
    assert chat_url(base) == url


@pytest.mark.parametrize(
    ("extras", "refusal", "fewer"),
    [
        (Extras(), "'response_format.type' must be 'text'", Extras(format="json_object")),
        (Extras(), "Invalid schema for response_format", Extras(format="json_object")),
        (Extras(), "failed to parse grammar", Extras(format="json_object")),
        (Extras(format="json_object"), "response_format is not supported", Extras(format="")),
        (Extras(format=""), "response_format is not supported", None),
        (Extras(), "'temperature' does not support 0 with this model", Extras(is_fixed=False)),
        (Extras(), "unknown field: seed", Extras(is_fixed=False)),
        (Extras(is_fixed=False, format=""), "temperature", None),
        (Extras(), "the model is on holiday", None),
    ],
)
def test_what_the_server_names_is_dropped(extras: Extras, refusal: str, fewer: Extras | None) -> None:
    assert extras.without(refusal) == fewer


def test_the_extras_make_the_request() -> None:
    full = request_body(prompt("t", ANSWER_SCHEMA), "m", Extras())
    plain = request_body(prompt("t", ANSWER_SCHEMA), "", Extras(format="", is_fixed=False))
    mode = request_body(prompt("t", ANSWER_SCHEMA), "m", Extras(format="json_object"))

    assert full["response_format"]["type"] == "json_schema"
    assert mode["response_format"] == {"type": "json_object"}
    assert plain == {"messages": [{"role": "user", "content": "t"}], "stream": False}
    assert "response_format" not in request_body(prompt("t"), "m", Extras())


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (ANSWER_SCHEMA, True),
        (REVIEW_SCHEMA, True),
        ({"type": "string"}, True),
        ({"type": "object", "properties": {"a": {}}, "required": ["a"]}, False),
        ({"type": "object", "properties": {"a": {}}, "required": [], "additionalProperties": False}, False),
        ({"anyOf": [{"type": "object", "properties": {"a": {}}, "additionalProperties": False}]}, False),
    ],
)
def test_strict_is_claimed_only_for_a_strict_schema(schema: object, expected: bool) -> None:
    assert is_strict(schema) is expected


def test_a_server_without_schemas_is_asked_in_ever_simpler_ways_and_that_is_remembered(
    model_server: ServerMaker,
) -> None:
    server = model_server(
        {"match": "json_schema", "status": 400, "error": "response_format type must be text or json_object"},
        {"match": "json_object", "status": 400, "error": "this model does not support response_format json_object"},
    )
    asked = backend("openai", server.url)

    first = asked.ask(prompt("Review this.", ANSWER_SCHEMA), Until.after(10))
    second = asked.ask(prompt("Review that.", ANSWER_SCHEMA), Until.after(10))

    assert isinstance(first, Reply)
    assert isinstance(second, Reply)
    formats = [sent["body"].get("response_format", {}).get("type") for sent in server.asked()]
    assert formats == ["json_schema", "json_object", None, None]


def test_a_model_with_its_own_sampling_is_asked_without_ours() -> None:
    def reply(server: Any, connection: Any) -> None:
        if b'"temperature"' in server.requests[-1]:
            refusal = b'{"error": {"message": "Unsupported value: temperature"}}'
            connection.sendall(response(refusal, "400 Bad Request"))
        else:
            connection.sendall(response(answer_body("openai", "{}")))

    with raw_server(reply) as server:
        answer = backend("openai", server.url).ask(prompt(), Until.after(10))

    assert isinstance(answer, Reply)
    assert len(server.requests) == 2


def test_another_refusal_is_not_asked_again(model_server: ServerMaker) -> None:
    server = model_server({"status": 400, "error": "no such organisation"})

    failure = backend("openai", server.url).ask(prompt("t", ANSWER_SCHEMA), Until.after(10))

    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.REFUSED
    assert "no such organisation" in failure.reason
    assert len(server.asked()) == 1


def choice(message: object, finish_reason: object = "stop") -> dict[str, Any]:
    return {"choices": [{"message": message, "finish_reason": finish_reason}]}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (choice({"content": "{}"}), "{}"),
        (choice({"content": [{"type": "text", "text": "{"}, {"type": "text", "text": "}"}]}), "{}"),
        (choice({"content": "{}", "reasoning_content": "hm", "refusal": None}, None), "{}"),
    ],
)
def test_the_first_choices_text_is_the_answer(value: dict[str, Any], text: str) -> None:
    assert read_choice(value) == (text, None)


@pytest.mark.parametrize(
    ("value", "kind", "said"),
    [
        (choice({"content": '{"a'}, "length"), FailureKind.UNREADABLE, "token limit"),
        (choice({"content": ""}, "content_filter"), FailureKind.REFUSED, "filter"),
        (choice({"content": None, "refusal": "I will not"}), FailureKind.REFUSED, "I will not"),
        (choice({"content": ""}), FailureKind.UNREADABLE, "empty"),
        (choice({"content": None, "tool_calls": []}, "tool_calls"), FailureKind.UNREADABLE, "empty"),
        (choice({"content": 7}), FailureKind.UNREADABLE, "empty"),
        (choice(None), FailureKind.UNREADABLE, "empty"),
        ({"choices": []}, FailureKind.UNREADABLE, "empty"),
        ({"choices": ["x"]}, FailureKind.UNREADABLE, "empty"),
        ({}, FailureKind.UNREADABLE, "empty"),
    ],
)
def test_what_is_no_answer_says_why(value: dict[str, Any], kind: FailureKind, said: str) -> None:
    _, problem = read_choice(value)

    assert problem is not None
    assert problem.kind is kind
    assert said in problem.reason


def test_a_cut_answer_is_a_failure_that_keeps_it() -> None:
    body = json.dumps(choice({"content": '{"receipt": "t'}, "length")).encode()
    with raw_server(lambda _, connection: connection.sendall(response(body))) as server:
        failure = backend("openai", server.url).ask(prompt(), Until.after(10))

    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.UNREADABLE
    assert failure.answer == '{"receipt": "t'
    assert failure.seconds > 0
    assert "my-openai" in failure.advice


def test_a_server_that_silently_cut_the_prompt_has_not_reviewed_it() -> None:
    body = answer_body("openai", "{}", usage={"prompt_tokens": 2047, "completion_tokens": 3})
    with raw_server(lambda _, connection: connection.sendall(response(body))) as server:
        failure = backend("openai", server.url).ask(prompt(LONG_TEXT), Until.after(10))

    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.TOO_LARGE
    assert "not reviewed" in failure.reason


@pytest.mark.parametrize("usage", [None, "many", {"prompt_tokens": "many", "completion_tokens": None}])
def test_a_server_that_does_not_count_is_believed(usage: object) -> None:
    body = answer_body("openai", "{}", usage=usage)
    with raw_server(lambda _, connection: connection.sendall(response(body))) as server:
        answer = backend("openai", server.url).ask(prompt(LONG_TEXT), Until.after(10))

    assert isinstance(answer, Reply)
    assert (answer.tokens_in, answer.tokens_out) == (None, None)


def test_a_prompt_beyond_the_window_is_too_large(model_server: ServerMaker) -> None:
    words = "request (6031 tokens) exceeds the available context size (2048 tokens), try increasing it"
    server = model_server({"status": 400, "error": words})

    failure = backend("openai", server.url).ask(prompt("t", ANSWER_SCHEMA), Until.after(10))

    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.TOO_LARGE
    assert words in failure.reason
    assert len(server.asked()) == 1


def test_its_own_timeout_is_kept(model_server: ServerMaker) -> None:
    server = model_server({"hang": 3})

    failure = backend("openai", server.url, timeout=0.3).ask(prompt(), Until.after(30))

    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.TIMED_OUT
    assert failure.seconds < 1.3


def test_missing_asks_for_the_named_key_first(model_server: ServerMaker) -> None:
    asked = backend("openai", model_server().url, api_key_env="SOME_KEY")

    with environment(SOME_KEY=None):
        without = asked.missing()
    with environment(SOME_KEY="sk-1"):
        with_key = asked.missing()

    assert without is not None
    assert without.kind is FailureKind.NOT_LOGGED_IN
    assert with_key is None


def test_without_an_address_it_is_openai_itself() -> None:
    asked = OpenAI(BackendSettings(name="openai", kind="openai", api_key_env="SOME_KEY"))

    with environment(SOME_KEY="sk-1"):
        assert asked.missing() is None


def test_its_traits_are_the_settings() -> None:
    traits = backend("openai", "http://localhost:1", may_block=False, max_prompt_bytes=5).traits

    assert (traits.role, traits.kind, traits.is_local) == ("model", "openai", False)
    assert (traits.may_block, traits.max_prompt_bytes, traits.model) == (False, 5, "some-model")
    assert backend("openai", "http://localhost:1", local=True).traits.is_local
