"""The fault matrix for the two backends that are servers.

Rows about processes (SIGTERM ignored, a grandchild left behind) do not exist here; their likes are a server that
keeps the connection open after its answer, and one that goes on sending after we hung up. "Exit 0 with an error
inside" is HTTP 200 with one.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from lok_hooks.backends.deadline import Until
from lok_hooks.backends.retrying import Retrying
from lok_hooks.core.ports import Answer, Failure, FailureKind, Reply
from tests.backends.conftest import GOOD_ANSWER
from tests.backends.http_helpers import (
    HTTP_KINDS,
    HttpKind,
    RawServer,
    answer_body,
    backend,
    closed_port,
    environment,
    prompt,
    raw_server,
    response,
)

pytestmark = pytest.mark.parametrize("kind", HTTP_KINDS)

GOOD = json.dumps(GOOD_ANSWER)
DEADLINE = 4.0
"""Seconds: enough for two retries."""


@dataclass
class Faulty:
    """Plays one scene for each request, the last one again and again."""

    scenes: list[Callable[[RawServer, socket.socket], None]]
    played: int = field(default=0)

    def __call__(self, server: RawServer, connection: socket.socket) -> None:
        scene = self.scenes[min(self.played, len(self.scenes) - 1)]
        self.played += 1
        scene(server, connection)


def sends(*pieces: bytes) -> Callable[[RawServer, socket.socket], None]:
    """Sends these bytes and closes."""

    def scene(_: RawServer, connection: socket.socket) -> None:
        for piece in pieces:
            connection.sendall(piece)

    return scene


def sends_and_waits(*pieces: bytes) -> Callable[[RawServer, socket.socket], None]:
    """Sends these bytes, then stays silent with the connection open."""

    def scene(server: RawServer, connection: socket.socket) -> None:
        sends(*pieces)(server, connection)
        server.wait_for_hang_up(connection)

    return scene


def answers(kind: HttpKind, text: str = GOOD) -> Callable[[RawServer, socket.socket], None]:
    return sends(response(answer_body(kind, text)))


def error(status: str, words: str, **headers: Any) -> Callable[[RawServer, socket.socket], None]:
    return sends(response(json.dumps({"error": {"message": words}}).encode(), status, **headers))


def play(kind: HttpKind, *scenes: Callable[[RawServer, socket.socket], None], key_env: str = "") -> tuple[Answer, int]:
    """What the backend, retries on, makes of these scenes, and how often it asked; never later than it may."""
    faulty = Faulty(list(scenes))
    with raw_server(faulty) as server:
        asked = Retrying(backend(kind, server.url, api_key_env=key_env))
        started = time.monotonic()
        answer = asked.ask(prompt(), Until.after(DEADLINE))
        assert time.monotonic() - started < DEADLINE + 1
        return answer, len(server.requests)


def failure_of(answer: Answer, kind: FailureKind) -> Failure:
    assert isinstance(answer, Failure)
    assert answer.kind is kind
    assert answer.reason
    return answer


def text_of(answer: Answer) -> str:
    assert isinstance(answer, Reply)
    return answer.text


def test_no_login(kind: HttpKind) -> None:
    with environment(SOME_KEY=None):
        answer, requests = play(kind, answers(kind), key_env="SOME_KEY")

    assert "SOME_KEY" in failure_of(answer, FailureKind.NOT_LOGGED_IN).advice
    assert requests == 0


def test_401(kind: HttpKind) -> None:
    with environment(SOME_KEY="sk-1"):
        answer, requests = play(kind, error("401 Unauthorized", "invalid api key"), key_env="SOME_KEY")

    failure = failure_of(answer, FailureKind.NOT_LOGGED_IN)
    assert "invalid api key" in failure.reason
    assert "SOME_KEY" in failure.advice
    assert requests == 1


def test_429_once_with_retry_after(kind: HttpKind) -> None:
    started = time.monotonic()

    # Longer than it would wait by itself.
    answer, requests = play(kind, error("429 Too Many Requests", "slow down", Retry_After="1.5"), answers(kind))

    assert text_of(answer) == GOOD
    assert requests == 2
    assert time.monotonic() - started >= 1.5


def test_429_with_a_retry_after_date(kind: HttpKind) -> None:
    # A date has whole seconds: it is two to three from now, and it would wait one by itself.
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=3), usegmt=True)
    started = time.monotonic()

    answer, requests = play(kind, error("429 Too Many Requests", "slow down", Retry_After=moment), answers(kind))

    assert text_of(answer) == GOOD
    assert requests == 2
    assert time.monotonic() - started > 1.5


def test_429_with_a_retry_after_beyond_the_deadline(kind: HttpKind) -> None:
    started = time.monotonic()

    answer, requests = play(kind, error("429 Too Many Requests", "slow down", Retry_After="60"))

    failure = failure_of(answer, FailureKind.RATE_LIMITED)
    assert failure.retry_after == 60
    assert "slow down" in failure.reason
    assert "60 s" in failure.advice
    assert requests == 1
    assert time.monotonic() - started < 2


def test_429_always(kind: HttpKind) -> None:
    answer, requests = play(kind, error("429 Too Many Requests", "slow down", Retry_After="0.2"))

    assert failure_of(answer, FailureKind.RATE_LIMITED).is_transient
    assert requests == 3


def test_500_once(kind: HttpKind) -> None:
    answer, requests = play(kind, error("500 Internal Server Error", "boom"), answers(kind))

    assert text_of(answer) == GOOD
    assert requests == 2


def test_500_always(kind: HttpKind) -> None:
    answer, requests = play(kind, error("500 Internal Server Error", "boom"))

    assert "boom" in failure_of(answer, FailureKind.CRASHED).reason
    assert requests == 3


def test_refused_connection(kind: HttpKind) -> None:
    started = time.monotonic()

    answer = Retrying(backend(kind, f"http://127.0.0.1:{closed_port()}")).ask(prompt(), Until.after(DEADLINE))

    assert "start" in failure_of(answer, FailureKind.MISSING).advice
    assert time.monotonic() - started < 2


def test_hang(kind: HttpKind) -> None:
    answer, requests = play(kind, sends_and_waits())

    failure = failure_of(answer, FailureKind.TIMED_OUT)
    assert failure.seconds == pytest.approx(DEADLINE, abs=0.5)
    assert "timeout" in failure.advice
    assert requests == 1


def test_stall_in_mid_stream(kind: HttpKind) -> None:
    answer, requests = play(kind, sends_and_waits(response(answer_body(kind, GOOD))[:-20]))

    failure_of(answer, FailureKind.TIMED_OUT)
    assert requests == 1


def test_cut_stream(kind: HttpKind) -> None:
    answer, requests = play(kind, sends(response(answer_body(kind, GOOD))[:-20]))

    failure_of(answer, FailureKind.CRASHED)
    assert requests == 3


def test_cut_stream_once(kind: HttpKind) -> None:
    answer, requests = play(kind, sends(response(answer_body(kind, GOOD))[:-20]), answers(kind))

    assert text_of(answer) == GOOD
    assert requests == 2


def test_cut_stream_that_claims_to_be_whole(kind: HttpKind) -> None:
    answer, _ = play(kind, sends(response(answer_body(kind, GOOD)[:-20])))

    failure_of(answer, FailureKind.UNREADABLE)


@pytest.mark.parametrize("text", ["", " \n\t"])
def test_empty_answer(kind: HttpKind, text: str) -> None:
    answer, requests = play(kind, answers(kind, text))

    assert "empty" in failure_of(answer, FailureKind.UNREADABLE).reason
    assert requests == 1


def test_empty_body(kind: HttpKind) -> None:
    answer, _ = play(kind, sends(response(b"")))

    failure_of(answer, FailureKind.UNREADABLE)


@pytest.mark.parametrize(
    "text",
    ["I found nothing.", f"Here you are: {GOOD} Good luck!", f"```json\n{GOOD}\n```"],
    ids=["plain text", "inside prose", "inside a fence"],
)
def test_answers_in_the_wrong_form_come_through_for_the_reader_to_judge(kind: HttpKind, text: str) -> None:
    answer, requests = play(kind, answers(kind, text))

    assert text_of(answer) == text
    assert requests == 1


def test_plain_text_instead_of_the_protocol(kind: HttpKind) -> None:
    answer, _ = play(kind, sends(response(b"<html>Welcome to the hotel network</html>")))

    assert "hotel network" in failure_of(answer, FailureKind.UNREADABLE).reason


def test_50_megabytes_of_output(kind: HttpKind) -> None:
    body = answer_body(kind, "x" * 50_000_000)

    answer, requests = play(kind, sends(response(body)))

    assert "16 MiB" in failure_of(answer, FailureKind.UNREADABLE).reason
    assert requests == 1


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"error": "the model went away"}, FailureKind.CRASHED),
        ({"error": {"message": "the model went away", "code": 401}}, FailureKind.NOT_LOGGED_IN),
    ],
)
def test_success_with_an_error_inside(kind: HttpKind, body: object, expected: FailureKind) -> None:
    answer, _ = play(kind, sends(response(json.dumps(body).encode())))

    assert "the model went away" in failure_of(answer, expected).reason


def test_connection_kept_open_after_the_answer(kind: HttpKind) -> None:
    with raw_server(sends_and_waits(response(answer_body(kind, GOOD)))) as server:
        started = time.monotonic()
        answer = backend(kind, server.url).ask(prompt(), Until.after(DEADLINE))
        assert time.monotonic() - started < 2
        assert server.ended.wait(2), "nobody hung up on the server"

    assert text_of(answer) == GOOD


def test_server_that_sends_for_ever(kind: HttpKind) -> None:
    hung_up = threading.Event()

    def chatter(server: RawServer, connection: socket.socket) -> None:
        try:
            connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while not server.stop.wait(0.02):
                connection.sendall(b"1\r\n \r\n")
        except OSError:
            hung_up.set()

    with raw_server(chatter) as server:
        started = time.monotonic()
        answer = Retrying(backend(kind, server.url)).ask(prompt(), Until.after(1))
        assert time.monotonic() - started < 2
        assert hung_up.wait(2), "nobody hung up on the server"

    failure_of(answer, FailureKind.TIMED_OUT)


def test_redirect_is_not_followed(kind: HttpKind) -> None:
    with raw_server(answers(kind)) as other, environment(SOME_KEY="sk-1"):
        away = sends(response(b"", "307 Temporary Redirect", Location=f"{other.url}/api/chat"))
        answer, _ = play(kind, away, key_env="SOME_KEY")

    assert other.url.removeprefix("http://") in failure_of(answer, FailureKind.REFUSED).reason
    assert other.requests == []
