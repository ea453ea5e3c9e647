"""Vendors' words as measured or documented, and what they must be taken for."""

from __future__ import annotations

import json

import pytest

from lok_hooks.backends.complaints import MESSAGE_LIMIT, innermost, judge, readable, shown_delay
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


@pytest.mark.parametrize(
    "error", [{"message": "it {broke"}, {"message": "it {}", "code": 1}, {"message": '{"error": "text"}', "code": "x"}]
)
def test_a_message_without_another_inside_stays_as_it_is(error: dict[str, object]) -> None:
    assert innermost(error) == (error["message"], None)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m \x1b]8;;http://evil\x07link\x1b]8;;\x07", "red link"),
        ("a\r\n\tb\x00\x9bc", "a b c"),
        ("\u202eright to left", "right to left"),
        ("x" * 10_000 + "the end", "… " + "x" * (MESSAGE_LIMIT - 7) + "the end"),
    ],
)
def test_a_message_is_safe_to_show(text: str, shown: str) -> None:
    assert readable(text) == shown
