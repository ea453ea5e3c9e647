"""Vendors' words as measured or documented, and what they must be taken for."""

from __future__ import annotations

import json

import pytest

from lok_hooks.backends.complaints import innermost, is_error, judge, shown_delay, without_frames
from lok_hooks.core.ports import FailureKind

NOT_LOGGED_IN, RATE_LIMITED = FailureKind.NOT_LOGGED_IN, FailureKind.RATE_LIMITED
CRASHED, TOO_LARGE, REFUSED = FailureKind.CRASHED, FailureKind.TOO_LARGE, FailureKind.REFUSED


@pytest.mark.parametrize(
    ("message", "status", "kind", "is_transient"),
    [
        ("unexpected status 401 Unauthorized: invalid api key, url: http://h/v1", None, NOT_LOGGED_IN, False),
        ("Missing environment variable: `NOPE_KEY`.", None, NOT_LOGGED_IN, False),
        ("Not logged in · Please run /login", None, NOT_LOGGED_IN, False),
        ("Invalid auth method selected.", None, NOT_LOGGED_IN, False),
        ("API key not valid. Please pass a valid API key.", 400, NOT_LOGGED_IN, False),
        ("Failed to authenticate. API Error: 401 fake", 401, NOT_LOGGED_IN, False),
        ("Error: You are not logged in. Run acme login.", None, NOT_LOGGED_IN, False),
        ("please log in first", None, NOT_LOGGED_IN, False),
        ("Your refresh token has already been used. Please log in again.", None, NOT_LOGGED_IN, False),
        ("exceeded retry limit, last status: 429 Too Many Requests", None, RATE_LIMITED, True),
        ("You've hit your usage limit. Try again in 3 hours 20 minutes.", None, RATE_LIMITED, True),
        ("You exceeded your current quota", 429, RATE_LIMITED, True),
        ("We\u2019re currently experiencing high demand, which may cause temporary errors.", None, CRASHED, True),
        ("API Error: 529 Overloaded", 529, CRASHED, True),
        ("unexpected status 503 Service Unavailable", None, CRASHED, True),
        ("stream disconnected before completion: error sending request", None, CRASHED, True),
        ("Connection failed: error sending request", None, CRASHED, True),
        ("exception TypeError: fetch failed sending request", None, CRASHED, True),
        ("API Error: Unable to connect to API (ConnectionRefused)", None, CRASHED, True),
        ("INVALID_STREAM: Model stream ended without a finish reason.", None, CRASHED, True),
        ("Input exceeds the maximum length of 1048576 characters. (code -32602)", None, TOO_LARGE, False),
        ("prompt is too long: 250000 tokens > 200000 maximum", 400, TOO_LARGE, False),
        ("whatever", 413, TOO_LARGE, False),
        ("whatever", 500, CRASHED, True),
        ("whatever", 499, REFUSED, False),
        ("what is this", 400, REFUSED, False),
        ("no such model", 404, REFUSED, False),
        ("forbidden in your country", 403, REFUSED, False),
        ("Response blocked due to safety settings", None, REFUSED, False),
        ("thread 'main' panicked at src/main.rs:401:5", None, CRASHED, False),
    ],
)
def test_a_message_is_taken_for_what_it_means(
    message: str, status: int | None, kind: FailureKind, is_transient: bool
) -> None:
    judgement = judge(message, status)
    assert (judgement.kind, judgement.is_transient) == (kind, is_transient)


@pytest.mark.parametrize(
    ("message", "seconds"),
    [
        ("Rate limit reached. Please try again in 1.5s.", 1.5),
        ("Please try again in 20 seconds", 20),
        ("try again in 250ms", 0.25),
        ("You've hit your usage limit. Try again in 3 hours 20 minutes.", 12_000),
        ("try again in 2m30s", 150),
        ('("retryDelay": "17s")', 17),
        ("Retry-After: 7", 7),
        ("retry after 7 seconds", 7),
        ("try again in a moment", None),
        ("try again later", None),
        ("no wish", None),
    ],
)
def test_a_vendors_wish_is_read(message: str, seconds: float | None) -> None:
    assert shown_delay(message) == judge(message).retry_after == seconds


def test_the_innermost_message_is_shown() -> None:
    detail = {"error": {"code": 429, "message": "slow down", "details": [{"retryDelay": "17s"}]}}
    outer = {"message": json.dumps({"error": {"code": 429, "message": json.dumps(detail)}})}
    assert innermost(outer) == ('slow down ("retryDelay": "17s")', 429)


def test_an_error_that_is_a_text_is_the_message() -> None:
    assert innermost({"message": '{"error": "slow down", "status": 429}'}) == ("slow down", None)


@pytest.mark.parametrize(
    "error",
    [
        {"message": "it {broke"},
        {"message": "it {}", "code": 1},
        {"message": '{"error": ""}', "code": "x"},
        {"message": '{"error":' * 100_000},
    ],
)
def test_a_message_without_another_inside_stays_as_it_is(error: dict[str, object]) -> None:
    assert innermost(error) == (error["message"], None)


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ('{"error": {"message": "no"}}', True),
        ('{"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}, "request_id": "r"}', True),
        ('\n {"error": "no", "status": 429}\n', True),
        ('{"error": "the caller forgets it", "verdict": "fail"}', False),
        ('{"receipt": "r", "files": [], "findings": [], "error": {"message": "no"}}', False),
        ('{"error": {"message": ""}}', False),
        ('{"error": ""}', False),
        ('{"error": null}', False),
        ('{"error": ["no"]}', False),
        ('[{"error": "no"}]', False),
        ('An example: {"error": {"message": "no"}}', False),
        ("[" * 100_000, False),
        ("", False),
    ],
)
def test_an_output_is_an_error_when_it_is_nothing_else(output: str, expected: bool) -> None:
    assert is_error(output) is expected


def test_what_a_program_says_that_died_of_an_exception() -> None:
    python = """Traceback (most recent call last):
  File "/usr/lib/python3.11/http/client.py", line 501, in connect
    raise socket.error("network")
    ^^^^^^^^^^^^^^
ValueError: no such colour
"""
    node = "TypeError: no such colour\n    at network (node:net:401:3)\n    at connect (/app/x.js:1:2)"
    assert without_frames(python) == "ValueError: no such colour"
    assert without_frames(node) == "TypeError: no such colour"
    assert without_frames("error:\n    no such colour\n") == "error:\n    no such colour"
