from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lok_hooks.backends.deadline import Until
from lok_hooks.backends.http import Answered, base_url, post_json, unavailable
from lok_hooks.backends.http_failures import (
    ANSWER_LIMIT,
    Received,
    Server,
    fewest_tokens,
    judge,
    read,
    retry_after,
    vendor_message,
    was_cut,
)
from lok_hooks.core.ports import Failure, FailureKind
from lok_hooks.core.settings import BackendKind, BackendSettings
from tests.backends.http_helpers import RawServer, closed_port, environment, raw_server, response

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def server_at(url: str, key_env: str = "") -> Server:
    return Server(backend="b", url=url, key_env=key_env, start="start it", no_model="pull it")


def received(body: object, status: int = 200, **headers: str) -> Received:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Received(status=status, headers={k.replace("_", "-"): v for k, v in headers.items()}, body=raw)


def settings(kind: BackendKind = "openai", url: str = "", command: str = "") -> BackendSettings:
    return BackendSettings(name="b", kind=kind, url=url, command=command)


@pytest.mark.parametrize(
    ("url", "command", "expected"),
    [
        ("", "", "http://default:1"),
        ("", "ollama", "http://default:1"),
        ("", "http://localhost:11434", "http://localhost:11434"),
        ("", "localhost:11434", "http://localhost:11434"),
        ("https://one.example/v1/", "http://two.example", "https://one.example/v1"),
        ("gpu.lan:8000", "", "http://gpu.lan:8000"),
    ],
)
def test_the_address_comes_from_url_then_command_then_the_default(url: str, command: str, expected: str) -> None:
    assert base_url(settings(url=url, command=command), "http://default:1") == expected


@pytest.mark.parametrize(
    ("url", "is_loopback"),
    [
        ("http://localhost:1", True),
        ("http://LOCALHOST", True),
        ("http://127.0.0.1:1", True),
        ("http://127.3.2.1", True),
        ("http://[::1]:8080/v1", True),
        ("http://127.0.0.1.example.com", False),
        ("http://localhost.example.com", False),
        ("http://192.168.0.2", False),
        ("https://api.example.com", False),
        ("http://[", False),
    ],
)
def test_only_this_machine_is_loopback(url: str, is_loopback: bool) -> None:
    assert server_at(url).is_loopback is is_loopback


STATUS_TABLE: list[tuple[int, str, FailureKind, bool, str]] = [
    (401, "bad key", FailureKind.NOT_LOGGED_IN, False, "THE_KEY"),
    (403, "context length", FailureKind.NOT_LOGGED_IN, False, "THE_KEY"),
    (404, "model not found", FailureKind.REFUSED, False, "pull it"),
    (405, "", FailureKind.REFUSED, False, "pull it"),
    (429, "slow down", FailureKind.RATE_LIMITED, True, "max_parallel"),
    (429, "You exceeded your current quota, check your plan", FailureKind.RATE_LIMITED, False, "top it up"),
    (402, "Insufficient Balance", FailureKind.RATE_LIMITED, False, "top it up"),
    (400, "maximum context length is 8192 tokens", FailureKind.TOO_LARGE, False, "max_prompt_bytes"),
    (400, "request (9 tokens) exceeds the available context size", FailureKind.TOO_LARGE, False, "max_prompt_bytes"),
    (500, "the input length exceeds the context length", FailureKind.TOO_LARGE, False, "max_prompt_bytes"),
    (413, "", FailureKind.TOO_LARGE, False, "max_prompt_bytes"),
    (400, "no such parameter", FailureKind.REFUSED, False, "check"),
    (422, "no such parameter", FailureKind.REFUSED, False, "check"),
    (408, "", FailureKind.CRASHED, True, "log"),
    (500, "boom", FailureKind.CRASHED, True, "log"),
    (503, "server busy", FailureKind.CRASHED, True, "log"),
    (529, "overloaded", FailureKind.CRASHED, True, "log"),
    (501, "not implemented", FailureKind.CRASHED, False, "log"),
    (200, "something inside", FailureKind.CRASHED, False, "log"),
]


@pytest.mark.parametrize(("status", "message", "kind", "is_transient", "advice"), STATUS_TABLE)
def test_every_status_has_its_failure(
    status: int, message: str, kind: FailureKind, is_transient: bool, advice: str
) -> None:
    failure = judge(server_at("https://h.example", "THE_KEY"), status, message, None)

    assert (failure.kind, failure.is_transient) == (kind, is_transient)
    assert advice in failure.advice
    assert message in failure.reason
    assert f"HTTP {status}" in failure.reason


def test_a_spent_quota_with_a_time_to_wait_is_a_minutes_limit() -> None:
    failure = judge(server_at("https://h.example"), 429, "You exceeded your current quota", 20.0)

    assert failure.is_transient
    assert failure.retry_after == 20.0


def test_a_refused_key_without_a_variable_asks_for_one() -> None:
    assert "api_key_env" in judge(server_at("https://h.example"), 401, "", None).advice


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("1.5", 1.5),
        ("Fri, 02 Jan 2026 03:04:35 GMT", 30.0),
        ("Fri, 02 Jan 2026 03:04:35 -0000", 30.0),
        ("Fri, 02 Jan 2026 03:00:00 GMT", 0.0),
        ("inf", None),
        ("-3", None),
        ("soon", None),
        ("", None),
    ],
)
def test_the_time_to_wait_is_a_number_or_a_date(header: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": header}, NOW) == seconds


def test_without_the_header_there_is_no_time_to_wait() -> None:
    assert retry_after({}, NOW) is None


@pytest.mark.parametrize(
    ("value", "body", "message"),
    [
        ({"error": "model not found"}, b"", "model not found"),
        ({"error": {"message": "bad key", "code": 1}}, b"", "bad key"),
        ({"message": "gateway"}, b"", "gateway"),
        ({"detail": [{"loc": ["x"], "msg": "field required"}]}, b"", "field required"),
        ({"detail": "Not Found"}, b"", "Not Found"),
        (None, b"<html>\n<b>502</b>\x1b[31m\x00</html>", "<html> <b>502</b> [31m </html>"),
        ({"other": 1}, b'{"other": 1}', '{"other": 1}'),
        (None, b"", ""),
    ],
)
def test_the_vendors_words_are_found_and_made_harmless(value: object, body: bytes, message: str) -> None:
    assert vendor_message(value, body) == message


def test_a_long_message_is_shortened() -> None:
    assert vendor_message({"error": "word " * 1000}, b"") == "word " * 59 + "word…"
    assert vendor_message(None, b"  " * 595 + b"the words are cut here") == "the words"


def test_a_json_object_is_read() -> None:
    assert read(server_at("http://h"), received({"a": 1}), NOW) == {"a": 1}
    assert read(server_at("http://h"), received({"error": None, "a": 1}), NOW) == {"error": None, "a": 1}


@pytest.mark.parametrize("body", [b"", b"hello", b"[1]", b"\xff\xfe", b"[" * 200_000, b'"text"'])
def test_anything_but_a_json_object_is_unreadable(body: bytes) -> None:
    failure = read(server_at("http://h"), received(body), NOW)

    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.UNREADABLE


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("it broke", FailureKind.CRASHED),
        ({"message": "it broke"}, FailureKind.CRASHED),
        ({"message": "it broke", "code": 429}, FailureKind.RATE_LIMITED),
        ({"message": "it broke", "code": 401}, FailureKind.NOT_LOGGED_IN),
        ({"message": "it broke", "code": "weird"}, FailureKind.CRASHED),
    ],
)
def test_an_error_inside_a_success_is_an_error(error: object, kind: FailureKind) -> None:
    failure = read(server_at("http://h"), received({"error": error, "choices": []}), NOW)

    assert isinstance(failure, Failure)
    assert failure.kind is kind
    assert "it broke" in failure.reason


@pytest.mark.parametrize(
    ("location", "named"),
    [
        ("https://evil.example/x", "evil.example"),
        ("//evil.example:99/y", "evil.example:99"),
        ("/login", "good.example"),
    ],
)
def test_a_redirect_names_its_target(location: str, named: str) -> None:
    failure = read(server_at("https://good.example"), received(b"", 307, location=location), NOW)

    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.REFUSED
    assert f"redirects to {named}" in failure.reason


def test_fewest_tokens_counts_words_and_signs() -> None:
    assert fewest_tokens("def run(value):\n    return value_1 + 20\n") == 10
    assert fewest_tokens(" " * 5000) == 0


LONG_TEXT = "return value\n" * 2000  # 4000 words


@pytest.mark.parametrize(
    ("text", "counted", "expected"),
    [
        (LONG_TEXT, 2048, True),
        (LONG_TEXT, 3599, True),
        (LONG_TEXT, 3601, False),
        (LONG_TEXT, 9000, False),
        (LONG_TEXT, None, False),
        (LONG_TEXT, 0, False),
        ("short", 1, False),
    ],
)
def test_a_prompt_was_cut_when_too_few_tokens_were_read(text: str, counted: int | None, expected: bool) -> None:
    assert was_cut(text, counted) is expected


def post(url: str, key_env: str = "", seconds: float = 5) -> Answered | Failure:
    return post_json(server_at(url, key_env), f"{url}/x", {"q": "ü"}, Until.after(seconds))


def test_the_body_and_the_key_arrive_and_the_object_comes_back() -> None:
    def reply(_: RawServer, connection: socket.socket) -> None:
        connection.sendall(response(b'{"ok": true}'))

    with raw_server(reply) as server, environment(SOME_KEY=" sk-123\n"):
        answered = post(server.url, "SOME_KEY")

    assert isinstance(answered, Answered)
    assert answered.value == {"ok": True}
    assert 0 < answered.seconds < 5
    assert b"\r\nauthorization: bearer sk-123\r\n" in server.requests[0].lower()
    assert '{"q": "ü"}'.encode() in server.requests[0]


def test_without_a_key_there_is_no_authorization() -> None:
    def reply(_: RawServer, connection: socket.socket) -> None:
        connection.sendall(response(b"{}"))

    with raw_server(reply) as server, environment(OPENAI_API_KEY="sk-not-named"):
        post(server.url)

    assert b"authorization" not in server.requests[0].lower()


@pytest.mark.parametrize(("value", "said"), [(None, "is not set"), ("  ", "is not set"), ("clé", "no API key has")])
def test_a_named_key_that_is_not_there_is_no_login_and_nothing_is_sent(value: str | None, said: str) -> None:
    def reply(_: RawServer, connection: socket.socket) -> None:
        connection.sendall(response(b"{}"))

    with raw_server(reply) as server, environment(SOME_KEY=value):
        failure = post(server.url, "SOME_KEY")
        missing = unavailable(server_at(server.url, "SOME_KEY"))

    for found in (failure, missing):
        assert isinstance(found, Failure)
        assert found.kind is FailureKind.NOT_LOGGED_IN
        assert said in found.reason
        assert "SOME_KEY" in found.advice
    assert server.requests == []


def test_the_key_is_masked_in_the_vendors_words() -> None:
    def reply(_: RawServer, connection: socket.socket) -> None:
        connection.sendall(response(b'{"error": "key sk-secret-1 is wrong"}', "401 Unauthorized"))

    with raw_server(reply) as server, environment(SOME_KEY="sk-secret-1"):
        failure = post(server.url, "SOME_KEY")

    assert isinstance(failure, Failure)
    assert "key … is wrong" in failure.reason
    assert "sk-secret" not in repr(failure)


def test_the_secret_part_of_a_url_is_not_shown() -> None:
    failure = post(f"http://user:hunter2@127.0.0.1:{closed_port()}")

    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.MISSING
    assert "hunter2" not in repr(failure)


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_never_followed(status: str) -> None:
    def steal(_: RawServer, connection: socket.socket) -> None:
        connection.sendall(response(b'{"stolen": true}'))

    with raw_server(steal) as thief, environment(SOME_KEY="sk-1"):

        def reply(_: RawServer, connection: socket.socket) -> None:
            connection.sendall(response(b"", status, Location=f"{thief.url}/take"))

        with raw_server(reply) as server:
            failure = post(server.url, "SOME_KEY")

    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.REFUSED
    assert thief.url.removeprefix("http://") in failure.reason
    assert thief.requests == []


def test_loopback_is_not_asked_through_a_proxy() -> None:
    def proxy(_: RawServer, connection: socket.socket) -> None:
        connection.sendall(response(b'{"from": "proxy"}'))

    def reply(_: RawServer, connection: socket.socket) -> None:
        connection.sendall(response(b'{"from": "server"}'))

    with raw_server(proxy) as between, raw_server(reply) as server:
        proxies = dict.fromkeys(("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"), between.url)
        with environment(**proxies, NO_PROXY=None, no_proxy=None):
            answered = post(server.url)
            elsewhere = post("http://models.example")

    assert isinstance(answered, Answered)
    assert answered.value == {"from": "server"}
    assert isinstance(elsewhere, Answered)
    assert elsewhere.value == {"from": "proxy"}


def test_the_deadline_ends_a_server_that_trickles_bytes() -> None:
    def trickle(server: RawServer, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not server.stop.wait(0.05):
            connection.sendall(b" ")

    with raw_server(trickle) as server:
        started = time.monotonic()
        failure = post(server.url, seconds=0.5)
        took = time.monotonic() - started

    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.TIMED_OUT
    assert failure.seconds == pytest.approx(0.5, abs=0.3)
    assert took < 1


def test_a_passed_deadline_asks_nobody() -> None:
    with raw_server(lambda _, connection: connection.sendall(response(b"{}"))) as server:
        failure = post(server.url, seconds=-1)

    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.TIMED_OUT
    assert server.requests == []


@pytest.mark.parametrize("has_headers", [False, True], ids=["before the headers", "in the body"])
def test_calling_it_off_is_quick_and_hangs_up_on_the_server(has_headers: bool) -> None:
    def hang(server: RawServer, connection: socket.socket) -> None:
        if has_headers:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
        server.wait_for_hang_up(connection)

    def call_off_after_a_while(server: RawServer) -> float:
        """Seconds from calling it off to having the failure."""
        deadline = Until.after(60)
        called_off: list[float] = []

        def call_off() -> None:
            called_off.append(time.monotonic())
            deadline.cancel()

        threading.Timer(0.3, call_off).start()
        failure = post_json(server_at(server.url), f"{server.url}/x", {}, deadline)
        took = time.monotonic() - called_off[0]
        assert isinstance(failure, Failure)
        assert failure.kind is FailureKind.CANCELLED
        return took

    with raw_server(hang) as server:
        # The best of three: a busy machine may let anyone wait.
        assert min(call_off_after_a_while(server) for _ in range(3)) < 0.3
        assert server.ended.wait(2)


def test_a_body_beyond_the_limit_is_refused_without_reading_it_all() -> None:
    sent: list[int] = []

    def flood(_: RawServer, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 500000000\r\n\r\n")
        while sum(sent) < 500_000_000:
            connection.sendall(b"x" * 1_000_000)
            sent.append(1_000_000)

    with raw_server(flood) as server:
        failure = post(server.url, seconds=30)

    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.UNREADABLE
    assert "16 MiB" in failure.reason
    assert sum(sent) < ANSWER_LIMIT * 3


def test_a_connection_kept_open_after_the_answer_does_not_delay_it() -> None:
    def keep(server: RawServer, connection: socket.socket) -> None:
        connection.sendall(response(b'{"a": 1}'))
        server.wait_for_hang_up(connection)

    with raw_server(keep) as server:
        answered = post(server.url)
        hung_up = server.ended.wait(2)

    assert isinstance(answered, Answered)
    assert answered.seconds < 2
    assert hung_up


def test_nobody_listening_is_missing_with_advice() -> None:
    url = f"http://127.0.0.1:{closed_port()}"

    for failure in (post(url), unavailable(server_at(url))):
        assert isinstance(failure, Failure)
        assert failure.kind is FailureKind.MISSING
        assert failure.advice == "start it"
        assert not failure.is_transient


def test_somebody_listening_is_not_missing_and_the_probe_sends_nothing() -> None:
    with raw_server(lambda _, connection: connection.sendall(response(b"{}"))) as server:
        assert unavailable(server_at(server.url)) is None

    assert server.requests == []


def test_another_machine_is_not_probed() -> None:
    assert unavailable(server_at("http://192.0.2.1:9")) is None


@pytest.mark.parametrize(
    "url", ["ftp://h/x", "http://", "http://[", "http://localhost:notaport", "http://127.0.0.1:99999"]
)
def test_a_wrong_address_is_missing_with_advice(url: str) -> None:
    for failure in (unavailable(server_at(url)), post(url)):
        assert isinstance(failure, Failure)
        assert failure.kind is FailureKind.MISSING
        assert "check url of backend b" in failure.advice


def test_an_unknown_name_says_so() -> None:
    failure = post("http://no-such-host.invalid:1", seconds=20)

    assert isinstance(failure, Failure)
    assert failure.kind in (FailureKind.MISSING, FailureKind.TIMED_OUT)
    assert "no-such-host.invalid" in failure.reason


@pytest.mark.parametrize(
    "sent",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{", b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nConte"],
    ids=["closed at once", "cut body", "no HTTP", "cut headers"],
)
def test_a_broken_connection_is_a_passing_crash(sent: bytes) -> None:
    with raw_server(lambda _, connection: connection.sendall(sent)) as server:
        failure = post(server.url)

    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.CRASHED
    assert failure.is_transient
    assert server.url.removeprefix("http://") in failure.reason


def test_https_without_a_trusted_certificate_is_refused_before_the_key_is_sent(tmp_path: Path) -> None:
    with raw_server(lambda _, connection: connection.sendall(b"not TLS")) as server, environment(SOME_KEY="sk-1"):
        failure = post(server.url.replace("http:", "https:"), "SOME_KEY", seconds=3)

    assert isinstance(failure, Failure)
    assert failure.kind in (FailureKind.CRASHED, FailureKind.TIMED_OUT)
    assert all(b"sk-1" not in request for request in server.requests)


def test_httpx_is_not_imported_before_it_is_needed() -> None:
    program = (
        "import sys; import lok_hooks.backends.ollama, lok_hooks.backends.openai; "
        "print([m for m in ('httpx', 'socket', 'ssl', 'asyncio', 'pydantic') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "[]"


def test_header_names_are_found_whatever_their_case() -> None:
    def reply(_: RawServer, connection: socket.socket) -> None:
        connection.sendall(response(b"{}", "429 Too Many Requests", RETRY_AFTER="3"))

    with raw_server(reply) as server:
        failure = post(server.url)

    assert isinstance(failure, Failure)
    assert failure.retry_after == 3.0
